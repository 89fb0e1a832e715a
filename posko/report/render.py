"""A report as text, for people: tables in Bahasa Indonesia. Must not decide what is in it.

Without a terminal it is plain, and 100 columns wide. What does not fit into its column goes on in the next line:
nothing is cut off.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Literal

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from posko.report.core import words
from posko.report.core.history import Alarm, Counts, Dated, Month
from posko.report.core.rounds import Round, RoundsMonth
from posko.report.core.words import Names

WIDTH = 100

Justify = Literal["left", "right"]
_SUMMARY: Mapping[str, Justify] = {
    "Kejadian": "left", "Desa": "left", "Alarm": "right", "yang palsu": "right", "Latihan": "right",
    "Terlambat": "right", "Umur tak diketahui": "right",
}
_LIST: Mapping[str, Justify] = {
    "Waktu": "right", "Alarm": "left", "Sifat": "left", "Lama (s)": "right", "Sirene (s)": "right", "Pos": "right",
    "Akhir": "left",
}
_NIGHTS: Mapping[str, Justify] = {"Pos": "left", "Desa": "left", "Malam": "left", "Pukul": "left"}


def alarms(months: Sequence[Month], names: Names) -> str:
    """The months' alarms: how many there were, and each of them."""
    parts: list[RenderableType] = []
    for month in months:
        if month.alarms:
            parts += [Text(words.month(month.name), "bold"), "", _summary(month, names), "", _list(month, names), ""]
        else:
            parts.append(Text(f"Tidak ada alarm pada {words.month(month.name)}."))
    if not months:
        parts.append("Belum ada alarm yang tercatat.")
    return _draw([*parts, *_legend(alarm.dated for month in months for alarm in month.alarms)])


def rounds(months: Sequence[RoundsMonth], names: Names) -> str:
    """The months' rounds by post and night, and the posts that made none."""
    parts: list[RenderableType] = []
    for month in months:
        name = words.month(month.name)
        if month.rounds:
            parts += [Text(f"Ronda {name}", "bold"), "", _nights(month.rounds, names), ""]
        else:
            parts.append(Text(f"Tidak ada ronda pada {name}."))
        if month.none:
            parts += [Text(f"Tidak meronda: {', '.join(names.who(post) for post in month.none)}", "yellow"), ""]
    if not months:
        parts.append("Belum ada ronda yang tercatat.")
    return _draw([*parts, *_legend(each.dated for month in months for each in month.rounds)])


def _summary(month: Month, names: Names) -> Table:
    table = _table(_SUMMARY)
    for key, counts in month.counts.items():
        _row(table, names.incident(key.incident), names.village(key.village), *_numbers(counts))
    _row(table, "Jumlah", "", *_numbers(month.total))
    return table


def _numbers(counts: Counts) -> tuple[str, ...]:
    found = (counts.alarms, counts.false, counts.exercises, counts.late, counts.unknown)
    return tuple(str(each) for each in found)


def _list(month: Month, names: Names) -> Table:
    table = _table(_LIST)
    for alarm in month.alarms:
        _row(
            table, words.when(alarm.at, alarm.dated), _about(alarm, names), words.status(alarm),
            "" if alarm.duration_s is None else f"{alarm.duration_s:.0f}", words.sirens(alarm), words.sounded(alarm),
            Text(words.end(alarm), "bold red" if alarm.in_force else ""),
        )
    return table


def _about(alarm: Alarm, names: Names) -> Text:
    """What and where, from whom, and who did not sound it."""
    text = Text(f"{names.incident(alarm.key.incident)}, {names.village(alarm.key.village)}")
    text.append(f"\nasal: {names.who(alarm.origin)}", "dim")
    if alarm.missing:
        text.append(f"\ntidak berbunyi: {', '.join(names.who(post) for post in alarm.missing)}", "yellow")
    return text


def _nights(found: Sequence[Round], names: Names) -> Table:
    table = _table(_NIGHTS)
    for (village, post), whole in groupby(found, lambda each: (each.village, each.post)):
        who, where = names.who(post), names.village(village)
        for night, made in groupby(whole, lambda each: each.night):
            _row(table, who, where, words.night(night), ", ".join(words.hour(each) for each in made))
            who = where = ""
    return table


def _legend(dated: Iterable[Dated]) -> list[RenderableType]:
    """What the marks mean that were used."""
    used = set(dated)
    return [Text(meaning, "dim") for mark, meaning in words.LEGEND.items() if mark in used]


def _table(columns: Mapping[str, Justify]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading, justify in columns.items():
        table.add_column(heading, justify=justify, overflow="fold")
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
