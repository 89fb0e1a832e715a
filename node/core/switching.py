"""From a cycle to the switching of outputs: which one, when, for how long. Pure.

Roles that a box lacks degrade: without a striker the rhythm is beaten on the siren relay itself.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum

from contract.domain.rhythm import Cycle, entered
from contract.values import dataclass

RESYNC_S = 0.25  # what is later than this is left out, or moves the rest
_ROUNDING_S = 1e-6  # what sums of seconds may be off


class Role(Enum):
    """What an output is for."""

    SIREN = "siren"
    STRIKER = "striker"
    STROBE = "strobe"


@dataclass(frozen=True, slots=True)
class Edge:
    """An output switches. `at_s` is seconds from the cycle's start.

    `least_s` is how long the output must have been where it is before: so a stroke that begins late keeps its length,
    and two late ones do not become one. An `entry` is an edge at which the score can be joined without spoiling the
    count of a figure.
    """

    at_s: float
    role: Role
    on: bool
    least_s: float = 0.0
    entry: bool = True


@dataclass(frozen=True, slots=True)
class Score:
    """The edges of the first round and of every later one, in order, and a round's length in seconds.

    The strobe has no edges: it shines throughout, or, in what is quiet, not at all.
    """

    edges: tuple[Edge, ...]
    length_s: float
    first: tuple[Edge, ...]
    quiet: bool = False

    def due(self, start: float, index: int) -> tuple[float, Edge]:
        """The *index*-th edge of a program whose rounds count from *start*, and its instant."""
        if index < len(self.first):
            edge = self.first[index]
            return start + edge.at_s, edge
        round_, place = divmod(index - len(self.first), len(self.edges))
        edge = self.edges[place]
        return start + (round_ + 1) * self.length_s + edge.at_s, edge

    def join(self, start: float, now: float) -> tuple[int, frozenset[Role]]:
        """Where a program whose rounds count from *start* is taken up at *now*: its next edge, and what is on.

        That is the first edge after *now*, and what all edges before it leave on, the strobe apart. But a figure that
        has begun is beaten from its first stroke if that is at most `RESYNC_S` late, and else left out: half of it
        would say something else.
        """
        round_ = max(0, int((now - start) // self.length_s))
        edges = self.edges if round_ else self.first
        begun = start + round_ * self.length_s
        place = 0
        while place < len(edges) and begun + edges[place].at_s <= now:
            place += 1
        if place < len(edges) and not edges[place].entry:
            opened = place - 1
            while not edges[opened].entry:
                opened -= 1
            if now <= begun + edges[opened].at_s + RESYNC_S:
                place = opened
            else:
                while place < len(edges) and not edges[place].entry:
                    place += 1
        on = _left_on(edges[:place], self._goes_over(round_))
        return place if round_ == 0 else len(self.first) + (round_ - 1) * len(self.edges) + place, on

    def _goes_over(self, round_: int) -> frozenset[Role]:
        """What is on as *round_* begins."""
        return frozenset() if round_ == 0 else _left_on(self.first if round_ == 1 else self.edges, frozenset())


def score(
    cycle: Cycle, roles: frozenset[Role], stroke_s: float, *, entered_s: float = 0.0, quiet: bool = False
) -> Score:
    """The score of *cycle* for a box with *roles*; *stroke_s* is how long the striker is pulled.

    The first round is come into after *entered_s*. What is *quiet* does not use the siren, even for want of a striker.
    """
    beater, beat_s = (Role.STRIKER, stroke_s) if quiet or Role.STRIKER in roles else (Role.SIREN, cycle.beat_s)
    begun = entered(cycle, entered_s)
    if quiet:
        cycle, begun = replace(cycle, siren=None), replace(begun, siren=None)
    ended_s = (cycle.strokes_s[-1] + beat_s if cycle.strokes_s else 0.0) - cycle.length_s  # the round before
    return Score(
        _edges(cycle, beater, beat_s, ended_s), cycle.length_s, _edges(begun, beater, beat_s, -math.inf), quiet
    )


def _edges(cycle: Cycle, beater: Role, beat_s: float, ended_s: float) -> tuple[Edge, ...]:
    """The edges of a round; *ended_s* is when the last stroke before it ends, counted from its start."""

    def rest_s(at_s: float) -> float:
        """Half of the rest that is planned, or as long as a stroke: what is late can be made up for."""
        return max(0.0, min(beat_s, (at_s - ended_s) / 2))

    edges: list[Edge] = []
    for begins_s, ends_s in _bursts(cycle):
        edges.append(Edge(begins_s, Role.SIREN, on=True, least_s=rest_s(begins_s) if beater is Role.SIREN else 0.0))
        if ends_s < cycle.length_s - _ROUNDING_S:  # else the next round goes on with it
            edges.append(Edge(ends_s, Role.SIREN, on=False))
        ended_s = ends_s if beater is Role.SIREN else ended_s
    for place, at_s in enumerate(cycle.strokes_s):
        edges.append(Edge(at_s, beater, on=True, least_s=rest_s(at_s), entry=place % cycle.figure == 0))
        ended_s = at_s + beat_s
        edges.append(Edge(ended_s, beater, on=False, least_s=beat_s, entry=False))
    return tuple(sorted(edges, key=lambda edge: (edge.at_s, edge.on)))


def _bursts(cycle: Cycle) -> Iterator[tuple[float, float]]:
    """From when until when the siren is on in *cycle*, in seconds from its start."""
    if cycle.siren is None:
        return
    at_s, over_s = cycle.siren.at_s, cycle.siren.at_s + cycle.siren.length_s
    length_s = cycle.siren.length_s if cycle.burst_s is None else cycle.burst_s
    while at_s < over_s - _ROUNDING_S:
        yield at_s, min(at_s + length_s, over_s)
        at_s += 2 * length_s


def _left_on(edges: Sequence[Edge], on: frozenset[Role]) -> frozenset[Role]:
    """What is on after *edges*, if *on* was before."""
    left = set(on)
    for edge in edges:
        (left.add if edge.on else left.discard)(edge.role)
    return frozenset(left)
