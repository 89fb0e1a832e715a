"""What the posko's commands share: where their settings are found, and how they tell a fault of the user's."""

import os
import sys
from collections.abc import Iterable, Sequence
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


def find(places: Sequence[Path]) -> Path:
    """The first of *places* where there are settings; ends the program where there are none."""
    wanted = f"give --config FILE, or set {VARIABLE}, or write {places[0]}"
    folders = {place: place.expanduser().parent for place in places}
    for place in folders:
        if os.access(place.expanduser(), os.F_OK):
            return place.expanduser()
    for place, folder in folders.items():
        if os.access(folder, os.F_OK) and not os.access(folder, os.X_OK):
            fail([f"no settings that this user may read: {place} is closed; {wanted}"])
    fail([f"no settings: {wanted}; config/posko.yaml is an example"])


def _given_or_found(_context: click.Context, _parameter: click.Parameter, given: Path | None) -> Path:
    return given if given is not None else find(PLACES)


CONFIG = click.option(
    "--config", "path", envvar=VARIABLE, type=click.Path(readable=False, path_type=Path), metavar="FILE",
    callback=_given_or_found,
    help=f"The settings, such as config/posko.yaml. Otherwise ${VARIABLE}, {PLACES[0]} or {PLACES[1]}.",
)


def load(path: Path) -> config.Config:
    """The configuration in *path*; ends the program with its faults."""
    try:
        return config.load(path)
    except SettingsError as error:
        fail(error.faults)
