"""In a terminal: a Snapshot -> what rich draws, again and again. Must not decide anything, wait or listen."""

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from contract.domain.foreign import is_foreign
from contract.wire.alarm import SYNCED
from posko.labels import language, texts
from posko.labels.labels import Labels, clean
from posko.operator import lines
from posko.operator.core import judgement
from posko.operator.core.snapshot import (
    READY,
    SOUNDING,
    AlarmSnapshot,
    HubState,
    LaporSnapshot,
    PostSnapshot,
    Snapshot,
)

_STYLES = {"ready": "green", "sounding": "bold white on red", "silenced": "yellow", "locked": "yellow",
           "fault": "bold yellow", "offline": "bold red", "away": "bold red", "unheard": "dim"}
_SEVERE = {"rendah": "yellow", "sedang": "bold yellow", "tinggi": "bold red"}
_HUB = {HubState.LIVES: ("●", "green"), HubState.SILENT: ("✗", "bold red"), HubState.UNKNOWN: ("?", "dim")}
EVENTS = 5  # at least so many lines for what happens
_FEWEST = 3  # posts that are shown in any case
WIDE = 120  # columns that have room for a post's name for people
MIDDLE = 72  # columns that have room for a table of posts; below, each post is some lines
_MANY = 12  # posts
_REPORTS, _LINES_A_REPORT = 5, 10  # that are shown at most, and one for so many lines of the terminal


class Column(NamedTuple):
    """What else is known of each post, by its name; `width` columns of the terminal."""

    title: str
    width: int
    cells: Mapping[str, Text]


class Terminal:
    """The whole of it, to be drawn on; use as a context manager."""

    def __init__(self) -> None:
        self._console = Console(force_terminal=True)  # one that goes away is no other: writing fails
        self._live = Live(console=self._console, screen=True, auto_refresh=False, vertical_overflow="crop")

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    @property
    def size(self) -> tuple[int, int]:
        """How many columns and lines it has now."""
        return self._console.size

    def update(self, drawn: RenderableType) -> None:
        """Shows *drawn* in place of what it showed. Raises OSError."""
        self._live.update(drawn, refresh=True)


class LiveRenderer(Terminal):
    """Draws a district on the whole terminal; use as a context manager."""

    def __init__(self, labels: Labels, broker: str) -> None:
        super().__init__()
        self._labels = labels
        self._broker = broker

    def show(self, snapshot: Snapshot) -> None:
        """Draws *snapshot*."""
        self.update(picture(snapshot, self._labels, self._broker, self.size))


def picture(
    snapshot: Snapshot, labels: Labels, broker: str, size: tuple[int, int], beside: Column | None = None
) -> RenderableType:
    """The district: its alarms in force, its posts, and what happened last; for so many columns and lines.

    *beside* is shown beside each post's state; where there is little room, in place of its times. No name is cut off:
    what does not fit into a line goes on in the next one, and where there is little room each row is some lines.
    """
    width, height = size
    parts: list[RenderableType] = [_head(snapshot, labels, broker, width), *bars(snapshot, labels), Text()]
    parts.append(alarms(snapshot.alarms, labels) if snapshot.alarms else no_alarm(snapshot, labels))
    if snapshot.reports:
        parts += [Text(), reports(snapshot.reports, labels, height)]
    parts.append(Text())
    room = height - count_lines(Group(*parts), width)
    shown = _urgent(snapshot.posts)[:max(_FEWEST, room)]
    posts = _posts(snapshot, shown, labels, beside, width)
    while len(shown) > _FEWEST and (over := count_lines(posts, width) + EVENTS + 2 - room) > 0:
        # A row is at least a line; of those rows that are more, too many may go, and their room is for events.
        shown = shown[:max(_FEWEST, len(shown) - over)]
        posts = _posts(snapshot, shown, labels, beside, width)
    parts.append(posts)
    if len(shown) < len(snapshot.posts):
        parts.append(Text(labels(texts.MORE_POSTS, count=len(snapshot.posts) - len(shown)), "dim"))
    left = height - count_lines(Group(*parts), width) - 1
    return Group(*parts, events(happened(snapshot, labels, width), labels, max(EVENTS, left), width))


def count_lines(drawn: RenderableType, width: int) -> int:
    """How many lines of *width* columns *drawn* takes."""
    console = Console(width=width, height=1000, color_system=None)
    return len(console.render_lines(drawn, pad=False))


def _urgent(posts: tuple[PostSnapshot, ...]) -> list[PostSnapshot]:
    """Those posts first that are not ready, if they are too many to be seen at once."""
    return [*posts] if len(posts) <= _MANY else sorted(posts, key=lambda post: post.state == READY)


def links(snapshot: Snapshot, labels: Labels, broker: str) -> Text:
    """Whether there is a link to the *broker*, and whether the hub lives."""
    link = ("● ", "green") if snapshot.linked else ("✗ ", "bold red")
    hub, style = _HUB[snapshot.hub.state]
    return Text.assemble((f"{link[0]}{broker}", link[1]), (f"   {hub} {labels(texts.HUB_NAME)}", style))


def title(name: str) -> Text:
    """The product's name, and what is shown."""
    return Text.assemble((" KENTONGAN ", "bold white on dark_green"), f"  {name}")


def now(snapshot: Snapshot, labels: Labels) -> str:
    """The time of day, and its zone."""
    return f"{lines.clock_time(snapshot, snapshot.now, labels)} {time.strftime('%Z')}"


def _head(snapshot: Snapshot, labels: Labels, broker: str, width: int) -> RenderableType:
    name, link = title(labels.district), links(snapshot, labels, broker)
    count = (f"{labels(texts.POSTS, count=len(labels.posts))} · {now(snapshot, labels)}", "dim")
    if width < MIDDLE:
        return Group(name, Text.assemble(" ", count), Text.assemble(" ", link))
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_row(Text.assemble(name, " · ", count), link)
    return grid


def bars(snapshot: Snapshot, labels: Labels, whose: str = "") -> list[Text]:
    """What must not be overlooked, a bar each; *whose* it is stands before it."""
    found = []
    if not snapshot.linked and snapshot.trouble:
        found.append(labels(texts.UNLINKED, why=labels.reason(snapshot.trouble)))
    if snapshot.hub.state is HubState.SILENT:
        found.append(labels(texts.HUB_LOST_BAR))
    found += [labels(text, part=labels.part(part), why=labels.reason(why))
              for text, faults in ((texts.DESK_FAULT, snapshot.faults), (texts.HUB_FAULT, snapshot.hub.faults))
              for part, why in faults.items()]
    found += lines.shut_out(snapshot, labels)
    return [Text(f" {whose}{text[:1].upper()}{text[1:]} ", "bold white on red") for text in found]


def no_alarm(snapshot: Snapshot, labels: Labels) -> Text:
    """That nothing is in force, if the hub has listed nothing; the posts alone do not prove it."""
    if judgement.is_known(snapshot):
        return Text(f" {labels(texts.NO_ALARM)}", "green")
    return Text(f" {labels(texts.NOT_KNOWN)}", "yellow")


def alarms(found: tuple[AlarmSnapshot, ...], labels: Labels, whose: str = "") -> RenderableType:
    """For each alarm *found* what and where, and below it how it goes; *whose* they are stands above."""
    heading, *titles = map(labels, texts.ALARM_COLUMNS)
    drawn: list[RenderableType] = [rule(f"{whose}{heading}")]
    for each in found:
        name = Text(labels.alarm(each.key, exercise=each.exercise), "bold red")
        cells = (
            Text(labels.word(texts.SEVERITIES, each.severity), _SEVERE.get(each.severity, "")),
            Text(labels.length(each.age_s) if each.listed else "?"),
            Text(labels.length(each.remaining_s) if each.listed else labels(
                texts.BEYOND_ALARM if is_foreign(each.key.village) else texts.UNLISTED_ALARM)),
            Text(f"{len(each.rings)}/{len(each.rings) + len(each.missing)}", "bold red" if each.missing else "green"),
            Text(labels.sender(each.origin, claimed=each.claimed) if each.listed else ""),
            Text(lines.missing(each, labels), "yellow"),
            Text(lines.responders(each, labels), "bold green") if each.responders
            else Text(labels(texts.NOBODY_YET), "bold yellow") if each.unanswered else Text(),
        )
        told = [Text(f"{what} ", "dim") + cell for what, cell in zip(titles, cells, strict=True) if cell]
        note = Text(f" {labels.note(each.key.incident, each.note)}" if each.note else "", "dim")
        again = [indented(Text(line, "bold yellow")) for line in lines.raised_again(each, labels)]
        drawn += [name + note, indented(Text(" · ").join(told)), *again]
    return Group(*drawn)


def reports(found: tuple[LaporSnapshot, ...], labels: Labels, height: int, whose: str = "") -> RenderableType:
    """For each of the first open reports *found*, as many as a terminal of so many lines has room for, what was
    reported and where, and below it how it goes; *whose* they are stands above.
    """
    most = max(1, min(_REPORTS, height // _LINES_A_REPORT))
    drawn: list[RenderableType] = [rule(f"{whose}{labels(texts.REPORTS_TITLE)}")]
    _, severity, age, _, _, origin, _, answers = map(labels, texts.ALARM_COLUMNS)
    for each in found[:most]:
        cells = {
            severity: Text(labels.word(texts.SEVERITIES, each.severity), _SEVERE.get(each.severity, "")),
            age: Text("?" if each.age_s is None else labels.length(each.age_s)),
            origin: Text(labels.sender(each.by, claimed=each.claimed)),
            answers: Text(lines.responders(each, labels), "bold green"),
            labels(texts.NUMBER_TITLE): Text(clean(each.identifier)),
        }
        told = [Text(f"{what} ", "dim") + cell for what, cell in cells.items() if cell]
        kept = Text("" if each.kept else labels(texts.NOT_KEPT), "bold yellow")
        drawn += [Text(f"{labels.place(each.village)}: ", "bold") + Text(clean(each.text)) + kept,
                  indented(Text(" · ").join(told))]
    if len(found) > most:
        drawn.append(Text(labels(texts.MORE_REPORTS, count=len(found) - most), "dim"))
    return Group(*drawn)


def _posts(
    snapshot: Snapshot, shown: list[PostSnapshot], labels: Labels, beside: Column | None, width: int
) -> RenderableType:
    name, state, since, report, clock, activity = texts.POST_COLUMNS
    wide, tabular = width >= WIDE, width >= MIDDLE
    timed = (since, report, clock) if wide else (report,) if beside is None else ()
    table = _table((name, state, *timed, activity), labels, beside)
    blocks: list[RenderableType] = []
    now_s = snapshot.now + snapshot.offset_s
    for post in shown:
        begun, synced = (post.status.since, post.status.clock) if post.status is not None else (None, "")
        seen = Text("" if post.last_seen_at is None else labels.length(snapshot.now - post.last_seen_at), "dim")
        cells = {
            name: Text(labels.post(post.post) if wide else clean(post.post)),
            state: state_of(post.state, labels),
            since: Text(labels.when(begun, now_s)),
            report: seen,
            clock: Text({SYNCED: "✓", "": ""}.get(synced, "?"), "dim" if synced == SYNCED else "yellow"),
        }
        doing = doing_of(post, labels)
        more = () if beside is None else (beside.cells.get(post.post, Text()),)
        if tabular:
            table.add_row(*(cells[title] for title in (name, state, *timed)), *more, doing)
        else:
            blocks += [cells[name] + Text(" ") + cells[state], *(indented(each) for each in (*more, doing) if each)]
    return table if tabular else Group(*blocks)


class Happened(NamedTuple):
    """An event at instant `at`, as it is shown."""

    at: float
    clock_time: str
    text: Text


def happened(snapshot: Snapshot, labels: Labels, width: int, whose: str = "") -> list[Happened]:
    """The events in order; *whose* they are stands before them."""
    found = []
    for news, sources in lines.gathered(snapshot.news, labels):
        if len(sources) > 1:
            who = f"{labels(texts.POSTS, count=len(sources))}: {', '.join(map(labels.program, sources))}"
        else:
            who = lines.source(news, labels) if width >= WIDE else labels.program(news.source)
        text = Text.assemble(whose, lines.news_text(news, labels), (f" · {who}", "dim"))
        found.append(Happened(news.at, lines.clock_time(snapshot, news.at, labels), text))
    return found


def events(found: Sequence[Happened], labels: Labels, room: int, width: int) -> RenderableType:
    """As many of the last events *found* as fit into *room* lines, the last one at least."""
    grids: list[Table] = []
    used = 1
    for each in reversed(found[-room:]):
        grid = Table.grid(expand=True, padding=(0, 1, 0, 0))
        grid.add_column(width=9, justify="right", style="dim")
        grid.add_column(ratio=1)
        grid.add_row(each.clock_time, each.text)
        used += count_lines(grid, width)
        if grids and used > room:
            break
        grids.append(grid)
    return Group(rule(labels(texts.EVENTS_TITLE)), *reversed(grids))


def state_of(state: str, labels: Labels) -> Text:
    """The *state* of a post, in its colour."""
    return Text(f" {labels.word(texts.STATES, state)} ", _STYLES.get(state, ""))


def doing_of(post: PostSnapshot, labels: Labels) -> Text:
    """What *post* sounds, and its faults."""
    return Text(lines.activity(post.status, labels), "yellow" if post.state != SOUNDING else "bold red")


def rule(heading: str) -> Rule:
    """A line across, with what stands below it."""
    return Rule(Text(heading, "dim"), style="grey30", align="left")


def indented(text: Text) -> Padding:
    """*text* as what belongs to the line above."""
    return Padding(text, (0, 0, 0, 2))


def _table(titles: tuple[language.Text, ...], labels: Labels, beside: Column | None = None) -> Table:
    """A table with *titles*; *beside* comes before the last column, which takes what room is left."""
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="dim", show_edge=False,
                  border_style="grey30")
    for title in titles:
        last = title is titles[-1]
        if last and beside is not None:
            table.add_column(beside.title, no_wrap=True, width=beside.width)
        table.add_column(labels(title), no_wrap=not last, overflow="fold", ratio=1 if last else None)
    return table
