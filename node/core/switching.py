"""From a cycle to the switching of outputs: which one, when, for how long. Pure.

Roles that a box lacks degrade: without a striker the rhythm is beaten on the siren relay itself.
"""

from dataclasses import dataclass
from enum import Enum

from contract.domain.rhythm import Cycle, entered

_HAIR_S = 1e-6  # what sums of seconds may be off


class Role(Enum):
    """What an output is for."""

    SIREN = "siren"
    STRIKER = "striker"
    STROBE = "strobe"


@dataclass(frozen=True, slots=True)
class Edge:
    """An output switches. `at_s` is seconds from the cycle's start; `least_s` how long it must have been on."""

    at_s: float
    role: Role
    on: bool
    least_s: float = 0.0


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
        """The *index*-th edge of a program whose rounds count from *start*."""
        if index < len(self.first):
            edge = self.first[index]
            return start + edge.at_s, edge
        round_, place = divmod(index - len(self.first), len(self.edges))
        edge = self.edges[place]
        return start + (round_ + 1) * self.length_s + edge.at_s, edge

    def index_after(self, start: float, now: float) -> int:
        """The first edge that lies after *now*."""
        round_ = max(0, int((now - start) // self.length_s))
        passed = sum(1 for edge in self._edges(round_) if start + round_ * self.length_s + edge.at_s <= now)
        return passed if round_ == 0 else len(self.first) + (round_ - 1) * len(self.edges) + passed

    def on_at(self, start: float, now: float) -> frozenset[Role]:
        """The outputs that are on at *now*, the strobe apart."""
        if now < start:
            return frozenset()
        round_, phase = divmod(now - start, self.length_s)
        on: set[Role] = set()
        for edge in self._edges(int(round_)):
            if edge.at_s <= phase:
                (on.add if edge.on else on.discard)(edge.role)
        return frozenset(on)

    def _edges(self, round_: int) -> tuple[Edge, ...]:
        return self.edges if round_ else self.first


def score(
    cycle: Cycle, roles: frozenset[Role], stroke_s: float, *, entered_s: float = 0.0, quiet: bool = False
) -> Score:
    """The score of *cycle* for a box with *roles*; *stroke_s* is how long the striker is pulled.

    The first round is come into after *entered_s*. What is *quiet* does not use the siren, even for want of a striker.
    """
    beater, beat_s = (Role.STRIKER, stroke_s) if quiet or Role.STRIKER in roles else (Role.SIREN, cycle.beat_s)
    first = _edges(entered(cycle, entered_s), beater, beat_s)
    return Score(_edges(cycle, beater, beat_s), cycle.length_s, first, quiet)


def _edges(cycle: Cycle, beater: Role, beat_s: float) -> tuple[Edge, ...]:
    edges: list[Edge] = []
    if cycle.siren is not None:
        ends_s = cycle.siren.at_s + cycle.siren.length_s
        edges.append(Edge(cycle.siren.at_s, Role.SIREN, on=True))
        if ends_s < cycle.length_s - _HAIR_S:  # else the next round goes on with it
            edges.append(Edge(ends_s, Role.SIREN, on=False))
    for at_s in cycle.strokes_s:
        edges += (Edge(at_s, beater, on=True), Edge(at_s + beat_s, beater, on=False, least_s=beat_s))
    return tuple(sorted(edges, key=lambda edge: (edge.at_s, edge.on)))
