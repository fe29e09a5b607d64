"""Labels for returns: bought with `create_label`, or made of a tracking number that came from outside.

What is printed on a label is drawn when somebody asks for the paper; a label from outside has none.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info
from crossdock_twins.shiphero.orders import loading
from crossdock_twins.shiphero.returns import paper, store

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

Node = dict[str, Any]

_ROWS = (
    "SELECT l.*, r.order_id, r.account_id, r.body AS return_body, w.body AS house,"
    " (SELECT max(s.id) FROM shipments s WHERE s.order_id = r.order_id) AS shipment_id,"
    " EXISTS (SELECT 1 FROM return_items i WHERE i.return_id = r.id AND i.quantity_received > 0) AS is_back"
    " FROM return_labels l JOIN returns r ON r.id = l.return_id JOIN warehouses w ON w.id = r.warehouse_id"
)
_PARTS = ("name", "address1", "address2", "city", "state", "zip", "country", "phone")
_SIZES = ("length", "width", "height", "weight")


def buy(call: Call, return_id: int, data: Mapping[str, Any], *, at: str) -> str:
    """Buy a label from the customer to the warehouse, and give its tracking number."""
    number = store.add_label(call.state.store, return_id, tracking_number="", body=_body(data), at=at)
    tracking = paper.tracking_number(data["shipping_carrier"], number)
    call.state.store.execute("UPDATE return_labels SET tracking_number = ? WHERE id = ?", tracking, number)
    return tracking


def take(call: Call, return_id: int, data: Mapping[str, Any], *, at: str) -> None:
    """Keep a generic label: a tracking number from outside, without papers."""
    tracking, body = data["tracking_number"].strip(), {**_body(data), "generic": True}
    store.add_label(call.state.store, return_id, tracking_number=tracking, body=body, at=at)


def _body(data: Mapping[str, Any]) -> Node:
    return {
        "carrier": data["shipping_carrier"],
        "shipping_method": data["shipping_method"],
        "cost": data["label_cost"],
    }


def of_return(node: Node, info: Info) -> list[Node]:
    """Resolve `Return.labels`."""
    call = info.context
    return [_of_return(call.state, row) for row in _below(node, call, "return_id")]


def of_order(order: Node, info: Info) -> list[Node]:
    """Resolve `Order.rma_labels`: the labels of all its returns."""
    call = info.context
    return [_of_order(call.state, row) for row in _below(order, call, "order_id")]


def _below(node: Node, call: Call, column: str) -> list[sqlite3.Row]:
    table = "l" if column == "return_id" else "r"

    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        sql = f"{_ROWS} WHERE {table}.{column} IN ({{marks}}) ORDER BY l.id"
        return loading.grouped(call.state.store, sql, numbers, key=column)

    rows: list[sqlite3.Row] = node["_siblings"].below("labels", node["_number"], load) or []
    return rows


def _of_return(state: "State", row: sqlite3.Row) -> Node:
    body, receiver = json.loads(row["body"]), _receiver(row)
    dimensions = json.loads(row["return_body"])["dimensions"]
    return {
        **{name: body[name] for name in ("carrier", "shipping_method", "cost")},
        **{name: _number(dimensions.get(name)) for name in _SIZES},
        "dimensions": dimensions,
        "id": ids.encode("RMALabel", row["id"]),
        "legacy_id": row["id"],
        "tracking_number": row["tracking_number"],
        "status": row["status"],
        "created_date": row["created_at"],
        "to_name": receiver.get("name"),
        "address1": receiver.get("address1"),
        "address2": receiver.get("address2"),
        "address_city": receiver.get("city"),
        "address_state": receiver.get("state"),
        "address_zip": receiver.get("zip"),
        "address_country": receiver.get("country"),
        "pdf_location": _link(state, row, body, "pdf"),
    }


def _of_order(state: "State", row: sqlite3.Row) -> Node:
    body, back = json.loads(row["body"]), json.loads(row["return_body"])
    pdf = _link(state, row, body, "pdf")
    return {
        **body,
        "id": ids.encode("RMALabel", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "order_id": ids.encode("Order", row["order_id"]),
        "rma_id": ids.encode("Return", row["return_id"]),
        "shipment_id": ids.encode_or_none("Shipment", row["shipment_id"]),
        "shipping_name": f"{body['carrier']} {body['shipping_method']}".strip(),
        "tracking_number": row["tracking_number"],
        "status": row["status"],
        "box_code": None,
        "dimensions": back["dimensions"],
        "address": address(back["address"]),
        "paper_pdf_location": pdf,
        "thermal_pdf_location": pdf,
        "pdf_location": pdf,
        "image_location": _link(state, row, body, "png"),
        "delivered": bool(row["is_back"]),
        "picked_up": bool(row["is_back"]),
        "refunded": False,
        "needs_refund": False,
        "profile": "default",
        "full_size_to_print": pdf,
        "partner_fulfillment_id": None,
        "created_at": row["created_at"],
        "updated_at": row["created_at"],
    }


def address(given: Mapping[str, Any]) -> Node:
    """Give an address in the API's form, also one that has the parts of an order's address."""
    name = given.get("name") or f"{given.get('first_name') or ''} {given.get('last_name') or ''}".strip()
    return {**{part: given.get(part) for part in _PARTS}, "name": name or None}


def _receiver(row: sqlite3.Row) -> Mapping[str, Any]:
    house = json.loads(row["house"])
    receiver: Mapping[str, Any] = house.get("return_address") or house.get("address") or {}
    return receiver


def _link(state: "State", row: sqlite3.Row, body: Mapping[str, Any], ending: str) -> str | None:
    return None if body.get("generic") else f"{state.url}/labels/returns/{row['tracking_number']}.{ending}"


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def routes(state: "State") -> list[BaseRoute]:
    """Give the route of the papers; like the provider's links, it asks for no token."""

    async def serve(request: Request) -> Response:
        tracking, ending = request.path_params["tracking"], request.path_params["ending"]
        sheet = _draw(state.store, tracking) if ending in {"pdf", "png"} else None
        if sheet is None:
            return JSONResponse({"message": "There is no such label. Ask the API for the return again."}, 404)
        if ending == "pdf":
            return Response(sheet, media_type="application/pdf")
        return Response(paper.picture(sheet), media_type="image/png")

    return [Route("/labels/returns/{tracking}.{ending}", serve)]


def _draw(database: Store, tracking: str) -> bytes | None:
    row = database.one(f"{_ROWS} WHERE l.tracking_number = ? ORDER BY l.id LIMIT 1", tracking)
    if row is None or json.loads(row["body"]).get("generic"):
        return None
    body = json.loads(row["body"])
    return paper.draw(
        carrier=body["carrier"],
        method=body["shipping_method"],
        tracking=tracking,
        sender=address(json.loads(row["return_body"])["address"]),
        receiver=_receiver(row),
        reference=f"RMA {row['return_id']}",
    )
