"""Where the node's commands find their settings, as the posko's find theirs (`kentongan.posko_settings`)."""

import os
from pathlib import Path

import click

from contract.settings.schema import SettingsError

VARIABLE = "KENTONGAN_NODE_CONFIG"
PLACE = Path("/etc/kentongan/node.yaml")


def _given_or_found(context: click.Context, _parameter: click.Parameter, given: Path | None) -> Path:
    if given is not None or context.resilient_parsing:  # a shell asks what there is; it needs no settings
        return given or PLACE
    if os.access(PLACE, os.F_OK):
        return PLACE
    closed = os.access(PLACE.parent, os.F_OK) and not os.access(PLACE.parent, os.X_OK)
    why = f"no settings that this user may read: {PLACE} is closed" if closed else "no settings"
    wanted = f"give --config FILE, or set {VARIABLE}, or write {PLACE}; config/node.yaml is an example"
    raise SettingsError([f"{why}: {wanted}"])


CONFIG = click.option(
    "--config", "path", envvar=VARIABLE, type=click.Path(readable=False, path_type=Path), metavar="FILE",
    callback=_given_or_found,
    help=f"The node's settings, such as config/node.yaml. Otherwise ${VARIABLE} or {PLACE}.",
)
