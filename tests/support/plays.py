"""The programs that a node's siren is given, written down as they are given, by the node process itself.

LINE (tests/support/village.py, impatient) has a node do so, into the file that the variable KENTONGAN_PLAYS names.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from node.core.effects import Play
from node.siren import Siren
from runtime import clock

VARIABLE = "KENTONGAN_PLAYS"
LINE = "tests.support.plays.WRITTEN = True"  # to import it is enough
WRITTEN = False
_play = Siren.play


@dataclass(frozen=True, slots=True)
class Given:
    """A program, and how far the wall clock was ahead of the node's clock as it was given."""

    start: float
    entered_s: float
    until: float
    length_s: float
    offset_s: float

    @property
    def off_grid_s(self) -> float:
        """How far its rounds begin from the multiples of their length since the epoch."""
        return (self.start + self.offset_s + self.length_s / 2) % self.length_s - self.length_s / 2


def read(path: Path) -> list[Given]:
    """The programs so far; a line that is being written is left out."""
    lines = path.read_text("utf-8").split("\n")[:-1] if path.exists() else []
    return [Given(*json.loads(line)) for line in lines]


def _written(siren: Siren, play: Play) -> None:
    given = [play.start, play.entered_s, play.until, play.cycle.length_s, clock.wall().offset_s]
    with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(given)}\n")
    _play(siren, play)


if VARIABLE in os.environ:
    Siren.play = _written  # type: ignore[assignment, method-assign]
