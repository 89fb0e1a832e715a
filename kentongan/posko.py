"""The hub's command. Faults of the user's are one line each, and exit 2."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from contract.settings.schema import SettingsError
from contract.text import escaped
from contract.user_error import UserError
from kentongan import posko_settings
from kentongan.log_format import LOG_FORMAT
from posko import config, last_settings
from runtime import files, settings_copies


@click.command()
@posko_settings.CONFIG
@click.option("--check", is_flag=True, help="Only say what is wrong with the settings.")
@LOG_FORMAT
def posko(path: Path, *, check: bool, line: Callable[[Mapping[str, object]], str]) -> None:
    """Run the hub until SIGTERM or Ctrl-C. What happens is logged on standard output, a line each.

    It records every alarm of the district, repeats what is in force every 5 seconds until it ends, and sees which posts
    sound it. One hub for a district, on the broker's host.
    """
    from posko import service  # noqa: PLC0415 - only `posko` needs the hub

    try:
        settings, _ = posko_settings.load(path)
    except SettingsError as error:
        last = last_settings.find(path)
        if check:
            for note in settings_copies.notes(last_settings.place(path), last, "a hub that is started now runs"):
                click.echo(escaped(note), err=True)
        if check or last is None:
            raise
        if last.config is None:
            raise UserError(*error.faults, last.why_not) from error
        fault = last.instead(error.faults, "the hub runs", "kentongan posko --check")
        service.Hub(last.config, _tell, line, settings_fault=fault).run()
        return
    for warning in config.warnings(settings):
        click.echo(f"warning: {escaped(warning)}", err=True)
    if check:
        district = settings.district
        for warning in files.slot_warnings(district, settings.catalogue):
            click.echo(f"warning: {escaped(warning)}", err=True)
        click.echo(f"{escaped(path)}: no faults. {district.name}, {len(district.villages)} villages; times are "
                   f"{district.zone.name}.")
        return
    service.Hub(settings, _tell, line, keep=lambda: last_settings.keep(path, settings)).run()


def _tell(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()
