"""The map of what is heard where, as an SVG of an A4 sheet. Must not compute how far anything is heard.

On the left the map (`chart.py`), on the right what its colours mean and how much of each village is covered
(`panel.py`). What is uncertain is said on the sheet itself. Texts are in Indonesian.
"""

from xml.sax.saxutils import escape

from posko.coverage import chart, panel
from posko.coverage.core.reach import Coverage
from posko.coverage.ink import DARK, LIGHT, text

_WIDTH, _HEIGHT = 1188, 840  # four for each millimetre of A4, lying
_FONTS = "'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_WHAT = "Di mana sirene dan pengeras suara terdengar, menurut berkas wilayah (taksiran, bukan hasil ukur)"
_LIMITS = ("Di udara tenang dan tempat terbuka. Angin, hujan, pepohonan, dan dinding mengurangi; di dalam rumah jauh "
           "lebih lemah. Ujilah: bunyikan satu pos, berjalan, dan dengarkan.")


def draw(coverage: Coverage, *, dark: bool = False) -> str:
    """*coverage* as SVG; *dark*: light on black, for a screen at night."""
    palette = DARK if dark else LIGHT
    frame = chart.framed(coverage)
    title = f"Jangkauan bunyi — {coverage.name}"
    size = 28 if len(title) <= 60 else 28 * 60 / len(title)
    sheet = f'width="297mm" height="210mm" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {sheet} lang="id" role="img" font-family="{_FONTS}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{palette.paper}"/>',
        text((28, 50), title, size, palette.ink, is_bold=True),
        text((28, 77), _WHAT, 14, palette.faint_ink),
        *chart.draw(coverage, frame, palette),
        *panel.draw(coverage, frame, palette),
        text((28, 828), _LIMITS, 11.5, palette.faint_ink),
        "</svg>",
        "",
    ])
