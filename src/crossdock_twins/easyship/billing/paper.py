"""A billing document as a PDF."""

from collections.abc import Sequence
from typing import Any

from crossdock_twins.easyship.billing.documents import Document
from crossdock_twins.easyship.documents.sheet import Drawing, Sheet, pdf
from crossdock_twins.easyship.state import Company

_TITLES = {
    "receipt": "Receipt",
    "invoice": "Invoice",
    "credit_note": "Credit Note",
    "subscription": "Subscription Invoice",
}
_LEFT, _RIGHT, _TOP, _STEP = 48.0, 547.0, 250.0, 16.0
_ROWS = 32


def download(
    document: Document, *, company: Company, address: dict[str, Any], lines: Sequence[dict[str, Any]]
) -> bytes:
    """Draw a document with its lines, on as many A4 pages as they take."""
    parts = [lines[start : start + _ROWS] for start in range(0, len(lines), _ROWS)] or [[]]

    def page(number: int) -> Drawing:
        def draw(sheet: Sheet) -> None:
            _head(sheet, document, company, address)
            foot = _table(sheet, document, parts[number])
            if number == len(parts) - 1:
                _total(sheet, document, foot)
            sheet.text_right(_RIGHT, 820, f"Page {number + 1} of {len(parts)}", size=8)

        return draw

    title = f"{_TITLES[document.type]} {document.id}"
    return pdf([page(number) for number in range(len(parts))], "a4", title=title)


def _head(sheet: Sheet, document: Document, company: Company, address: dict[str, Any]) -> None:
    sheet.text(_LEFT, 70, _TITLES[document.type], size=22, bold=True)
    sheet.text_right(_RIGHT, 62, document.id, size=11, bold=True)
    sheet.text_right(_RIGHT, 78, f"Made on {document.generated_at:%Y-%m-%d}", size=9)
    sheet.text(_LEFT, 112, f"{company.name} ({company.id})", size=10, bold=True)
    town = " ".join(filter(None, (address["city"], address["state"], address["postal_code"])))
    for number, words in enumerate((address["line_1"], town, address["country_alpha2"])):
        sheet.text(_LEFT, 128 + number * 14, words, size=10)
    sheet.text(_LEFT, 192, f"From {document.first} to {document.last}, in {document.currency}", size=10)


def _table(sheet: Sheet, document: Document, lines: Sequence[dict[str, Any]]) -> float:
    sheet.text(_LEFT, _TOP - 14, "Settled", size=9, bold=True)
    sheet.text(_LEFT + 90, _TOP - 14, "Description", size=9, bold=True)
    sheet.text(_LEFT + 300, _TOP - 14, "Shipment", size=9, bold=True)
    sheet.text_right(_RIGHT, _TOP - 14, f"Amount ({document.currency})", size=9, bold=True)
    sheet.line(_LEFT, _TOP - 8, _RIGHT, _TOP - 8)
    for number, line in enumerate(lines):
        foot = _TOP + 6 + number * _STEP
        sheet.text(_LEFT, foot, (line["settled_at"] or "")[:10], size=9)
        sheet.text(_LEFT + 90, foot, line["description"] or line["adjustment_type"] or "", size=9, room=200)
        sheet.text(_LEFT + 300, foot, line["easyship_shipment_id"] or "", size=9)
        sheet.text_right(_RIGHT, foot, f"{line['amount']:,.2f}", size=9)
    return _TOP + 6 + len(lines) * _STEP


def _total(sheet: Sheet, document: Document, foot: float) -> None:
    sheet.line(_LEFT, foot, _RIGHT, foot)
    sheet.text(_LEFT, foot + 18, "Total", size=11, bold=True)
    sheet.text_right(_RIGHT, foot + 18, f"{document.total / 100:,.2f} {document.currency}", size=11, bold=True)
