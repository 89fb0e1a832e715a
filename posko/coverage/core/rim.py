"""The line around all that lies within any of several circles. Pure arithmetic.

Circles that lie over each other would be a tangle of lines; where one lies within another, its line says nothing.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from posko.coverage.core.reach import Circle, Point

_TURN = 2 * math.pi


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of a circle, from angle `since` to angle `until`, counted from the east towards the north, in radians."""

    centre: Point
    radius: float
    since: float
    until: float

    def at(self, angle: float) -> Point:
        """The place of the circle at *angle*."""
        return (self.centre[0] + self.radius * math.cos(angle), self.centre[1] + self.radius * math.sin(angle))

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole circle."""
        return self.until - self.since >= _TURN


def rim(circles: Iterable[Circle]) -> Iterator[Arc]:
    """The arcs of *circles* that lie within none of the others."""
    distinct = list(dict.fromkeys(circles))
    for circle in distinct:
        spans = sorted(span for other in distinct if other != circle for span in _hidden(circle, other))
        begun = 0.0
        for since, until in spans:
            if since > begun:
                yield Arc(*circle, begun, since)
            begun = max(begun, until)
        if begun < _TURN:
            yield Arc(*circle, begun, _TURN)


def _hidden(circle: Circle, other: Circle) -> Iterator[tuple[float, float]]:
    """The stretches of *circle* that lie within *other*, as angles from 0 to a whole turn."""
    (centre, radius), (other_centre, other_radius) = circle, other
    apart = math.dist(centre, other_centre)
    if apart + radius <= other_radius:
        yield 0.0, _TURN
    elif apart < radius + other_radius and apart + other_radius > radius:
        half = math.acos((apart**2 + radius**2 - other_radius**2) / (2 * apart * radius))
        middle = math.atan2(other_centre[1] - centre[1], other_centre[0] - centre[0])
        since = (middle - half) % _TURN
        until = since + 2 * half
        yield since, min(until, _TURN)
        if until > _TURN:
            yield 0.0, until - _TURN
