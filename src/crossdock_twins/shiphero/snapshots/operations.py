"""Operations on snapshots: ask for one, see how far it is, list them, call one off."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from crossdock_twins.base import agenda
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Operation, Resolver, number_of
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.snapshots import delivery, jobs, store
from crossdock_twins.shiphero.snapshots.store import NewSnapshot

Node = dict[str, Any]

PREFIX = "InventorySnapshotStatus."
"""Stands before the status of a snapshot that is not done, as if somebody had printed an enumeration of Python."""

_SORTS = {name: name for name in ("id", "snapshot_id", "status", "created_at", "enqueued_at", "updated_at")}
_ASKED = ("notification_email", "post_url", "new_format", "updated_from", "has_inventory")


def inventory_generate_snapshot(call: Call, *, data: Mapping[str, Any]) -> Node:
    """Answer `inventory_generate_snapshot`: it is made in the background; nobody asks whether the warehouse exists."""
    now, base = call.state.now(), call.state.store
    customer = data.get("customer_account_id")
    post_url = (data.get("post_url") or "").strip()
    if post_url and (urlsplit(post_url).scheme not in {"http", "https"} or not urlsplit(post_url).hostname):
        raise invalid("post_url must be an address that starts with http:// or https://")
    pre_check = data.get("post_url_pre_check") is not False
    body = {name: data[name] for name in _ASKED if data.get(name) is not None} | {"post_url_pre_check": pre_check}
    new = NewSnapshot(
        account_id=call.account.id,
        user_id=call.user.id,
        customer_id=call.account_for(customer) if customer else None,
        warehouse_id=number_of(data["warehouse_id"], "Warehouse") if data.get("warehouse_id") else None,
        body=body,
    )
    checked = bool(post_url) and pre_check
    number = store.insert(base, new, at=now, status=store.PENDING if checked else store.ENQUEUED)
    if checked:
        delivery.check(base, number, at=now)
    else:
        agenda.add(base, jobs.START, due=now + store.STARTS_AFTER, key=str(number), detail={})
    return _one(call, number)


def inventory_abort_snapshot(call: Call, *, data: Mapping[str, Any]) -> Node:
    """Answer `inventory_abort_snapshot`: only what is not done can be called off."""
    snapshot = store.read(call.state.store, data["snapshot_id"], accounts=call.visible)
    if snapshot["status"] in store.FINAL:
        raise invalid(f"The snapshot cannot be aborted: its status is {snapshot['status']}")
    for kind in (jobs.START, jobs.FINISH):
        agenda.drop(call.state.store, kind, str(snapshot["id"]))
    reason = data.get("reason") or "Aborted through the public API"
    store.set_status(call.state.store, snapshot["id"], store.ABORT, at=call.state.now(), error=reason)
    return _one(call, snapshot["id"])


def inventory_snapshot(call: Call, *, snapshot_id: str) -> Node:
    """Answer `inventory_snapshot`; error 5 where the caller has no such snapshot."""
    return _node(call, store.read(call.state.store, snapshot_id, accounts=call.visible))


def inventory_snapshots(
    call: Call,
    *,
    warehouse_id: str | None = None,
    customer_account_id: str | None = None,
    status: str | None = None,
) -> Listing:
    """Answer `inventory_snapshots`: those that the caller's accounts have asked for."""
    where = Conditions()
    where.among("account_id", call.visible)
    if warehouse_id:
        where.add("warehouse_id = ?", number_of(warehouse_id, "Warehouse"))
    if customer_account_id:
        where.add("customer_id = ?", call.account_for(customer_account_id))
    where.compare("status", "=", status.strip().removeprefix(PREFIX).lower() if status else None)
    return Listing(store=call.state.store, table="inventory_snapshots", where=where, sorts=_SORTS, nodes=_nodes)


def _nodes(call: Call, rows: list[sqlite3.Row]) -> list[Node]:
    return [_node(call, row) for row in rows]


def _one(call: Call, number: int) -> Node:
    return _nodes(call, call.state.store.all("SELECT * FROM inventory_snapshots WHERE id = ?", number))[0]


def _node(call: Call, row: sqlite3.Row) -> Node:
    """Give the node of a snapshot; its expiration stays null although its link lives a day."""
    body = json.loads(row["body"])
    status = row["status"]
    link = f"{call.state.url}/inventory_snapshots/{row['file_name']}" if row["file_name"] else None
    return {
        "snapshot_id": row["snapshot_id"],
        "job_user_id": ids.encode("User", row["user_id"]),
        "job_account_id": ids.encode("Account", row["account_id"]),
        "warehouse_id": ids.encode_or_none("Warehouse", row["warehouse_id"]),
        "customer_account_id": ids.encode_or_none("Account", row["customer_id"]),
        **{name: body.get(name) for name in ("notification_email", "email_error", "post_url", "post_error", "error")},
        "post_url_pre_check": body["post_url_pre_check"],
        "status": status if status in store.FINAL else f"{PREFIX}{status}",
        "created_at": row["created_at"],
        "enqueued_at": row["enqueued_at"],
        "updated_at": row["updated_at"],
        "snapshot_url": link,
        "snapshot_expiration": None,
        "new_format": bool(body.get("new_format")),
    }


def same_as_data(source: Node, _info: Info) -> Node | None:
    """Resolve `snapshot`, the older name of `data`."""
    found: Node | None = source["data"]
    return found


def same_page_as_data(source: Node, info: Info, **page: Any) -> Node | None:
    """Resolve `snapshots`, the older name of `data`."""
    listing: Listing | None = source["data"]
    return None if listing is None else listing.connection(info.context, **page)


QUERIES: dict[str, Operation] = {
    "inventory_snapshot": inventory_snapshot,
    "inventory_snapshots": inventory_snapshots,
}
MUTATIONS: dict[str, Operation] = {
    "inventory_generate_snapshot": inventory_generate_snapshot,
    "inventory_abort_snapshot": inventory_abort_snapshot,
}
ENTITIES = dict.fromkeys(MUTATIONS, "snapshot")
PAGES = frozenset({"InventorySnapshotsQueryResult"})
FIELDS: dict[tuple[str, str], Resolver] = {
    ("InventorySnapshotQueryResult", "snapshot"): same_as_data,
    ("InventorySnapshotsQueryResult", "snapshots"): same_page_as_data,
}
