"""The cards with which people log in at the page, as PDF: one of A6, or four on each sheet of A4 to be cut apart.

A card shows its code twice: in the picture (QR code, ISO/IEC 18004), which a phone's camera opens, and in letters. It
is the only place where the code stands.
"""

import io
import os
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from contract import people
from contract.settings.schema import SettingsError

_WIDTH, _HEIGHT = A6
_MARGIN, _QR = 9 * mm, 55 * mm
_PLAIN, _BOLD, _LETTERS = "Helvetica", "Helvetica-Bold", "Courier-Bold"
_SIZES, _LEADING = (10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0), 1.2
_NEW = ".new"
# What a resident does with it. The words are those of docs/id/panduan-warga.md.
_STEPS = (
    ("1. Arahkan kamera HP ke gambar ini, lalu tekan alamat yang muncul dan tombol Masuk. Atau buka {page}/masuk dan "
     "ketik kodenya."),
    "2. Kode ini hanya untuk Anda, berlaku sekali, untuk satu HP. Jangan difoto, jangan dibagikan.",
    "3. HP atau kartu hilang? Segera lapor ke posko{phone}: kartu ini dimatikan dan Anda mendapat kartu baru.",
)


@dataclass(frozen=True, slots=True)
class Card:
    """What one card shows. `code` is plain; `page` the page's address; `district` and `places` are names."""

    name: str
    display: str
    role: str
    places: str
    code: str
    page: str
    district: str
    phone: str = ""

    @property
    def link(self) -> str:
        """What the QR code says. A browser keeps what follows # to itself (RFC 3986, section 3.5)."""
        return f"{self.page}/masuk#{people.shown(self.code)}"


def draw(cards: Sequence[Card], title: str) -> bytes:
    """*cards* as PDF: a single one is a page of A6; of several, four are on each page of A4, with lines for cutting."""
    written = io.BytesIO()
    single = len(cards) == 1
    canvas = Canvas(written, pagesize=A6 if single else A4, lang="id")
    canvas.setTitle(_letters(title))
    for place, card in enumerate(cards):
        if place and place % 4 == 0:
            canvas.showPage()
        column, row = (0, 0) if single else (place % 2, 1 - place // 2 % 2)
        canvas.saveState()
        canvas.translate(column * _WIDTH, row * _HEIGHT)
        _card(canvas, card)
        if not single:
            canvas.setDash(1, 3)
            canvas.setLineWidth(0.4)
            canvas.rect(0, 0, _WIDTH, _HEIGHT)
        canvas.restoreState()
    canvas.save()
    return written.getvalue()


def _card(canvas: Canvas, card: Card) -> None:
    """Draws *card* with its lower left corner at the origin."""
    middle, top = _WIDTH / 2, _HEIGHT - _MARGIN
    canvas.setFont(_BOLD, 13)
    canvas.drawCentredString(middle, top - 9, "Kentongan Digital")
    canvas.setFont(_PLAIN, 9)
    canvas.drawCentredString(middle, top - 21, _letters(f"Kecamatan {card.district}"))
    shown = _letters(card.display or card.name)
    canvas.setFont(_BOLD, _fitting(shown, _BOLD, 17))
    canvas.drawCentredString(middle, top - 42, shown)
    about = _letters(" · ".join(each for each in (card.role, card.places, card.name if card.display else "") if each))
    canvas.setFont(_PLAIN, _fitting(about, _PLAIN, 10))
    canvas.drawCentredString(middle, top - 56, about)
    below = top - 60 - _QR
    _qr(canvas, card.link, middle - _QR / 2, below)
    canvas.setFont(_LETTERS, 19)
    canvas.drawCentredString(middle, below - 17, people.shown(card.code))
    size, lines = _steps(card, below - 36.0 - _MARGIN)
    canvas.setFont(_PLAIN, size)
    for number, line in enumerate(lines):
        canvas.drawString(_MARGIN, below - 36.0 - number * size * _LEADING, line)


def _steps(card: Card, room: float) -> tuple[float, list[str]]:
    """The steps in lines that fit into the height *room*, and the size of their letters, in points."""
    phone = f", telepon {card.phone}" if card.phone else ""
    texts = [_letters(each.format(page=card.page, phone=phone)) for each in _STEPS]
    width = _WIDTH - 2 * _MARGIN
    for size in _SIZES:
        lines = [line for text in texts for line in simpleSplit(text, _PLAIN, size, width)]
        fits = (len(lines) - 1) * size * _LEADING <= room
        if fits and all(stringWidth(line, _PLAIN, size) <= width for line in lines):
            break
    return size, lines


def _qr(canvas: Canvas, text: str, x: float, y: float) -> None:
    """The QR code of *text*, with the quiet zone of four modules that it needs around it."""
    widget = QrCodeWidget(text, barLevel="M", barBorder=4)
    left, bottom, right, top = widget.getBounds()
    drawing = Drawing(_QR, _QR, transform=[_QR / (right - left), 0, 0, _QR / (top - bottom), 0, 0])
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, x, y)


def _fitting(text: str, font: str, size: float) -> float:
    """The size of letters, at most *size*, at which *text* is no wider than a card."""
    return min(size, size * (_WIDTH - 2 * _MARGIN) / max(stringWidth(text, font, size), 1.0))


def _letters(text: str) -> str:
    """*text* in the letters that PDF's own fonts have (Windows-1252): others lose their accents, or become `?`."""
    plain = [each if each.encode("cp1252", "ignore") else unicodedata.normalize("NFKD", each)[0] for each in text]
    return "".join(plain).encode("cp1252", "replace").decode("cp1252")


class Paper:
    """The file at *path*, which only its owner may read: written aside before the codes count, and then put there.

    Raises SettingsError. Made by root, it belongs to whom the folder belongs: who prints it is not root. `notes`: what
    is to be read once all is done.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.parent / f"{path.name}{_NEW}"
        self._written = False
        self.notes: list[str] = []

    def write(self, body: bytes) -> None:
        """Writes *body* aside."""
        try:
            self._new.unlink(missing_ok=True)
            with os.fdopen(os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
                sink.write(body)
                if os.geteuid() == 0:
                    found = self._path.parent.stat()
                    os.fchown(sink.fileno(), found.st_uid, found.st_gid)
                sink.flush()
                os.fsync(sink.fileno())
            self._written = True
        except OSError as error:
            fault = f"{self._path}: cannot be written: {error.strerror}; nothing was changed. Elsewhere: --card FILE"
            raise SettingsError([fault]) from None

    def keep(self, tell: Callable[[str], object]) -> None:
        """Puts it at its place, if anything was written, and tells the notes. Raises SettingsError, which says where it
        is instead.
        """
        for each in self.notes:
            tell(each)
        if not self._written:
            return
        try:
            self._new.replace(self._path)
        except OSError as error:
            fault = f"{self._path}: cannot be written: {error.strerror}; all else is done, and it is in {self._new}"
            raise SettingsError([fault]) from None
        tell(f"{self._path}: print it, hand it over, then delete the file: the code stands nowhere else")

    def discard(self) -> None:
        """Removes what was written aside."""
        if self._written:
            with suppress(OSError):
                self._new.unlink(missing_ok=True)
