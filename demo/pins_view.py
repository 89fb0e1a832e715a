"""The ribbon of pins, the one thing that `kentongan watch` cannot show: what a box's outputs do. Pure; must not wait.

    3 ━━●●●●······━━●●●●·· ━━━━━━━━━·····●·●··· ✦ pk·h
    │ │                    │                    │ └ lamps that are lit: pencurian, kebakaran, aman, senyap
    │ │                    │                    └ the strobe
    │ │                    └ the last three seconds, now at the right: ━ the siren, ● a stroke
    │ └ where there is room: the last forty seconds, in which one sees the posts take turns
    └ the key that chooses the post
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor

from rich.text import Text

from demo.seen import Seen, spells, strokes

CELL_S = 0.15  # from stroke to stroke of a titir; those of a figure are two cells apart
CELLS = 20  # so the ribbon is three seconds long
LOOK_BACK_S = 40.0  # longer than any siren of a cycle, so that its beginning is seen
WIDTH = CELLS + 9
TURNS_S = 2.0  # a cell of the longer ribbon
TURNS_WIDTH = CELLS + 1
BUTTONS = ("pencurian", "kebakaran", "aman", "senyap")
_STYLES = {"●": "bold bright_yellow", "━": "bold red", "·": "grey30"}


def cells(seen: Mapping[str, Seen], now: float, chosen: str, *, turns: bool = False) -> dict[str, Text]:
    """What each post's pins do at instant *now*, in the order of *seen*; *chosen* is the one that keys act on.

    With *turns*, in TURNS_WIDTH more columns, the longer ribbon stands before the other.
    """
    return {
        name: Text.assemble((str(number), "bold black on cyan" if name == chosen else "dim"), " ",
                            *((ribbon(each, now, TURNS_S), " ") if turns else ()),
                            ribbon(each, now), " ", _strobe(each), " ", _lamps(each))
        for number, (name, each) in enumerate(seen.items(), 1)
    }


def ribbon(seen: Seen, now: float, cell_s: float = CELL_S) -> Text:
    """The last seconds, *cell_s* a cell, now at the right. Cells lie on a fixed grid, so they do not jitter."""
    last = floor(now / cell_s)
    row = ["·"] * CELLS
    beaten = strokes(seen.changes, seen.beater, until=now)
    for began, ended in spells(seen.changes, "siren", until=now):
        if seen.beater != "siren" or began not in beaten:
            _put(row, range(floor(began / cell_s) - last, ceil(ended / cell_s) - last), "━")
    for at in beaten:
        _put(row, (floor(at / cell_s) - last,), "●")
    return Text.assemble(*((cell, _STYLES[cell]) for cell in row))


def _put(row: list[str], places: Sequence[int], cell: str) -> None:
    """Writes *cell* at *places*, counted from now: 0 is the last cell."""
    for place in places:
        if -CELLS < place <= 0:
            row[place - 1] = cell


def _strobe(seen: Seen) -> Text:
    return Text("✦", "bold bright_yellow") if "strobe" in seen.on else Text("·", "grey30")


def _lamps(seen: Seen) -> Text:
    """A letter for each button whose lamp is lit."""
    return Text.assemble(*(
        (button[0], "bold black on bright_yellow") if f"lamp {button}" in seen.on else ("·", "grey30")
        for button in BUTTONS
    ))
