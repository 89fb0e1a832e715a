"""`broker check`: what stands in a folder, tried out."""

from pathlib import Path

import click

from broker.trial import service
from kentongan.broker_command import FOLDER, guarded


@click.command()
@click.argument("folder", type=click.Path(readable=False, path_type=Path), default=FOLDER, metavar="DIR")
def check(folder: Path) -> None:
    """Start the broker of DIR aside, on this machine's free ports, and try every account on every kind of topic.

    Prints what each can do, and every surprise. Exits 0 if there is none, 1 if there is.
    """
    guarded(lambda: service.check(folder, click.echo))
