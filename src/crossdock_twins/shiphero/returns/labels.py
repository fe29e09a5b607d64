"""Labels for returns: bought with `create_label`, or made of a tracking number that came from outside."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero import ids, papers
from crossdock_twins.shiphero.call import Call, Info
from crossdock_twins.shiphero.orders import loading
from crossdock_twins.shiphero.returns import paper, store

Node = dict[str, Any]

_PAPERS = ("pdf_location", "paper_pdf_location", "thermal_pdf_location", "image_location")
_PARTS = ("name", "address1", "address2", "city", "state", "zip", "country", "phone")


def buy(call: Call, return_id: int, data: Mapping[str, Any], *, account_id: int, warehouse_id: int, at: str) -> str:
    """Buy a label from the customer to the warehouse, papers included, and give its tracking number."""
    body = _body(call, data, warehouse_id)
    number = store.add_label(call.state.store, return_id, tracking_number="", body=body, at=at)
    tracking = paper.tracking_number(data["shipping_carrier"], number)
    sheet = paper.draw(
        carrier=data["shipping_carrier"],
        method=data["shipping_method"],
        tracking=tracking,
        sender=data["address"],
        receiver=body["to"],
        reference=f"RMA {return_id}",
    )
    kept = papers.keep(call.state, account_id=account_id, media_type="application/pdf", ending="pdf", contents=sheet)
    image = papers.keep(
        call.state, account_id=account_id, media_type="image/png", ending="png", contents=paper.picture(sheet)
    )
    link = papers.link(call.state, kept)
    body |= dict.fromkeys(_PAPERS, link) | {"image_location": papers.link(call.state, image)}
    call.state.store.execute(
        "UPDATE return_labels SET tracking_number = ?, body = ? WHERE id = ?", tracking, json.dumps(body), number
    )
    return tracking


def take(call: Call, return_id: int, data: Mapping[str, Any], *, warehouse_id: int, at: str) -> None:
    """Keep a generic label: a tracking number from outside, without papers."""
    body = _body(call, data, warehouse_id) | dict.fromkeys(_PAPERS)
    tracking = data["tracking_number"].strip()
    store.add_label(call.state.store, return_id, tracking_number=tracking, body=body, at=at)


def _body(call: Call, data: Mapping[str, Any], warehouse_id: int) -> Node:
    row = call.state.store.all("SELECT body FROM warehouses WHERE id = ?", warehouse_id)[0]
    house = json.loads(row["body"])
    receiver = house.get("return_address") or house.get("address") or {}
    return {
        "carrier": data["shipping_carrier"],
        "shipping_method": data["shipping_method"],
        "cost": data["label_cost"],
        "dimensions": data["dimensions"],
        "address": {name: data["address"].get(name) for name in _PARTS},
        "to": {name: receiver.get(name) for name in _PARTS},
    }


def node(row: sqlite3.Row) -> Node:
    """Give the node of a label as a return shows it."""
    body = json.loads(row["body"])
    receiver = body["to"]
    sizes = {name: _number(body["dimensions"].get(name)) for name in ("length", "width", "height", "weight")}
    return {
        **{name: body[name] for name in ("carrier", "shipping_method", "cost", "dimensions", "pdf_location")},
        **sizes,
        "id": ids.encode("RMALabel", row["id"]),
        "legacy_id": row["id"],
        "tracking_number": row["tracking_number"],
        "status": row["status"],
        "created_date": row["created_at"],
        "to_name": receiver["name"],
        "address1": receiver["address1"],
        "address2": receiver["address2"],
        "address_city": receiver["city"],
        "address_state": receiver["state"],
        "address_zip": receiver["zip"],
        "address_country": receiver["country"],
    }


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def of_order(order: Node, info: Info) -> list[Node]:
    """Resolve `Order.rma_labels`: the labels of all its returns."""
    call = info.context

    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        return loading.grouped(
            call.state.store,
            "SELECT l.*, r.order_id, r.account_id, (SELECT coalesce(sum(i.quantity_received), 0)"
            " FROM return_items i WHERE i.return_id = r.id) AS received"
            " FROM return_labels l JOIN returns r ON r.id = l.return_id WHERE r.order_id IN ({marks}) ORDER BY l.id",
            numbers,
            key="order_id",
        )

    return [_of_order(row) for row in order["_siblings"].below("rma_labels", order["_number"], load) or ()]


def _of_order(row: sqlite3.Row) -> Node:
    body = json.loads(row["body"])
    return {
        **body,
        "id": ids.encode("RMALabel", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "order_id": ids.encode("Order", row["order_id"]),
        "rma_id": ids.encode("Return", row["return_id"]),
        "shipment_id": None,
        "shipping_name": f"{body['carrier']} {body['shipping_method']}".strip(),
        "tracking_number": row["tracking_number"],
        "status": row["status"],
        "box_code": None,
        "delivered": row["received"] > 0,
        "picked_up": row["received"] > 0,
        "refunded": False,
        "needs_refund": False,
        "profile": "default",
        "full_size_to_print": body["paper_pdf_location"],
        "partner_fulfillment_id": None,
        "created_at": row["created_at"],
        "updated_at": row["created_at"],
    }
