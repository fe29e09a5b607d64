"""The packing slip of a package: one sheet that says what is in it, drawn when it is asked for."""

import io
import json
import sqlite3
from collections.abc import Sequence

from reportlab.lib.pagesizes import letter
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base import tokens
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.state import State

_LEFT, _TOP, _BOTTOM, _STEP = 0.8 * inch, letter[1] - 0.9 * inch, 0.8 * inch, 0.22 * inch
_LONGEST_NAME = 60


def link(state: State, label_id: int) -> str:
    """Give the address of the packing slip that goes with a label."""
    return f"{state.url}/packing-slips/{label_id}-{_secret(label_id)}.pdf"


def _secret(label_id: int) -> str:
    return tokens.digest(f"packing slip {label_id}")[:12]


def routes(state: State) -> list[BaseRoute]:
    """Give the route of the packing slips; like the provider's links, it asks for no token."""

    async def serve(request: Request) -> Response:
        label_id, secret = request.path_params["label"], request.path_params["secret"]
        label = state.store.one("SELECT * FROM shipping_labels WHERE id = ?", label_id)
        if label is None or secret != _secret(label_id):
            return JSONResponse(
                {"message": "There is no such packing slip. Ask the API for the label again."}, status_code=404
            )
        return Response(draw(state.store, label), media_type="application/pdf")

    return [Route("/packing-slips/{label:int}-{secret}.pdf", serve)]


def draw(store: Store, label: sqlite3.Row) -> bytes:
    """Draw the slip of a package."""
    order = store.all("SELECT * FROM orders WHERE id = ?", label["order_id"])[0]
    items = store.all(
        "SELECT l.sku, l.body ->> 'product_name' AS name, i.quantity FROM shipment_line_items i"
        " JOIN line_items l ON l.id = i.line_item_id WHERE i.shipping_label_id = ? ORDER BY i.id",
        label["id"],
    )
    note = json.loads(order["body"]).get("gift_note")
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter, invariant=1)
    canvas.setTitle(f"Packing slip {order['order_number']}")
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(_LEFT, _TOP, order["shop_name"])
    head = [
        f"Packing slip for order {order['order_number']}, package {label['package_number']}",
        f"{label['carrier']} {label['shipping_method']}  {label['tracking_number'] or ''}".rstrip(),
        *_address(label),
        *([f"Gift note: {note}"] if note else ()),
    ]
    _write(canvas, [*head, "", *(_item(each) for each in items)])
    canvas.save()
    return out.getvalue()


def _address(label: sqlite3.Row) -> list[str]:
    address = json.loads(label["body"]).get("address") or {}
    town = " ".join(address[name] for name in ("city", "state", "zip", "country") if address.get(name))
    return [text for text in (address.get("name"), address.get("address1"), address.get("address2"), town) if text]


def _item(row: sqlite3.Row) -> str:
    return f"{row['quantity']:>4}  {row['sku']}  {(row['name'] or '')[:_LONGEST_NAME]}"


def _write(canvas: Canvas, texts: Sequence[str]) -> None:
    height = _TOP - 2 * _STEP
    canvas.setFont("Helvetica", 11)
    for text in texts:
        if height < _BOTTOM:
            canvas.showPage()
            canvas.setFont("Helvetica", 11)
            height = _TOP
        canvas.drawString(_LEFT, height, text)
        height -= _STEP
