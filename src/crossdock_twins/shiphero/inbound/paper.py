"""The papers of a shipping plan: a label for each box, to be scanned when it comes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas

_WIDTH, _HEIGHT = 4 * inch, 6 * inch
_MARGIN = 0.25 * inch
_MOST_ROWS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box with its number, and what is in it: SKUs with their pieces."""

    number: str
    contents: Sequence[tuple[str, int]]


def draw(*, plan: str, code: str, warehouse: str, boxes: Sequence[Box]) -> bytes:
    """Draw the labels as a PDF with one page for each box; the bars hold `code` and the number of the box."""
    sheet = io.BytesIO()
    canvas = Canvas(sheet, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    canvas.setTitle(f"Box labels of {plan}")
    for box in boxes:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(_MARGIN, _HEIGHT - 0.5 * inch, plan[:32])
        canvas.setFont("Helvetica", 11)
        canvas.drawString(_MARGIN, _HEIGHT - 0.75 * inch, f"Box {box.number} of {len(boxes)} to {warehouse}"[:48])
        bars = Code128(f"{code}-{box.number}", barHeight=0.8 * inch, barWidth=1.1)
        bars.drawOn(canvas, (_WIDTH - bars.width) / 2, _HEIGHT - 1.8 * inch)
        for place, (sku, pieces) in enumerate(box.contents[:_MOST_ROWS]):
            canvas.drawString(_MARGIN, _HEIGHT - (2.2 * inch + place * 14), f"{pieces} x {sku}"[:48])
        canvas.showPage()
    canvas.save()
    return sheet.getvalue()
