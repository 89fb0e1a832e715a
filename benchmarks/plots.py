"""Pictures of a run for docs/benchmarks.md: `python -m benchmarks.plots benchmarks.json docs`, or `--plots docs`.

    benchmarks-latency.svg    how many of each program's publishes took how long at most, for each link and load
    benchmarks-district.svg   what a district costs, by its number of posts, with the aims

An SVG writer of our own: two charts of lines need a hundred lines, a plotting library 60 MB. Text stays text, so that a
new run shows as a small difference.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import click

WIDTH, PANEL_HEIGHT, LEFT, GAP = 900, 300, 62, 46
FONT = "font-family=\"'DejaVu Sans', Arial, sans-serif\" font-size=\"13\""
INK, FAINT, GRID = "#1c2024", "#5b6570", "#d9dee3"
# Okabe and Ito's colours, which colour-blind readers tell apart; each line has its name, too.
COLOURS = {"node": "#d55e00", "bare": "#0072b2", "c": "#009e73", "mqttio": "#cc79a7", "nodered": "#7a6a00"}
LATENCIES = (("plain", "idle", "plain, idle machine"), ("tls", "idle", "TLS, idle machine"),
             ("plain", "busy", "plain, two busy processes beside it"))
COSTS = (("proof", "proof that all posts sound, s", 0.001), ("idle", "idle hub, % of a core", 1.0),
         ("memory", "hub's memory (PSS), MB", 1.0), ("written", "written for an alarm, kB", 1.0))

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart, by its points; `bold`: the one that the chart is about. `dots`: its points are measured."""

    name: str
    colour: str
    points: tuple[Point, ...]
    bold: bool = False
    dots: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from `least` to `most`; logarithmic, or from 0."""

    least: float
    most: float
    logarithmic: bool = True

    def at(self, value: float) -> float:
        """Where *value* is on it, from 0 to 1."""
        if not self.logarithmic:
            return (value - self.least) / (self.most - self.least)
        kept = min(max(value, self.least), self.most)
        return math.log(kept / self.least) / math.log(self.most / self.least)

    def ticks(self) -> Iterator[float]:
        """The values at which it has a line: powers of ten, or quarters."""
        if not self.logarithmic:
            yield from (self.least + (self.most - self.least) * quarter / 4 for quarter in range(5))
            return
        value = 10.0 ** round(math.log10(self.least))
        while value <= self.most * 1.001:
            yield value
            value *= 10


def draw_latency(document: Mapping[str, Any]) -> str | None:
    """The distributions of the publishes in *document*; None where none were measured."""
    measured: list[tuple[str, list[Series]]] = []
    for link, load, title in LATENCIES:
        begin = f"publish.{link}.{load}."
        found = [
            Series(row["what"], COLOURS.get(key.removeprefix(begin), INK), tuple(_cumulative(row["values"])),
                   bold=key == f"{begin}node")
            for row in document["rows"] if (key := str(row["key"])).startswith(begin) and row["values"]
        ]
        measured += [(f"publish (QoS 1) to relay, {title}: % within so many ms", found)] if found else []
    if not measured:
        return None
    most = max(x for _, found in measured for series in found for x, _ in series.points)
    axes = Axis(0.1, max(10.0, 10.0 ** math.ceil(math.log10(most)))), Axis(0.0, 100.0, logarithmic=False)
    panels = [(title, found, axes) for title, found in measured]
    return _chart("How soon the relay is on after a publish", panels, document, columns=1)


def draw_district(document: Mapping[str, Any]) -> str | None:
    """What districts of *document* cost, by their posts; None where none were measured."""
    panels = []
    for key, title, factor in COSTS:
        measured, aims = [], []
        for row in document["rows"]:
            if str(row["key"]).startswith(f"district.{key}.") and row["values"]:
                posts = float(str(row["key"]).rpartition(".")[2])
                measured.append((posts, factor * row["median"]))
                aims += [(posts, factor * float(each["aim"].split()[-2])) for each in row["aims"]]
        if len(measured) > 1:
            values = [value for _, value in (*measured, *aims) if value > 0]
            least, most = (10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(max(values))))
            found = [Series("measured", COLOURS["node"], tuple(sorted(measured)), bold=True, dots=True)]
            found += [Series("aim", FAINT, tuple(sorted(aims)), dots=True, dashed=True)] if aims else []
            posts_axis = Axis(min(posts for posts, _ in measured), max(posts for posts, _ in measured))
            panels.append((f"{title}, by posts", found, (posts_axis, Axis(least, max(most, 10 * least)))))
    return _chart("What a district costs its hub", panels, document, columns=2) if panels else None


def write(document: Mapping[str, Any], folder: Path) -> list[Path]:
    """Writes the pictures of *document* into *folder*; those of what was not measured are left as they are."""
    written = []
    for name, draw in (("latency", draw_latency), ("district", draw_district)):
        picture = draw(document)
        if picture is not None:
            path = folder / f"benchmarks-{name}.svg"
            path.write_text(picture, "utf-8")
            written.append(path)
    return written


def _cumulative(values: Sequence[float]) -> Iterator[Point]:
    ordered = sorted(values)
    yield ordered[0], 0.0
    for number, value in enumerate(ordered, 1):
        yield value, 100.0 * number / len(ordered)


def _chart(
    title: str, panels: Sequence[tuple[str, list[Series], tuple[Axis, Axis]]], document: Mapping[str, Any], columns: int
) -> str:
    rows = -(-len(panels) // columns)
    height = 92 + rows * (PANEL_HEIGHT + GAP) + 8
    width = (WIDTH - LEFT * columns - 24 * columns) / columns
    parts: list[str] = []
    for number, (name, found, axes) in enumerate(panels):
        left = LEFT + (number % columns) * (width + LEFT + 24)
        top = 104 + (number // columns) * (PANEL_HEIGHT + GAP)
        parts += _panel(name, found, axes, (left, top, width, PANEL_HEIGHT - 46))
    machine = document["machine"]
    about = (f"{machine['processor']}, {machine['cores']} cores; Python {machine['python']}, Mosquitto "
             f"{machine['mosquitto']}; load {machine['load_before']} before the run; {machine['time'][:10]}")
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {FONT}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text((24, 34), title, INK, size=20, weight="bold"), _text((24, 58), about, FAINT, size=12),
        *parts, "</svg>", "",
    ])


def _panel(
    name: str, found: Sequence[Series], axes: tuple[Axis, Axis], box: tuple[float, float, float, float]
) -> Iterator[str]:
    left, top, width, height = box
    across, up = axes

    def place(point: Point) -> tuple[float, float]:
        return left + across.at(point[0]) * width, top + (1 - up.at(point[1])) * height

    yield _text((left, top - 14), name, INK, weight="bold")
    for tick in across.ticks():
        x, _ = place((tick, up.least))
        yield _line((x, top), (x, top + height), GRID)
        yield _text((x, top + height + 18), f"{tick:,g}", FAINT, anchor="middle")
    for tick in up.ticks():
        _, y = place((across.least, tick))
        yield _line((left, y), (left + width, y), GRID)
        yield _text((left - 8, y + 4), f"{tick:,g}", FAINT, anchor="end")
    for number, series in enumerate(sorted(found, key=lambda each: each.bold)):
        yield from _series(series, place)
        y = top + height - 16 - 19 * (len(found) - 1 - number)
        yield _line((left + width - 150, y - 4), (left + width - 124, y - 4), series.colour, series)
        yield _text((left + width - 116, y), series.name, INK, weight="bold" if series.bold else "normal")


def _series(series: Series, place: Callable[[Point], tuple[float, float]]) -> Iterator[str]:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, series.points))
    yield f'<polyline points="{points}" fill="none" {_stroke(series)} stroke-linejoin="round"/>'
    if series.dots:
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{series.colour}"/>'
                    for x, y in map(place, series.points))


def _stroke(series: Series) -> str:
    dashes = ' stroke-dasharray="5 4"' if series.dashed else ""
    return f'stroke="{series.colour}" stroke-width="{3 if series.bold else 1.8}"{dashes}'


def _line(begin: Point, end: Point, colour: str, series: Series | None = None) -> str:
    stroke = _stroke(series) if series is not None else f'stroke="{colour}" stroke-width="1"'
    return f'<line x1="{begin[0]:.1f}" y1="{begin[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" {stroke}/>'


def _text(  # noqa: PLR0913 - as SVG has them
    at: Point, text: str, colour: str, *, size: int = 13, weight: str = "normal", anchor: str = "start"
) -> str:
    return (f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" fill="{colour}" font-size="{size}" font-weight="{weight}" '
            f'text-anchor="{anchor}">{escape(text)}</text>')


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", metavar="JSON", type=click.Path(path_type=Path))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def main(source: Path, folder: Path) -> None:
    """Draw the pictures of a run that was measured before, from its JSON file, in DIR."""
    again = f"measure a run first: python -m benchmarks --json {source}"
    try:
        made = write(json.loads(source.read_text("utf-8")), _folder(folder))
    except OSError as error:
        hint = f"; {again}" if error.filename == str(source) else ""
        raise click.UsageError(f"{error.filename or folder}: {error.strerror or error}{hint}") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise click.UsageError(f"{source} is not the JSON of a run; {again}") from None
    for each in made:
        click.echo(each)
    if not made:
        click.echo(f"Nothing is drawn: {source} has neither latencies nor two sizes of a district.", err=True)


def _folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise click.UsageError(f"{folder} is no folder; make it first: mkdir -p {folder}")
    return folder


if __name__ == "__main__":
    main()
