"""The page as a PDF of A4 paper: the only home of reportlab. Must not decide what it says.

Large and bold, because it is read by torch: no letter is smaller than SMALLEST. What does not fit on one sheet
at that size goes on on a second one, in larger letters, and no section is torn apart. The codes' strokes are drawn, so
that they need no font.
"""

import io
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table

from contract.domain.rhythm import Ending, Rhythm
from posko.poster.core.page import Block, Buttons, Codes, Lamps, Page, Steps

SMALLEST = 14.0  # points
_LARGEST = 17.0
_MARGIN = 24.0
_WIDTH, _HEIGHT = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN
_LINE = "_" * 17  # a number of 13 digits in handwriting


def draw(page: Page, *, dark: bool = False) -> bytes:
    """*page* as PDF; *dark*: white on black, which reads better by torch and takes much ink."""
    sizes = [SMALLEST + step / 4 for step in range(int((_LARGEST - SMALLEST) * 4), -1, -1)]
    least, _ = _sheets(page, SMALLEST, dark=dark)
    return next(written for sheets, written in (_sheets(page, size, dark=dark) for size in sizes) if sheets <= least)


def _sheets(page: Page, size: float, *, dark: bool) -> tuple[int, bytes]:
    """How many sheets it takes with letters of *size* points, and the PDF."""
    paper, ink = (black, white) if dark else (white, black)
    written = io.BytesIO()

    def begin(canvas: Canvas, _document: object) -> None:
        canvas.setFillColor(paper)
        canvas.rect(0, 0, *A4, stroke=0, fill=1)

    document = BaseDocTemplate(written, pagesize=A4, title=page.title, lang="id", invariant=1, pageCompression=0)
    frame = Frame(_MARGIN, _MARGIN, _WIDTH, _HEIGHT, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=begin))
    document.build(list(_Drawing(size, ink, paper).flow(page)))
    return document.page, written.getvalue()


class _Drawing:
    """The parts of a page in letters of *size* points, *ink* on *paper*."""

    def __init__(self, size: float, ink: Color, paper: Color) -> None:
        self._size, self._ink, self._paper = size, ink, paper
        self._text = ParagraphStyle("text", fontName="Helvetica", fontSize=size, leading=size * 1.14, textColor=ink)
        self._step = ParagraphStyle("step", parent=self._text, leftIndent=size * 1.4, bulletFontSize=size,
                                    bulletFontName="Helvetica-Bold", spaceBefore=size * 0.12)
        self._head = ParagraphStyle("head", parent=self._text, fontName="Helvetica-Bold", textColor=paper)
        self._title = ParagraphStyle("title", parent=self._text, fontName="Helvetica-Bold", fontSize=size * 1.45,
                                     leading=size * 1.7, alignment=1)
        self._label = ParagraphStyle("label", parent=self._text, fontName="Helvetica-Bold", alignment=1)

    def flow(self, page: Page) -> Iterator[Flowable]:
        """The page, from the top down."""
        yield Paragraph(escape(page.title), self._title)
        phones = " &nbsp; ".join(f"{escape(name)}&nbsp;<b>{escape(number).replace(' ', '&nbsp;') or _LINE}</b>"
                                 for name, number in page.phones)
        yield Paragraph(phones, self._text)
        for section in page.sections:
            head = Table([[Paragraph(escape(section.title), self._head)]], [_WIDTH])
            head.setStyle([("TOPPADDING", (0, 0), (-1, -1), 0), ("LEFTPADDING", (0, 0), (-1, -1), self._size * 0.3),
                           ("BOTTOMPADDING", (0, 0), (-1, -1), self._size * 0.2),
                           ("BACKGROUND", (0, 0), (-1, -1), self._ink)])
            body = [each for block in section.blocks for each in self._block(block)]
            yield KeepTogether([Spacer(0, self._size * 0.35), head, *body])

    def _block(self, block: Block) -> Iterator[Flowable]:
        match block:
            case Steps(texts, first):
                for number, text in enumerate(texts, first):
                    yield Paragraph(_marked(text), self._step if first else self._text,
                                    bulletText=f"{number}." if first else None)
            case Buttons(labels):
                yield Spacer(0, self._size * 0.15)
                yield self._buttons(labels)
                yield Spacer(0, self._size * 0.15)
            case Lamps(rows):
                lamps = [[self._paragraph(f"**{state}**"), self._paragraph(text)] for state, text in rows]
                yield self._table(lamps, [self._size * 9, None], indent=self._size * 1.4)
            case Codes(rows):
                width = self._size * 7.6
                cells: list[list[Any]] = [[_Code(rhythm, width, self._size, self._ink), self._paragraph(meaning)]
                                          for rhythm, meaning in rows]
                half = (len(cells) + 1) // 2
                right = cells[half:] + [["", ""]] * (2 * half - len(cells))
                yield self._table([one + other for one, other in zip(cells[:half], right, strict=True)],
                                  [width, (_WIDTH - 2 * width) / 2, width, None])

    def _paragraph(self, text: str) -> Paragraph:
        return Paragraph(_marked(text), self._text)

    def _buttons(self, labels: tuple[str, ...]) -> Flowable:
        """The labels in frames, as many in a row as there is room for."""
        cells = [Paragraph(escape(each), self._label) for each in labels]
        in_row = min(len(cells), 4)
        rows: list[list[Any]] = [cells[at:at + in_row] for at in range(0, len(cells), in_row)]
        width = (_WIDTH - self._size * 1.4) / in_row
        table = Table([[*row, *[""] * (in_row - len(row))] for row in rows], [width] * in_row, hAlign="RIGHT")
        table.setStyle([
            *(("BOX", (column, line), (column, line), 1.5, self._ink)
              for line, row in enumerate(rows) for column in range(len(row))),
            ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), self._size * 0.3),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ])
        return table

    def _table(self, rows: list[list[Any]], widths: list[float | None], indent: float = 0.0) -> Flowable:
        """A table of *widths*, of which None is what is left."""
        left = _WIDTH - indent - sum(each for each in widths if each is not None)
        table = Table(rows, [left if each is None else each for each in widths], hAlign="RIGHT")
        table.setStyle([
            ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), self._size * 0.3),
            ("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ])
        return table


class _Code(Flowable):
    """A rhythm as dots: twice where it repeats, so that its pause is seen."""

    def __init__(self, rhythm: Rhythm, width: float, size: float, ink: Color) -> None:
        super().__init__()
        self._size, self._ink = size, ink
        self.width, self.height = width, size * 1.14
        self._onsets = list(onsets(rhythm))

    def wrap(self, *_available: float) -> tuple[float, float]:
        """Its size, in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Draws it with its lower left corner at the origin."""
        unit = min(self._size * 0.6, (self.width - self._size) / (self._onsets[-1] + 1))
        self.canv.setFillColor(self._ink)
        for at in self._onsets:
            self.canv.circle((at + 0.5) * unit, self.height * 0.42, unit * 0.38, stroke=0, fill=1)


def onsets(rhythm: Rhythm) -> Iterator[float]:
    """Where its dots are, in widths of a dot and its space."""
    if rhythm.ending is Ending.TITIR:
        yield from map(float, range(12))
        return
    at = 0.0
    for _ in range({1: 4, 2: 3}.get(rhythm.strokes, 2) if rhythm.ending is Ending.PAUSE else 1):
        yield at
        for spaces in rhythm.spaces:
            at += 1 + 0.8 * min(spaces, 2)
            yield at
        at += 2.6


def _marked(text: str) -> str:
    """*text* with its `**` as the marks of a paragraph."""
    parts = escape(text).split("**")
    return "".join(f"<b>{part}</b>" if number % 2 else part for number, part in enumerate(parts))
