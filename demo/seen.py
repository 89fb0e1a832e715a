"""What can be seen of a box and read of its node, as frozen values. Pure; must not wait, press or draw.

A box shows levels: its outputs, and when they changed. Its node logs events, whether there is a broker or not. The hub
has no box; it logs events, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from testing.box import Change

LOUD = ("siren", "striker", "strobe")
STROKE_S = 0.25  # longer than any stroke (at most 0.15 s), shorter than any siren (at least 1 s)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a program's log, read at instant `at`. What is no event has the kind "" and the member `line`."""

    at: float
    source: str
    kind: str
    members: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Touch:
    """A contact that was closed at instant `at`, and what counts after `counts_s`: a hold, or a tap's end."""

    post: str
    button: str
    at: float
    counts_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A box and its node since an instant: outputs that are `on`, their changes, and the events that were logged.

    `beater` is the output that beats the rhythm: the siren's relay, where there is no striker.
    """

    on: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    running: bool = True
    beater: str = "striker"

    @property
    def loud(self) -> list[str]:
        """What has been on that can be heard or seen from afar; what was switched off had been on."""
        switched = {change.output for change in self.changes}
        return [output for output in LOUD if output in self.on | switched]

    @property
    def siren(self) -> bool:
        """Whether the siren's relay is on, or was switched on."""
        return "siren" in self.on or any(change.output == "siren" and change.level for change in self.changes)


def spells(changes: Sequence[Change], output: str, until: float) -> list[tuple[float, float]]:
    """From when to when *output* was on; what still is on ends at instant *until*."""
    found: list[tuple[float, float]] = []
    began: float | None = None
    for change in changes:
        if change.output != output:
            continue
        if change.level and began is None:
            began = change.at
        elif not change.level and began is not None:
            found.append((began, change.at))
            began = None
    return found if began is None else [*found, (began, until)]


def strokes(changes: Sequence[Change], beater: str, until: float = float("inf")) -> list[float]:
    """The instants at which the rhythm was beaten on *beater*. What still is on counts as if it ended at *until*."""
    return [began for began, ended in spells(changes, beater, until) if ended - began < STROKE_S]
