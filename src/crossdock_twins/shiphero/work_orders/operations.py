"""Operations on work orders: find them, read one, make one, say where its components are picked."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import kits
from crossdock_twins.shiphero.products import store as products
from crossdock_twins.shiphero.stock import houses, places
from crossdock_twins.shiphero.work_orders import nodes, store

_NOTES = {
    "packing_details": "PACKING_DETAILS",
    "assembly_details": "ASSEMBLY_DETAILS",
    "instructions": "INSTRUCTIONS",
}
_MOST_PIECES = 100_000
_RANGES = {"requested_date": "requested_date", "updated_at": "updated_at"}
_ROOMIEST = (
    "SELECT i.location_id, sum(i.quantity) AS pieces FROM item_locations i"
    " JOIN locations l ON l.id = i.location_id AND l.deleted_at IS NULL AND l.pickable"
    " JOIN warehouse_products s ON s.id = i.stock_id WHERE s.product_id = ? AND s.warehouse_id = ?"
    " GROUP BY i.location_id HAVING pieces >= ? ORDER BY l.pick_priority, pieces, i.location_id LIMIT 1"
)


def work_orders(call: Call, **asked: Any) -> Listing:
    """Answer `work_orders`: those of the caller's accounts that fit all that was asked."""
    where = Conditions()
    customer = asked.get("customer_account_id")
    where.among("account_id", call.accounts_of(None if customer is None else str(customer)))
    if asked.get("ids") is not None:
        where.among("id", [number_of(each, "WorkOrder") for each in asked["ids"] if each])
    for name, column in (("status", "status"), ("wo_type", "type")):
        values = [each.strip().upper() for each in asked.get(name) or () if each]
        if values:
            where.among(column, values)
    for name, column in _RANGES.items():
        where.compare(column, ">=", asked.get(f"{name}_from"))
        where.compare(column, "<=", asked.get(f"{name}_to"))
    return nodes.listing(call, where)


def work_order(call: Call, *, id: int) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `work_order`, named by its plain number; error 5 where the caller sees no such work order."""
    return nodes.one(call, store.read(call.state.store, id, accounts=call.visible)["id"])


def work_order_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `work_order_create`: what a 3PL's customer asks for waits for approval, other work begins at once."""
    account_id, at = call.account_for(data.get("customer_account_id")), call.state.today()
    warehouse_id = access.warehouse_for(call.state.store, data["warehouse_id"], account_id=account_id)
    if data["type"] == "ASSEMBLY" and not data.get("assembly_sku"):
        raise invalid("A work order of type ASSEMBLY needs assembly_sku")
    values = {
        "account_id": account_id,
        "warehouse_id": warehouse_id,
        "name": (data.get("name") or "").strip(),
        "type": data["type"],
        "status": store.IN_PROGRESS if call.account.parent_id is None else store.PENDING_APPROVAL,
        "priority": data.get("priority") or "MEDIUM",
        "has_special_project": bool(data.get("create_special_project")),
        "requested_date": data["requested_date"],
        "created_at": at,
        "updated_at": at,
    }
    number = store.insert(call.state.store, "work_orders", values)
    if not values["name"]:
        call.state.store.execute("UPDATE work_orders SET name = ? WHERE id = ?", f"WO-{number}", number)
    _keep_texts(call, number, data, at)
    if data.get("assembly_sku"):
        _plan(call, number, account_id, warehouse_id, data["assembly_sku"])
    return nodes.one(call, number)


def _keep_texts(call: Call, number: int, data: Mapping[str, Any], at: str) -> None:
    for name, kind in _NOTES.items():
        if (data.get(name) or "").strip():
            note = {"work_order_id": number, "type": kind, "note": data[name], "created_at": at, "updated_at": at}
            store.insert(call.state.store, "work_order_notes", note)
    for each in data.get("attachments") or ():
        if each:
            attachment = {
                "work_order_id": number,
                "url": required(each["url"], "url"),
                "filename": required(each["filename"], "filename"),
            }
            store.insert(call.state.store, "work_order_attachments", attachment)


def _plan(call: Call, number: int, account_id: int, warehouse_id: int, wanted: Mapping[str, Any]) -> None:
    """Fix what is to be made, and how many pieces of each component go in."""
    at, database = call.state.today(), call.state.store
    product = products.find(database, account_id=account_id, sku=wanted["sku"])
    if not 0 < wanted["quantity"] <= _MOST_PIECES:
        raise invalid(f"quantity must be at least 1 and at most {_MOST_PIECES}")
    parts = kits.recipe(database, product)
    if not parts:
        raise invalid(f"{product['sku']} has no components. Add them with assembly_add_components")
    values = {
        "work_order_id": number,
        "product_id": product["id"],
        "sku": product["sku"],
        "to_create": wanted["quantity"],
        "receiving_location_id": _location(call, warehouse_id, wanted.get("receiving_location_id"))
        or places.receiving(call.state, warehouse_id),
        "staging_location_id": _location(call, warehouse_id, wanted.get("staging_location_id")),
        "lot_id": _lot(call, product["id"], wanted["lot_id"]) if wanted.get("lot_id") else None,
        "created_at": at,
        "updated_at": at,
    }
    store.insert(database, "work_order_assemblies", values)
    for part in parts:
        component = {
            "work_order_id": number,
            "product_id": part.product_id,
            "sku": part.sku,
            "per_piece": part.quantity,
            "to_pick": part.quantity * wanted["quantity"],
        }
        store.insert(database, "work_order_components", component)


def _location(call: Call, warehouse_id: int, text: str | None) -> int | None:
    if not text:
        return None
    number = houses.location_of(call, text)
    places.check(call.state.store, number, warehouse_id=warehouse_id)
    return number


def _lot(call: Call, product_id: int, text: str) -> int:
    number = number_of(text, "Lot")
    if call.state.store.one("SELECT 1 FROM lots WHERE id = ? AND product_id = ?", number, product_id) is None:
        raise not_found("Lot")
    return number


def work_order_auto_assign_pick_locations(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `work_order_auto_assign_pick_locations`: one location for each component, where one holds enough.

    When all components have theirs, a work order in progress is ready to pick.
    """
    at, accounts = call.state.today(), call.accounts_of(data.get("customer_account_id"))
    row = store.read(call.state.store, number_of(data["work_order_id"], "WorkOrder"), accounts=accounts)
    if row["status"] in store.ENDED:
        raise invalid(f"The work order is {row['status']}")
    assigned: list[str] = []
    unassigned: list[str] = []
    for part in store.components(call.state.store, row["id"]):
        left = part["to_pick"] - part["picked"]
        found = call.state.store.one(_ROOMIEST, part["product_id"], row["warehouse_id"], left)
        (unassigned if found is None else assigned).append(part["sku"])
        call.state.store.execute(
            "UPDATE work_order_components SET pick_location_id = ? WHERE id = ?",
            *(None if found is None else found["location_id"], part["id"]),
        )
    if assigned and not unassigned and row["status"] == store.IN_PROGRESS:
        store.set_status(call.state.store, row["id"], store.READY_TO_PICK, at=at)
    store.touch(call.state.store, row["id"], at=at)
    return {
        "work_order": nodes.one(call, row["id"]),
        "assigned_component_skus": assigned,
        "unassigned_component_skus": unassigned,
    }


QUERIES: dict[str, Operation] = {"work_order": work_order, "work_orders": work_orders}
MUTATIONS: dict[str, Operation] = {
    "work_order_create": work_order_create,
    "work_order_auto_assign_pick_locations": work_order_auto_assign_pick_locations,
}
ENTITIES = {"work_order_create": "work_order"}
PAGES = frozenset({"WorkOrdersQueryResult"})
