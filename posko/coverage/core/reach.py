"""How far the posts of a district are heard, and how much of each village that is. Pure arithmetic.

    district file ──> Site: a post's place and the louder of its devices ──> how far it has 70 dB, 60 dB ──> Share

Sound loses 6 dB with each doubling of the distance in free air. Near the ground, between trees and houses, it loses
more: FEMA's guide to outdoor warning (CPG 1-17) plans sirens with 10 dB for each doubling beyond 100 feet, and takes
70 dB(C) as the limit where people live close together, 60 dB(C) in the country. So here: 6 dB up to 30 m, from there on
10 dB, and 6 dB beside it, as the farthest that it can ever be. Wind, walls and heavy rain take more.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from contract.domain.district import District, Level, Post

LOSS_DB, LEAST_LOSS_DB = 10.0, 6.0  # with each doubling of the distance
DENSE_DB, RURAL_DB = 70.0, 60.0
FREE_M = 30.0  # up to here sound spreads freely
ENOUGH = 0.5  # of a village's area; less than this is a warning
FAR_M = 1000.0  # a post that is so far outside its village's outline has probably a wrong place
_RADIUS_M = 6_371_009.0
_ROWS = 600  # in which an area is measured

Point = tuple[float, float]  # metres to the east and to the north
Circle = tuple[Point, float]  # centre and radius
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Site:
    """A post on the map. `at` is None where its place is not known, `db_30m` where no level is."""

    village: str
    name: str
    at: Point | None
    db_30m: float | None
    hears_all: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it can be drawn how far it is heard."""
        return self.at is not None and self.db_30m is not None


@dataclass(frozen=True, slots=True)
class Area:
    """A village on the map: its outline, empty where there is none, and its centre, if that is known."""

    slug: str
    name: str
    outline: tuple[Point, ...]
    centre: Point | None


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a village's area has at least 70 and 60 dB(C).

    It counts the posts that sound every alarm of the village: its own, and those that hear all. `unknown` are its own
    that cannot be counted: then it may be more. None where the village has no outline, or where it has posts and
    nothing is known of any of them.
    """

    village: str
    dense: float | None
    rural: float | None
    unknown: int

    @property
    def is_low(self) -> bool:
        """Whether less than half of it is known to be covered."""
        return self.dense is not None and self.dense < ENOUGH


@dataclass(frozen=True, slots=True)
class Coverage:
    """A district on the map, in metres from its middle."""

    name: str
    code: str
    areas: tuple[Area, ...]
    sites: tuple[Site, ...]
    shares: tuple[Share, ...] = field(default=())
    strays: tuple[Site, ...] = field(default=())  # that lie far outside their village's outline


def coverage(district: District) -> Coverage | None:
    """What is heard where in *district*; None if neither a place nor an outline is known."""
    middle = _middle(district)
    if middle is None:
        return None
    areas = tuple(
        Area(slug, village.name, tuple(_project(each, middle) for each in village.outline),
             None if village.at is None else _project(village.at, middle))
        for slug, village in district.villages.items()
    )
    sites = tuple(
        Site(slug, post.name, None if post.at is None else _project(post.at, middle), _db_30m(post),
             post.hears == "all")
        for slug, village in district.villages.items() for post in village.posts.values()
    )
    of = {area.slug: area for area in areas}
    return Coverage(
        district.name, district.code, areas, sites, tuple(_share(area, sites) for area in areas),
        tuple(site for site in sites if site.at is not None and _is_stray(site.at, of[site.village].outline)),
    )


def circles(found: Coverage, limit_db: float, loss_db: float) -> list[Circle]:
    """Where each post that is known has *limit_db*."""
    return _circles(found.sites, limit_db, loss_db)


def _circles(sites: Iterable[Site], limit_db: float, loss_db: float) -> list[Circle]:
    return [(site.at, reach_m(site.db_30m, limit_db, loss_db)) for site in sites
            if site.at is not None and site.db_30m is not None]


def reach_m(db_30m: float, limit_db: float, loss_db: float) -> float:
    """How far a device of *db_30m* at 30 m has *limit_db*, in metres, where it loses *loss_db* by doubling beyond."""
    loss = loss_db if db_30m >= limit_db else LEAST_LOSS_DB
    return FREE_M * 2 ** ((db_30m - limit_db) / loss)


def _db_30m(post: Post) -> float | None:
    """The level of the louder of its devices, at 30 m."""
    return max((at_30m(each) for each in (post.siren_db, post.loudspeaker_db) if each is not None), default=None)


def at_30m(level: Level) -> float:
    """*level* in decibels at 30 m."""
    if level.at_30m is not None:
        return level.at_30m
    return (level.at_1m or 0.0) - LEAST_LOSS_DB * math.log2(FREE_M)


def _share(area: Area, sites: Iterable[Site]) -> Share:
    counted = [site for site in sites if site.village == area.slug or site.hears_all]
    unknown = sum(site.village == area.slug and not site.is_known for site in counted)
    if not area.outline or (unknown and not any(site.is_known for site in counted if site.village == area.slug)):
        return Share(area.slug, None, None, unknown)
    dense, rural = (_covered(area.outline, _circles(counted, limit_db, LOSS_DB)) for limit_db in (DENSE_DB, RURAL_DB))
    return Share(area.slug, dense, rural, unknown)


def _covered(outline: Sequence[Point], reached_by: Sequence[Circle]) -> float:
    """The share of the area within *outline* that lies within any of *reached_by*.

    Measured in rows: within a row the lengths are exact.
    """
    low, high = min(y for _, y in outline), max(y for _, y in outline)
    whole = covered = 0.0
    for row in range(_ROWS):
        y = low + (high - low) * (row + 0.5) / _ROWS
        inside = list(_crossed(outline, y))
        reached = _merged((x - half, x + half) for (x, at_y), radius in reached_by
                          if abs(y - at_y) < radius and (half := math.sqrt(radius**2 - (y - at_y) ** 2)) > 0)
        whole += sum(end - begin for begin, end in inside)
        covered += sum(max(0.0, min(end, to) - max(begin, since)) for begin, end in inside for since, to in reached)
    return covered / whole if whole else 0.0


def _crossed(outline: Sequence[Point], y: float) -> Iterator[Span]:
    """The stretches of the row at *y* that lie within *outline*."""
    places = sorted(
        one[0] + (y - one[1]) * (other[0] - one[0]) / (other[1] - one[1])
        for one, other in zip(outline, (*outline[1:], outline[0]), strict=True) if (one[1] > y) != (other[1] > y)
    )
    return zip(places[::2], places[1::2], strict=True)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """*spans* without those that overlap."""
    result: list[Span] = []
    for begin, end in sorted(spans):
        if result and begin <= result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((begin, end))
    return result


def _is_stray(at: Point, outline: Sequence[Point]) -> bool:
    """Whether *at* lies far outside *outline*."""
    if not outline or any(begin <= at[0] <= end for begin, end in _crossed(outline, at[1])):
        return False
    edges = zip(outline, (*outline[1:], outline[0]), strict=True)
    return min(_distance_m(at, one, other) for one, other in edges) > FAR_M


def _distance_m(at: Point, one: Point, other: Point) -> float:
    """From *at* to the line between *one* and *other*."""
    along = (other[0] - one[0], other[1] - one[1])
    length2 = along[0] ** 2 + along[1] ** 2
    share = ((at[0] - one[0]) * along[0] + (at[1] - one[1]) * along[1]) / length2 if length2 else 0.0
    share = min(1.0, max(0.0, share))
    return math.dist(at, (one[0] + share * along[0], one[1] + share * along[1]))


def _middle(district: District) -> tuple[float, float] | None:
    """The middle of all that has a place, as latitude and longitude."""
    places = [place for village in district.villages.values()
              for place in (*village.outline, village.at, *(post.at for post in village.posts.values()))
              if place is not None]
    if not places:
        return None
    lats, lons = [lat for lat, _ in places], [lon for _, lon in places]
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _project(place: tuple[float, float], middle: tuple[float, float]) -> Point:
    """*place* in metres from *middle*. A kecamatan is small: the plane errs by less than a metre in ten kilometres."""
    metres = math.radians(1) * _RADIUS_M
    return ((place[1] - middle[1]) * metres * math.cos(math.radians(middle[0])), (place[0] - middle[0]) * metres)
