"""A report for machines, and for a table program: CSV and JSON. Must not decide what is in it.

Both have the words of the wire: slugs, CAP's statuses, the hub's ends. What nobody knows is empty, or null.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum

from contract.values import dataclass
from posko.core.effects import Closure
from posko.report.core.history import COUNTED, Alarm, Month, ResponseTimes
from posko.report.core.lapor import OPEN, Report, ReportsMonth
from posko.report.core.responses import Response
from posko.report.core.rounds import Round, RoundsMonth

DISTRICT = "district"  # the first column, where there are several
ALARM = ("identifier", "time", "clock", "incident", "village", "status", "origin", "claimed", "duration_s",
         "first_siren_s", "last_siren_s", "sounded", "expected", "missing", "end", "false", "severity", "note",
         "unanswered", "responders", "first_response_s", "arrival_s")
ROUND = ("night", "time", "clock", "village", "post", "claimed", "origin", "identifier")
LAPOR = ("identifier", "time", "clock", "village", "severity", "by", "claimed", "text", "lat", "lon", "accuracy_m",
         "end", "closed_s", "responders", "first_response_s", "arrival_s")

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Form:
    """How CSV is written. `mark` comes first; an instant's `time_form` is strftime's, None: RFC 3339."""

    separator: str
    decimal: str
    mark: str = ""
    time_form: str | None = None


class Dialect(Enum):
    """`STANDARD`: RFC 4180, for programs. `ID`: for a table program set to Indonesian.

    There the comma is the decimal sign, so the semicolon separates; a byte order mark makes Excel read UTF-8, and
    only a time without its offset is a time.
    """

    STANDARD = Form(",", ".")
    ID = Form(";", ",", "\ufeff", "%Y-%m-%d %H:%M:%S")


def alarms_csv(
    months: Sequence[Month], severities: Mapping[str, str], dialect: Dialect = Dialect.STANDARD
) -> str:
    """A line for each alarm; *severities* are the incidents', as the catalogue has them."""
    return _csv(ALARM, (_alarm(alarm, severities) for month in months for alarm in month.alarms), dialect.value)


def alarms_json(months: Sequence[Month], district: str, severities: Mapping[str, str]) -> str:
    """The alarms, with who responded, and their counts and response times by month, incident and village."""
    summary = [
        {"month": month.name or None, "incident": key.incident, "village": key.village,
         **{each: counts[each] for each in COUNTED}, **_times(month.response_times.get(key))}
        for month in months for key, counts in month.counts.items()
    ]
    alarms = [{**_alarm(alarm, severities), "responses": [_response(each) for each in alarm.responses]}
              for month in months for alarm in month.alarms]
    return _json({"district": district, "summary": summary, "alarms": alarms})


def several_csv(found: Mapping[str, str], dialect: Dialect = Dialect.STANDARD) -> str:
    """One table of the CSV that is *found* for each district: the same columns, with the district's slug first."""
    form, text = dialect.value, io.StringIO()
    text.write(form.mark)
    writer = csv.writer(text, delimiter=form.separator)
    for number, (district, table) in enumerate(found.items()):
        lines = csv.reader(io.StringIO(table.removeprefix(form.mark), newline=""), delimiter=form.separator)
        header = next(lines)
        if number == 0:
            writer.writerow([DISTRICT, *header])
        writer.writerows([district, *line] for line in lines)
    return text.getvalue()


def several_json(found: Iterable[str]) -> str:
    """A list of the JSON that is *found* for each district."""
    return _json([json.loads(each) for each in found])


def _times(found: ResponseTimes | None) -> Record:
    if found is None:
        return {"responded": 0, "first_response_s": None, "arrival_s": None}
    return {"responded": found.responded, "first_response_s": found.first_response_s, "arrival_s": found.arrival_s}


def _response(found: Response) -> Record:
    return {"by": found.by, "claimed": found.claimed, "step": found.step, "after_s": found.after_s}


def rounds_csv(months: Sequence[RoundsMonth], dialect: Dialect = Dialect.STANDARD) -> str:
    """A line for each patrol."""
    return _csv(ROUND, (_round(each) for month in months for each in month.rounds), dialect.value)


def rounds_json(months: Sequence[RoundsMonth], district: str) -> str:
    """The patrols, and for each month the posts that made none."""
    none = [{"month": month.name or None, "posts": list(month.none)} for month in months]
    return _json({"district": district, "rounds": [_round(each) for month in months for each in month.rounds],
                  "none": none})


def lapor_csv(months: Sequence[ReportsMonth], dialect: Dialect = Dialect.STANDARD) -> str:
    """A line for each resident's report."""
    return _csv(LAPOR, (_lapor(each) for month in months for each in month.reports), dialect.value)


def lapor_json(months: Sequence[ReportsMonth], district: str) -> str:
    """The residents' reports, with who responded, and their counts and response times by month and village."""
    summary = [
        {"month": month.name or None, "village": village, "reports": found.reports,
         **{state: found.states.get(state, 0) for state in (*(each.value for each in Closure), OPEN)},
         "responded": found.responded, "first_response_s": found.first_response_s, "arrival_s": found.arrival_s}
        for month in months for village, found in month.summaries.items()
    ]
    reports = [{**_lapor(each), "responses": [_response(one) for one in each.responses]}
               for month in months for each in month.reports]
    return _json({"district": district, "summary": summary, "lapor": reports})


def _lapor(each: Report) -> Record:
    lat, lon, accuracy_m = (None, None, None) if each.place is None else each.place
    values = (
        each.identifier, each.at, None if each.at is None else each.dated.value, each.village, each.severity.value,
        each.by, each.claimed, each.text, lat, lon, accuracy_m, each.state, each.closed_s,
        len({one.by for one in each.responses}), each.first_response_s, each.arrival_s,
    )
    return dict(zip(LAPOR, values, strict=True))


def _alarm(alarm: Alarm, severities: Mapping[str, str]) -> Record:
    proof = bool(alarm.expected)
    values = (
        alarm.identifier, alarm.at, None if alarm.at is None else alarm.dated.value, alarm.key.incident,
        alarm.key.village, alarm.status.value, alarm.origin or None, alarm.claimed if alarm.origin else None,
        alarm.duration_s, alarm.first_siren_s, alarm.last_siren_s, alarm.sounded if proof else None,
        len(alarm.expected) if proof else None,
        list(alarm.missing), alarm.end.value if alarm.end is not None else "in_force" if alarm.in_force else None,
        alarm.false, severities.get(alarm.key.incident), alarm.note or None, alarm.unanswered,
        len({each.by for each in alarm.responses}), alarm.first_response_s, alarm.arrival_s,
    )
    return dict(zip(ALARM, values, strict=True))


def _round(each: Round) -> Record:
    values = (
        None if each.night is None else each.night.isoformat(), each.at,
        None if each.at is None else each.dated.value, each.village, each.post or None,
        each.claimed if each.post else None, each.origin, each.identifier,
    )
    return dict(zip(ROUND, values, strict=True))


def _csv(columns: Sequence[str], records: Iterable[Record], form: Form) -> str:
    text = io.StringIO()
    text.write(form.mark)
    writer = csv.writer(text, delimiter=form.separator)
    writer.writerow(columns)
    writer.writerows([_cell(value, form) for value in record.values()] for record in records)
    return text.getvalue()


def _cell(value: object, form: Form) -> object:
    """*value* as it stands in CSV. A text that a table program would run as a formula is made a text for it too."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return str(value).replace(".", form.decimal)
        case datetime():
            return _text(value) if form.time_form is None else value.strftime(form.time_form)
        case list():
            return _cell(" ".join(value), form)
        case str() if value.startswith(("=", "+", "-", "@")):
            return f"'{value}"
        case _:
            return value  # None is written as nothing


def _text(value: object) -> str:
    """An instant, as RFC 3339 has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(f"{value!r} cannot be written as JSON")


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False, default=_text) + "\n"
