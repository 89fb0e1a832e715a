"""What the installer's commands share: where the installation is, how it is changed, and how a fault is told."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

import click

from broker import farewell, page, rabbitmq, service
from broker.core.rabbitmq import COOKIE, DEFINITIONS
from broker.core.site import BROKER
from broker.page_cards import Paper
from contract.settings.schema import SettingsError
from runtime import bounded

FOLDER = "/etc/kentongan-broker"
OUT = click.option(
    "--out", "folder", envvar="KENTONGAN_BROKER", type=click.Path(readable=False, path_type=Path), metavar="DIR",
    default=FOLDER, show_default=True, help="The installation's folder.",
)
RELOAD = click.option("--reload", "reloads", is_flag=True,
                      help="Have the Mosquitto that runs with this installation's configuration read its files anew, "
                           "or the RabbitMQ of this machine.")
PID_FILE = click.option("--pid-file", type=click.Path(readable=False, path_type=Path), metavar="FILE",
                        help="The same, for the Mosquitto whose process id is in FILE.")
PAGE_URL = click.option("--page-url", metavar="URL",
                        help="Where people reach the page, such as https://kentongan.example.org; kept for later.")


def guarded(act: Callable[[], bool]) -> NoReturn:
    """Ends the program: 0 if *act* says that all is well, otherwise 1."""
    sys.exit(0 if act() else 1)


def change(  # noqa: PLR0913 - one for each part
    folder: Path, files: service.Given, act: service.Act, file: Path | None, *, reloads: bool,
    paper: Paper | None = None,
) -> None:
    """Does *act* to the installation in *folder*, has page and broker read it, and ends the program.

    What *act* has written on *paper* is kept if it is done.
    """
    def run() -> bool:
        given = None if file is None else [_pid(file)]
        paper_ = paper or Paper(Path())
        before = rabbitmq.logins(folder / BROKER / DEFINITIONS)
        try:
            changed = service.change(folder, files, act, click.echo, prove=reloads or given is not None)
        except BaseException:
            paper_.discard()
            raise
        paper_.keep(click.echo)
        page.hand_over(folder, click.echo, changed=changed)
        if (folder / BROKER / DEFINITIONS).exists():
            _rabbitmq(folder, before, changed, reloads=reloads)
        elif given is not None or reloads:
            for pid in given or service.find_running(folder):
                service.reload(pid)
                click.echo(f"mosquitto {pid} reads its files anew")
            farewell.publish(folder, click.echo)
        elif any(path.startswith(f"{BROKER}/") for path in changed):
            click.echo("a running broker reads this at: sudo systemctl reload mosquitto")
        return True

    guarded(run)


def _rabbitmq(folder: Path, before: Mapping[str, str], paths: list[str], *, reloads: bool) -> None:
    """Has RabbitMQ take over who is let in, if it *reloads*; else says what has to be done."""
    definitions = folder / BROKER / DEFINITIONS
    if reloads:
        over = rabbitmq.changed(before, rabbitmq.logins(definitions))
        rabbitmq.take_over(definitions, over, cluster=(folder / BROKER / COOKIE).exists())
        click.echo("RabbitMQ has taken over who is let in")
        farewell.publish(folder, click.echo)
    elif f"{BROKER}/{DEFINITIONS}" in paths:
        click.echo("a running RabbitMQ takes this over with --reload")


def _pid(file: Path) -> int:
    try:
        return int(bounded.read(file))
    except OSError as error:
        raise SettingsError([f"--pid-file: {file} cannot be read: {error.strerror}"]) from None
    except ValueError:
        raise SettingsError([f"--pid-file: {file} holds no process id"]) from None
