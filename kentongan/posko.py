"""The hub's command. Faults of the user's are one line each, and exit 2."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from contract.settings.schema import SettingsError
from contract.text import escaped, several
from kentongan import output, posko_settings
from kentongan.log_format import LOG_FORMAT
from posko import config, journal_place, last_settings
from runtime import files, settings_copies


@click.command()
@posko_settings.CONFIG
@click.option("--check", is_flag=True, help="Only say what is wrong with the settings.")
@click.option("--offline", is_flag=True, help="With --check: ask no database; these are another machine's settings.")
@LOG_FORMAT
def posko(path: Path, *, check: bool, offline: bool, line: Callable[[Mapping[str, object]], str]) -> None:
    """Run the hub until SIGTERM or Ctrl-C. What happens is logged on standard output, a line each.

    It records every alarm of the district, repeats what is in force every 5 seconds until it ends, and sees which posts
    sound it. One hub for a district, on the broker's host; or several, of which one leads, with a journal on a database
    server.
    """
    if offline and not check:
        raise click.UsageError("--offline belongs to --check")
    if not check:
        from kentongan import run_posko  # noqa: PLC0415 - only `posko` needs the hub

        run_posko.run(path, line)
        return
    try:
        settings, _ = posko_settings.load(path)
    except SettingsError:
        last = last_settings.find(path)
        for note in settings_copies.notes(last_settings.place(path), last, "a hub that is started now runs"):
            output.complain(note)
        raise
    for warning in config.warnings(settings):
        output.complain(f"warning: {warning}")
    journal_place.require(settings.journal)
    for warning in () if offline else journal_place.examine(settings.journal):
        output.complain(f"warning: {warning}")
    if settings.settings.notify is not None:
        from posko.notify import config as notify_config  # noqa: PLC0415 - only this needs Apprise, which takes a while

        for warning in notify_config.warnings(notify_config.assemble(path, settings)):
            output.complain(f"warning: {warning}")
    district = settings.district
    for warning in files.slot_warnings(district, settings.catalogue):
        output.complain(f"warning: {warning}")
    click.echo(f"{escaped(path)}: no faults. {district.name}, "
               f"{several(len(district.villages), 'village')}; times are {district.zone.name}.")
