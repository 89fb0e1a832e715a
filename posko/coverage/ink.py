"""What the map is drawn with: its two sets of colours, texts, the mark of a post. As elements of SVG.

Strong and faint colour differ in brightness, too, so that a copy in black and white says the same. What comes from a
file is escaped here.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a sheet, each by what it is for."""

    paper: str
    field: str
    land: str
    border: str
    ink: str
    faint_ink: str
    rural: str
    dense: str
    line: str
    warning: str


LIGHT = Palette("#ffffff", "#eef2f4", "#fbfaf6", "#8b8577", "#1d2126", "#5c646d", "#ffd9a0", "#e8590c", "#1c4f8c",
                  "#b3261e")
DARK = Palette("#101418", "#161c22", "#222a32", "#76808b", "#f1f3f5", "#a7b0ba", "#7a4a12", "#ff922b", "#8cc4ff",
                 "#ff8a80")


def text(  # noqa: PLR0913 - what SVG asks of a text
    at: Point, written: str, size: float, colour: str, *, is_bold: bool = False, anchor: str = "start", more: str = "",
) -> str:
    """*written*, its base line at *at*, in letters of *size* units; *more* are further attributes."""
    bold = ' font-weight="700"' if is_bold else ""
    anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
    further = f" {more}" if more else ""
    return (f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size:g}" fill="{colour}"{bold}{anchored}{further}>'
            f"{escape(written)}</text>")


def dot(at: Point, palette: Palette, *, is_known: bool, size: float = 1.0) -> str:
    """The mark of a post, *size* times as large; a question mark where it is not known how far it is heard."""
    place = f'cx="{at[0]:.1f}" cy="{at[1]:.1f}"'
    if is_known:
        return (f'<circle {place} r="{5 * size:g}" fill="{palette.ink}" stroke="{palette.paper}" '
                f'stroke-width="{1.6 * size:g}"/>')
    mark = text((at[0], at[1] + 3.6 * size), "?", 10 * size, palette.warning, is_bold=True, anchor="middle")
    return (f'<circle {place} r="{6 * size:g}" fill="{palette.paper}" stroke="{palette.warning}" '
            f'stroke-width="{2 * size:g}"/>{mark}')
