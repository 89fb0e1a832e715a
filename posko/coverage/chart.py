"""The map itself: outlines, how far posts are heard, names where there is room for them. As elements of SVG."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from posko.coverage.core.reach import DENSE_DB, LEAST_LOSS_DB, LOSS_DB, RURAL_DB, Area, Coverage, Point, circles
from posko.coverage.core.rim import Arc, rim
from posko.coverage.ink import Palette, dot, text
from posko.labels import formats
from posko.labels.language import Language

LEFT, TOP, WIDTH, HEIGHT = 28.0, 96.0, 792.0, 708.0
DASHES = {DENSE_DB: "8 4", RURAL_DB: "1.5 4"}
_ROOM = 1.08  # around what is shown
_LEAST_M = 500.0  # across: one post alone is not shown larger
_STEPS = 60  # places of an arc that are looked at
_GLYPH, _BOLD_GLYPH = 0.58, 0.72  # of the letters' size: how wide a letter is, about
_MANY, _SMALL_DOT = 150, 0.6  # posts, from which on their dots are so much smaller
_LARGE, _SMALL, _POST = 17.0, 9.0, 12.0  # letters: of a village's name from large to small, of a post's

_Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a place of the map lies on the sheet: `scale` units for each metre, around `middle`."""

    middle: Point
    scale: float

    def at(self, place: Point) -> Point:
        """The place on the sheet."""
        return (LEFT + WIDTH / 2 + (place[0] - self.middle[0]) * self.scale,
                TOP + HEIGHT / 2 - (place[1] - self.middle[1]) * self.scale)


def framed(coverage: Coverage) -> Frame:
    """All outlines, centres and posts, and how far these have the lower limit."""
    places = [place for area in coverage.areas for place in (*area.outline, area.centre) if place is not None]
    places += [site.at for site in coverage.sites if site.at is not None]
    places += [(x + sign * radius, y + sign * radius)
               for (x, y), radius in circles(coverage, RURAL_DB, LOSS_DB) for sign in (-1, 1)]
    wide, high = ((min(each), max(each)) for each in zip(*places, strict=True))
    across = max((wide[1] - wide[0]) / WIDTH, (high[1] - high[0]) / HEIGHT, _LEAST_M / WIDTH) * _ROOM
    return Frame(((wide[0] + wide[1]) / 2, (high[0] + high[1]) / 2), 1 / across)


def farthest(coverage: Coverage, limit_db: float) -> list[Arc]:
    """The line around all places that can have *limit_db* at all."""
    return list(rim(circles(coverage, limit_db, LEAST_LOSS_DB)))


def is_visible(arcs: Iterable[Arc], frame: Frame) -> bool:
    """Whether any of *arcs* crosses the map."""
    for arc in arcs:
        for step in range(_STEPS + 1):
            x, y = frame.at(arc.at(arc.since + (arc.until - arc.since) * step / _STEPS))
            if LEFT < x < LEFT + WIDTH and TOP < y < TOP + HEIGHT:
                return True
    return False


def draw(coverage: Coverage, frame: Frame, palette: Palette) -> Iterator[str]:
    """The map's elements, from the lowest to the topmost."""
    box = f'x="{LEFT:g}" y="{TOP:g}" width="{WIDTH:g}" height="{HEIGHT:g}" rx="6"'
    outlined = [area for area in coverage.areas if area.outline]
    yield f'<clipPath id="map"><rect {box}/></clipPath>'
    yield '<g clip-path="url(#map)">'
    yield f'<rect {box} fill="{palette.field}"/>'
    yield from (_outline(area, frame, f'fill="{palette.land}"') for area in outlined)
    for limit_db, colour in ((RURAL_DB, palette.rural), (DENSE_DB, palette.dense)):
        yield from (_circle(frame.at(at), radius * frame.scale, f'fill="{colour}"')
                    for at, radius in circles(coverage, limit_db, LOSS_DB))
    for limit_db, dashes in DASHES.items():
        style = f'fill="none" stroke="{palette.line}" stroke-width="1.2" stroke-dasharray="{dashes}"'
        yield from (_arc(arc, frame, style) for arc in farthest(coverage, limit_db))
    border = f'fill="none" stroke="{palette.border}"'
    yield from (_outline(area, frame, f'{border} stroke-width="1.8" stroke-linejoin="round"') for area in outlined)
    yield from _names(coverage, frame, palette)
    yield "</g>"
    yield f'<rect {box} {border}/>'
    yield from _scale_bar(frame, palette)
    yield from _north(palette)


def _outline(area: Area, frame: Frame, style: str) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(frame.at, area.outline))
    return f'<polygon points="{corners}" {style}/>'


def _circle(at: Point, radius: float, style: str) -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:.1f}" {style}/>'


def _arc(arc: Arc, frame: Frame, style: str) -> str:
    radius = arc.radius * frame.scale
    if arc.is_whole:
        return _circle(frame.at(arc.centre), radius, style)
    (x, y), (to_x, to_y) = frame.at(arc.at(arc.since)), frame.at(arc.at(arc.until))
    is_large = int(arc.until - arc.since > math.pi)
    return f'<path d="M{x:.1f},{y:.1f} A{radius:.1f},{radius:.1f} 0 {is_large} 0 {to_x:.1f},{to_y:.1f}" {style}/>'


def _names(coverage: Coverage, frame: Frame, palette: Palette) -> Iterator[str]:
    """The posts as dots, then names wherever there is room for them: the villages' first, then the posts'.

    A village's name may lie over dots where there is no other place for it; a post's is left out.
    """
    placed = [(site, frame.at(site.at)) for site in coverage.sites if site.at is not None]
    size = 1.0 if len(placed) <= _MANY else _SMALL_DOT
    dots = [(x - 6 * size, y - 6 * size, x + 6 * size, y + 6 * size) for _, (x, y) in placed]
    yield from (dot(at, palette, is_known=site.is_known, size=size) for site, at in placed)
    taken: list[_Box] = []
    for area in coverage.areas:
        centre = _middle(area.outline) if area.outline else area.centre
        if centre is not None:
            x, y = frame.at(centre)
            label = _Label(area.name.upper(), _fitting(area, frame), is_bold=True)
            tries = [(x, y + label.size * (step + 1 / 3)) for step in (0, 1, -1, 2, -2, 3, -3)]
            yield from _drawn(label, _free(label, tries, (*dots, *taken)) or _free(label, tries, taken), palette, taken)
    for site, (x, y) in placed:
        label = _Label(site.name, _POST)
        right, left = x + 11 + label.width / 2, x - 11 - label.width / 2
        tries = [(right, y + 4), (left, y + 4), (x, y - 11), (x, y + 20), (right, y + 18), (left, y - 9),
                 (right, y - 9), (left, y + 18)]
        yield from _drawn(label, _free(label, tries, (*dots, *taken)), palette, taken)


@dataclass(frozen=True, slots=True)
class _Label:
    """A name, in letters of `size`."""

    written: str
    size: float
    is_bold: bool = False

    @property
    def width(self) -> float:
        """How wide it is, about."""
        return len(self.written) * self.size * (_BOLD_GLYPH if self.is_bold else _GLYPH)


def _free(label: _Label, tries: Iterable[Point], taken: Sequence[_Box]) -> Point | None:
    """The first of *tries* where *label* lies on the map and on nothing that is *taken*."""
    for at in tries:
        box = _box(label, at)
        inside = box[0] > LEFT and box[2] < LEFT + WIDTH and box[1] > TOP and box[3] < TOP + HEIGHT
        if inside and not any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in taken):
            return at
    return None


def _drawn(label: _Label, at: Point | None, palette: Palette, taken: list[_Box]) -> Iterator[str]:
    """*label* at the place *at*, which is taken then; nothing where there is none."""
    if at is None:
        return
    taken.append(_box(label, at))
    halo = f'stroke="{palette.paper}" stroke-width="3.5" stroke-linejoin="round" stroke-opacity="0.85"'
    for more in (halo, ""):  # the halo first: not every program knows paint-order
        yield text(at, label.written, label.size, palette.ink, is_bold=label.is_bold, anchor="middle", more=more)


def _box(label: _Label, at: Point) -> _Box:
    half = label.width / 2
    return at[0] - half, at[1] - label.size, at[0] + half, at[1] + label.size * 0.25


def _fitting(area: Area, frame: Frame) -> float:
    """The size of letters in which a village's name is no wider than the village."""
    if not area.outline:
        return _LARGE
    wide = (max(x for x, _ in area.outline) - min(x for x, _ in area.outline)) * frame.scale
    return min(_LARGE, max(_SMALL, 0.9 * wide / _Label(area.name, 1, is_bold=True).width))


def _scale_bar(frame: Frame, palette: Palette) -> Iterator[str]:
    most_m = WIDTH / 4 / frame.scale
    power = 10 ** math.floor(math.log10(most_m))
    metres = max(step * power for step in (1, 2, 5) if step * power <= most_m)
    long, x, y = metres * frame.scale, LEFT + 18, TOP + HEIGHT - 18
    written = f"{formats.amount(metres / 1000, Language.ID)} km" if metres >= 1000 else f"{metres:g} m"
    yield (f'<rect x="{x - 8:g}" y="{y - 24:g}" width="{long + 16:.1f}" height="34" rx="4" fill="{palette.paper}" '
           'opacity="0.8"/>')
    yield f'<path d="M{x:g},{y - 6:g} v6 h{long:.1f} v-6" fill="none" stroke="{palette.ink}" stroke-width="1.6"/>'
    yield text((x + long / 2, y - 8), written, 12, palette.ink, anchor="middle")


def _north(palette: Palette) -> Iterator[str]:
    x = LEFT + WIDTH - 30
    yield f'<path d="M{x:g},{TOP + 18:g} l8,24 l-8,-6 l-8,6 z" fill="{palette.ink}"/>'
    yield text((x, TOP + 57), "U", 13, palette.ink, is_bold=True, anchor="middle")


def _middle(outline: Sequence[Point]) -> Point:
    """The centre of the area within *outline*; of its corners where it has no area."""
    edges = list(zip(outline, (*outline[1:], outline[0]), strict=True))
    crosses = [one[0] * other[1] - other[0] * one[1] for one, other in edges]
    area = sum(crosses)
    if not area:
        return _mean(x for x, _ in outline), _mean(y for _, y in outline)
    x, y = (sum((one[axis] + other[axis]) * cross for (one, other), cross in zip(edges, crosses, strict=True))
            / (3 * area) for axis in (0, 1))
    return x, y


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
