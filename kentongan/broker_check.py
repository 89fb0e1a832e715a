"""`broker check`: what stands in a folder, tried out."""

from pathlib import Path

import click

from broker.core import accounts
from broker.trial import service
from contract.settings.schema import SettingsError
from kentongan.broker_command import OUT, guarded


@click.command()
@click.argument("given", type=click.Path(readable=False, path_type=Path), required=False, metavar="[DIR]")
@OUT
@click.option("--running", is_flag=True, help="Ask the broker that is in use instead; nothing rings by it.")
@click.option("--host", metavar="NAME_OR_ADDRESS", help="With --running: where it is, if not on this machine.")
def check(given: Path | None, folder: Path, host: str | None, *, running: bool) -> None:
    """Start the installation's broker aside, on this machine's free ports, and try every account on every topic.

    DIR is the same as --out DIR. Prints what each can do, and every surprise. Exits 0 if there is none, 1 if there is.

    With --running it asks the broker that is in use, for one that does not read these files would not be noticed:
    only on topics that every post and the hub refuse. Each post loses its link for a moment, so it does nothing
    while an alarm is in force.
    """
    folder = given or folder

    def run() -> bool:
        if host is not None and not running:
            raise SettingsError(["--host: is where a running broker is; give --running as well"])
        if not running:
            return service.check(folder, click.echo)
        accounts.check_hosts([] if host is None else [host], "--host")
        return service.check_running(folder, host or service.HERE, click.echo)

    guarded(run)
