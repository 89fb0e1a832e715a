"""Several districts in one terminal: the last Snapshot of each -> what rich draws. Must not decide anything or listen.

    desk of situbondo ──┐                    ┌── a line for each: links, alarm or none, how its posts are
    desk of panarukan ──┼──> Board ──> here ─┼── what is in force, what residents reported, which posts are not ready
    …                 ──┘                    └── what happened, in the order of time
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from posko.labels import texts
from posko.labels.labels import Labels
from posko.operator import live
from posko.operator.core import judgement
from posko.operator.core.snapshot import READY, SOUNDING, PostSnapshot, Snapshot

FRAME_S = 0.5  # how often all is drawn anew: of many districts one is always new, and a Raspberry Pi draws slowly
_EVENT, _POST = 4, 5  # lines for an event, and for a post that is not ready, with what stands above and below
_WELL = 3  # an urgency, and the least
LATEST = 200  # events of all districts together that may be drawn


@dataclass(frozen=True, slots=True)
class View:
    """A district, by its names for people; its broker; and how it was last, None before anything of it is known."""

    labels: Labels
    broker: str
    snapshot: Snapshot | None = None


class Board(live.Terminal):
    """Draws several districts on the whole terminal; use as a context manager."""

    def __init__(self, views: Mapping[str, View]) -> None:
        super().__init__()
        self._views = dict(views)
        self._lock = Lock()

    def take(self, district: str, snapshot: Snapshot) -> None:
        """Notes how *district* is now, from any thread."""
        with self._lock:
            self._views[district] = replace(self._views[district], snapshot=snapshot)

    def draw(self) -> None:
        """Draws all as it is now, and waits until it is to be drawn anew."""
        with self._lock:
            views = tuple(self._views.values())
        self.update(picture(views, self.size))
        time.sleep(FRAME_S)


def picture(views: Sequence[View], size: tuple[int, int]) -> RenderableType:
    """The districts, for so many columns and lines; all have the same time of day and the same language.

    What is well takes a line; what is not is shown post by post, as many as there is room for. What is in force comes
    before all else that needs room.
    """
    width, height = size
    labels = views[0].labels
    seen = [(each, each.snapshot) for each in views if each.snapshot is not None]
    parts: list[RenderableType] = []
    for view, snapshot in seen:
        if snapshot.alarms:
            parts += [Text(), live.alarms(snapshot.alarms, view.labels, _whose(view))]
    for view, snapshot in seen:
        parts += live.bars(snapshot, view.labels, _whose(view))
    for view, snapshot in seen:
        if snapshot.reports:
            parts += [Text(), live.reports(snapshot.reports, view.labels, height // len(views), _whose(view))]
    head = _head(views, width)
    ready = all(post.state == READY for _, snapshot in seen for post in snapshot.posts)
    room = height - live.count_lines(Group(head, *parts), width) - _EVENT - (0 if ready else _POST)
    parts = [head, _districts(views, room, width), *parts]
    room = height - live.count_lines(Group(*parts), width) - live.EVENTS - 2
    parts += _not_ready(seen, room, width)
    left = height - live.count_lines(Group(*parts), width) - 1
    since = min(sorted(each.at for _, snapshot in seen for each in snapshot.news)[-LATEST:], default=0.0)
    latest = ((view, replace(snapshot, news=tuple(each for each in snapshot.news if each.at >= since)))
              for view, snapshot in seen)
    happened = sorted(
        (found for view, snapshot in latest for found in live.happened(snapshot, view.labels, width, _whose(view))),
        key=lambda each: each.at)
    return Group(*parts, live.events(happened, labels, max(_EVENT, left), width))


def _whose(view: View) -> str:
    return f"{view.labels.district}: "


def _head(views: Sequence[View], width: int) -> RenderableType:
    labels = views[0].labels
    name = live.title(labels(texts.DISTRICTS, count=len(views)))
    latest = max((each.snapshot for each in views if each.snapshot is not None), key=lambda each: each.now,
                 default=None)
    now = Text("" if latest is None else live.now(latest, labels), "dim")
    if width < live.MIDDLE:
        return Group(name, Text(" ") + now)
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_row(name, now)
    return grid


def _districts(views: Sequence[View], room: int, width: int) -> RenderableType:
    """A line for each: its links, whether anything is in force, how many of its posts are how.

    Where there is no *room* for so many lines, each is shorter; first come those where something is in force, then
    those of which that is not known, then of the others as many as there is room for.
    """
    grid = Table.grid(padding=(0, 2, 0, 0))
    blocks: list[RenderableType] = []
    short: list[tuple[int, RenderableType]] = []
    for view in views:
        labels, snapshot = view.labels, view.snapshot
        name = Text(f" {labels.district}", "bold")
        link = Text("?", "dim") if snapshot is None else live.links(snapshot, labels, view.broker)
        alarm = Text(f" {labels(texts.NOT_KNOWN)}", "yellow") if snapshot is None else (
            Text(f" {labels(texts.ALARMS, count=len(snapshot.alarms))} ", "bold white on red") if snapshot.alarms
            else live.no_alarm(snapshot, labels))
        posts = Text() if snapshot is None else _counted(snapshot, labels)
        grid.add_row(name, link, alarm, posts)
        blocks += [name + alarm, live.indented(Text("   ").join([link, posts]))]
        short.append((_urgency(snapshot), name + alarm + Text(" ") + posts))
    whole = grid if width >= live.WIDE else Group(*blocks)
    if live.count_lines(whole, width) <= room:
        return whole
    short.sort(key=lambda each: each[0])
    used = 1  # for the line that says how many more
    for count, (urgency, line) in enumerate(short):
        used += live.count_lines(line, width)
        if urgency == _WELL and used > room:
            more = Text(views[0].labels(texts.MORE_DISTRICTS, count=len(short) - count), "dim")
            return Group(*(each for _, each in short[:count]), more)
    return Group(*(each for _, each in short))


def _urgency(snapshot: Snapshot | None) -> int:
    """Where the district stands among those that are too many to be seen at once."""
    if snapshot is not None and snapshot.alarms:
        return 0 if any(not each.exercise for each in snapshot.alarms) else 1
    return _WELL if snapshot is not None and judgement.is_known(snapshot) else 2


def _counted(snapshot: Snapshot, labels: Labels) -> Text:
    """How many posts are in each state, those that are not ready first."""
    return Text(" ").join(Text(f"{count}") + live.state_of(state, labels)
                          for state, count in judgement.counted(snapshot.posts).items())


def _not_ready(seen: Sequence[tuple[View, Snapshot]], room: int, width: int) -> list[RenderableType]:
    """The posts that are not ready, of each district as many as there is *room* for in lines, those that sound last:
    which ring is shown with their alarm.
    """
    rows: list[tuple[View, PostSnapshot]] = sorted(
        ((view, post) for view, snapshot in seen for post in snapshot.posts if post.state != READY),
        key=lambda row: row[1].state == SOUNDING)
    if not rows:
        return []
    labels = seen[0][0].labels
    drawn: list[RenderableType] = [Text(), live.rule(labels(texts.NOT_READY))]
    used = live.count_lines(Group(*drawn), width) + 1  # for the line that says how many more
    for count, (view, post) in enumerate(rows):
        name = Text(f"{_whose(view)}{view.labels.post(post.post)} ") + live.state_of(post.state, view.labels)
        row = Group(name + Text(" ") + live.doing_of(post, view.labels))
        used += live.count_lines(row, width)
        if count and used > room:
            return [*drawn, Text(labels(texts.MORE_POSTS, count=len(rows) - count), "dim")]
        drawn.append(row)
    return drawn
