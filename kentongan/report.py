"""The report's command. Faults of the user's are one line each, and exit 2."""

import re
import time
from datetime import datetime
from pathlib import Path

import click

from kentongan import posko_settings
from posko.config import Config
from posko.journal import NAME
from posko.report import archive, export, render
from posko.report.archive import ArchiveError
from posko.report.core import history, rounds, words

Told = tuple[str, list[str]]  # the report, and what could not be read


def _month(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    if given is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", given, re.ASCII):
        raise click.BadParameter(f"{given!r} is no month; write it as 2026-11")
    return given


@click.command()
@posko_settings.CONFIG
@click.option("--month", callback=_month, metavar="YYYY-MM", help="Only this month.")
@click.option("--ronda", is_flag=True, help="The watch's rounds, by post and night, instead of the alarms.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, one line each, with slugs instead of names.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: the same, with the counts.")
def report(path: Path, month: str | None, *, ronda: bool, as_csv: bool, as_json: bool) -> None:
    """What happened: the alarms month by month, or the watch's rounds.

    It reads the hub's journal and changes nothing, so it runs on the broker's host, while the hub runs or does not.
    Times are this machine's local time. A night runs from noon to noon, and belongs to the month in which it begins.

    A false alarm is one in earnest that the all-clear ended within 60 s. A late one came when it was over, and sounded
    nowhere. The age of some is unknown: the hub's machine restarted while they were in force.

    In CSV and JSON `clock` says how well a time is known: synced, unsynced, or before (it was some time before).

    \b
    Example:
      kentongan report --month 2026-11 --csv > november.csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json: give one of the two")
    settings, _ = posko_settings.load(path)
    journal = settings.state_dir / NAME
    form = "csv" if as_csv else "json" if as_json else "text"
    try:
        text, doubts = _rounds(journal, settings, month, form) if ronda else _alarms(journal, settings, month, form)
    except ArchiveError as error:
        posko_settings.fail([str(error)])
    for doubt in doubts:
        click.echo(doubt, err=True)
    click.echo(text, nl=False)


def local(epoch: float) -> datetime:
    """The instant *epoch*, in seconds since the epoch, by the machine's zone: the only place that asks for it."""
    return datetime.fromtimestamp(epoch).astimezone()


def _alarms(journal: Path, settings: Config, month: str | None, form: str) -> Told:
    found = history.months(archive.alarms(journal), local, time.time(), month)
    doubts = [words.doubt("alarm", alarm.identifier, alarm.doubts)
              for each in found for alarm in each.alarms if alarm.doubts]
    if form == "csv":
        return export.alarms_csv(found), doubts
    if form == "json":
        return export.alarms_json(found, settings.district.district), doubts
    return render.alarms(found, words.names(settings.district, settings.catalogue)), doubts


def _rounds(journal: Path, settings: Config, month: str | None, form: str) -> Told:
    posts = [f"{slug}/{node}" for slug, village in settings.district.villages.items() for node in village.posts]
    found = rounds.months(archive.rounds(journal), posts, local, month)
    doubts = [words.doubt("ronda", made.identifier, made.doubts)
              for each in found for made in each.rounds if made.doubts]
    if form == "csv":
        return export.rounds_csv(found), doubts
    if form == "json":
        return export.rounds_json(found, settings.district.district), doubts
    return render.rounds(found, words.names(settings.district, settings.catalogue)), doubts
