"""What the posko's commands share: where their settings are found, and how they tell a fault of the user's."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click

from contract.settings.schema import SettingsError
from posko import config

VARIABLE = "KENTONGAN_CONFIG"
PLACES = (Path("~/.config/kentongan/posko.yaml"), Path("/etc/kentongan/posko.yaml"))


def fail(faults: Iterable[str]) -> NoReturn:
    """Ends the program with *faults*, which are the user's to mend."""
    lines = list(faults)
    for line in lines:
        click.echo(line, err=True)
    if len(lines) > 1:
        click.echo(f"{len(lines)} faults.", err=True)
    sys.exit(2)


def _find(_context: click.Context, _parameter: click.Parameter, given: Path | None) -> Path:
    """The settings file *given*, or the one in its usual place; ends the program where there is none."""
    if given is not None:
        return given
    for place in PLACES:
        if os.access(place.expanduser(), os.F_OK):
            return place.expanduser()
    closed = [str(place) for place in PLACES if not os.access(place.expanduser().parent, os.X_OK)
              and os.access(place.expanduser().parent, os.F_OK)]
    if closed:
        fail([f"no settings that this user may read: {closed[0]} is closed; give --config FILE, or write {PLACES[0]}"])
    fail([f"no settings: give --config FILE, or set {VARIABLE}, or write {PLACES[0]}; config/posko.yaml is an example"])


CONFIG = click.option(
    "--config", "path", envvar=VARIABLE, type=click.Path(readable=False, path_type=Path), metavar="FILE",
    callback=_find,
    help=f"The settings, such as config/posko.yaml. Otherwise ${VARIABLE}, {PLACES[0]} or {PLACES[1]}.",
)


def load(path: Path) -> config.Config:
    """The configuration in *path*; ends the program with its faults."""
    try:
        return config.load(path)
    except SettingsError as error:
        fail(error.faults)
