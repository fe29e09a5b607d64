"""Shipment ASN: what a buyer's system is told of a wholesale order that has left, container by container."""

import json

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.webhooks.publish import publish

NAME = "Shipment ASN"

_DETAILS = (
    "scac",
    "carrier",
    "shipping_method",
    "bill_of_lading",
    "pro_number",
    "gs1_company_prefix",
    "trailer_number",
)


def sent(store: Store, *, wholesale_id: int, shipment_id: int, at: str) -> None:
    """Publish that a wholesale order has left in a shipment, inside the caller's transaction.

    Containers are those of the packing layout that was imported; without one there are none.
    """
    order = store.all("SELECT * FROM wholesale_orders WHERE id = ?", wholesale_id)[0]
    details = store.one(
        "SELECT body FROM wholesale_shipping_details WHERE wholesale_id = ? ORDER BY id LIMIT 1", wholesale_id
    )
    known = {} if details is None else json.loads(details["body"])
    layout = json.loads(order["packing_layout"]) if order["packing_layout"] else {}
    payload = {
        "account_id": order["account_id"],
        "order_id": order["order_id"],
        "shipment_id": shipment_id,
        "shipping_details": {name: known.get(name) for name in _DETAILS},
        "packing_layout": {
            "created_at": layout.get("created_at") or order["created_at"],
            "updated_at": layout.get("updated_at") or order["updated_at"],
            "containers": layout.get("containers") or [],
        },
    }
    publish(store, account_id=order["account_id"], name=NAME, payload=payload, at=at)
