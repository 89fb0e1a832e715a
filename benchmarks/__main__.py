"""`python -m benchmarks`: runs the benchmarks one after the other, then prints one table and writes a JSON file."""

import json
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import click

from benchmarks import machine, plots, report
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
            formatter.write_text("0: measured. 1: a benchmark failed or, with --check, an aim was missed. 2: this "
                                 "command cannot be run so. What lacks a compiler or a peer is not measured; no fault.")


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
        for needed in ("mosquitto", "mosquitto_sub"):
            program(needed)
        path.touch()
    except (BrokerError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    if peers:
        installed.install(click.echo)
    compile_programs()
    about, began = machine.describe(), time.monotonic()
    click.echo(machine.sentence(about))
    rows: list[Row] = []
    faults: dict[str, str] = {}
    for name in names or NAMES:
        found, fault = _measure(name, quick=quick)
        rows += found
        if fault:
            faults[name] = fault
    click.echo("\n" + "\n".join(report.table(rows)) if rows else "")
    click.echo(f"\nMeasured in {time.monotonic() - began:.0f} s. {report.summary(rows)}")
    for name, fault in faults.items():
        click.echo(f"Failed: {name}: {fault}")
    document = report.document(rows, {**about, "quick": quick}, faults)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    click.echo(f"All values: {path}")
    for picture in () if pictures is None else plots.write(document, pictures):
        click.echo(f"Picture: {picture}")
    sys.exit(1 if faults or (check and report.missed(rows)) else 0)


def _measure(name: str, *, quick: bool) -> tuple[list[Row], str]:
    """The rows of benchmark *name*, as far as it came, and what kept it from going on, or ""."""
    rows: list[Row] = []
    fault = ""
    try:
        with tempfile.TemporaryDirectory(prefix="k") as folder:
            for row in import_module(f"benchmarks.{name}").measure(Run(name, Path(folder), quick)):
                rows.append(row)
    except KNOWN as error:
        fault = str(error) or repr(error)
    except Exception as error:  # noqa: BLE001 - a fault of one benchmark must not cost what the others measured
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        where = "" if frame is None else f" ({Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno})"
        fault = f"{error!r}{where}"
    if fault:
        click.echo(f"{name}: failed: {fault}", err=True)
    return rows, fault


def _refuse_unknown(names: tuple[str, ...]) -> None:
    for name in names:
        if name not in NAMES:
            close = nearest(name, NAMES)
            hint = f"did you mean {close}?" if close else f"known: {', '.join(NAMES)}"
            raise click.UsageError(f"no such benchmark {name!r}; {hint}")


if __name__ == "__main__":
    main()
