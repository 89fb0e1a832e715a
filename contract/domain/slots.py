"""Who beats when: posts within earshot of each other beat and speak one after the other, each in its slot. Pure.

Sound takes 2.9 ms a metre. So for a listener who is 51 m nearer to one of two posts than to the other, strokes of
0.3 s are half a stroke apart, however good the clocks: two posts that beat at once spoil each other's count. Slots
follow from the district file alone, so that every box and the hub come to the same ones though nothing passes between
them::

    district file ──> Earshot ──> clusters of the posts that sound an alarm ──> colours, 0 to 3 ──> Slot(number, count)

The posts that sound an alarm are coloured in the order of their names, each with the first colour that no post within
its earshot has. Where `MOST` colours are too few for a cluster, its longest distances are given up one after the other
until they suffice: so the nearest posts stay apart.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE, Audible, District, reaches
from contract.domain.incidents import ALL_CLEAR, Catalogue
from contract.domain.rhythm import ALONE, Slot

MOST = 4  # slots of a round: with more of them, nobody would hear the code in time
_RADIUS_M = 6_371_009.0  # of the earth, as a sphere: the mean radius of IUGG
_UNKNOWN = math.inf  # the distance of a post without a place: it is given up before every distance that is known


@dataclass(frozen=True, slots=True, order=True)
class Shared:
    """Two posts, as `village/post`, that share a slot though they are within earshot of each other.

    `apart_m` is how far they are from each other, None where that is not known.
    """

    one: str
    other: str
    apart_m: float | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of the posts that sound an alarm, by their names `village/post`, and the pairs that share one."""

    of: Mapping[str, Slot]
    shared: tuple[Shared, ...] = ()


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """How far two places (latitude and longitude in degrees) are from each other on a sphere, by the haversine.

    To a centimetre: the last digits of a sine differ from machine to machine, and would order equal distances.
    """
    lat, lon, other_lat, other_lon = map(math.radians, (*one, *other))
    across = math.sin((other_lat - lat) / 2) ** 2
    along = math.cos(lat) * math.cos(other_lat) * math.sin((other_lon - lon) / 2) ** 2
    return round(2 * _RADIUS_M * math.asin(min(1.0, math.sqrt(across + along))), 2)


class Earshot:
    """Which posts of *district* are within earshot of each other, and how far apart they are.

    Two posts are where they are no farther apart than the `earshot_m` of either. One without a place counts as within
    earshot of the posts of its own village, and of no other.
    """

    def __init__(self, district: District) -> None:
        self.village_of: dict[str, str] = {}
        self.unplaced: set[str] = set()
        self.near: dict[str, dict[str, float]] = {}
        placed: dict[str, tuple[tuple[float, float], float]] = {}
        for slug, village in district.villages.items():
            for post, each in village.posts.items():
                name = f"{slug}/{post}"
                self.village_of[name], self.near[name] = slug, {}
                if each.at is None:
                    self.unplaced.add(name)
                else:
                    placed[name] = each.at, district.earshot_m if each.earshot_m is None else each.earshot_m
        for one, other, apart_m in _within(placed):
            self.near[one][other] = self.near[other][one] = apart_m

    def clusters(self, names: Iterable[str]) -> Iterator[list[str]]:
        """*names*, of which those in earshot of each other, or of another one in between, are together, in order."""
        left = set(names)
        of_village: dict[str, list[str]] = {}
        for name in left:
            of_village.setdefault(self.village_of[name], []).append(name)
        blurred = {village for village, posts in of_village.items() if not self.unplaced.isdisjoint(posts)}
        for first in sorted(left):
            if first not in left:
                continue
            left.discard(first)
            found, waiting = [], [first]
            while waiting:
                name = waiting.pop()
                found.append(name)
                village = self.village_of[name]
                if village in blurred:  # the post without a place is in earshot of all of them
                    blurred.discard(village)
                    beside: Iterable[str] = (*of_village[village], *self.near[name])
                else:
                    beside = self.near[name]
                reached = left.intersection(beside)
                left -= reached
                waiting += reached
            yield sorted(found)


def slots(earshot: Earshot, names: Iterable[str]) -> Slots:
    """The slots of the posts *names*, which sound an alarm together.

    A round has as many slots as the cluster of the post has colours.
    """
    of: dict[str, Slot] = {}
    shared: list[Shared] = []
    for cluster in earshot.clusters(names):
        colours, is_proper = _coloured(earshot, cluster)
        count = 1 + max(colours.values())
        of.update((name, Slot(colours[name], count)) for name in cluster)
        if not is_proper:
            shared += _shared(earshot, colours)
    return Slots(of, tuple(sorted(shared)))


def slots_of_post(district: District, catalogue: Catalogue, post: str) -> dict[Key, Slot]:
    """The slot of *post* (`village/post`) in each alarm that it sounds in turns with others; elsewhere it is ALONE."""
    earshot, reached = Earshot(district), reaches(district, catalogue)
    found: dict[Key, Slot] = {}
    known: dict[tuple[str, ...], Slot] = {}
    for village, incidents in reached[post].items():
        alike: dict[object, Slot] = {}
        for incident in sorted(incidents):
            reach = incident == ALL_CLEAR or catalogue.incidents[incident].reach
            if reach not in alike:  # the same posts sound it
                names = _sounding(reached, village, incident)
                if names not in known:
                    known[names] = slots(earshot, names).of[post]
                alike[reach] = known[names]
            if alike[reach] != ALONE:
                found[Key(village, incident)] = alike[reach]
    return found


def sounding(district: District, catalogue: Catalogue, village: str, incident: str) -> tuple[str, ...]:
    """The posts, as `village/post`, that sound *incident* raised in *village* (or `semua`), in order of their names."""
    return _sounding(reaches(district, catalogue), village, incident)


def _sounding(reached: Mapping[str, Audible], village: str, incident: str) -> tuple[str, ...]:
    return tuple(sorted(name for name, audible in reached.items() if incident in audible.get(village, ())))


def shared(district: District, catalogue: Catalogue) -> tuple[Shared, ...]:
    """The pairs that share a slot though within earshot, in an alarm of all villages or of any of them."""
    earshot = Earshot(district)
    found: set[Shared] = set()
    done: set[tuple[str, ...]] = set()
    reached = reaches(district, catalogue)
    for village in (EVERYWHERE, *sorted(district.villages), *sorted(district.foreign)):
        for incident in sorted(catalogue.incidents):
            names = _sounding(reached, village, incident)
            if names not in done:
                done.add(names)
                found.update(slots(earshot, names).shared)
    return tuple(sorted(found))


def _within(placed: Mapping[str, tuple[tuple[float, float], float]]) -> Iterator[tuple[str, str, float]]:
    """The pairs of *placed* (place and earshot) that are within earshot, each once, and how far apart they are.

    Looked for by squares as wide as the widest earshot: a district may have thousands of posts.
    """
    widest_m = max((earshot_m for _, earshot_m in placed.values()), default=0.0)
    squares: dict[tuple[int, int], list[str]] = {}
    for name, (at, _) in placed.items():
        squares.setdefault(_square(at, widest_m), []).append(name)
    for (row, column), posts in squares.items():
        beside = [name for down in (-1, 0, 1) for along in (-1, 0, 1)
                  for name in squares.get((row + down, column + along), ())]
        for one in posts:
            at, earshot_m = placed[one]
            for other in beside:
                if one < other:
                    apart_m = distance_m(at, placed[other][0])
                    if apart_m <= max(earshot_m, placed[other][1]):
                        yield one, other, apart_m


def _square(at: tuple[float, float], width_m: float) -> tuple[int, int]:
    """The square of *at*; two places no more than *width_m* apart lie in the same one or in two that touch.

    A degree of longitude is shortened as at 12 degrees of latitude: no place of Indonesia is farther from the equator.
    """
    degree_m = math.radians(1.0) * _RADIUS_M
    return math.floor(at[0] * degree_m / width_m), math.floor(at[1] * degree_m * math.cos(math.radians(12.0)) / width_m)


def _coloured(earshot: Earshot, cluster: Sequence[str]) -> tuple[dict[str, int], bool]:
    """The colours of the posts of *cluster*, and whether no two within earshot have the same."""
    colours = _greedy(earshot, cluster, _UNKNOWN)
    if colours is not None:
        return colours, True
    inside = frozenset(cluster)
    lengths_m = sorted({
        apart_m for name in cluster for other, apart_m in earshot.near[name].items() if other in inside
    })
    best: dict[str, int] = {}
    low, high = -1, len(lengths_m) + 1  # so many of the shortest can be kept apart; so many cannot
    while high - low > 1:
        middle = (low + high) // 2
        colours = _greedy(earshot, cluster, lengths_m[middle - 1] if middle else -1.0)
        if colours is None:
            high = middle
        else:
            low, best = middle, colours
    spread = _greedy(earshot, cluster, lengths_m[low - 1] if low else -1.0, spread=True)
    return spread if spread is not None else best, False


def _greedy(
    earshot: Earshot, cluster: Sequence[str], apart_m: float, *, spread: bool = False
) -> dict[str, int] | None:
    """The colours of *cluster* where posts up to *apart_m* from each other must differ; None if `MOST` do not suffice.

    Of the colours that are left, a post takes the first. With *spread* it takes one that nobody within its earshot has;
    else the one of which the nearest that has it is farthest away, and of these the one that the fewest have.
    """
    colours: dict[str, int] = {}
    of_village: dict[str, list[int]] = {}  # how many posts of each village have each colour
    unplaced: dict[str, list[int]] = {}
    for name in cluster:
        village = earshot.village_of[name]
        nearest_m = [math.inf] * MOST
        used = [0] * MOST
        for other, length_m in earshot.near[name].items():
            colour = colours.get(other)
            if colour is not None:
                nearest_m[colour] = min(nearest_m[colour], length_m)
                used[colour] += 1
        is_unplaced = name in earshot.unplaced
        for colour, count in enumerate((of_village if is_unplaced else unplaced).get(village, ())):
            used[colour] += count
        left = [colour for colour in range(MOST) if nearest_m[colour] > apart_m] if apart_m < _UNKNOWN else [
            colour for colour in range(MOST) if not used[colour]]
        if not left:
            return None
        chosen = left[0] if not spread else min(
            left, key=lambda colour: (used[colour] > 0, -nearest_m[colour], used[colour], colour))
        colours[name] = chosen
        of_village.setdefault(village, [0] * MOST)[chosen] += 1
        if is_unplaced:
            unplaced.setdefault(village, [0] * MOST)[chosen] += 1
    return colours


def _shared(earshot: Earshot, colours: Mapping[str, int]) -> Iterator[Shared]:
    """The pairs of *colours* that have the same one though they are within earshot."""
    of_village: dict[str, list[str]] = {}
    for name in sorted(colours):
        of_village.setdefault(earshot.village_of[name], []).append(name)
    for one, colour in colours.items():
        for other, apart_m in earshot.near[one].items():
            if one < other and colours.get(other) == colour:
                yield Shared(one, other, apart_m)
        for other in of_village[earshot.village_of[one]]:
            if one < other and colours[other] == colour and not earshot.unplaced.isdisjoint((one, other)):
                yield Shared(one, other, None)
