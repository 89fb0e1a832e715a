"""From a cycle to the switching of outputs: which one, when, for how long. Pure.

Roles that a box lacks degrade: without a striker the rhythm is beaten on the siren relay itself.
"""

from dataclasses import dataclass
from enum import Enum

from contract.rhythm import Cycle


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
    """One cycle's edges in order, and its length in seconds. The strobe is no part of it: it shines throughout."""

    edges: tuple[Edge, ...]
    length_s: float

    def due(self, start: float, index: int) -> tuple[float, Edge]:
        """The *index*-th edge of a program that began at *start*, counted through all its cycles."""
        cycle, place = divmod(index, len(self.edges))
        edge = self.edges[place]
        return start + cycle * self.length_s + edge.at_s, edge

    def index_after(self, start: float, now: float) -> int:
        """The first edge that lies after *now*."""
        cycle = max(0, int((now - start) // self.length_s))
        passed = sum(1 for edge in self.edges if start + cycle * self.length_s + edge.at_s <= now)
        return cycle * len(self.edges) + passed

    def on_at(self, start: float, now: float) -> frozenset[Role]:
        """The outputs that are on at *now*."""
        phase = (now - start) % self.length_s if now >= start else -1.0
        on: set[Role] = set()
        for edge in self.edges:
            if edge.at_s <= phase:
                (on.add if edge.on else on.discard)(edge.role)
        return frozenset(on)


def score(cycle: Cycle, roles: frozenset[Role], stroke_s: float) -> Score:
    """The score of *cycle* for a box with *roles*; *stroke_s* is how long the striker is pulled."""
    edges: list[Edge] = []
    if cycle.siren is not None:
        end_s = cycle.siren.at_s + cycle.siren.length_s
        edges += (Edge(cycle.siren.at_s, Role.SIREN, on=True), Edge(end_s, Role.SIREN, on=False))
    beater, length_s = (Role.STRIKER, stroke_s) if Role.STRIKER in roles else (Role.SIREN, cycle.beat_s)
    for at_s in cycle.strokes_s:
        edges += (Edge(at_s, beater, on=True), Edge(at_s + length_s, beater, on=False, least_s=length_s))
    return Score(tuple(sorted(edges, key=lambda edge: (edge.at_s, edge.on))), cycle.length_s)
