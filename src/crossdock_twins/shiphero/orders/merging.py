"""Operations that join orders to one address, part them again, and find those that could be joined."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero import schema
from crossdock_twins.shiphero.call import Call, Info, Operation, Resolver
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.orders import access, allocation, merges, nodes
from crossdock_twins.shiphero.orders.status import CLOSED, MERGED
from crossdock_twins.shiphero.paging import Conditions, Listing

_CLOSED = ", ".join(repr(word) for word in sorted(CLOSED))


def _free(alias: str) -> str:
    """Give the condition that an order may be joined with others: open, not picked, and no wholesale order."""
    return (
        f"{alias}.fulfillment_status NOT IN ('fulfilled', 'canceled') AND {alias}.fulfillment_status NOT IN ({_CLOSED})"
        f" AND NOT EXISTS (SELECT 1 FROM wholesale_orders w WHERE w.order_id = {alias}.id)"
        f" AND NOT EXISTS (SELECT 1 FROM tote_items t WHERE t.order_id = {alias}.id)"
    )


_MATCHED = (
    "EXISTS (SELECT 1 FROM orders other WHERE other.account_id = orders.account_id"
    f" AND other.address_key = orders.address_key AND other.id <> orders.id AND {_free('other')})"
)
_SORTS = {name: name for name in ("id", "order_number", "order_date", "created_at", "updated_at")} | {"legacy_id": "id"}


def mergeable_orders(_call: Call) -> dict[str, Any]:
    """Answer `mergeable_orders`; what is looked for stands at its `data`."""
    return {}


def mergeable(
    source: dict[str, Any],
    info: Info,
    *,
    order_number: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    customer_account_id: str | None = None,
    **page: Any,
) -> dict[str, Any]:
    """Resolve `MergeableOrdersQueryResult.data`: open orders that share their receiver's address with another one."""
    call = info.context
    if source["data"] is None:
        return schema.empty_connection()
    where = Conditions()
    where.among("account_id", call.accounts_of(customer_account_id))
    where.add(_free("orders"))
    where.add(_MATCHED)
    where.compare("order_number", "=", order_number)
    for name, value in (("first_name", first_name), ("last_name", last_name)):
        if value:
            where.add(f"lower(body ->> '$.shipping_address.{name}') = lower(?)", value.strip())
    # Left to itself, SQLite would walk over all orders of the account; this index knows the open ones.
    table = "orders INDEXED BY orders_by_address"
    listing = Listing(store=call.state.store, table=table, where=where, sorts=_SORTS, nodes=nodes.orders)
    return listing.connection(call, **page)


def potential_merges(order: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `MergeableOrder.potential_merges`: the other open orders to the same receiver."""
    call = info.context
    rows = call.state.store.all(
        "SELECT * FROM orders WHERE account_id = ? AND id <> ?"
        f" AND address_key = (SELECT address_key FROM orders WHERE id = ?) AND {_free('orders')}"
        " ORDER BY id",
        *(order["_account"], order["_number"], order["_number"]),
    )
    return nodes.orders(call, rows)


def order_merge(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_merge`: the master ships the lines of all; the others wait with the status `merged`."""
    at, store = call.state.today(), call.state.store
    master = access.owned_by(call, data["master_order_id"], call.visible)
    subs = [access.owned_by(call, text, call.visible) for text in data["sub_order_ids"] or ()]
    subs = list({row["id"]: row for row in subs}.values())
    if not subs:
        raise invalid("sub_order_ids must name at least one order")
    for order in (master, *subs):
        _check(call, order, master)
    for sub in subs:
        if sub["id"] == master["id"]:
            raise invalid("An order cannot be merged into itself")
        allocation.release(call.state, order_id=sub["id"], at=at)
        call.state.orders.update(sub["id"], at=at, columns={"fulfillment_status": MERGED})
        merges.join(store, order_id=sub["id"], master_id=master["id"], status=sub["fulfillment_status"], at=at)
        _note(call, sub, f"Merged into order {master['order_number']}", at)
        _note(call, master, f"Order {sub['order_number']} merged into this one", at)
    call.state.orders.update(master["id"], at=at)
    allocation.allocate(call.state, order_id=master["id"], at=at)
    return nodes.read(call, master["id"])


def _check(call: Call, order: sqlite3.Row, master: sqlite3.Row) -> None:
    store, number = call.state.store, order["order_number"]
    access.require_open(order, "merging")
    access.require_unpicked(store, order["id"], "merging")
    if (order["account_id"], order["address_key"]) != (master["account_id"], master["address_key"]):
        raise invalid(f"Order {number} does not go to the same address as the master order")
    if store.one("SELECT 1 FROM wholesale_orders WHERE order_id = ?", order["id"]):
        raise invalid(f"Order {number} is a wholesale order: it cannot be merged")
    if store.one("SELECT 1 FROM shipments WHERE order_id = ? AND NOT voided", order["id"]):
        raise invalid(f"Order {number} has shipments: it cannot be merged")
    is_master = store.one("SELECT 1 FROM order_merges WHERE master_id = ?", order["id"]) is not None
    if is_master and order["id"] != master["id"]:
        raise invalid(f"Order {number} is the master of merged orders: unmerge it first")


def order_unmerge(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_unmerge`: each order named gets its lines back, of a master all; gives the master."""
    at, store = call.state.today(), call.state.store
    named = [access.owned_by(call, text, call.visible) for text in data["order_ids"] or ()]
    marks = ", ".join("?" * len(named))
    numbers = [row["id"] for row in named]
    joined = store.all(
        f"SELECT * FROM order_merges WHERE order_id IN ({marks}) OR master_id IN ({marks})", *numbers, *numbers
    )
    if not joined:
        raise invalid("None of these orders is merged")
    for row in joined:
        _part(call, row, at)
    masters = sorted({row["master_id"] for row in joined})
    for number in (*masters, *(row["order_id"] for row in joined)):
        call.state.orders.update(number, at=at)
        allocation.allocate(call.state, order_id=number, at=at)
    return nodes.read(call, masters[0])


def _part(call: Call, row: sqlite3.Row, at: str) -> None:
    store = call.state.store
    master = store.all("SELECT * FROM orders WHERE id = ?", row["master_id"])[0]
    access.require_open(master, "unmerging")
    access.require_unpicked(store, master["id"], "unmerging")
    if store.one("SELECT 1 FROM shipments WHERE order_id = ? AND NOT voided", master["id"]):
        raise invalid(f"Order {master['order_number']} has shipments: it cannot be unmerged")
    allocation.release(call.state, order_id=master["id"], at=at)
    merges.part(store, row["order_id"])
    call.state.orders.update(row["order_id"], at=at, columns={"fulfillment_status": row["status"]})
    sub = store.all("SELECT * FROM orders WHERE id = ?", row["order_id"])[0]
    _note(call, sub, f"Unmerged from order {master['order_number']}", at)
    _note(call, master, f"Order {sub['order_number']} unmerged from this one", at)


def _note(call: Call, order: sqlite3.Row, information: str, at: str) -> None:
    call.state.orders.note(order["id"], information, by=call.user, at=at)


QUERIES: dict[str, Operation] = {"mergeable_orders": mergeable_orders}
MUTATIONS: dict[str, Operation] = {"order_merge": order_merge, "order_unmerge": order_unmerge}
ENTITIES = dict.fromkeys(MUTATIONS, "order")
FIELDS: dict[tuple[str, str], Resolver] = {
    ("MergeableOrdersQueryResult", "data"): mergeable,
    ("MergeableOrder", "potential_merges"): potential_merges,
}
