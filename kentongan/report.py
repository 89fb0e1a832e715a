"""The report's command. Faults of the user's are one line each, and exit 2."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from kentongan import posko_settings
from kentongan.operator_help import OperatorCommand
from posko.journal_place import JournalPlace
from posko.labels import texts
from posko.labels.labels import Labels
from posko.labels.language import Language
from posko.report import archive, export, render
from posko.report.archive import ArchiveError
from posko.report.core import history, lapor, rounds, rows
from posko.report.core.rows import SkippedRow
from posko.report.export import Dialect
from runtime import clock


def _month(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    if given is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", given, re.ASCII):
        raise click.BadParameter(f"{given!r} must be a month, such as 2026-11")
    return given


@click.command(cls=OperatorCommand)
@posko_settings.CONFIG
@posko_settings.LANG
@click.option("--also", "others", multiple=True, type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="Settings of one more district, as --config has them; again for each. Each is reported by itself; "
                   "CSV is one table with the district's slug first, JSON a list.")
@click.option("--month", callback=_month, metavar="YYYY-MM", help="Only this month.")
@click.option("--ronda", is_flag=True, help="The patrols, by post and night, instead of the alarms.")
@click.option("--lapor", "of_residents", is_flag=True, help="Residents' reports, instead of the alarms.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, one line each, with slugs instead of names.")
@click.option("--dialect", type=click.Choice([each.name.lower() for each in Dialect]),
              help="With --csv. standard: RFC 4180. id: for Excel or LibreOffice set to Indonesian, where commas are "
                   "decimal signs: semicolons between the columns.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: the same, with the counts.")
def report(  # noqa: PLR0913 - one for each option
    path: Path, speech: Language, month: str | None, dialect: str | None, *, others: tuple[Path, ...], ronda: bool,
    of_residents: bool, as_csv: bool, as_json: bool,
) -> None:
    """What happened: the alarms month by month, the patrols (ronda), or the residents' reports (lapor).

    It reads the hub's journal and changes nothing, so it runs on the hub's computer, while the hub runs or does not.
    Times are the district's, whatever this machine's time zone. A night runs from noon to noon, and belongs to the
    month in which it begins.

    A false alarm is an actual one that the all-clear ended within 60 s. A late one came when it was over, and sounded
    nowhere. The age of some is unknown: the hub's machine restarted while they were in force.

    Response times are counted from the press: to the first response, and to the first who was there; of several alarms
    they are medians.

    Of several districts (--also) the first one that cannot be read ends it. They must have one time zone.

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
    if ronda and of_residents:
        raise click.UsageError("--ronda and --lapor: give one of the two")
    form = Dialect[(dialect or "standard").upper()]
    loaded = [posko_settings.load(each, speech) for each in (path, *others)]
    config, labels = loaded[0]
    posko_settings.fit_together([each for each, _ in loaded], labels)
    clock.adopt(config.district.zone)
    make = _rounds if ronda else _lapor if of_residents else _alarms
    found: dict[str, str] = {}
    for each, names in loaded:
        try:
            archive_ = _Archive(each.journal, each.district.district, month, names)
            (as_text, to_csv, to_json), skipped = make(archive_)
        except ArchiveError as error:
            posko_settings.fail([names(error.text, **error.values)])
        title = each.district.name
        heading = f"{title}\n{'=' * len(title)}\n\n" if others else ""
        found[each.district.district] = (
            to_csv(form) if as_csv else to_json() if as_json else f"{heading}{as_text()}")
        for row in skipped:
            click.echo(names(texts.ROW_SKIPPED, row=row.number, column=row.column), err=True)
    click.echo(_together(found, form, as_csv=as_csv, as_json=as_json), nl=False)


def _together(found: Mapping[str, str], form: Dialect, *, as_csv: bool, as_json: bool) -> str:
    """The reports *found* of each district, as one."""
    if len(found) == 1:
        return next(iter(found.values()))
    if as_csv:
        return export.several_csv(found, form)
    return export.several_json(found.values()) if as_json else "\n".join(found.values())


class _Archive(NamedTuple):
    """Where the journal is, of which district and month, and for whom it is read."""

    place: JournalPlace
    district: str
    month: str | None
    labels: Labels


_Forms = tuple[Callable[[], str], Callable[[Dialect], str], Callable[[], str]]  # for people, as CSV, as JSON
_Found = tuple[_Forms, list[SkippedRow]]


def _rounds(found: _Archive) -> _Found:
    made, skipped = rows.read(archive.rows(found.place, archive.ROUNDS),
                              lambda raw: rounds.read_round(raw, archive.local))
    nights = rounds.months(made, found.labels.posts, found.month)
    return (partial(render.rounds, nights, found.labels), partial(export.rounds_csv, nights),
            partial(export.rounds_json, nights, found.district)), skipped


def _lapor(found: _Archive) -> _Found:
    known, odd = archive.responses(found.place)
    made, skipped = rows.read(archive.rows(found.place, archive.LAPOR),
                              lambda raw: lapor.read_lapor(raw, archive.local, found.labels.posts, known))
    months = lapor.months(made, found.month)
    return (partial(render.lapor, months, found.labels), partial(export.lapor_csv, months),
            partial(export.lapor_json, months, found.district)), [*skipped, *odd]


def _alarms(found: _Archive) -> _Found:
    made, skipped = archive.alarms(found.place)
    months, severities = history.months(made, found.month), found.labels.severities
    return (partial(render.alarms, months, found.labels), partial(export.alarms_csv, months, severities),
            partial(export.alarms_json, months, found.district, severities)), skipped
