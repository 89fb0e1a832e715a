"""A report as text, for people: tables in one language. Must not decide what is in it.

Without a terminal it is plain, and 100 columns wide. What does not fit into its column goes on in the next line:
nothing is cut off.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from posko.labels import language, texts
from posko.labels.labels import Labels
from posko.report.core.history import COUNTED, UNDATED, Alarm, Dated, Month
from posko.report.core.rounds import Round, RoundsMonth

WIDTH = 100

_MARKS = {Dated.SYNCED: "", Dated.UNSYNCED: "~", Dated.BEFORE: "<"}


def alarms(months: Sequence[Month], labels: Labels) -> str:
    """The months' alarms: how many there were, and each of them."""
    parts: list[RenderableType] = []
    for month in months:
        name = _month(month.name, labels)
        if month.alarms:
            heading = name + _zone(alarm.at for alarm in month.alarms)
            parts += [Text(heading, "bold"), "", _summary(month, labels), "", _list(month, labels), ""]
        else:
            parts.append(Text(labels(texts.NO_ALARMS_IN, month=name)))
    if not months:
        parts.append(labels(texts.NO_ALARMS))
    return _draw([*parts, *_legend({alarm.dated for month in months for alarm in month.alarms}, labels)])


def rounds(months: Sequence[RoundsMonth], labels: Labels) -> str:
    """The months' patrols by post and night, and the posts that made none."""
    parts: list[RenderableType] = []
    for month in months:
        name = _month(month.name, labels)
        if month.rounds:
            heading = labels(texts.ROUNDS_IN, month=name) + _zone(each.at for each in month.rounds)
            parts += [Text(heading, "bold"), "", _nights(month.rounds, labels), ""]
        else:
            parts.append(Text(labels(texts.NO_ROUNDS_IN, month=name)))
        if month.none:
            none = ", ".join(map(labels.who, month.none))
            parts += [Text(labels(texts.MADE_NONE, posts=none), "yellow"), ""]
    if not months:
        parts.append(labels(texts.NO_ROUNDS))
    return _draw([*parts, *_legend({each.dated for month in months for each in month.rounds}, labels)])


def _summary(month: Month, labels: Labels) -> Table:
    table = _table(texts.SUMMARY_COLUMNS, "lll", labels)
    for key, counts in month.counts.items():
        _row(table, labels.incident(key.incident), labels.severity(key.incident), labels.place(key.village),
             *(str(counts[each]) for each in COUNTED))
    _row(table, labels(texts.TOTAL), "", "", *(str(month.total[each]) for each in COUNTED))
    return table


def _list(month: Month, labels: Labels) -> Table:
    table = _table(texts.LIST_COLUMNS, "rllrrrl", labels)
    for alarm in month.alarms:
        time = "?" if alarm.at is None else f"{labels.day(alarm.at)} {labels.hour(alarm.at)}"
        sirens = [labels.number(each, 1) for each in (alarm.first_siren_s, alarm.last_siren_s) if each is not None]
        _row(
            table, _MARKS[alarm.dated] + time if alarm.at is not None else time, _about(alarm, labels),
            labels(texts.STATUSES[alarm.status.value]),
            "" if alarm.duration_s is None else f"{alarm.duration_s:.0f}", "–".join(dict.fromkeys(sirens)),
            f"{alarm.sounded}/{len(alarm.expected)}" if alarm.expected else "",
            Text(_end(alarm, labels), "bold red" if alarm.in_force else ""),
        )
    return table


def _about(alarm: Alarm, labels: Labels) -> Text:
    """What and where, from whom, and who did not sound it."""
    text = Text(f"{labels.incident(alarm.key.incident)}, {labels.place(alarm.key.village)}")
    text.append(f"\n{labels(texts.FROM, who=labels.who(alarm.origin))}", "dim")
    if alarm.note:
        text.append(f"\n{labels(texts.NOTE, note=alarm.note)}", "dim")
    if alarm.missing:
        posts = ", ".join(map(labels.who, alarm.missing))
        text.append(f"\n{labels(texts.DID_NOT_RING, posts=posts)}", "yellow")
    return text


def _end(alarm: Alarm, labels: Labels) -> str:
    if alarm.end is not None:
        return labels(texts.ENDS[alarm.end.value]) + (labels(texts.FALSE) if alarm.false else "")
    return labels(texts.STILL_IN_FORCE if alarm.in_force else texts.NOT_RECORDED)


def _nights(found: Sequence[Round], labels: Labels) -> Table:
    table = _table(texts.NIGHT_COLUMNS, "llll", labels)
    for (village, post), whole in groupby(found, lambda each: (each.village, each.post)):
        who, where = labels.who(post), labels.place(village)
        for night, made in groupby(whole, lambda each: each.night):
            _row(table, who, where, _night(night, labels), ", ".join(_hour(each, labels) for each in made))
            who = where = ""
    return table


def _month(name: str, labels: Labels) -> str:
    """The month *name*, such as `2026-11`."""
    return labels(texts.UNDATED) if name == UNDATED else f"{labels.month(int(name[5:7]))} {name[:4]}"


def _zone(instants: Iterable[datetime | None]) -> str:
    """The time zone of *instants*."""
    zone = next((at.tzname() for at in instants if at is not None), None)
    return f" ({zone})" if zone else ""


def _night(begun: date | None, labels: Labels) -> str:
    """The two dates of a night."""
    if begun is None:
        return "?"
    ended = begun + timedelta(days=1)
    first = str(begun.day) if begun.month == ended.month else f"{begun.day} {labels.month(begun.month)}"
    return f"{first}–{ended.day} {labels.month(ended.month)}"


def _hour(each: Round, labels: Labels) -> str:
    """The hour of a patrol, and what made it known."""
    at = "?" if each.at is None else f"{_MARKS[each.dated]}{labels.hour(each.at)}"
    return f"{at} ({labels.word(texts.ORIGINS, each.origin)})"


def _legend(used: set[Dated], labels: Labels) -> list[RenderableType]:
    """What the marks mean that were used."""
    return [Text(labels(meaning), "dim") for mark, meaning in texts.LEGEND.items() if Dated(mark) in used]


def _table(titles: Sequence[language.Text], justify: str, labels: Labels) -> Table:
    """A table; *justify* has a letter, l or r, for each of the columns, and those without one are r."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title, side in zip(titles, justify.ljust(len(titles), "r"), strict=True):
        table.add_column(labels(title), justify="left" if side == "l" else "right", overflow="fold")
    return table


def _row(table: Table, *cells: str | Text) -> None:
    table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))  # a str would be markup


def _draw(parts: Iterable[RenderableType]) -> str:
    """*parts* below each other, with colours if a terminal shows them."""
    outside = Console()
    console = Console(width=max(WIDTH, outside.width) if outside.is_terminal else WIDTH, highlight=False)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()).rstrip("\n") + "\n"
