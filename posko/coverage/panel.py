"""Beside the map: what its colours mean, how much of each village is covered, what is not known. As elements of SVG."""

from collections.abc import Iterator, Sequence

from posko.coverage import chart
from posko.coverage.chart import Frame
from posko.coverage.core.reach import DENSE_DB, ENOUGH, RURAL_DB, Coverage, Share, Site
from posko.coverage.ink import Palette, dot, text
from posko.coverage.words import lacking, percent

_LEFT, _RIGHT = 848.0, 1160.0
_HIGH = 318.0  # the room for lines: of villages, then of posts that are not known
_LINE, _LEAST_LINE, _UNKNOWN_LINE = 19.0, 15.0, 15.0
_UNKNOWN = 6  # lines of such posts at most
_BAR, _BAR_LONG = 108.0, 66.0
_NAME, _POST = 15, 50  # letters at most


def draw(coverage: Coverage, frame: Frame, palette: Palette) -> Iterator[str]:
    """The panel's elements, from above to below."""
    yield text((_LEFT, 112), "Keterangan", 16, palette.ink, is_bold=True)
    y = 138.0
    for mark, meaning, further in _legend(coverage, frame, palette):
        yield f'<g transform="translate({_LEFT:g},{y - 13:g})">{mark}</g>'
        yield text((_LEFT + 44, y - 3 if further else y + 1), meaning, 12.5, palette.ink)
        if further:
            yield text((_LEFT + 44, y + 11), further, 11, palette.faint_ink)
        y += 33 if further else 25
    yield text((_LEFT, y + 14), "Bagian wilayah yang terjangkau", 16, palette.ink, is_bold=True)
    yield text((_LEFT, y + 31), "pada 70 dB · pada 60 dB; berkurang 10 dB", 11, palette.faint_ink)
    yield from _lines(coverage, y + 50, palette)


def _legend(coverage: Coverage, frame: Frame, palette: Palette) -> Iterator[tuple[str, str, str]]:
    """Each mark, and in words what it means."""
    for colour, meaning, further in (
        (palette.dense, "70 dB(C) atau lebih: terdengar jelas", "batas untuk permukiman padat"),
        (palette.rural, "60 sampai 70 dB(C)", "batas untuk pedesaan"),
    ):
        yield f'<rect width="32" height="18" rx="3" fill="{colour}"/>', meaning, further
    for limit_db, loss in ((DENSE_DB, "berkurang 6 dB tiap jarak dua kali lipat"),
                           (RURAL_DB, "warna di atas: berkurang 10 dB")):
        arcs = chart.farthest(coverage, limit_db)
        is_outside = bool(arcs) and not chart.is_visible(arcs, frame)
        line = (f'<path d="M0,9 h32" stroke="{palette.line}" stroke-width="1.8" fill="none" '
                f'stroke-dasharray="{chart.DASHES[limit_db]}"/>')
        yield (line, f"{limit_db:g} dB(C) paling jauh, di udara bebas",
               "garisnya di luar peta ini" if is_outside else loss)
    for is_known, meaning in ((True, "pos"), (False, "pos yang kuat bunyinya belum diketahui")):
        yield f'<g transform="translate(16,9)">{dot((0, 0), palette, is_known=is_known)}</g>', meaning, ""


def _lines(coverage: Coverage, y: float, palette: Palette) -> Iterator[str]:
    """The villages, as many as there is room for, and what is to be said of them."""
    unknown = [site for site in coverage.sites if not site.is_known]
    room = _HIGH - _UNKNOWN_LINE * min(len(unknown), _UNKNOWN)
    line = min(_LINE, max(_LEAST_LINE, room / max(len(coverage.shares), 1)))
    most = int(room / line + 1e-9)
    names = {area.slug: area.name for area in coverage.areas}
    for share in _shown(coverage.shares, most):
        yield from _row(share, names[share.village], y, palette)
        y += line
    if len(coverage.shares) > most:
        yield text((_LEFT, y), f"+ {len(coverage.shares) - most} lagi, yang lebih baik", 11, palette.faint_ink)
        y += _LEAST_LINE
    yield from _remarks(coverage, unknown, y, palette)


def _shown(shares: Sequence[Share], most: int) -> list[Share]:
    """As many as there is room for; where there are more, those that are covered least."""
    if len(shares) <= most:
        return list(shares)
    return sorted(shares, key=lambda share: -1.0 if share.dense is None else share.dense)[:most]


def _row(share: Share, name: str, y: float, palette: Palette) -> Iterator[str]:
    """A village: its name, how much of it is covered as a bar and as numbers, and a mark where that is too little."""
    yield text((_LEFT, y), _cut(name, _NAME), 12, palette.ink)
    bar, after = _LEFT + _BAR, (_LEFT + _BAR + _BAR_LONG + 8, y)
    yield (f'<rect x="{bar:g}" y="{y - 10:g}" width="{_BAR_LONG:g}" height="11" rx="2" fill="{palette.field}" '
           f'stroke="{palette.border}" stroke-width="0.7"/>')
    if share.dense is None or share.rural is None:
        yield (text(after, "belum diketahui", 11.5, palette.warning) if share.unknown
               else text(after, "tanpa garis batas", 11.5, palette.faint_ink))
        return
    for part, colour in ((share.rural, palette.rural), (share.dense, palette.dense)):
        yield f'<rect x="{bar:g}" y="{y - 10:g}" width="{part * _BAR_LONG:.1f}" height="11" rx="2" fill="{colour}"/>'
    yield f'<path d="M{bar + _BAR_LONG * ENOUGH:g},{y - 12:g} v15" stroke="{palette.ink}" stroke-width="0.8"/>'
    least = "≥ " if share.unknown else ""
    colour = palette.warning if share.is_low else palette.ink
    yield text(after, f"{least}{percent(share.dense)} · {percent(share.rural)}", 12, colour, is_bold=share.is_low)
    if share.is_low:
        yield text((_RIGHT, y), "⚠", 13, palette.warning, anchor="end")


def _remarks(coverage: Coverage, unknown: Sequence[Site], y: float, palette: Palette) -> Iterator[str]:
    if any(share.is_low for share in coverage.shares):
        yield text((_LEFT, y + 6), "⚠ kurang dari separuh terjangkau pada 70 dB", 11.5, palette.warning, is_bold=True)
        y += 20
    if unknown:
        yield text((_LEFT, y + 8), "Belum diketahui, tidak dihitung", 13.5, palette.ink, is_bold=True)
        y += 25
        most = len(unknown) if len(unknown) <= _UNKNOWN else _UNKNOWN - 1
        for site in unknown[:most]:
            yield text((_LEFT, y), _cut(f"{site.name}: {lacking(site)}", _POST), 11.5, palette.ink)
            y += _UNKNOWN_LINE
        if len(unknown) > most:
            yield text((_LEFT, y), f"+ {len(unknown) - most} lagi", 11.5, palette.faint_ink)
            y += _UNKNOWN_LINE
    for line, said in enumerate(("Dihitung: pos desa itu sendiri, dan pos yang",
                                 "membunyikan tanda bahaya semua desa.")):
        yield text((_LEFT, y + 9 + 14 * line), said, 11, palette.faint_ink)


def _cut(written: str, most: int) -> str:
    return written if len(written) <= most else f"{written[:most - 1]}…"
