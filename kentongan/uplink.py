"""`broker uplink`: the line between a village's own broker and the district's."""

import sys
from pathlib import Path

import click

from broker.uplink import config
from kentongan.broker_command import guarded


@click.command()
@click.option("--config", "path", required=True, type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="The uplink.yaml of the village's bundle.")
def uplink(path: Path) -> None:
    """Run the line between a village's own broker and the district's, until SIGTERM."""

    def act() -> bool:
        found = config.load(path)
        from broker.uplink import service  # noqa: PLC0415 - only a line that runs needs paho

        service.Uplink(found, _tell).run()
        return True

    guarded(act)


def _tell(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()
