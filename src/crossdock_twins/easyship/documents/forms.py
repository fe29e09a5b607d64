"""The papers beside the label: commercial invoice, packing slip, battery form and QR code."""

from collections.abc import Callable, Sequence
from typing import Any

from crossdock_twins.easyship.documents.content import Content, Line, address_lines
from crossdock_twins.easyship.documents.papers import PageSize
from crossdock_twins.easyship.documents.sheet import Drawing, Sheet

_DECLARATION = (
    "I declare that all information on this invoice is true and correct, and that the goods are as described."
)
_LARGE, _SMALL = 9.0, 6.0


class _Layout:
    """The measures of a form on a page: everything is smaller on a label's page."""

    def __init__(self, size: PageSize, page: tuple[float, float]) -> None:
        self.font = _SMALL if size == "4x6" else _LARGE
        self.margin = 12.0 if size == "4x6" else 40.0
        self.row = self.font * 1.45
        self.width, self.height = page
        self.inner = self.width - 2 * self.margin


def invoice(content: Content, size: PageSize, page: tuple[float, float]) -> list[Drawing]:
    """Give the pages of the commercial invoice."""
    shares = (0.0, 0.36, 0.52, 0.61, 0.70, 0.85)
    heads = ("Description", "HS code", "Origin", "Qty", "Unit value", "Total")

    def row(line: Line) -> Sequence[str]:
        total = f"{line.value * line.quantity:.2f} {line.currency}"
        return line.description, line.hs_code, line.origin, str(line.quantity), f"{line.value:.2f}", total

    def end(sheet: Sheet, layout: _Layout, y: float) -> None:
        for currency, amount in content.totals().items():
            y += layout.row
            total = f"Total value {amount:.2f} {currency}"
            sheet.text_right(layout.width - layout.margin, y, total, size=layout.font, bold=True)
        y += layout.row
        weight = f"Total weight {content.weight:.3f} kg in {len(content.answer['parcels'])} parcel(s)"
        sheet.text(layout.margin, y, weight, size=layout.font, room=layout.inner)
        sheet.text(layout.margin, y + 2 * layout.row, _DECLARATION, size=layout.font * 0.9, room=layout.inner)
        sheet.line(layout.margin, y + 5 * layout.row, layout.margin + layout.inner / 2, y + 5 * layout.row)
        sheet.text(layout.margin, y + 6 * layout.row, f"Signature and date: {content.day}", size=layout.font)

    table = _Table(heads=heads, shares=shares, row=row, end=end)
    return _pages(content, _Layout(size, page), "COMMERCIAL INVOICE", _customs_facts(content), table)


def slip(content: Content, size: PageSize, page: tuple[float, float]) -> list[Drawing]:
    """Give the pages of the packing slip."""

    def row(line: Line) -> Sequence[str]:
        return line.sku, line.description, str(line.quantity)

    def end(sheet: Sheet, layout: _Layout, y: float) -> None:
        order = content.answer["order_data"]
        for notes in (order["buyer_notes"], order["seller_notes"]):
            if notes:
                y += layout.row
                sheet.text(layout.margin, y, notes, size=layout.font, room=layout.inner)

    table = _Table(heads=("SKU", "Description", "Qty"), shares=(0.0, 0.28, 0.92), row=row, end=end)
    return _pages(content, _Layout(size, page), "PACKING SLIP", _facts(content), table)


def battery_form(content: Content, size: PageSize, page: tuple[float, float]) -> list[Drawing]:
    """Give the handling document for lithium batteries."""
    layout = _Layout(size, page)
    items = [item for parcel in content.answer["parcels"] for item in parcel["items"]]
    packings = [
        f"UN3481, packing instruction {number}"
        for number, name in (("966", "contains_battery_pi966"), ("967", "contains_battery_pi967"))
        if any(item.get(name) for item in items)
    ]
    phone = content.answer["sender_address"].get("contact_phone") or ""
    texts = [
        "This parcel contains lithium ion batteries packed with or contained in equipment.",
        *packings,
        "Handle with care. A flammability hazard exists if the parcel is damaged.",
        "If it is damaged, follow special procedures: inspect, and repack if necessary.",
        f"For more information call {phone}",
    ]

    def draw(sheet: Sheet) -> None:
        y = _top(sheet, layout, content, "LITHIUM BATTERY HANDLING DOCUMENT", _facts(content))
        for text in texts:
            y += layout.row * 1.5
            sheet.text(layout.margin, y, text, size=layout.font * 1.1, room=layout.inner)

    return [draw]


def qr_code(content: Content, _size: PageSize, page: tuple[float, float]) -> list[Drawing]:
    """Give the code that a sender without a printer shows at the counter."""
    width, height = page
    side = min(width, height) * 0.6

    def draw(sheet: Sheet) -> None:
        sheet.text_middle(width / 2, height * 0.14, content.courier, size=20, bold=True)
        sheet.qr((width - side) / 2, height * 0.2, side, content.number)
        sheet.text_middle(width / 2, height * 0.22 + side + 14, content.number, size=12, bold=True)
        sheet.text_middle(width / 2, height * 0.22 + side + 32, "Show this code where you hand the parcel in.", size=8)
        shipment = f"Shipment {content.answer['easyship_shipment_id']}"
        sheet.text_middle(width / 2, height * 0.22 + side + 46, shipment, size=8)

    return [draw]


class _Table:
    """A table of goods: its columns begin at shares of the width, `end` draws what follows the last line."""

    def __init__(
        self,
        *,
        heads: Sequence[str],
        shares: Sequence[float],
        row: Callable[[Line], Sequence[str]],
        end: Callable[[Sheet, _Layout, float], None],
    ) -> None:
        self.heads, self.shares, self.row, self.end = heads, shares, row, end

    def draw(self, sheet: Sheet, layout: _Layout, y: float, lines: Sequence[Line]) -> float:
        """Draw heads and lines from y on, and give where they end."""
        self._cells(sheet, layout, y, self.heads, bold=True)
        sheet.line(layout.margin, y + 3, layout.width - layout.margin, y + 3)
        for line in lines:
            y += layout.row
            self._cells(sheet, layout, y, self.row(line), bold=False)
        sheet.line(layout.margin, y + 3, layout.width - layout.margin, y + 3)
        return y + 3

    def _cells(self, sheet: Sheet, layout: _Layout, y: float, texts: Sequence[str], *, bold: bool) -> None:
        for start, stop, text in zip(self.shares, [*self.shares[1:], 1.0], texts, strict=True):
            room = (stop - start) * layout.inner - 3
            sheet.text(layout.margin + start * layout.inner, y, text, size=layout.font, bold=bold, room=room)


def _pages(content: Content, layout: _Layout, title: str, facts: Sequence[str], table: _Table) -> list[Drawing]:
    head, foot = layout.row * (len(facts) + 18), layout.row * 9
    fits = max(1, int((layout.height - 2 * layout.margin - head - foot) / layout.row))
    lines = content.lines()
    chunks = [lines[start : start + fits] for start in range(0, len(lines), fits)] or [[]]

    def page(place: int, chunk: Sequence[Line]) -> Drawing:
        def draw(sheet: Sheet) -> None:
            y = table.draw(sheet, layout, _top(sheet, layout, content, title, facts) + layout.row, chunk)
            if place == len(chunks):
                table.end(sheet, layout, y)
            foot = f"Page {place} of {len(chunks)}"
            sheet.text_right(layout.width - layout.margin, layout.height - layout.margin, foot, size=layout.font)

        return draw

    return [page(place, chunk) for place, chunk in enumerate(chunks, start=1)]


def _top(sheet: Sheet, layout: _Layout, content: Content, title: str, facts: Sequence[str]) -> float:
    """Draw title, facts and both addresses, and give where they end."""
    margin, y = layout.margin, layout.margin + layout.font * 1.6
    sheet.text(margin, y, title, size=layout.font * 1.8, bold=True, room=layout.inner)
    for fact in facts:
        y += layout.row
        sheet.text(margin, y, fact, size=layout.font, room=layout.inner)
    y += layout.row * 2
    for x, head, address in (
        (margin, "Sender", content.answer["sender_address"]),
        (margin + layout.inner / 2, "Recipient", content.answer["destination_address"]),
    ):
        sheet.text(x, y, head, size=layout.font, bold=True)
        for row, line in enumerate(_party(address), start=1):
            sheet.text(x, y + row * layout.row, line, size=layout.font, room=layout.inner / 2 - 6)
    return y + layout.row * 10


def _party(address: dict[str, Any]) -> list[str]:
    return [
        *address_lines(address),
        *(text for text in (address.get("contact_phone"), address.get("contact_email")) if text),
    ]


def _facts(content: Content) -> list[str]:
    order = f"   Order {content.order}" if content.order else ""
    shipment = f"Shipment {content.answer['easyship_shipment_id']}{order}   {content.day}"
    return [shipment, f"{content.service}   {content.number}"]


def _customs_facts(content: Content) -> list[str]:
    answer = content.answer
    ids = {
        "EORI": answer["regulatory_identifiers"]["eori"],
        "IOSS": answer["regulatory_identifiers"]["ioss"],
        "VAT": answer["regulatory_identifiers"]["vat_number"],
        "Consignee tax id": answer["consignee_tax_id"],
        "EEI": answer["eei_reference"],
    }
    numbers = "   ".join(f"{name} {value}" for name, value in ids.items() if value)
    terms = f"Terms of sale {answer['incoterms']}   Reason for export: sale"
    return [*_facts(content), terms, *([numbers] if numbers else [])]
