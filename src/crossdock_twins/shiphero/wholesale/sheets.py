"""The papers of a wholesale order, drawn as PDF and kept under a link."""

import io
import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import letter
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas

from crossdock_twins.shiphero import papers
from crossdock_twins.shiphero.call import Call
from crossdock_twins.shiphero.wholesale import layout, store

_LEFT, _TOP, _BOTTOM, _STEP = 0.8 * inch, letter[1] - 0.9 * inch, 0.8 * inch, 0.22 * inch
_LABEL = (4 * inch, 6 * inch)
_LABEL_LEFT, _LABEL_TOP, _BARCODE_HEIGHT = 0.3 * inch, 5.5 * inch, 0.9 * inch


def picking_sheet(call: Call, row: sqlite3.Row) -> str:
    """Draw which pieces to fetch from which bins."""
    rows = call.state.store.all(
        "SELECT p.quantity, n.name, l.sku FROM wholesale_picks p JOIN locations n ON n.id = p.location_id"
        " JOIN line_items l ON l.id = p.line_item_id WHERE p.wholesale_id = ? ORDER BY n.name, p.id",
        row["id"],
    )
    return _sheet(
        call, row, "Picking sheet", [f"{each['name']:<16} {each['quantity']:>5}  {each['sku']}" for each in rows]
    )


def packing_slip(call: Call, row: sqlite3.Row) -> str:
    """Draw what was ordered."""
    texts = [f"{line['quantity']:>5}  {line['sku']}  {_name(line)}" for line in store.lines(call, row)]
    return _sheet(call, row, "Packing slip", texts)


def packing_list(call: Call, row: sqlite3.Row) -> str:
    """Draw which container holds what."""
    texts: list[str] = []
    for container in layout.walk(_containers(row)):
        details = container["details"]
        texts.append(f"{container['type']} {details['container_number']}  {details['weight_in_oz']} oz")
        texts += [f"    {item['quantity']:>5}  {item['sku']}  {item['name'] or ''}" for item in container["line_items"]]
    return _sheet(call, row, "Packing list", texts)


def bill_of_lading(call: Call, row: sqlite3.Row, details: Mapping[str, Any]) -> str:
    """Draw the bill of lading."""
    facts = [f"{name.replace('_', ' ')}: {value}" for name, value in details.items() if value]
    boxes = [f"{each['type']} {each['details']['container_number']}" for each in _containers(row)]
    return _sheet(call, row, f"Bill of lading {details['bill_of_lading']}", [*facts, "", *boxes])


def labels(call: Call, row: sqlite3.Row, codes: Sequence[tuple[str, str]]) -> str:
    """Draw one page for each label: a barcode with what it says, and a line about it."""
    order = _order(call, row)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=_LABEL, invariant=1)
    for code, about in codes:
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(_LABEL_LEFT, _LABEL_TOP, f"{order['shop_name']}, order {order['order_number']}")
        canvas.setFont("Helvetica", 10)
        for place, text in enumerate([about, *_address(order)], start=1):
            canvas.drawString(_LABEL_LEFT, _LABEL_TOP - place * _STEP, text)
        Code128(code, barHeight=_BARCODE_HEIGHT, barWidth=0.9, humanReadable=True).drawOn(canvas, 0.1 * inch, inch)
        canvas.showPage()
    canvas.save()
    return _keep(call, row, out.getvalue())


def _sheet(call: Call, row: sqlite3.Row, title: str, texts: Sequence[str]) -> str:
    order = _order(call, row)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter, invariant=1)
    canvas.setTitle(f"{title} {order['order_number']}")
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(_LEFT, _TOP, f"{title}: order {order['order_number']}")
    height = _TOP - 2 * _STEP
    for text in [*_address(order), "", *texts]:
        if height < _BOTTOM:
            canvas.showPage()
            height = _TOP
        canvas.setFont("Courier", 10)
        canvas.drawString(_LEFT, height, text)
        height -= _STEP
    canvas.save()
    return _keep(call, row, out.getvalue())


def _keep(call: Call, row: sqlite3.Row, contents: bytes) -> str:
    name = papers.keep(
        call.state, account_id=row["account_id"], media_type="application/pdf", ending="pdf", contents=contents
    )
    return papers.link(call.state, name)


def _order(call: Call, row: sqlite3.Row) -> sqlite3.Row:
    return call.state.store.all("SELECT * FROM orders WHERE id = ?", row["order_id"])[0]


def _address(order: sqlite3.Row) -> list[str]:
    address = json.loads(order["body"]).get("shipping_address") or {}
    name = " ".join(address[part] for part in ("first_name", "last_name") if address.get(part))
    town = " ".join(address[part] for part in ("city", "state", "zip", "country") if address.get(part))
    return [text for text in (name, address.get("company"), address.get("address1"), town) if text]


def _containers(row: sqlite3.Row) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(row["packing_layout"])["containers"] if row["packing_layout"] else []
    return found


def _name(line: sqlite3.Row) -> str:
    return str(json.loads(line["body"]).get("product_name") or "")
