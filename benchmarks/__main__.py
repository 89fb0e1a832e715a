"""`python -m benchmarks`: runs the benchmarks one after the other, then prints one table and writes a JSON file."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from benchmarks import ending, machine, output, plots, report
from benchmarks.ending import Asked, Stopped
from benchmarks.output import OutputError
from benchmarks.peers import installed
from benchmarks.report import Row
from benchmarks.run import MeasureError, Run
from broker.mosquitto import BrokerError, program
from contract.settings.suggestions import nearest
from runtime.sqlite_readonly import UnreadableError
from testing.compiled import compile_programs
from testing.program import NeverError

NAMES = (
    "latency", "strokes", "reach", "district", "flood", "neighbour", "growth", "sound", "heard", "start", "idle",
    "kill", "page",
)
# What ends a benchmark with a sentence: the machine is too slow or too full, a program is missing or does not start.
KNOWN = (MeasureError, BrokerError, NeverError, UnreadableError, OSError, subprocess.SubprocessError)


class _Help(click.Command):
    """Lists the benchmarks after the options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Benchmarks"):
            formatter.write_dl([(name, import_module(f"benchmarks.{name}").ABOUT) for name in NAMES])
        with formatter.section("Exit code"):
            formatter.write_text("0: measured. 1: a benchmark failed, a file could not be written or, with --check, an "
                                 "aim was missed. 2: this command cannot be run so. 130, 143, 129: cut short by "
                                 "Ctrl-C, kill, a closed terminal. What lacks a compiler or a peer is not measured; "
                                 "no fault.")


@click.command(cls=_Help, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[BENCHMARK]...")
@click.option("--check", is_flag=True, help="Exit 1 where an aim is missed.")
@click.option("--quick", is_flag=True, help="Few values, for a look, and no 99th percentile.")
@click.option("--peers", is_flag=True, help="First install mqtt-io and Node-RED, some 200 MB, into a cache folder.")
@click.option("--json", "path", type=click.Path(dir_okay=False, path_type=Path), default="benchmarks.json",
              show_default=True, metavar="FILE", help="Where everything is written, with each single value.")
@click.option("--plots", "pictures", type=click.Path(file_okay=False, exists=True, path_type=Path), metavar="DIR",
              help="Draw the latencies, and a district's costs by its posts, as SVG in DIR.")
def main(  # noqa: PLR0913 - one for each option
    names: tuple[str, ...], *, check: bool, quick: bool, peers: bool, path: Path, pictures: Path | None
) -> None:
    """Measure everything, or only each BENCHMARK that is named, beside its peers; print one table."""
    _refuse_unknown(names)
    try:
        for needed in ("mosquitto", "mosquitto_sub", "mosquitto_pub"):
            program(needed)
        output.check(path)
    except (BrokerError, OutputError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    found, code = _Found(names or NAMES), 1
    with ending.heard() as asked:
        with suppress(Stopped):
            _run(found, asked, quick=quick, peers=peers)
        with suppress(Stopped, OSError):  # nobody may be there any more who reads it
            well = _report(found, asked, path, pictures)
            code = 1 if not well or found.faults or (check and report.missed(found.rows)) else 0
    sys.exit(asked.exit_code or code)


@dataclass(slots=True)
class _Found:
    """What a run has measured of the benchmarks that it was to measure, as far as it has come."""

    wanted: Sequence[str]
    about: dict[str, object] = field(default_factory=dict)  # empty until anything is measured
    rows: list[Row] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    begun: int = 0
    ended: int = 0
    began: float = 0.0


def _run(found: _Found, asked: Asked, *, quick: bool, peers: bool) -> None:
    """Measures what is wanted, into *found*. Raises Stopped."""
    if peers:
        installed.install(click.echo)
    compile_programs()
    found.about, found.began = {**machine.describe(), "quick": quick}, time.monotonic()
    click.echo(machine.sentence(found.about))
    for name in found.wanted:
        found.begun += 1
        fault = _measure(name, found.rows, quick=quick)
        if asked.by is not None:  # Stopped was not seen, because something failed on the way out
            return
        found.ended += 1
        if fault:
            found.faults[name] = fault
            click.echo(f"{name}: failed: {fault}", err=True)


def _report(found: _Found, asked: Asked, path: Path, pictures: Path | None) -> bool:
    """Writes the JSON file, prints the table and the pictures' names; whether all files were written."""
    if not found.about:
        click.echo(f"Cut short by {asked.name}, before anything was measured.")
        return False
    unmeasured = _unmeasured(found, asked)
    document = report.document(found.rows, found.about, found.faults, unmeasured)
    fault = ""
    try:  # first, since the table is lost where its terminal is closed
        output.write(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    except OutputError as error:
        fault = str(error)
    click.echo("\n" + "\n".join(report.table(found.rows)) if found.rows else "")
    click.echo(f"\nMeasured in {time.monotonic() - found.began:.0f} s. {report.summary(found.rows)}")
    for name, reason in found.faults.items():
        click.echo(f"Failed: {name}: {reason}")
    if unmeasured:
        click.echo(f"Cut short by {asked.name}.")
    for name, reason in unmeasured.items():
        click.echo(f"Not measured: {name}: {reason}.")
    if fault:
        click.echo(f"Error: {fault}", err=True)
    else:
        click.echo(f"All values: {path}")
    return _draw(document, pictures) and not fault


def _unmeasured(found: _Found, asked: Asked) -> dict[str, str]:
    """The benchmarks that were wanted and not measured to their end, each with the reason, if *asked* to end."""
    if asked.by is None:
        return {}
    return {
        **dict.fromkeys(found.wanted[found.ended:found.begun], "cut short before its end"),
        **dict.fromkeys(found.wanted[found.begun:], "not begun"),
    }


def _draw(document: Mapping[str, Any], folder: Path | None) -> bool:
    """Draws *document* into *folder*, if there is one; whether that did not fail. Never of a run that was cut short."""
    if folder is None:
        return True
    if document["not measured"]:
        click.echo("No picture is drawn of a run that was cut short.")
        return True
    try:
        for picture in plots.write(document, folder):
            click.echo(f"Picture: {picture}")
    except OSError as error:
        click.echo(f"Error: no picture can be written in {folder}: {error.strerror or error}", err=True)
        return False
    return True


def _measure(name: str, rows: list[Row], *, quick: bool) -> str:
    """Appends the rows of benchmark *name*, as far as it comes; what kept it from going on, or "". Raises Stopped."""
    try:
        with (ending.folder() as folder, ending.nothing_left(),
              closing(import_module(f"benchmarks.{name}").measure(Run(name, folder, quick))) as found):
            for row in found:
                rows.append(row)  # at once, so that it is there whatever happens to the next
    except KNOWN as error:
        return str(error) or repr(error)
    except Exception as error:  # noqa: BLE001 - a fault of one benchmark must not cost what the others measured
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        where = "" if frame is None else f" ({Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno})"
        return f"{error!r}{where}"
    return ""


def _refuse_unknown(names: tuple[str, ...]) -> None:
    for name in names:
        if name not in NAMES:
            close = nearest(name, NAMES)
            hint = f"did you mean {close}?" if close else f"known: {', '.join(NAMES)}"
            raise click.UsageError(f"no such benchmark {name!r}; {hint}")


if __name__ == "__main__":
    main()
