"""Operations on inventory syncs: start one from a file, see how far it and its rows are, call it off."""

import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from crossdock_twins.base import agenda
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.stock import houses
from crossdock_twins.shiphero.syncs import delivery, sheet, store
from crossdock_twins.shiphero.syncs.store import ENTITY

Node = dict[str, Any]

_SORTS = {name: name for name in ("id", "status", "created_at", "updated_at")}
_ROW_SORTS = {name: name for name in ("id", "sku", "action", "status", "created_at", "updated_at")} | {"row": "place"}


def inventory_sync(call: Call, *, data: Mapping[str, Any]) -> Node:
    """Answer `inventory_sync`: the file is fetched and worked off in the background."""
    url, customer = data["url"].strip(), data.get("customer_account_id")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise invalid("url must be an address that starts with http:// or https://")
    at = call.state.today()
    number = store.insert(
        call.state.store,
        account_id=call.account.id,
        customer_id=call.account_for(customer) if customer else None,
        user_id=call.user.id,
        warehouse_id=houses.warehouse_of(call, data["warehouse_id"]),
        url=url,
        at=at,
    )
    delivery.fetch(call.state.store, number, at=at)
    return {"sync_id": ids.encode(ENTITY, number)}


def inventory_sync_abort(call: Call, *, data: Mapping[str, Any]) -> Node:
    """Answer `inventory_sync_abort`: rows that are done stay done."""
    batch = store.read(call.state.store, data["sync_id"], accounts=call.visible)
    if batch["status"] in store.FINAL:
        raise invalid(f"The sync cannot be aborted: its status is {batch['status']}")
    agenda.drop(call.state.store, delivery.WORK, str(batch["id"]))
    reason = data.get("reason") or "Aborted through the public API"
    store.call_off(call.state.store, batch["id"], reason=reason, at=call.state.today())
    return _nodes(call, [store.read(call.state.store, data["sync_id"], accounts=call.visible)])[0]


def inventory_sync_status(call: Call, *, id: str | None = None) -> Node:  # noqa: A002 - the API's own argument
    """Answer `inventory_sync_status`: of one batch, or of the latest where none is named."""
    if id:
        return _nodes(call, [store.read(call.state.store, id, accounts=call.visible)])[0]
    where = Conditions()
    where.among("account_id", call.visible)
    row = call.state.store.one(f"SELECT * FROM inventory_syncs {where.sql} ORDER BY id DESC LIMIT 1", *where.values)
    if row is None:
        raise not_found("Inventory sync")
    return _nodes(call, [row])[0]


def inventory_sync_statuses(
    call: Call,
    *,
    warehouse_id: str | None = None,
    customer_account_id: str | None = None,
    status: str | None = None,
) -> Listing:
    """Answer `inventory_sync_statuses`: the batches of the caller's accounts."""
    where = Conditions()
    where.among("account_id", call.visible)
    if warehouse_id:
        where.add("warehouse_id = ?", number_of(warehouse_id, "Warehouse"))
    if customer_account_id:
        where.add("customer_id = ?", call.account_for(customer_account_id))
    where.compare("status", "=", status or None)
    return Listing(store=call.state.store, table="inventory_syncs", where=where, sorts=_SORTS, nodes=_nodes)


def inventory_sync_items_status(
    call: Call,
    *,
    id: str,  # noqa: A002 - the API's own argument
    status: str | None = None,
) -> Listing:
    """Answer `inventory_sync_items_status`: the rows of one batch."""
    where = Conditions()
    where.add("sync_id = ?", store.read(call.state.store, id, accounts=call.visible)["id"])
    where.compare("status", "=", status or None)
    return Listing(store=call.state.store, table="inventory_sync_rows", where=where, sorts=_ROW_SORTS, nodes=_rows)


def _nodes(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    numbers = [row["id"] for row in rows]
    counted = call.state.store.all(
        "SELECT sync_id, count(*) AS total_count, sum(status = 'success') AS success_count,"
        f" sum(status = 'error') AS error_count FROM inventory_sync_rows WHERE sync_id IN ({_marks(numbers)})"
        " GROUP BY sync_id",
        *numbers,
    )
    counts = {row["sync_id"]: row for row in counted}
    return [_node(row, counts.get(row["id"])) for row in rows]


def _node(row: sqlite3.Row, counts: sqlite3.Row | None) -> Node:
    total, done, failed = (
        (counts["total_count"], counts["success_count"], counts["error_count"]) if counts else (0, 0, 0)
    )
    return {
        "id": ids.encode(ENTITY, row["id"]),
        "url": row["url"],
        "user_id": ids.encode("User", row["user_id"]),
        "account_id": ids.encode("Account", row["account_id"]),
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "customer_account_id": ids.encode_or_none("Account", row["customer_id"]),
        "total_count": total,
        "status": row["status"],
        "error": row["error"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "success_count": done,
        "error_count": failed,
        "finished_count": done + failed,
    }


def _rows(_call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    return [
        {
            "id": ids.encode("InventorySyncItem", row["id"]),
            "row": row["place"],
            "sku": row["sku"],
            "quantity": sheet.whole(row["quantity"]),
            "action": row["action"] or "replace",
            "reason": row["reason"],
            "location": row["location"],
            "status": row["status"],
            "error": row["error"],
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }
        for row in rows
    ]


def _marks(values: list[int]) -> str:
    return ", ".join("?" * len(values))


QUERIES: dict[str, Operation] = {
    "inventory_sync_status": inventory_sync_status,
    "inventory_sync_statuses": inventory_sync_statuses,
    "inventory_sync_items_status": inventory_sync_items_status,
}
MUTATIONS: dict[str, Operation] = {"inventory_sync": inventory_sync, "inventory_sync_abort": inventory_sync_abort}
ENTITIES = {"inventory_sync_abort": "sync"}
PAGES = frozenset({"InventorySyncBatchesQueryResult", "InventorySyncRowsQueryResult"})
