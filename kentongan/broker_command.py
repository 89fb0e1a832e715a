"""What the installer's commands share: where the installation is, and how a fault is told."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from broker.mosquitto import BrokerError
from contract.settings.schema import SettingsError
from contract.text import escaped

FOLDER = "/etc/kentongan-broker"
OUT = click.option(
    "--out", "folder", envvar="KENTONGAN_BROKER", type=click.Path(readable=False, path_type=Path), metavar="DIR",
    default=FOLDER, show_default=True, help="The installation's folder.",
)


def guarded(act: Callable[[], bool]) -> NoReturn:
    """Ends the program: 0 if *act* says that all is well, 1 if not, or if a broker fails, 2 after a user's fault.

    Each fault is a line.
    """
    try:
        sys.exit(0 if act() else 1)
    except SettingsError as error:
        faults, code = list(error.faults), 2
    except BrokerError as error:
        faults, code = [str(error)], 1
    for line in faults:
        click.echo(escaped(line), err=True)
    sys.exit(code)
