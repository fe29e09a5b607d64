"""Picking a wholesale order: which bins to go to, and everything brought to its staging location."""

import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from crossdock_twins.shiphero import dates, ids
from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.locations import nodes as location_nodes
from crossdock_twins.shiphero.orders import lines as line_nodes
from crossdock_twins.shiphero.products import nodes as product_nodes
from crossdock_twins.shiphero.stock import ledger
from crossdock_twins.shiphero.stock.ledger import Entry
from crossdock_twins.shiphero.stock.shelves import Wanted
from crossdock_twins.shiphero.wholesale import nodes, rules, sheets, store

_LOTS = {
    "RECEIVING_FIFO": "t.received_at IS NULL, t.received_at",
    "RECEIVING_LIFO": "t.received_at DESC",
    "EXPIRATION_FEFO": "t.expires_at IS NULL, t.expires_at",
    "EXPIRATION_LEFO": "t.expires_at DESC",
}
_STOCK = {"LEAST": "i.quantity", "MOST": "i.quantity DESC"}
_PLACES = {"PICKABLE": "l.pickable", "NON_PICKABLE": "NOT l.pickable", "SELLABLE": "l.sellable"}
_BINS = (
    "SELECT i.location_id, i.lot_id, i.quantity - coalesce((SELECT sum(p.quantity) FROM wholesale_picks p"
    " WHERE p.stock_id = i.stock_id AND p.location_id = i.location_id AND p.staged_at IS NULL), 0) AS free"
    " FROM item_locations i JOIN locations l ON l.id = i.location_id LEFT JOIN lots t ON t.id = i.lot_id"
    " WHERE i.stock_id = ? AND l.sellable AND NOT l.staging AND {where} ORDER BY {order}, i.id"
)


def auto_allocate(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_auto_allocate_for_picking`: what the order has set aside, bin by bin."""
    row = store.of_order(call, data["order_id"])
    store.require(row, rules.BEFORE_PICKING | {rules.READY_TO_PICK}, "allocated for picking")
    call.state.store.execute("DELETE FROM wholesale_picks WHERE wholesale_id = ?", row["id"])
    sql, values = _bins(call, data)
    return {"line_items": [_line(call, row, line, sql, values) for line in store.lines(call, row)]}


def set_ready(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_set_as_ready_to_pick`: everything is set aside, and there is a place to bring it."""
    row = store.of_order(call, data["order_id"])
    store.require(row, rules.BEFORE_PICKING, "set as ready to pick")
    if row["staging_location_id"] is None:
        raise invalid("The wholesale order has no staging location")
    _require_whole(call, row)
    store.change(call, row["id"], status=rules.READY_TO_PICK)
    store.note(call, row, "Wholesale order is ready to pick")
    return {"ok": True}


def print_sheet(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_print_manual_picking_sheet`: with the sheet in somebody's hand, picking has begun."""
    row = store.of_order(call, data["order_id"])
    store.require(row, rules.PICKABLE, "picked")
    if row["picking_flow"] != rules.DESKTOP:
        raise invalid("The picking flow is not DESKTOP: this order is picked with the mobile app")
    store.change(call, row["id"], status=rules.PICKING)
    call.state.store.execute("UPDATE wholesale_picks SET status = 'IN_PROGRESS' WHERE wholesale_id = ?", row["id"])
    return {"picking_sheet_url": sheets.picking_sheet(call, row)}


def transfer(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `wholesale_order_transfer_picks_to_staging`: the picked pieces lie together, packing can begin."""
    row, at = store.of_order(call, data["order_id"]), call.state.today()
    store.require(row, rules.PICKABLE, "brought to its staging location")
    _require_whole(call, row)
    entry = Entry(reason=f"Wholesale order {row['id']} staged", by=call.user, at=at, source="wholesale")
    for pick in store.picks(call, row):
        wanted = Wanted(
            stock_id=pick["stock_id"],
            quantity=pick["quantity"],
            location_id=pick["location_id"],
            lot_id=pick["lot_id"],
        )
        ledger.transfer(call.state, wanted, entry, location_id=row["staging_location_id"])
    call.state.store.execute(
        "UPDATE wholesale_picks SET status = 'COMPLETED', staged_at = ? WHERE wholesale_id = ?", at, row["id"]
    )
    store.change(call, row["id"], status=rules.PACKING)
    store.note(call, row, "Picks transferred to the staging location")
    return nodes.orders(call, [store.of_order(call, data["order_id"])])[0]


def _bins(call: Call, data: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Give the query for the bins to go to, in the order asked for, and its values after the stock's number."""
    where, order = ["1"], list[str]()
    values: list[Any] = []
    if data.get("location_type"):
        where.append(_PLACES[data["location_type"]])
    if data.get("lot_expires_in_days") is not None:
        where.append("(t.expires_at IS NULL OR t.expires_at >= ?)")
        values.append(dates.text_of(call.state.now() + timedelta(days=data["lot_expires_in_days"])))
    wanted = [number_of(text, "Bin") for text in data.get("prioritized_location_ids") or ()]
    if wanted:
        order.append(f"i.location_id NOT IN ({', '.join('?' * len(wanted))})")
        values += wanted
    order.append(_LOTS.get(data.get("sort_lots") or "EXPIRATION_FEFO", "1"))
    order.append("l.pickable DESC, l.pick_priority")
    order.append(_STOCK["MOST" if data.get("prioritize_largest_uom") else data.get("sort_stock") or "LEAST"])
    return _BINS.format(where=" AND ".join(where), order=", ".join(order)), values


def _line(call: Call, row: sqlite3.Row, line: sqlite3.Row, sql: str, values: list[Any]) -> dict[str, Any]:
    allocations: list[dict[str, Any]] = []
    left = line["quantity_pending"]
    held = call.state.store.all("SELECT * FROM line_allocations WHERE line_item_id = ?", line["id"])
    for booking in held:
        wanted = booking["quantity"]
        for place in call.state.store.all(sql, booking["stock_id"], *values):
            quantity = min(wanted, max(0, place["free"]))
            if quantity:
                _pick(call, row, line, booking["stock_id"], place, quantity)
                allocations.append(_allocated(call, place, quantity))
                wanted, left = wanted - quantity, left - quantity
    if left:
        message = f"{left} of {line['sku']} cannot be picked"
        allocations.append(
            {"__typename": "MissingAllocationType", "message": message, "quantity": left, "status": "SHORT"}
        )
    node = line_nodes.by_number(call, [line["id"]])[line["id"]]
    product = product_nodes.products_by_number(call, [_product(call, line)])
    return {
        "id": ids.encode("WholesaleLineItem", line["wholesale_line_id"]),
        "legacy_id": line["wholesale_line_id"],
        "line_item_id": node["id"],
        "quantity": line["quantity_pending"],
        "product": next(iter(product.values()), None),
        "allocations": allocations,
    }


def _pick(call: Call, row: sqlite3.Row, line: sqlite3.Row, stock_id: int, place: sqlite3.Row, quantity: int) -> None:
    call.state.store.execute(
        "INSERT INTO wholesale_picks (wholesale_id, line_item_id, stock_id, location_id, lot_id, quantity, status)"
        " VALUES (?, ?, ?, ?, ?, ?, 'PENDING')",
        *(row["id"], line["id"], stock_id, place["location_id"], place["lot_id"], quantity),
    )


def _allocated(call: Call, place: sqlite3.Row, quantity: int) -> dict[str, Any]:
    return {
        "__typename": "AllocatedAllocationType",
        "quantity": quantity,
        "status": "PENDING",
        "location": location_nodes.location_of(call, place["location_id"]),
    }


def _product(call: Call, line: sqlite3.Row) -> int:
    found = call.state.store.one(
        "SELECT p.id FROM products p JOIN orders o ON o.account_id = p.account_id WHERE o.id = ? AND p.sku_key = ?",
        *(line["order_id"], line["sku_key"]),
    )
    return 0 if found is None else int(found["id"])


def _require_whole(call: Call, row: sqlite3.Row) -> None:
    picked: dict[int, int] = {}
    for pick in store.picks(call, row):
        picked[pick["line_item_id"]] = picked.get(pick["line_item_id"], 0) + pick["quantity"]
    for line in store.lines(call, row):
        if picked.get(line["id"], 0) != line["quantity_pending"]:
            raise invalid(f"{line['sku']} is not allocated for picking as a whole: wholesale orders do not go in parts")


MUTATIONS: dict[str, Operation] = {
    "wholesale_order_auto_allocate_for_picking": auto_allocate,
    "wholesale_order_print_manual_picking_sheet": print_sheet,
    "wholesale_order_transfer_picks_to_staging": transfer,
    "wholesale_set_as_ready_to_pick": set_ready,
}
ENTITIES = {"wholesale_order_transfer_picks_to_staging": "wholesale_order"}
