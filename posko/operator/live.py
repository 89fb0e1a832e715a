"""In a terminal: a Snapshot -> what rich draws, again and again. Must not decide anything, wait or listen."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from contract.wire.alarm import SYNCED
from posko.labels import language, texts
from posko.labels.labels import Labels, clean
from posko.operator import lines
from posko.operator.core.snapshot import AlarmSnapshot, HubState, PostSnapshot, Snapshot

_STYLES = {"ready": "green", "sounding": "bold white on red", "silenced": "yellow", "locked": "yellow",
           "fault": "bold yellow", "offline": "bold red", "away": "bold red", "unheard": "dim"}
_SEVERE = {"rendah": "yellow", "sedang": "bold yellow", "tinggi": "bold red"}
_HUB = {HubState.LIVES: ("●", "green"), HubState.SILENT: ("✗", "bold red"), HubState.UNKNOWN: ("?", "dim")}
_EVENTS = 5  # at least so many lines for what happens
_WIDE = 120  # columns that have room for a post's name for people
_MANY = 12  # posts


class Column(NamedTuple):
    """What else is known of each post, by its name; `width` columns of the terminal."""

    title: str
    width: int
    cells: Mapping[str, Text]


class LiveRenderer:
    """Draws on the whole terminal; use as a context manager."""

    def __init__(self, labels: Labels, broker: str) -> None:
        self._labels = labels
        self._broker = broker
        self._console = Console()
        self._live = Live(console=self._console, screen=True, auto_refresh=False, vertical_overflow="crop")

    def __enter__(self) -> "LiveRenderer":
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, snapshot: Snapshot) -> None:
        """Draws *snapshot*."""
        self._live.update(picture(snapshot, self._labels, self._broker, self._console.size), refresh=True)


def picture(
    snapshot: Snapshot, labels: Labels, broker: str, size: tuple[int, int], beside: Column | None = None
) -> RenderableType:
    """The district: its alarms in force, its posts, and what happened last; for so many columns and lines.

    *beside* is shown beside each post's state; where there is little room, in place of its times.
    """
    width, height = size
    count, bars = len(snapshot.alarms), _bars(snapshot, labels)
    # The rest: a line for each title, each blank and each rule, one for each table's head and one below it.
    used = 4 + len(bars) + (2 + count if count else 1) + 2
    room = min(len(snapshot.posts), max(3, height - used - _EVENTS))
    parts: list[RenderableType] = [_head(snapshot, labels, broker), *bars, Text()]
    parts.append(_alarms(snapshot.alarms, labels) if count else _no_alarm(snapshot, labels))
    parts += [Text(), _posts(snapshot, _urgent(snapshot.posts)[:room], labels, beside, wide=width >= _WIDE)]
    if room < len(snapshot.posts):
        parts.append(Text(labels(texts.MORE_POSTS, count=len(snapshot.posts) - room), "dim"))
        used += 1
    return Group(*parts, _events(snapshot, labels, max(_EVENTS, height - used - room)))


def _urgent(posts: tuple[PostSnapshot, ...]) -> list[PostSnapshot]:
    """Those posts first that are not ready, if they are too many to be seen at once."""
    return [*posts] if len(posts) <= _MANY else sorted(posts, key=lambda post: post.state == "ready")


def _head(snapshot: Snapshot, labels: Labels, broker: str) -> RenderableType:
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right")
    link = ("● ", "green") if snapshot.linked else ("✗ ", "bold red")
    hub, style = _HUB[snapshot.hub.state]
    now = f"{lines.clock_time(snapshot, snapshot.now, labels)} {time.strftime('%Z')}"
    grid.add_row(Text.assemble((" KENTONGAN ", "bold white on dark_green"), f"  {labels.district}",
                               (f" · {labels(texts.POSTS, count=len(labels.posts))} · {now}", "dim")),
                 Text.assemble((f"{link[0]}{broker}", link[1]), (f"   {hub} posko", style)))
    return grid


def _bars(snapshot: Snapshot, labels: Labels) -> list[Text]:
    """What must not be overlooked, a bar each."""
    found = []
    if not snapshot.linked and snapshot.trouble:
        found.append(labels(texts.UNLINKED, why=clean(snapshot.trouble)))
    if snapshot.hub.state is HubState.SILENT:
        found.append(labels(texts.HUB_LOST_BAR))
    found += [labels(text, part=clean(part), why=clean(why))
              for text, faults in ((texts.DESK_FAULT, snapshot.faults), (texts.HUB_FAULT, snapshot.hub.faults))
              for part, why in faults.items()]
    return [Text(f" {text[:1].upper()}{text[1:]} ", "bold white on red", no_wrap=True, overflow="ellipsis")
            for text in found]


def _no_alarm(snapshot: Snapshot, labels: Labels) -> Text:
    """That nothing is in force, if the hub has listed nothing; the posts alone do not prove it."""
    if snapshot.hub.state is HubState.LIVES and snapshot.hub.listed_at is not None:
        return Text(f" {labels(texts.NO_ALARM)}", "green")
    return Text(f" {labels(texts.NOT_KNOWN)}", "yellow")


def _alarms(alarms: tuple[AlarmSnapshot, ...], labels: Labels) -> Table:
    table = _table(texts.ALARM_COLUMNS, labels)
    table.columns[0].ratio = 2  # a long note is cut off, not the numbers beside it
    for each in alarms:
        name = Text(labels.alarm(each.key, exercise=each.exercise), "bold red")
        if each.note:
            name.append(f" {labels.note(each.key.incident, each.note)}", "dim")
        rings = f"{len(each.rings)}/{len(each.rings) + len(each.missing)}"
        table.add_row(
            name, Text(labels.word(texts.SEVERITIES, each.severity), _SEVERE.get(each.severity, "")),
            labels.length(each.age_s) if each.listed else "?",
            labels.length(each.remaining_s) if each.listed else labels(texts.UNLISTED_ALARM),
            Text(rings, "bold red" if each.missing else "green"), Text(lines.missing(each, labels), "yellow"),
        )
    return table


def _posts(
    snapshot: Snapshot, shown: list[PostSnapshot], labels: Labels, beside: Column | None, *, wide: bool
) -> Table:
    name, state, *times, activity = texts.POST_COLUMNS
    timed = wide or beside is None
    table = _table((name, state, *(times if timed else ()), activity), labels, beside)
    now_s = snapshot.now + snapshot.offset_s
    for post in shown:
        since, clock = (post.status.since, post.status.clock) if post.status is not None else (None, "")
        seen = "" if post.last_seen_at is None else labels.length(snapshot.now - post.last_seen_at)
        synced = Text({SYNCED: "✓", "": ""}.get(clock, "?"), "dim" if clock == SYNCED else "yellow")
        table.add_row(
            Text(labels.post(post.post) if wide else clean(post.post)),
            Text(f" {labels.word(texts.STATES, post.state)} ", _STYLES.get(post.state, "")),
            *((labels.when(since, now_s), Text(seen, "dim"), synced) if timed else ()),
            *(() if beside is None else (beside.cells.get(post.post, Text()),)),
            Text(lines.activity(post.status, labels), "yellow" if post.state != "sounding" else "bold red"),
        )
    return table


def _events(snapshot: Snapshot, labels: Labels, room: int) -> RenderableType:
    grid = Table.grid(expand=True, padding=(0, 1, 0, 0))
    grid.add_column(width=9, justify="right", style="dim")
    grid.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis", style="dim")
    for news, sources in lines.gathered(snapshot.news, labels)[-room:]:
        who = (lines.source(news, labels) if len(sources) == 1
               else f"{labels(texts.POSTS, count=len(sources))}: {', '.join(sources)}")
        grid.add_row(lines.clock_time(snapshot, news.at, labels), Text(lines.news_text(news, labels)), Text(who))
    return Group(Rule(Text(labels(texts.EVENTS_TITLE), "dim"), style="grey30", align="left"), grid)


def _table(titles: tuple[language.Text, ...], labels: Labels, beside: Column | None = None) -> Table:
    """A table with *titles*; *beside* comes before the last column, which takes what room is left."""
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="dim", show_edge=False,
                  border_style="grey30")
    for title in titles:
        last = title is titles[-1]
        if last and beside is not None:
            table.add_column(beside.title, no_wrap=True, width=beside.width)
        table.add_column(labels(title), no_wrap=True, overflow="ellipsis", ratio=1 if last else None)
    return table
