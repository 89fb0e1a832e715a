"""The desk in a terminal: a View -> what rich draws, again and again. Must not decide anything, wait or listen."""

from types import TracebackType

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from contract.wire.alarm import SYNCED
from posko.operator.core import changes, force, hubsight, lines, verdict, words
from posko.operator.core.force import Force
from posko.operator.core.hubsight import Standing
from posko.operator.core.orders import Act
from posko.operator.core.verdict import Row
from posko.operator.core.view import Post, View
from posko.operator.core.words import Names

_STYLES = {"ready": "green", "sounding": "bold white on red", "silenced": "yellow", "locked": "yellow",
           "fault": "bold yellow", "offline": "bold red", "away": "bold red", "unheard": "dim"}
_TITLES = {Act.ALARM: "bold white on red", Act.CLEAR: "bold white on dark_green", Act.SILENCE: "bold black on yellow",
           Act.TEST: "bold black on cyan"}
_AROUND = 7  # lines of an order's picture that are no rows
_EVENTS = 5  # of a watch's at least so many for what happens
_WIDE = 120  # columns that have room for a post's name for people
_MANY = 12  # posts


class Screen:
    """Draws on the terminal; use as a context manager. A watch has the whole of it, an order some lines."""

    def __init__(self, called: Names, broker: str, *, whole: bool) -> None:
        self._called = called
        self._broker = broker
        self._console = Console()
        self._live = Live(console=self._console, screen=whole, auto_refresh=False, vertical_overflow="crop")

    def __enter__(self) -> "Screen":
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, view: View) -> None:
        """Draws *view*."""
        width, height = self._console.size
        picture = (watch_picture(view, self._called, self._broker, (width, height)) if view.order is None
                   else order_picture(view, self._called, height))
        self._live.update(picture, refresh=True)


def order_picture(view: View, called: Names, height: int) -> RenderableType:
    """An order and what has come of it, for a terminal of *height* lines."""
    order = view.order
    if order is None:
        return Text()
    rows = sorted(verdict.rows(view), key=lambda row: row.good)  # those that fail, first
    room = max(1, height - _AROUND)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), header_style="dim", show_edge=False)
    for name in ("", "Pos (post)", "Keadaan (state)"):
        table.add_column(name, no_wrap=not name)
    for row in rows[:room]:
        table.add_row(*_row(view, row, called))
    head = Text.assemble((f" {order.act.value.upper()} ", _TITLES[order.act]), " ", words.title(order, called))
    left = [Text(f"… dan {len(rows) - room} pos lagi (more posts)", "dim")] if len(rows) > room else []
    return Group(head, _sent(view), *([table] if rows else []), *left)


def watch_picture(view: View, called: Names, broker: str, size: tuple[int, int]) -> RenderableType:
    """The district: its alarms in force, its posts, and what happened last; for so many columns and lines."""
    width, height = size
    alarms = force.in_force(view)
    everyone = force.posts(view)
    bars = _bars(view)
    # The rest: a line for each title, each blank and each rule, two for each table's head and one below it.
    used = 4 + len(bars) + (3 + len(alarms) if alarms else 1) + 3
    room = min(len(everyone), max(3, height - used - _EVENTS))
    parts: list[RenderableType] = [_head(view, called, broker), *bars, Text()]
    parts.append(_alarms(alarms, called) if alarms else Text(" Tidak ada alarm (no alarm in force)", "green"))
    parts += [Text(), _posts(view, _urgent(view, everyone)[:room], called, wide=width >= _WIDE)]
    if room < len(everyone):
        parts.append(Text(f" … dan {len(everyone) - room} pos lagi (more posts)", "dim"))
    return Group(*parts, _events(view, called, max(_EVENTS, height - used - room - (room < len(everyone)))))


def _urgent(view: View, everyone: tuple[str, ...]) -> list[str]:
    """Those posts first of which something is to be said, if they are too many to be seen at once."""
    if len(everyone) <= _MANY:
        return [*everyone]
    return sorted(everyone, key=lambda post: force.word(view, post) == "ready")


def _sent(view: View) -> Text:
    """How far the order has come: the broker, the hub."""
    text = Text(" ")
    if view.acked_at is not None and view.published_at is not None:
        text.append(f"✓ broker {view.acked_at - view.published_at:.2f} s", "green")
    elif view.refused:
        text.append("✗ broker menolak (refuses)", "bold red")
    elif view.linked_at is None and view.trouble:
        text.append(f"✗ {words.clean(view.trouble)}; mencoba lagi (trying again)", "bold red")
    else:
        text.append("… broker", "dim")
    if view.order is None or view.order.act is Act.TEST:
        return text
    match hubsight.standing(view):
        case Standing.RECORDED:
            text.append("   ✓ tercatat di posko (recorded by the hub)", "green")
        case Standing.REFUSED:
            text.append(f"   ✗ posko menolak (the hub refuses): {words.clean(view.hub.refusal)}", "bold red")
        case Standing.BEHIND | Standing.SILENT:
            text.append("   … posko (hub)", "dim")
    return text


def _row(view: View, row: Row, called: Names) -> tuple[Text, Text, Text]:
    order = view.order
    act = order.act if order is not None else Act.TEST
    if row.good:
        good = lines.answer(view, row.post) if act is Act.TEST else words.GOOD[act]
        return (Text("●", "bold red" if act is Act.ALARM else "bold green"), Text(called.post(row.post)),
                Text(f"{good}  {words.after(row.after_s)}"))
    waiting = not verdict.done(view)
    if waiting and row.trouble is None and not row.reasons:
        return Text("…", "dim"), Text(called.post(row.post)), Text("…", "dim")
    return (Text("…" if waiting else "✗", "bold yellow" if waiting else "bold red"), Text(called.post(row.post)),
            Text(words.trouble(row.trouble, row.reasons), "yellow"))


def _head(view: View, called: Names, broker: str) -> RenderableType:
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right")
    link = Text(f"● {broker}", "green") if view.linked_at is not None else Text(f"✗ {broker}", "bold red")
    hub = Text("   ✗ posko", "bold red")
    if view.linked_at is None:
        hub = Text("   ? posko", "dim")
    elif not hubsight.silent(view):
        hub = Text("   ● posko", "green") if hubsight.lives(view) else Text("   … posko", "dim")
    grid.add_row(Text.assemble((" KENTONGAN ", "bold white on dark_green"), f"  {called.district}",
                               (f" · {len(view.rules.posts)} pos · {changes.clock_time(view, view.now)}", "dim")),
                 Text.assemble(link, hub))
    return grid


def _bars(view: View) -> list[Text]:
    """What must not be overlooked, a bar each."""
    found = []
    if view.linked_at is None and view.trouble:
        found.append(f"PUTUS DARI BROKER, mencoba lagi (NO LINK, trying again): {words.clean(view.trouble)}")
    if hubsight.silent(view):
        found.append("POSKO DIAM: alarm tidak diulang; yang terlewat tidak akan berbunyi "
                     "(THE HUB IS SILENT: alarms are not repeated)")
    found += [f"Gangguan di meja ini (a fault at this desk): {words.clean(why)}" for why in view.faults.values()]
    if view.hub.status is not None:
        found += [f"Gangguan posko (a fault of the hub): {words.clean(part)}: {words.clean(why)}"
                  for part, why in view.hub.status.faults.items()]
    return [Text(f" {text} ", "bold white on red", no_wrap=True, overflow="ellipsis") for text in found]


def _alarms(alarms: tuple[Force, ...], called: Names) -> Table:
    table = _table("Alarm berlaku\nin force", "Umur\nage", "Sisa\nleft", "Berbunyi\nring", "Tidak\nnot")
    for each in alarms:
        name = Text(("LATIHAN " if each.exercise else "") + called.alarm(each.key), "bold red")
        if each.note:
            name.append(f" {words.clean(each.note)}", "dim")
        rings = f"{len(each.rings)}/{len(each.rings) + len(each.missing)}"
        left = words.length(each.remaining_s) if each.listed else "tak tercatat (unlisted)"
        table.add_row(name, words.length(each.age_s) if each.listed else "?", left,
                      Text(rings, "bold red" if each.missing else "green"),
                      Text(changes.missing(each), "yellow"))
    return table


def _posts(view: View, shown: list[str], called: Names, *, wide: bool) -> Table:
    table = _table("Pos\npost", "Keadaan\nstate", "Sejak\nsince", "Kabar\nword", "Jam\nclock",
                   "Bunyi, gangguan\nsound, faults")
    now_s = view.now + view.clock.offset_s
    for post in shown:
        known = view.posts.get(post, Post())
        word = force.word(view, post)
        heard = "" if known.heard_at is None else words.length(view.now - known.heard_at)
        clock = known.status.clock if known.status is not None else ""
        table.add_row(
            Text(called.post(post) if wide else words.clean(post)),
            Text(f" {words.state(word)} ", _STYLES.get(word, "")), words.when(known.since, now_s),
            Text(heard, "dim"), Text({SYNCED: "✓", "": ""}.get(clock, "?"), "dim" if clock == SYNCED else "yellow"),
            Text(changes.activity(known, called), "yellow" if word != "sounding" else "bold red"),
        )
    return table


def _events(view: View, called: Names, room: int) -> RenderableType:
    grid = Table.grid(expand=True, padding=(0, 1, 0, 0))
    grid.add_column(width=9, justify="right", style="dim")
    grid.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis", style="dim")
    for news, who in changes.gathered(view.news, called)[-room:]:
        told = changes.who(news, called) if len(who) == 1 else f"{len(who)} pos: {', '.join(who)}"
        grid.add_row(changes.clock_time(view, news.at), Text(changes.news_text(news, called)), Text(told))
    title = Text("Yang terjadi (events) · Ctrl-C: keluar (leave)", "dim")
    return Group(Rule(title, style="grey30", align="left"), grid)


def _table(*titles: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="dim", show_edge=False,
                  border_style="grey30")
    for number, name in enumerate(titles):
        last = number == len(titles) - 1
        table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=1 if last else None)
    return table
