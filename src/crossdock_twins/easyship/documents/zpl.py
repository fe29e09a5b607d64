"""Labels in ZPL, the language of label printers: 812 by 1218 dots, texts and barcodes drawn by the printer itself."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.easyship.documents.content import Content, address_lines
from crossdock_twins.easyship.documents.label import barcode
from crossdock_twins.easyship.documents.sheet import printable

_WIDTH, _HEIGHT = 812, 1218


def label(content: Content, parcel: Mapping[str, Any], place: int) -> bytes:
    """Give one parcel's label."""
    answer, buyer, number = content.answer, content.answer["destination_address"], barcode(content, parcel)
    weight, share = (
        f"{content.day} {parcel['total_actual_weight']:.2f} kg",
        f"Parcel {place} of {len(answer['parcels'])}",
    )
    parts = [
        f"^XA^CI28^PW{_WIDTH}^LL{_HEIGHT}^LH0,0",
        "^FO20,20^GB772,84,84^FS",
        f"^FO36,38^A0N,56,56^FR{_text(content.courier)}",
        f"^FO20,120^A0N,32,32{_text(content.service)}",
        f"^FO560,120^A0N,26,26{_text(weight)}",
        f"^FO560,150^A0N,26,26{_text(share)}",
        f"^FO20,160^A0N,22,22{_text('FROM')}",
        *_rows(address_lines(answer["sender_address"]), top=188, step=26, height=24),
        "^FO20,376^GB772,4,4^FS",
        f"^FO20,392^A0N,24,24{_text('SHIP TO')}",
        *_rows(address_lines(buyer), top=424, step=38, height=36),
        f"^FO580,400^BQN,2,5^FH_^FDMA,{_escaped(answer['tracking_page_url'])}^FS",
        "^FO20,690^GB772,4,4^FS",
        f"^FO60,724^BY3,3,200^BCN,200,Y,N,N,A^FH_^FD{_escaped(number)}^FS",
        "^FO20,990^GB772,4,4^FS",
        *_rows(_notes(content), top=1006, step=30, height=26),
        "^XZ",
    ]
    return "\n".join(parts).encode() + b"\n"


def _notes(content: Content) -> list[str]:
    goods = ", ".join(f"{line.quantity} x {line.description}" for line in content.lines())
    shipment = f"Shipment {content.answer['easyship_shipment_id']} {content.order}".rstrip()
    sample = ["SAMPLE"] if content.environment == "sandbox" else []
    remarks = [content.remarks] if content.remarks else []
    return [shipment, goods[:60], *remarks, *(text for text, _ in content.fields()), *sample][:6]


def _rows(lines: list[str], *, top: int, step: int, height: int) -> list[str]:
    return [f"^FO20,{top + step * row}^A0N,{height},{height}{_text(line)}" for row, line in enumerate(lines)]


def _text(words: str) -> str:
    return f"^FH_^FD{_escaped(words)}^FS"


def _escaped(words: str) -> str:
    """Write words without the two signs that begin a command; an underscore begins a number in hexadecimal."""
    return printable(words).replace("_", "_5F").replace("^", "_5E").replace("~", "_7E")
