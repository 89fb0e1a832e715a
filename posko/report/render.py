"""A report as text, for people: tables in one language. Must not decide what is in it.

It is as wide as the terminal; without one it is plain, and as wide as COLUMNS says, or 100. What does not fit into its
column goes on in the next line; where a table does not fit at all, each of its rows is a block of lines. Nothing is
cut off.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from posko.labels import language, texts
from posko.labels.labels import Labels, clean
from posko.report.core.history import COUNTED, UNDATED, Alarm, Dated, Month
from posko.report.core.lapor import OPEN, ReportsMonth
from posko.report.core.responses import Response
from posko.report.core.rounds import Round, RoundsMonth

WIDTH = 100
_GAP = "  "

@dataclass(slots=True)
class _Rows:
    """Rows under titles: a table where it fits, otherwise a block for each row.

    *justify* has a letter, l or r, for each of the first columns of the table; those without one are r. *own* columns
    make up the first line of a block, which needs no title.
    """

    titles: tuple[str, ...]
    justify: str
    own: tuple[int, ...]
    rows: list[tuple[Text, ...]] = field(default_factory=list)

    def add(self, *cells: str | Text) -> None:
        self.rows.append(tuple(cell if isinstance(cell, Text) else Text(cell) for cell in cells))  # a str is markup

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        # No word is broken.
        columns = zip(self.titles, *([cell.plain for cell in row] for row in self.rows), strict=True)
        cells = [[line for text in column for line in text.splitlines()] for column in columns]
        least = [max(len(word) for line in column for word in line.split()) for column in cells]
        left = options.max_width - len(_GAP) * (len(least) - 1) - sum(least)
        if left < 0:
            yield from self._blocks()
        else:
            yield self._table(_widened(least, [max(map(len, column)) for column in cells], left))

    def _table(self, widths: Sequence[int]) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), header_style="dim")
        sides = self.justify.ljust(len(self.titles), "r")
        for title, side, width in zip(self.titles, sides, widths, strict=True):
            table.add_column(title, justify="left" if side == "l" else "right", overflow="fold", width=width)
        for row in self.rows:
            table.add_row(*row)
        return table

    def _blocks(self) -> Iterator[RenderableType]:
        for row in self.rows:
            yield Text(_GAP).join(row[number] for number in self.own if row[number])
            told = [Text(f"{' '.join(title.split())} ", "dim") + cell
                    for number, (title, cell) in enumerate(zip(self.titles, row, strict=True))
                    if number not in self.own and cell]
            if told:
                yield Padding(Text(" · ").join(told), (0, 0, 0, 2))


def _widened(least: Sequence[int], most: Sequence[int], left: int) -> list[int]:
    """The widths *least*, with *left* more columns shared out evenly among those that are not as wide as *most*."""
    widths = list(least)
    while left > 0 and any(map(int.__lt__, widths, most)):
        for number, width in enumerate(widths):
            if width < most[number] and left > 0:
                widths[number], left = width + 1, left - 1
    return widths


_MARKS = {Dated.SYNCED: "", Dated.UNSYNCED: "~", Dated.BEFORE: "<"}


def alarms(months: Sequence[Month], labels: Labels) -> str:
    """The months' alarms: how many there were, and each of them."""
    parts: list[RenderableType] = []
    for month in months:
        name = _month(month.name, labels)
        if month.alarms:
            heading = name + _zone(alarm.at for alarm in month.alarms)
            parts += [Text(heading, "bold"), "", _summary(month, labels), ""]
            if any(alarm.responses or alarm.unanswered for alarm in month.alarms):
                parts += [_response_times(month, labels), ""]
            parts += [_list(month, labels), ""]
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


def lapor(months: Sequence[ReportsMonth], labels: Labels) -> str:
    """The months' residents' reports: how many there were and how soon somebody came, and each of them."""
    parts: list[RenderableType] = []
    for month in months:
        name = _month(month.name, labels)
        if month.reports:
            heading = labels(texts.REPORTS_IN, month=name) + _zone(each.at for each in month.reports)
            parts += [Text(heading, "bold"), "", _summaries(month, labels), "", _reports(month, labels), ""]
        else:
            parts.append(Text(labels(texts.NO_REPORTS_IN, month=name)))
    if not months:
        parts.append(labels(texts.NO_REPORTS))
    return _draw([*parts, *_legend({each.dated for month in months for each in month.reports}, labels)])


def _summaries(month: ReportsMonth, labels: Labels) -> _Rows:
    table = _rows(texts.REPORT_SUMMARY_COLUMNS, "l", (0,), labels)
    for village, found in month.summaries.items():
        medians = ("" if each is None else labels.length(each) for each in (found.first_response_s, found.arrival_s))
        table.add(labels.place(village), str(found.reports), str(found.states.get(OPEN, 0)), str(found.responded),
                  *medians)
    return table


def _reports(month: ReportsMonth, labels: Labels) -> _Rows:
    table = _rows(texts.REPORT_COLUMNS, "rlll", (0, 1), labels)
    for each in month.reports:
        time = "?" if each.at is None else f"{_MARKS[each.dated]}{labels.day(each.at)} {labels.hour(each.at)}"
        about = Text(f"{labels.place(each.village)}: {clean(each.text)}")
        about.append(f"\n{labels(texts.FROM, who=labels.sender(each.by, claimed=each.claimed))}", "dim")
        _respond(about, each.responses, labels)
        after = "" if each.closed_s is None else labels(texts.CLOSED_AFTER, after=labels.length(each.closed_s))
        table.add(time, about, labels.word(texts.SEVERITIES, each.severity),
                  Text(labels(texts.CLOSURES[each.state]) + after, "bold red" if each.closure is None else ""))
    return table


def _respond(about: Text, responses: Iterable[Response], labels: Labels) -> None:
    """Adds to *about* who responded, a line each."""
    for each in responses:
        after = "?" if each.after_s is None else labels.length(each.after_s)
        who, step = labels.sender(each.by, claimed=each.claimed), labels.word(texts.STEPS, each.step)
        about.append(f"\n{labels(texts.RESPONSE, who=who, step=step, after=after)}", "green")


def _summary(month: Month, labels: Labels) -> _Rows:
    table = _rows(texts.SUMMARY_COLUMNS, "lll", (0, 2), labels)
    for key, counts in month.counts.items():
        table.add(labels.incident(key.incident), labels.severity(key.incident), labels.place(key.village),
             *(str(counts[each]) for each in COUNTED))
    table.add(labels(texts.TOTAL), "", "", *(str(month.total[each]) for each in COUNTED))
    return table


def _response_times(month: Month, labels: Labels) -> _Rows:
    """To how many alarms somebody responded, and how soon: half of them sooner, half of them later."""
    table = _rows(texts.RESPONSE_COLUMNS, "ll", (0, 1), labels)
    for key, times in month.response_times.items():
        medians = ("" if each is None else labels.length(each) for each in (times.first_response_s, times.arrival_s))
        table.add(labels.incident(key.incident), labels.place(key.village), str(times.alarms), str(times.responded),
                  *medians)
    return table


def _list(month: Month, labels: Labels) -> _Rows:
    table = _rows(texts.LIST_COLUMNS, "rllrrrl", (0, 1), labels)
    for alarm in month.alarms:
        time = "?" if alarm.at is None else f"{labels.day(alarm.at)} {labels.hour(alarm.at)}"
        sirens = [labels.number(each, 1) for each in (alarm.first_siren_s, alarm.last_siren_s) if each is not None]
        table.add(
            _MARKS[alarm.dated] + time if alarm.at is not None else time, _about(alarm, labels),
            labels(texts.STATUSES[alarm.status.value]),
            "" if alarm.duration_s is None else labels.number(alarm.duration_s, 0), "–".join(dict.fromkeys(sirens)),
            f"{alarm.sounded}/{len(alarm.expected)}" if alarm.expected else "",
            Text(_end(alarm, labels), "bold red" if alarm.in_force else ""),
        )
    return table


def _about(alarm: Alarm, labels: Labels) -> Text:
    """What and where, from whom, and who did not sound it."""
    text = Text(f"{labels.incident(alarm.key.incident)}, {labels.place(alarm.key.village)}")
    text.append(f"\n{labels(texts.FROM, who=labels.sender(alarm.origin, claimed=alarm.claimed))}", "dim")
    if alarm.note:
        text.append(f"\n{labels(texts.NOTE, note=clean(alarm.note))}", "dim")
    _respond(text, alarm.responses, labels)
    if alarm.unanswered:
        text.append(f"\n{labels(texts.NOT_IN_TIME)}", "yellow")
    if alarm.missing:
        posts = ", ".join(map(labels.who, alarm.missing))
        text.append(f"\n{labels(texts.DID_NOT_RING, posts=posts)}", "yellow")
    return text


def _end(alarm: Alarm, labels: Labels) -> str:
    if alarm.end is not None:
        return labels(texts.ENDS[alarm.end.value]) + (labels(texts.FALSE) if alarm.false else "")
    return labels(texts.STILL_IN_FORCE if alarm.in_force else texts.NOT_RECORDED)


def _nights(found: Sequence[Round], labels: Labels) -> _Rows:
    table = _rows(texts.NIGHT_COLUMNS, "llll", (0, 1, 2), labels)
    for (village, post, claimed), whole in groupby(found, lambda each: (each.village, each.post, each.claimed)):
        who, where = labels.sender(post, claimed=claimed), labels.place(village)
        for night, made in groupby(whole, lambda each: each.night):
            table.add(who, where, _night(night, labels), ", ".join(_hour(each, labels) for each in made))
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
    first = str(begun.day) if begun.month == ended.month else labels.day(begun, whole=True)
    return f"{first}–{labels.day(ended, whole=True)}"


def _hour(each: Round, labels: Labels) -> str:
    """The hour of a patrol, and what made it known."""
    at = "?" if each.at is None else f"{_MARKS[each.dated]}{labels.hour(each.at)}"
    return f"{at} ({labels.word(texts.ORIGINS, each.origin)})"


def _legend(used: set[Dated], labels: Labels) -> list[RenderableType]:
    """What the marks mean that were used."""
    return [Text(labels(meaning), "dim") for mark, meaning in texts.LEGEND.items() if Dated(mark) in used]


def _rows(titles: Sequence[language.Text], justify: str, own: tuple[int, ...], labels: Labels) -> _Rows:
    return _Rows(tuple(map(labels, titles)), justify, own)


def _draw(parts: Iterable[RenderableType]) -> str:
    """*parts* below each other, with colours if a terminal shows them."""
    outside = Console()
    told = os.environ.get("COLUMNS", "")
    width = outside.width if outside.is_terminal or (told.isdecimal() and int(told)) else WIDTH
    console = Console(width=width, highlight=False)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()).rstrip("\n") + "\n"
