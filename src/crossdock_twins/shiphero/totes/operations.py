"""Operations on totes: find, make, rename, empty and delete them, and look what happened to them."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import ApiError, Code, invalid, not_found
from crossdock_twins.shiphero.orders import allocation
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.stock import houses, places
from crossdock_twins.shiphero.stock.ledger import Entry
from crossdock_twins.shiphero.totes import barcodes, events, nodes, picking, store

Input = Mapping[str, Any]

_COLORS = (
    *(("#D7263D", "Red"), ("#1B998B", "Green"), ("#2E86AB", "Blue"), ("#F4D35E", "Yellow")),
    *(("#F46036", "Orange"), ("#6A4C93", "Purple")),
)


def totes(call: Call, **asked: Any) -> Listing:
    """Answer `totes`; `search` finds names and barcodes that contain it."""
    where = Conditions()
    where.among("account_id", call.visible)
    if asked.get("search"):
        text = asked["search"].strip().lower()
        where.add("(instr(lower(name), ?) > 0 OR instr(lower(barcode), ?) > 0)", text, text)
    if asked.get("status") is not None:
        where.among("status", asked["status"])
    if asked.get("status_not_in") is not None:
        where.among("status", asked["status_not_in"], negated=True)
    if asked.get("warehouse_ids") is not None:
        where.among("warehouse_id", [number_of(text, "Warehouse") for text in asked["warehouse_ids"] if text])
    return Listing(store=call.state.store, table=nodes.TABLE, where=where, sorts=nodes.SORTS, nodes=nodes.totes)


def tote(
    call: Call,
    *,
    id: str | None = None,  # noqa: A002 - the API's own argument
    barcode: str | None = None,
    warehouse_id: str | None = None,
) -> nodes.Node:
    """Answer `tote`, named by id or by barcode; of equal barcodes the one in the caller's own warehouse comes first."""
    if id:
        return nodes.tote(call, _tote(call, id)["id"])
    where = Conditions()
    where.among("account_id", call.visible)
    where.add("barcode = ?", required(barcode, "id or barcode"))
    if warehouse_id:
        where.add("warehouse_id = ?", houses.warehouse_of(call, warehouse_id))
    row = call.state.store.one(
        f"SELECT * FROM {nodes.TABLE} {where.sql} ORDER BY warehouse_id IS NOT ?, id LIMIT 1",
        *(*where.values, call.user.default_warehouse_id),
    )
    if row is None:
        raise not_found("Tote")
    return nodes.totes(call, [row])[0]


def tote_history(
    call: Call,
    *,
    tote_name: str | None = None,
    tote_id: str | None = None,
    date_from: str | None = None,
    date_to: str | None = None,
) -> Listing:
    """Answer `tote_history`; totes that are gone still have theirs."""
    where = Conditions()
    where.among("account_id", call.visible)
    where.compare("tote_name", "=", tote_name or None)
    where.compare("tote_id", "=", number_of(tote_id, "Tote") if tote_id else None)
    where.compare("created_at", ">=", date_from)
    where.compare("created_at", "<=", date_to)
    return Listing(
        store=call.state.store, table="tote_history", where=where, sorts=nodes.HISTORY_SORTS, nodes=nodes.history
    )


def tote_create(call: Call, *, data: Input) -> dict[str, Any]:
    """Answer `tote_create`: a tote with a name and a barcode of its own; `url` is where its barcode can be printed."""
    account_id, today = call.account_for(data.get("customer_account_id")), call.state.today()
    warehouse_id, base = houses.warehouse_of(call, data["warehouse_id"]), call.state.store
    number = base.all("SELECT coalesce(max(id), 0) + 1 AS next FROM totes")[0]["next"]
    color, color_name = _COLORS[number % len(_COLORS)]
    base.execute(
        "INSERT INTO totes (id, account_id, warehouse_id, name, barcode, color, color_name, created_at, last_activity)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(number, account_id, warehouse_id, f"Tote {number}", f"TOTE-{number:08d}", color, color_name, today, today),
    )
    row = store.read(base, number, accounts=call.visible)
    store.touch(base, row, "Tote created", at=today)
    url = barcodes.link(call.state, row, ending="pdf") if data.get("print_barcodes") else None
    if url is not None:
        events.print_barcode(base, row, url=url, at=today)
    return {"tote": nodes.tote(call, number), "url": url}


def tote_update(call: Call, *, data: Input) -> nodes.Node:
    """Answer `tote_update`: rename a tote; its barcode stays."""
    row, name = _named(call, data), required(data["name"], "name")
    taken = call.state.store.one(
        "SELECT 1 FROM totes WHERE warehouse_id = ? AND name = ? AND id <> ? AND deleted_at IS NULL",
        *(row["warehouse_id"], name, row["id"]),
    )
    if taken is not None:
        raise ApiError(Code.TAKEN, f"A tote named {name} already exists in this warehouse")
    call.state.store.execute("UPDATE totes SET name = ? WHERE id = ?", name, row["id"])
    store.touch(call.state.store, row, f"Tote renamed to {name}", at=call.state.today())
    return nodes.tote(call, row["id"])


def tote_delete(call: Call, *, data: Input) -> dict[str, Any]:
    """Answer `tote_delete`: only an empty tote goes."""
    row, today = _named(call, data), call.state.today()
    if store.items(call.state.store, row["id"]):
        raise invalid("The tote has items: clear it first")
    store.touch(call.state.store, row, "Tote deleted", at=today)
    call.state.store.execute("UPDATE totes SET deleted_at = ? WHERE id = ?", today, row["id"])
    return {"ok": True}


def tote_clear(call: Call, *, data: Input) -> dict[str, Any]:
    """Answer `tote_clear` and `clear_tote`: the pieces go back, or leave for good where told so."""
    row, today = _tote(call, data["tote_id"]), call.state.today()
    inside = store.items(call.state.store, row["id"])
    if data.get("return_inventory") is False:
        entry = Entry(reason=f"Tote {row['name']} cleared without returning inventory", by=call.user, at=today)
        touched, what = picking.write_off(call.state, row, entry), "inventory removed"
    else:
        touched, what = picking.put_back(call.state, row, at=today), "inventory returned"
    _left(call, row, inside, touched, action=f"Tote cleared, {what}", reason="manual")
    return {"ok": True}


def tote_transfer_to_location(call: Call, *, data: Input) -> dict[str, Any]:
    """Answer `tote_transfer_to_location`: all that lies in a tote is put into one location of its warehouse."""
    row, today = _tote(call, data["tote_id"]), call.state.today()
    location_id = houses.location_of(call, data["location_id"])
    places.check(call.state.store, location_id, warehouse_id=row["warehouse_id"])
    inside = store.items(call.state.store, row["id"])
    if not inside:
        raise invalid("The tote is empty: there is nothing to transfer")
    touched = picking.put_back(call.state, row, at=today, location_id=location_id)
    _left(call, row, inside, touched, action="Tote transferred to a location", reason="transfer")
    return {"ok": True}


def _left(
    call: Call, row: sqlite3.Row, inside: list[sqlite3.Row], touched: set[int], *, action: str, reason: str
) -> None:
    """Note that a tote was emptied: in its history, in that of its orders, and to those who listen."""
    today, base = call.state.today(), call.state.store
    store.touch(base, row, action, at=today)
    for order_id in sorted({item["order_id"] for item in inside}):
        call.state.orders.note(order_id, f"Tote {row['name']} cleared", by=call.user, at=today)
    allocation.settle(call.state, stock_ids=touched, at=today)
    events.cleared(base, row, inside, reason=reason, at=today)


def _tote(call: Call, text: str) -> sqlite3.Row:
    return store.read(call.state.store, number_of(text, "Tote"), accounts=call.visible)


def _named(call: Call, data: Input) -> sqlite3.Row:
    accounts = call.accounts_of(data.get("customer_account_id"))
    return store.read(call.state.store, number_of(data["tote_id"], "Tote"), accounts=accounts)


QUERIES: dict[str, Operation] = {"totes": totes, "tote": tote, "tote_history": tote_history}
MUTATIONS: dict[str, Operation] = {
    "tote_create": tote_create,
    "tote_update": tote_update,
    "tote_delete": tote_delete,
    "tote_clear": tote_clear,
    "clear_tote": tote_clear,
    "tote_transfer_to_location": tote_transfer_to_location,
}
ENTITIES = {"tote_update": "tote"}
PAGES = frozenset({"TotesQueryResult", "ToteHistoryQueryResult"})
