"""What the installer's commands share: where the installation is, and how a fault is told."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

FOLDER = "/etc/kentongan-broker"
OUT = click.option(
    "--out", "folder", envvar="KENTONGAN_BROKER", type=click.Path(readable=False, path_type=Path), metavar="DIR",
    default=FOLDER, show_default=True, help="The installation's folder.",
)


def guarded(act: Callable[[], bool]) -> NoReturn:
    """Ends the program: 0 if *act* says that all is well, otherwise 1."""
    sys.exit(0 if act() else 1)
