"""Packing a wholesale order: what lies in which box, and that all of it does."""

import json
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.wholesale import nodes, rules, store
from crossdock_twins.shiphero.wholesale.layout import Layout


def import_layout(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_import_packing_layout`: once, while the order is packing."""
    row, at = store.of_order(call, data["order_id"]), call.state.today()
    store.require(row, {rules.PACKING}, "packed")
    if row["packing_layout"]:
        raise invalid("The wholesale order has a packing configuration already")
    layout = Layout(store.lines(call, row), is_freight=row["shipping_option"] == rules.FREIGHT)
    containers = layout.read(data["packing_data"])
    kept = {"created_at": at, "updated_at": at, "containers": containers}
    store.change(call, row["id"], packing_layout=json.dumps(kept))
    store.note(call, row, f"Packing layout imported with {len(containers)} containers")
    return nodes.orders(call, [store.of_order(call, data["order_id"])])[0]


def mark_as_packed(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_mark_as_packed`: every piece has its container."""
    row = store.of_order(call, data["order_id"])
    store.require(row, {rules.PACKING}, "marked as packed")
    layout = Layout(store.lines(call, row), is_freight=row["shipping_option"] == rules.FREIGHT)
    if not row["packing_layout"]:
        raise invalid("The wholesale order has no packing configuration")
    layout.read(row["packing_layout"])
    if not layout.is_whole():
        raise invalid("The packing layout does not hold everything that was ordered")
    store.change(call, row["id"], status=rules.PACKED)
    store.note(call, row, "Wholesale order is packed")
    return {"ok": True}


MUTATIONS: dict[str, Operation] = {
    "wholesale_order_import_packing_layout": import_layout,
    "wholesale_order_mark_as_packed": mark_as_packed,
}
ENTITIES = {"wholesale_order_import_packing_layout": "wholesale_order"}
