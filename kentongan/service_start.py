"""What the units of systemd start, without the command line's library: a node that is armed sooner rings sooner.

    kentongan node --config FILE [--simulate] [--log-format FORMAT]
    kentongan posko --config FILE [--log-format FORMAT]

Whatever else is written is read by `kentongan.commands`, which knows all options, all other places of the settings
and all answers to a typo. That library takes 18 ms of a processor at each start (measured), and 3 MB for good.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract.user_error import UserError
from kentongan import output
from runtime import lean
from runtime.stdout_writer import FORMATS


@dataclass(frozen=True, slots=True)
class Start:
    """A service that is to run: its name, its settings, whether pins that are not real will do, and its log's form."""

    service: str
    path: Path
    simulate: bool
    line: Callable[[Mapping[str, object]], str]


def read(words: Sequence[str]) -> Start | None:
    """What *words* start, if they are one of the forms above with each option once; None for everything else."""
    name, *rest = words or ("",)
    given: dict[str, str] = {}
    while rest:
        option = rest.pop(0)
        if option in given:
            return None
        if option in ("--config", "--log-format") and rest:
            given[option] = rest.pop(0)
        elif option == "--simulate" and name == "node":
            given[option] = ""
        else:
            return None
    form = given.get("--log-format", "text")
    if name not in ("node", "posko") or not given.get("--config") or form not in FORMATS:
        return None
    return Start(name, Path(given["--config"]), "--simulate" in given, FORMATS[form])


def run(start: Start) -> int:
    """Runs the service of *start* until it ends; the program's exit code, as the command line gives it."""
    lean.begin()
    output.accept_all_characters()
    try:
        if start.service == "node":
            from kentongan import run_node  # noqa: PLC0415 - one of the two

            run_node.run(start.path, start.line, simulate=start.simulate)
        else:
            from kentongan import run_posko  # noqa: PLC0415

            run_posko.run(start.path, start.line)
    except UserError as error:
        output.report(error.faults)
        return error.exit_code
    except KeyboardInterrupt:
        output.complain("Aborted!")
        return 1
    return 0
