"""The paper of a return label: four by six inches, with the tracking number as a bar code that scans."""

import io
from collections.abc import Mapping
from typing import Any

import pypdfium2
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas

_WIDTH, _HEIGHT = 4 * inch, 6 * inch
_MARGIN = 0.25 * inch
_DOTS_PER_POINT = 203 / 72
"""A thermal printer's resolution."""

_CARRIERS = {"ups": "1Z{:016d}", "usps": "94{:020d}", "fedex": "{:012d}", "dhl": "{:010d}"}


def tracking_number(carrier: str, number: int) -> str:
    """Give the tracking number of the label with this number, in the carrier's form."""
    return _CARRIERS.get(carrier.strip().lower(), "RMA{:010d}").format(794_600_000 + number)


def draw(
    *, carrier: str, method: str, tracking: str, sender: Mapping[str, Any], receiver: Mapping[str, Any], reference: str
) -> bytes:
    """Draw a label as a PDF of one page."""
    sheet = io.BytesIO()
    canvas = Canvas(sheet, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    canvas.setTitle(f"Return label {tracking}")
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(_MARGIN, _HEIGHT - 0.5 * inch, f"{carrier} {method}"[:32])
    _block(canvas, 5.1 * inch, "FROM", sender)
    _block(canvas, 3.7 * inch, "TO", receiver)
    canvas.line(_MARGIN, 2.4 * inch, _WIDTH - _MARGIN, 2.4 * inch)
    bars = Code128(tracking, barHeight=0.9 * inch, barWidth=1)
    bars.barWidth = min(1.4, (_WIDTH - 2 * _MARGIN) / bars.width)
    bars = Code128(tracking, barHeight=0.9 * inch, barWidth=bars.barWidth, quiet=0)
    bars.drawOn(canvas, (_WIDTH - bars.width) / 2, 1.3 * inch)
    canvas.setFont("Helvetica", 11)
    canvas.drawCentredString(_WIDTH / 2, 1.05 * inch, tracking)
    canvas.drawString(_MARGIN, 0.5 * inch, reference)
    canvas.drawString(_MARGIN, 0.3 * inch, "TEST LABEL. NO CARRIER WILL TAKE IT.")
    canvas.showPage()
    canvas.save()
    return sheet.getvalue()


def picture(paper: bytes) -> bytes:
    """Give the first page of a PDF as a PNG, as a thermal printer would print it."""
    document = pypdfium2.PdfDocument(paper)
    try:
        image = document[0].render(scale=_DOTS_PER_POINT, grayscale=True).to_pil()
        sheet = io.BytesIO()
        image.save(sheet, format="PNG")
        return sheet.getvalue()
    finally:
        document.close()


def _block(canvas: Canvas, top: float, title: str, address: Mapping[str, Any]) -> None:
    named = {name: str(value or "") for name, value in address.items()}
    rows = [
        named.get("name", ""),
        named.get("address1", ""),
        named.get("address2", ""),
        " ".join(named.get(part, "") for part in ("city", "state", "zip")).strip(),
        named.get("country", ""),
    ]
    canvas.setFont("Helvetica", 8)
    canvas.drawString(_MARGIN, top, title)
    canvas.setFont("Helvetica", 11)
    for place, row in enumerate((row for row in rows if row), start=1):
        canvas.drawString(_MARGIN, top - place * 15, row[:48])
