"""A thousand presses while broker, hub and nodes are killed at random: what was lost, what came twice.

`python -m benchmarks.kill --presses 1000` takes some five minutes. Exits 1 if a press was lost or counted twice.
"""

import sys
import tempfile
import time
from pathlib import Path

import click

from testing.storm import Storm


@click.command()
@click.option("--presses", default=1000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=None, type=int, help="Begins the same sequence of kills again.")
@click.option("--patience", default=240.0, show_default=True, help="Seconds for all to arrive, once nothing is killed.")
def main(presses: int, seed: int | None, patience: float) -> None:
    """Press, kill, and count."""
    seed = seed if seed is not None else int(time.time())
    click.echo(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="k") as name, Storm(Path(name), seed) as storm:
        storm.rage(presses, click.echo)
        click.echo("nothing is killed any more; waiting for what is on its way")
        storm.heal(patience)
        count = storm.judge()
    click.echo(str(count))
    for what, names in (("lost", count.lost), ("twice", count.twice)):
        for each in names:
            click.echo(f"{what}: {each}")
    if count.waiting:
        click.echo(f"{count.waiting} presses still wait in the nodes")
    sys.exit(1 if count.lost or count.twice or count.waiting else 0)


if __name__ == "__main__":
    main()
