"""The label: one for each parcel, drawn for four by six inches; larger pages carry it in their upper left corner."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.easyship.documents.content import Content, address_lines
from crossdock_twins.easyship.documents.papers import PageSize
from crossdock_twins.easyship.documents.sheet import Drawing, Sheet

WIDTH, HEIGHT = 288.0, 432.0
_MARGIN = 10.0
_INNER = WIDTH - 2 * _MARGIN
_LARGER_PAGE_MARGIN = 28.0
_MOST_FIELDS = 3


def drawings(content: Content, size: PageSize) -> list[Drawing]:
    """Give a page for each parcel."""
    return [_page(content, parcel, place, size) for place, parcel in enumerate(content.answer["parcels"], start=1)]


def barcode(content: Content, parcel: Mapping[str, Any]) -> str:
    """Give what a parcel's barcode says: its own number, else the shipment's."""
    return str(parcel["tracking_number"] or content.number)


def _page(content: Content, parcel: Mapping[str, Any], place: int, size: PageSize) -> Drawing:
    def draw(sheet: Sheet) -> None:
        if size != "4x6":
            sheet.left = sheet.top = _LARGER_PAGE_MARGIN
        if content.environment == "sandbox":
            sheet.watermark(WIDTH / 2, HEIGHT / 2, "SAMPLE", size=60)
        sheet.box(2, 2, WIDTH - 4, HEIGHT - 4)
        _head(sheet, content, parcel, place)
        _addresses(sheet, content)
        _code(sheet, barcode(content, parcel))
        _foot(sheet, content)

    return draw


def _head(sheet: Sheet, content: Content, parcel: Mapping[str, Any], place: int) -> None:
    sheet.band(_MARGIN, 10, _INNER, 30, content.courier, size=18)
    sheet.text(_MARGIN, 53, content.service, size=10, bold=True, room=_INNER - 90)
    sheet.text_right(WIDTH - _MARGIN, 53, f"{content.day}  {parcel['total_actual_weight']:.2f} kg", size=8)
    sheet.line(_MARGIN, 58, WIDTH - _MARGIN, 58)
    sheet.text_right(WIDTH - _MARGIN, 69, f"Parcel {place} of {len(content.answer['parcels'])}", size=8, bold=True)


def _addresses(sheet: Sheet, content: Content) -> None:
    answer = content.answer
    sheet.text(_MARGIN, 69, "FROM", size=7, bold=True)
    for row, line in enumerate(address_lines(answer["sender_address"])):
        sheet.text(_MARGIN, 79 + 9 * row, line, size=7.5, room=_INNER)
    sheet.line(_MARGIN, 136, WIDTH - _MARGIN, 136, width=2)
    sheet.text(_MARGIN, 147, "SHIP TO", size=7, bold=True)
    buyer = answer["destination_address"]
    for row, line in enumerate(address_lines(buyer)):
        sheet.text(_MARGIN, 161 + 13 * row, line, size=11, bold=True, room=_INNER - 74)
    sheet.text(_MARGIN, 240, f"Tel {buyer.get('contact_phone') or ''}", size=7.5, room=_INNER - 74)
    sheet.qr(WIDTH - _MARGIN - 68, 140, 68, f"{answer['tracking_page_url']}")
    sheet.text_right(
        WIDTH - _MARGIN, 236, f"{buyer['country_alpha2']} {buyer.get('postal_code') or ''}", size=15, bold=True
    )


def _code(sheet: Sheet, number: str) -> None:
    sheet.line(_MARGIN, 246, WIDTH - _MARGIN, 246, width=2)
    sheet.text(_MARGIN, 256, "TRACKING NUMBER", size=7, bold=True)
    sheet.code128(_MARGIN, 260, _INNER, 70, number)
    sheet.text_middle(WIDTH / 2, 344, number, size=12, bold=True)
    sheet.line(_MARGIN, 350, WIDTH - _MARGIN, 350, width=2)


def _foot(sheet: Sheet, content: Content) -> None:
    order = f"   Order {content.order}" if content.order else ""
    goods = ", ".join(f"{line.quantity} x {line.description}" for line in content.lines())
    worth = ", ".join(f"{amount:.2f} {currency}" for currency, amount in content.totals().items())
    texts = [
        f"Shipment {content.answer['easyship_shipment_id']}{order}",
        f"{content.answer['incoterms']}  {worth}  {goods}",
    ]
    if content.remarks:
        texts.append(content.remarks)
    fields = list(content.fields())[:_MOST_FIELDS]
    for row, text in enumerate([*texts, *(text for text, _ in fields)]):
        sheet.text(_MARGIN, 360 + 9 * row, text, size=7, room=_INNER)
    coded = next((text.rpartition(": ")[2] for text, as_barcode in fields if as_barcode), "")
    sheet.code128(_MARGIN, 402, _INNER, 16, coded)
    sheet.text_middle(WIDTH / 2, 425, "Made by a twin for tests. Not valid for carriage.", size=6)
