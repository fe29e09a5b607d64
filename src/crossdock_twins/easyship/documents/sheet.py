"""A page to draw on, in points from the top left corner, and what comes of it: PDF, PNG, or a printer's graphic.

Labels are printed by machines of 203 dots an inch: bars are whole dots wide, and pictures have that resolution.
"""

import base64
import binascii
import io
import unicodedata
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pypdfium2
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing as Group
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from crossdock_twins.easyship.addresses.validations import latin
from crossdock_twins.easyship.documents.papers import PageSize

DOTS_PER_INCH = 203
DOT = 72 / DOTS_PER_INCH
SIZES: Mapping[PageSize, tuple[float, float]] = {
    "4x6": (288.0, 432.0),
    "a4": (595.276, 841.89),
    "a5": (419.528, 595.276),
}

_PLAIN, _BOLD = "Helvetica", "Helvetica-Bold"
_GREY = 0.82
_QUIET_DOTS = 10
_LONGEST = 300


class Sheet:
    """One page under way; `left` and `top` shift everything that is drawn on it."""

    def __init__(self, canvas: Canvas, size: tuple[float, float]) -> None:
        self._canvas = canvas
        self.width, self.height = size
        self.left = self.top = 0.0

    def text(self, x: float, y: float, words: str, *, size: float = 8, bold: bool = False, room: float = 0) -> None:
        """Write a line with its foot at y, cut where it is longer than `room`."""
        font = _BOLD if bold else _PLAIN
        self._canvas.setFont(font, size)
        self._canvas.drawString(self.left + x, self._up(y), fitting(words, font=font, size=size, room=room))

    def text_right(self, x: float, y: float, words: str, *, size: float = 8, bold: bool = False) -> None:
        """Write a line that ends at x."""
        self._canvas.setFont(_BOLD if bold else _PLAIN, size)
        self._canvas.drawRightString(self.left + x, self._up(y), printable(words))

    def text_middle(self, x: float, y: float, words: str, *, size: float = 8, bold: bool = False) -> None:
        """Write a line with its middle at x."""
        self._canvas.setFont(_BOLD if bold else _PLAIN, size)
        self._canvas.drawCentredString(self.left + x, self._up(y), printable(words))

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = 0.8) -> None:
        """Draw a line."""
        self._canvas.setLineWidth(width)
        self._canvas.line(self.left + x1, self._up(y1), self.left + x2, self._up(y2))

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a frame whose upper left corner is at x, y."""
        self._canvas.setLineWidth(1)
        self._canvas.rect(self.left + x, self._up(y + height), width, height)

    def band(self, x: float, y: float, width: float, height: float, words: str, *, size: float) -> None:
        """Draw a black field with white words in it."""
        self._canvas.rect(self.left + x, self._up(y + height), width, height, stroke=0, fill=1)
        self._canvas.setFillGray(1)
        self.text(x + size / 2, y + height / 2 + size * 0.36, words, size=size, bold=True, room=width - size)
        self._canvas.setFillGray(0)

    def watermark(self, x: float, y: float, words: str, *, size: float) -> None:
        """Write words aslant in grey with their middle at x, y, below what is drawn after."""
        self._canvas.saveState()
        self._canvas.setFillGray(_GREY)
        self._canvas.setFont(_BOLD, size)
        self._canvas.translate(self.left + x, self._up(y))
        self._canvas.rotate(55)
        self._canvas.drawCentredString(0, -size / 3, words)
        self._canvas.restoreState()

    def code128(self, x: float, y: float, room: float, height: float, value: str) -> None:
        """Draw a Code 128 in the middle of so much room, its bars as wide as fit; nothing where none would."""
        if not value or not value.isascii():
            return
        dots = Code128(value, barWidth=1, quiet=0).width + 2 * _QUIET_DOTS
        bar = int(room / DOT // dots) * DOT
        if not bar:
            return
        code = Code128(value, barWidth=bar, barHeight=height, quiet=0)
        code.drawOn(self._canvas, self.left + x + (room - code.width) / 2, self._up(y + height))

    def qr(self, x: float, y: float, side: float, value: str) -> None:
        """Draw a QR code."""
        code = QrCodeWidget(printable(value[:_LONGEST]), barLevel="M", barWidth=side, barHeight=side)
        group = Group(side, side)
        group.add(code)
        renderPDF.draw(group, self._canvas, self.left + x, self._up(y + side))

    def _up(self, y: float) -> float:
        return self.height - self.top - y


Drawing = Callable[[Sheet], None]
"""Draws one page."""


def pdf(drawings: Sequence[Drawing], size: PageSize, *, title: str) -> bytes:
    """Give a PDF of these pages; the same drawings give the same bytes."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=SIZES[size], invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("Crossdock's Easyship twin")
    for drawing in drawings:
        drawing(Sheet(canvas, SIZES[size]))
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def png(page: bytes) -> bytes:
    """Give a picture of a PDF's only page."""
    written = io.BytesIO()
    _picture(page).save(written, format="PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return written.getvalue()


def graphic(page: bytes) -> bytes:
    """Give a PDF's only page as a label of one graphic in ZPL, its dots deflated and in base64."""
    picture = _picture(page).point(lambda grey: 255 if grey < 128 else 0).convert("1")  # noqa: PLR2004 - half of white
    width, height = picture.size
    across = (width + 7) // 8
    packed = base64.b64encode(zlib.compress(picture.tobytes(), 9)).decode()
    check = f"{binascii.crc_hqx(packed.encode(), 0):04x}"
    total = across * height
    return f"^XA\n^PW{width}\n^LL{height}\n^FO0,0^GFA,{total},{total},{across},:Z64:{packed}:{check}^FS\n^XZ\n".encode()


def printable(words: str) -> str:
    """Write words in the letters that the printer has: Western European ones, the others transliterated."""
    return "".join(_letter(each) for each in unicodedata.normalize("NFC", words))


def fitting(words: str, *, font: str, size: float, room: float) -> str:
    """Cut words that are wider than there is room; none given is room enough."""
    words = printable(words[:_LONGEST])
    while room and words and stringWidth(words, font, size) > room:
        words = words[:-1]
    return words


def _letter(letter: str) -> str:
    # Twice: an accent hides the Greek or Cyrillic letter below it the first time.
    for known in (letter, latin(latin(letter))):
        if known.isprintable() and len(known.encode("cp1252", "ignore")) == len(known):
            return known
    return " " if letter.isspace() else "?"


def _picture(page: bytes) -> Any:
    document = pypdfium2.PdfDocument(page)
    try:
        return document[0].render(scale=DOTS_PER_INCH / 72, grayscale=True).to_pil()
    finally:
        document.close()
