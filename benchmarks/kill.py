"""Presses while broker, hub and nodes are killed at random: what was lost, what was counted twice.

`python -m benchmarks.kill --presses 1000` takes some five minutes; with `--hostile` a stolen box of another village
floods, and speaks of names that are not its own, all the time. Exits 1 if a press was lost or counted twice.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from benchmarks import ending
from benchmarks.ending import Stopped
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import MeasureError, Run
from broker.mosquitto import BrokerError
from runtime.sqlite_readonly import UnreadableError
from testing.program import NeverError
from testing.storm import Count, Storm

ABOUT = "presses lost or counted twice while broker, hub and posts are killed at random"
PATIENCE_S = 60.0


def measure(run: Run) -> Iterator[Row]:
    """The rows of a short kill run. Raises BrokerError, NeverError, MeasureError."""
    count = storm(run.folder, int(time.time()), run.count(60, 15), PATIENCE_S, run.show)
    group = "presses while broker, hub and posts are killed at random"
    of = f"of {count.accepted} accepted ({count.presses} presses), {sum(count.kills.values())} kills"
    values = {f"lost, {of}": len(count.lost), f"counted twice, {of}": len(count.twice),
              f"not delivered {PATIENCE_S:g} s after the last kill": count.waiting}
    for key, (what, value) in zip(("lost", "twice", "waiting"), values.items(), strict=True):
        yield Row(f"kill.{key}", group, what, "presses", (float(value),), aims=(Aim(Mark.MAX, 0.0),))


def storm(  # noqa: PLR0913 - one for each option
    folder: Path, seed: int, presses: int, patience_s: float, show: Callable[[str], None], *, hostile: bool = False
) -> Count:
    """Makes *presses* while everything is killed, waits, and counts; with a stolen box among them, if it is *hostile*.

    Raises BrokerError, NeverError, and MeasureError if none was accepted.
    """
    show(f"seed {seed}")
    with Storm(folder, seed, hostile=hostile) as running:
        running.rage(presses, show)
        show("nothing is killed any more; waiting for what is on its way")
        running.heal(patience_s)
        if running.thief is not None:
            show(f"the stolen box published {running.thief.sent} messages")
        count = running.judge()
    show(str(count))
    if not count.accepted:
        raise MeasureError(f"none of {count.presses} presses was accepted, so none could be lost")
    for what, names in (("lost", count.lost), ("twice", count.twice)):
        for each in names:
            show(f"{what}: {each}")
    if count.waiting:
        show(f"{count.waiting} presses still wait in the nodes")
    return count


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--presses", default=1000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=None, type=int, help="Begins the same sequence of kills again.")
@click.option("--hostile", is_flag=True, help="With accounts, and a stolen box that does what its account may.")
@click.option("--patience", default=240.0, show_default=True, help="Seconds for all to arrive, once nothing is killed.")
def main(presses: int, seed: int | None, *, hostile: bool, patience: float) -> None:
    """Press, kill, and count. Exits 1 if a press was lost, counted twice, or still waits, or if none was accepted."""
    code = 1
    with ending.heard() as asked, suppress(Stopped):
        try:
            with ending.folder() as folder, ending.nothing_left():
                seed = seed if seed is not None else int(time.time())
                count = storm(folder, seed, presses, patience, click.echo, hostile=hostile)
            code = 1 if count.lost or count.twice or count.waiting else 0
        except (MeasureError, BrokerError, NeverError, UnreadableError, OSError) as error:
            if asked.by is None:
                click.echo(f"kill: could not be measured: {error}", err=True)
        except Exception:
            if asked.by is None:  # otherwise it failed because all is being ended
                raise
    sys.exit(asked.exit_code or code)


if __name__ == "__main__":
    main()
