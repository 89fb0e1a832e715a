"""The report's command. Faults of the user's are one line each, and exit 2."""

import re
import time
from datetime import datetime
from pathlib import Path

import click

from kentongan import posko_settings
from kentongan.operator_help import OperatorCommand
from posko.journal import NAME
from posko.labels import texts
from posko.labels.language import Language
from posko.report import archive, export, render
from posko.report.archive import ArchiveError
from posko.report.core import history, responses, rounds, rows
from posko.report.export import Dialect
from runtime import clock


def _month(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    if given is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", given, re.ASCII):
        raise click.BadParameter(f"{given!r} must be a month, such as 2026-11")
    return given


@click.command(cls=OperatorCommand)
@posko_settings.CONFIG
@posko_settings.LANG
@click.option("--month", callback=_month, metavar="YYYY-MM", help="Only this month.")
@click.option("--ronda", is_flag=True, help="The patrols, by post and night, instead of the alarms.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, one line each, with slugs instead of names.")
@click.option("--dialect", type=click.Choice([each.name.lower() for each in Dialect]),
              help="With --csv. standard: RFC 4180. id: for Excel or LibreOffice set to Indonesian, where commas are "
                   "decimal signs: semicolons between the columns.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: the same, with the counts.")
def report(  # noqa: PLR0913 - one for each option
    path: Path, speech: Language, month: str | None, dialect: str | None, *, ronda: bool, as_csv: bool, as_json: bool
) -> None:
    """What happened: the alarms month by month, or the patrols (ronda).

    It reads the hub's journal and changes nothing, so it runs on the hub's computer, while the hub runs or does not.
    Times are the district's, whatever this machine's time zone. A night runs from noon to noon, and belongs to the
    month in which it begins.

    A false alarm is an actual one that the all-clear ended within 60 s. A late one came when it was over, and sounded
    nowhere. The age of some is unknown: the hub's machine restarted while they were in force.

    Response times are counted from the press: to the first response, and to the first who was there; of several alarms
    they are medians.

    In CSV and JSON `clock` says how well a time is known: synced, unsynced, or before (it was some time before).

    \b
    Example:
      kentongan report --month 2026-11 --csv > november.csv
      kentongan report --month 2026-11 --csv --dialect id > november.csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json: give one of the two")
    if dialect is not None and not as_csv:
        raise click.UsageError("--dialect: is a form of CSV; give --csv as well")
    form = Dialect[(dialect or "standard").upper()]
    config, labels = posko_settings.load(path, speech)
    clock.adopt(config.district.zone)
    journal, district = config.state_dir / NAME, config.district.district
    try:
        raws = archive.rows(journal, archive.ROUNDS if ronda else archive.ALARMS)
        written, unanswered = (archive.rows(journal, each) for each in (archive.RESPONSES, archive.UNANSWERED))
    except ArchiveError as error:
        posko_settings.fail([labels(error.text, **error.values)])
    if ronda:
        made, skipped = rows.read(raws, lambda raw: rounds.read_round(raw, local))
        nights = rounds.months(made, labels.posts, month)
        text = (export.rounds_csv(nights, form) if as_csv else export.rounds_json(nights, district) if as_json
                else render.rounds(nights, labels))
    else:
        now = time.time()
        (made_of, wrong), (late, odd) = rows.read(written, responses.read_response), rows.read(
            unanswered, responses.read_unanswered)
        known = responses.collect(made_of, late)
        alarms, skipped = rows.read(raws, lambda raw: history.read_alarm(raw, local, now, known))
        skipped += [*wrong, *odd]
        found = history.months(alarms, month)
        text = (export.alarms_csv(found, labels.severities, form) if as_csv
                else export.alarms_json(found, district, labels.severities) if as_json
                else render.alarms(found, labels))
    for each in skipped:
        click.echo(labels(texts.ROW_SKIPPED, row=each.number, column=each.column), err=True)
    click.echo(text, nl=False)


def local(epoch: float) -> datetime:
    """The instant *epoch*, in seconds since the epoch, by this process' zone, which is the district's."""
    return datetime.fromtimestamp(epoch).astimezone()
