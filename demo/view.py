"""The live view: a Picture of the district -> what rich draws. Pure; must not ask the world, wait or read keys.

    title, broker
    the hub: its state, and what it lists
    a row for each post: siren, strokes as they fall, strobe, lamps, what sounds and why, faults
    the tour's step and its line, or, afterwards, what can be tried
    what happened last
"""

import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from rich import box
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from demo import words
from demo.panels import Invitation, tour_panel, try_panel
from demo.sight import LOUD, Said, Sight, about, spells, strokes
from demo.tour import Stage

CELL_S = 0.15  # from stroke to stroke of a titir; those of a figure are two cells apart
CELLS = 20  # so the ribbon is three seconds long
LOOK_BACK_S = 40.0  # longer than any siren of a cycle, so that its beginning is seen
FIXED_LINES = 21  # all but the events
BUTTONS = ("pencurian", "kebakaran", "aman", "hening")


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn: the district at instant `now`, which is `wall` in seconds since the epoch."""

    now: float
    wall: float
    title: str
    port: int
    broker: bool
    labels: Mapping[str, str]
    sights: Sequence[Sight]
    hub: Sight
    lines: Sequence[Said]
    chosen: int = 0
    stage: Stage | None = None
    steps: int = 0
    invitation: Invitation | None = None


def draw(picture: Picture, height: int) -> RenderableType:
    """*picture*, for a terminal of *height* lines and at least 100 columns."""
    if picture.invitation is not None:
        below = try_panel(picture.invitation)
    else:
        below = tour_panel(picture.stage, picture.steps)
    return Group(_title(picture), _hub(picture), _table(picture), below,
                 _events(picture, max(4, height - FIXED_LINES)))


def _title(picture: Picture) -> RenderableType:
    grid = Table.grid(expand=True)
    grid.add_column()
    grid.add_column(justify="right")
    broker = Text.assemble(("● ", "bold green"), f"broker 127.0.0.1:{picture.port}") if picture.broker else Text(
        "✗ broker mati", "bold white on red")
    grid.add_row(Text.assemble((" KENTONGAN ", "bold white on dark_green"), f"  {picture.title}",
                                (f" · {len(picture.sights)} pos, satu broker, satu posko", "dim")), broker)
    return grid


def _hub(picture: Picture) -> Text:
    """The hub in a line."""
    told = words.hub_line(picture.hub, picture.labels, {sight.post.name: sight.post.label for sight in picture.sights})
    alarms = (picture.hub.status or {}).get("alarms") if picture.hub.running else None
    well = picture.hub.running and picture.hub.status is not None
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append("  ● " if well else "  ✗ ", "bold red" if alarms else "bold green" if well else "bold yellow")
    text.append("posko · hub: ", "dim")
    return text.append(told, "bold" if alarms else "" if well else "bold yellow")


def _table(picture: Picture) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="dim", show_edge=False,
                  border_style="grey30")
    table.add_column("", width=1)
    table.add_column("Pos", width=10, no_wrap=True)
    table.add_column("Sirene", width=6, justify="center")
    table.add_column("━ sirene  ● pukulan", width=CELLS, no_wrap=True)
    table.add_column("Strobo", width=6, justify="center")
    table.add_column("Lampu", width=7, no_wrap=True)
    table.add_column("Yang berbunyi, dan sebabnya", ratio=1, no_wrap=True, overflow="ellipsis")
    for number, sight in enumerate(picture.sights):
        chosen = picture.invitation is not None and number == picture.chosen
        table.add_row(
            Text(str(number + 1), "bold black on cyan" if chosen else "dim"),
            Text(sight.post.label, "bold" if about(sight.status) or sight.on & set(LOUD) else ""),
            _siren(sight), _ribbon(sight, picture.now), _strobe(sight), _lamps(sight), _why(sight, picture.labels),
        )
    return table


def _siren(sight: Sight) -> Text:
    return Text(" ●● ", "bold white on red") if "siren" in sight.on else Text("○", "dim")


def _strobe(sight: Sight) -> Text:
    if "strobe" in sight.on:
        return Text("✦", "bold bright_yellow")
    return Text("·", "dim") if "strobe" in sight.post.outputs else Text("")


def _lamps(sight: Sight) -> Text:
    """A letter for each button: lit, dark, or none where the box has no such button."""
    return Text(" ").join(
        Text(button[0], "bold black on bright_yellow" if f"lamp {button}" in sight.on else "dim")
        if button in sight.post.holds_s else Text(" ")
        for button in BUTTONS
    )


def _ribbon(sight: Sight, now: float) -> Text:
    """The last seconds, now at the right: ● a stroke, ━ the siren. Cells lie on a fixed grid, so they do not jitter."""
    last = floor(now / CELL_S)
    cells = ["·"] * CELLS
    began_at = bisect_left(sight.changes, now - LOOK_BACK_S, key=lambda change: change.at)
    sight = replace(sight, changes=sight.changes[began_at:])
    beaten = strokes(sight, until=now)
    for began, ended in spells(sight.changes, "siren", until=now):
        if sight.post.beater == "siren" and began in beaten:
            continue
        for cell in range(floor(began / CELL_S), ceil(ended / CELL_S)):
            _put(cells, cell - last, "━")
    for at in beaten:
        _put(cells, floor(at / CELL_S) - last, "●")
    text = Text()
    for sign in cells:
        text.append(sign, {"●": "bold bright_yellow", "━": "bold red", "·": "grey30"}[sign])
    return text


def _put(cells: list[str], place: int, sign: str) -> None:
    if -CELLS < place <= 0:
        cells[place - 1] = sign


def _why(sight: Sight, labels: Mapping[str, str]) -> Text:
    if not sight.running:
        return Text("✗ mati · off", "bold white on red")
    faults = _faults(sight)
    what = (sight.status or {}).get("sounding") or _last_sounding(sight)
    if not what:
        state = str((sight.status or {}).get("state"))
        word = {"ready": "siaga", "silenced": "dibungkam", "locked": "terkunci"}.get(state, "")
        return faults if faults.plain else Text(word, "green" if state == "ready" else "yellow")
    incident, village = str(what["incident"]), words.place(str(what["village"]))
    waiting = len((sight.status or {}).get("waiting", ()))
    parts = [
        Text(labels.get(incident, incident), "green" if incident == "aman" else "bold red"),
        Text(village),
        Text(f"+{waiting}" if waiting else "", "yellow"),
        faults,
        Text(_note(sight, what) or ("tombol sini" if what.get("origin") == "button" else "lewat broker"), "dim"),
    ]
    return Text(" · ").join(part for part in parts if part.plain)


def _faults(sight: Sight) -> Text:
    """The faults in force; without a status, the link itself is one."""
    faults = ["link"] if sight.status is None else list(sight.status.get("faults", ()))
    named = ", ".join("putus dari broker" if name == "link" else name for name in faults)
    return Text(f"⚠ {named}" if faults else "", "bold yellow")


def _note(sight: Sight, what: Mapping[str, object]) -> str:
    """The note that came with what sounds; the status does not carry it, the event does."""
    for said in reversed(sight.said):
        if said.kind == "sounding" and all(said.about.get(key) == what.get(key) for key in ("incident", "village")):
            return said.about.get("note", "")
    return ""


def _last_sounding(sight: Sight) -> Mapping[str, str] | None:
    """Without a status: what the node's log says of what is seen to sound."""
    if sight.status is not None or not sight.on & set(LOUD):
        return None
    return next((said.about for said in reversed(sight.said) if said.kind in ("sounding", "resumed")), None)


def _events(picture: Picture, lines: int) -> RenderableType:
    """The last events, a line for each; what several nodes say at once is one line."""
    table = Table.grid(expand=True, padding=(0, 1, 0, 0))
    table.add_column(width=9, justify="right", style="dim")
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=2, no_wrap=True, overflow="ellipsis", style="dim")
    label = {sight.post.name: sight.post.label for sight in (*picture.sights, picture.hub)}
    for said, names in words.gather(picture.lines, picture.labels)[-lines:]:
        when = time.strftime("%H:%M:%S", time.localtime(picture.wall - picture.now + said.at))
        posts = set(names) - {picture.hub.post.name}
        who = [f"{len(posts)} pos"] if len(posts) == len(label) - 1 else [
            text for name, text in label.items() if name in posts]
        who += [picture.hub.post.label] if len(posts) < len(set(names)) else []
        table.add_row(when, Text(words.phrase(said, picture.labels), words.style(said)), ", ".join(who))
    return Group(Rule(Text("Yang terjadi", "dim"), style="grey30", align="left"), table)
