"""Operations on inbound shipments: find them, read one with its images, make one, change one."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.inbound import nodes, store
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products.changes import vendor_for
from crossdock_twins.shiphero.purchasing import store as purchases

_RANGES = {
    "dates": "created_at",
    "estimated_truck_arrival": "estimated_truck_arrival",
    "status_updated_at": "status_updated_at",
}
_SEARCHED = (
    "(EXISTS (SELECT 1 FROM json_each(body) b WHERE b.key IN ('carrier', 'pro_number', 'bol_reference',"
    " 'container_number', 'notes') AND instr(lower(b.value), ?)) OR EXISTS (SELECT 1 FROM inbound_purchase_orders i"
    " JOIN purchase_orders o ON o.id = i.purchase_order_id WHERE i.inbound_id = inbound_shipments.id"
    " AND instr(lower(o.po_number), ?)))"
)


def inbound_shipments(call: Call, **asked: Any) -> Listing:
    """Answer `inbound_shipments`: those of the caller's accounts that fit all that was asked; deleted ones if named."""
    where = Conditions()
    customers = [each for each in asked.get("customer_ids") or () if each]
    where.among("account_id", [call.account_for(each) for each in customers] or call.visible)
    statuses = [each for each in asked.get("statuses") or () if each]
    unknown = next((each for each in statuses if each not in store.STATUSES), None)
    if unknown:
        raise invalid(f"statuses must be some of {', '.join(store.STATUSES)}")
    where.among("status", statuses or [each for each in store.STATUSES if each != store.DELETED])
    houses = [number_of(each, "Warehouse") for each in asked.get("warehouse_ids") or () if each]
    if houses:
        where.among("warehouse_id", houses)
    for name, column in _RANGES.items():
        where.compare(column, ">=", asked.get(f"{name}_from"))
        where.compare(column, "<=", asked.get(f"{name}_to"))
    where.compare("require_fai", "=", asked.get("require_fai"))
    term = (asked.get("search_term") or "").strip().lower()
    if term:
        where.add(_SEARCHED, term, term)
    return nodes.listing(call, where)


def inbound_shipment(call: Call, *, id: str) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `inbound_shipment`; error 5 where the caller sees no such shipment."""
    return nodes.shipment(call, find(call, id)["id"])


def find(call: Call, text: str) -> sqlite3.Row:
    """Give the inbound shipment that an id names."""
    return store.read(call.state.store, number_of(text, "InboundShipment"), accounts=call.visible)


def inbound_shipment_images(call: Call, *, inbound_shipment_id: str) -> list[dict[str, Any]]:
    """Answer `inbound_shipment_images`: what people took pictures of while they unloaded."""
    rows = call.state.store.all(
        "SELECT url, filename, mimetype, file_size_bytes, description, created_at, updated_at FROM inbound_images"
        " WHERE inbound_id = ? ORDER BY id",
        find(call, inbound_shipment_id)["id"],
    )
    return [dict(row) for row in rows]


def inbound_shipment_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `inbound_shipment_create`: expected, unless the truck is said to have arrived."""
    account_id, at = call.account_for(data.get("customer_account_id")), call.state.today()
    values = {
        "account_id": account_id,
        "warehouse_id": access.warehouse_for(call.state.store, data["warehouse_id"], account_id=account_id),
        "vendor_id": vendor_for(call, account_id, data["vendor_id"]) if data.get("vendor_id") else None,
        "status": store.PENDING,
        **store.columns_of(data),
    }
    number = store.insert(call.state.store, values, store.body_of(data), at=at)
    orders = _orders(call, account_id, values["warehouse_id"], data.get("purchase_order_ids") or ())
    store.set_orders(call.state.store, number, orders)
    _follow_truck(call, number, store.PENDING, data, at)
    return nodes.shipment(call, number)


def inbound_shipment_update(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `inbound_shipment_update`: the purchase orders on it are replaced by those named."""
    at, number = call.state.today(), number_of(data["inbound_shipment_id"], "InboundShipment")
    row = store.read(call.state.store, number, accounts=call.accounts_of(data.get("customer_account_id")))
    if row["status"] in {store.COMPLETED, store.DELETED}:
        raise invalid(f"An inbound shipment that is {row['status']} cannot be changed")
    warehouse_id = access.warehouse_for(call.state.store, data["warehouse_id"], account_id=row["account_id"])
    columns = {"warehouse_id": warehouse_id, **store.columns_of(data)}
    store.change(call.state.store, row, columns, store.body_of(data))
    orders = _orders(call, row["account_id"], warehouse_id, data["purchase_orders_ids"])
    store.set_orders(call.state.store, row["id"], orders)
    _follow_truck(call, row["id"], row["status"], data, at)
    return nodes.shipment(call, row["id"])


def _orders(call: Call, account_id: int, warehouse_id: int, named: Sequence[str | None]) -> list[int]:
    """Read the purchase orders to be loaded: the account's own, on their way to the same warehouse."""
    numbers = [number_of(text, "PurchaseOrder", "ShippingPlan") for text in named if text]
    for number in numbers:
        row = purchases.read(call.state.store, number, accounts=(account_id,))
        if row["warehouse_id"] != warehouse_id:
            raise invalid(f"The purchase order {row['po_number']} goes to another warehouse")
    return numbers


def _follow_truck(call: Call, number: int, status: str, data: Mapping[str, Any], at: str) -> None:
    """Set the status that the truck's moments stand for; it never goes back."""
    reached = store.PENDING
    if data.get("truck_arrived_at"):
        reached = store.ARRIVED
    if data.get("truck_unload_started_at"):
        reached = store.RECEIVING
    if store.STATUSES.index(reached) > store.STATUSES.index(status):
        store.set_status(call.state.store, number, reached, at=at)


QUERIES: dict[str, Operation] = {
    "inbound_shipment": inbound_shipment,
    "inbound_shipments": inbound_shipments,
    "inbound_shipment_images": inbound_shipment_images,
}
MUTATIONS: dict[str, Operation] = {
    "inbound_shipment_create": inbound_shipment_create,
    "inbound_shipment_update": inbound_shipment_update,
}
ENTITIES = dict.fromkeys(MUTATIONS, "inbound_shipment")
PAGES = frozenset({"InboundShipmentsQueryResult"})
