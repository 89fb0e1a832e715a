"""What can be seen of a box and heard of its node, as frozen values. Pure; must not wait, press or draw.

A box shows levels: its outputs, and when they changed. Its node says lines (its log) and publishes (status, events).
The hub has no box; it says lines, and publishes its beacon, too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.wire.beacon import Beacon
from testing.box import Change

# Longer than any stroke (at most 0.15 s), shorter than any siren (at least 1 s).
STROKE_S = 0.25
LOUD = ("siren", "striker", "strobe")

_KEYS = ("clock|incident|village|identifier|origin|status|note|reason|part|topic|sender|age_s|remaining_s|lasted_s|by"
         "|results|faults|drivers|posts|post|missing|last_s")
_LINE = re.compile(r"([a-z]+): (.*)")
_FIELD = re.compile(rf" ?\b({_KEYS})=(.*?)(?= (?:{_KEYS})=|$)")


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a node's log: an event's `kind` and what it is `about`. What is no event has the kind ""."""

    at: float
    post: str
    kind: str
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that a node published, as the ear on the broker heard it at instant `at`."""

    at: float
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """A beacon of the hub, as the ear heard it at instant `at`."""

    at: float
    beacon: Beacon


@dataclass(frozen=True, slots=True)
class Held:
    """A button that the demo held: its contact closed at instant `at`; the node counts it after `hold_s`."""

    button: str
    at: float
    hold_s: float


@dataclass(frozen=True, slots=True)
class Post:
    """What does not change: who it is, its outputs, which of them beats the rhythm, how long its buttons are held."""

    name: str
    label: str
    village: str
    outputs: frozenset[str]
    beater: str
    holds_s: Mapping[str, float] = field(default_factory=dict)


POSKO = Post("posko", "Posko", "", frozenset(), "")


@dataclass(frozen=True, slots=True)
class Sight:
    """One box and its node since instant `since`: outputs that are `on`, and their changes; status, events, lines.

    `status` is None while nothing is known: before the first one, and while the broker is away. `earlier` are changes
    before `since`. Of the hub there are `beacons`: the last one before `since`, and those after it. `at` is when it was
    looked at.
    """

    post: Post
    since: float
    on: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    status: Mapping[str, Any] | None = None
    heard: tuple[Heard, ...] = ()
    said: tuple[Said, ...] = ()
    held: Held | None = None
    running: bool = True
    earlier: tuple[Change, ...] = ()
    beacons: tuple[Listing, ...] = ()
    at: float = float("inf")


def read_line(at: float, post: str, line: str) -> Said:
    """The line *line* of a node's log as a value."""
    match = _LINE.fullmatch(line)
    if match is None:
        return Said(at, post, "", {"line": line})
    return Said(at, post, match[1], dict(_FIELD.findall(match[2])))


def spells(changes: tuple[Change, ...], output: str, until: float) -> list[tuple[float, float]]:
    """From when to when *output* was on; what still is on ends at instant *until*."""
    result: list[tuple[float, float]] = []
    began: float | None = None
    for change in changes:
        if change.output != output:
            continue
        if change.level and began is None:
            began = change.at
        elif not change.level and began is not None:
            result.append((began, change.at))
            began = None
    return result if began is None else [*result, (began, until)]


def strokes(sight: Sight, until: float = float("inf")) -> list[float]:
    """The instants at which the rhythm was beaten; on the siren's relay, where there is no striker.

    What still is on counts as if it ended at instant *until*.
    """
    ends = spells(sight.changes, sight.post.beater, until)
    return [began for began, ended in ends if ended - began < STROKE_S]


def siren_began(sight: Sight) -> float | None:
    """When the siren was first switched on, or None."""
    return next((change.at for change in sight.changes if change.output == "siren" and change.level), None)


def about(status: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """Incident and village of what sounds according to *status*, or None."""
    sounding = (status or {}).get("sounding")
    return (sounding["incident"], sounding["village"]) if sounding else None
