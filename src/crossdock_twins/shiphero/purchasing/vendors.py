"""Vendors: who sells to an account, and what."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Operation, required
from crossdock_twins.shiphero.errors import not_found
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import events
from crossdock_twins.shiphero.products import store as products
from crossdock_twins.shiphero.products.changes import vendor_for

_SORTS = {name: name for name in ("id", "name", "email", "created_at")} | {"legacy_id": "id"}
_KEPT = ("account_number", "address", "currency", "internal_note", "default_po_note", "logo", "partner_vendor_id")


def vendors(call: Call) -> Listing:
    """Answer `vendors`: those of the caller's accounts."""
    where = Conditions()
    where.among("account_id", call.visible)
    where.add("deleted_at IS NULL")
    return Listing(store=call.state.store, table="vendors", where=where, sorts=_SORTS, nodes=nodes)


def vendor_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `vendor_create`; nothing keeps two vendors from having one name."""
    body = {name: data[name] for name in _KEPT if data.get(name) is not None}
    number = call.state.store.insert(
        "INSERT INTO vendors (account_id, name, email, created_at, body) VALUES (?, ?, ?, ?, ?)",
        *(call.account_for(data.get("customer_account_id")), required(data["name"], "name")),
        *(required(data["email"], "email"), call.state.today(), json.dumps(body)),
    )
    return vendor(call, number)


def vendor_delete(call: Call, *, data: Mapping[str, Any]) -> None:
    """Answer `vendor_delete`: it sells nothing any more; purchase orders of the past still name it."""
    _, number = _named(call, data)
    call.state.store.execute("DELETE FROM product_vendors WHERE vendor_id = ?", number)
    call.state.store.execute("UPDATE vendors SET deleted_at = ? WHERE id = ?", call.state.today(), number)


def vendor_add_product(call: Call, *, data: Mapping[str, Any]) -> None:
    """Answer `vendor_add_product`: the vendor sells a product, by its own SKU unless that is not named."""
    account_id, number = _named(call, data)
    product = products.find(call.state.store, account_id=account_id, sku=data["sku"])
    products.put_vendor(
        call.state.store,
        product["id"],
        vendor_id=number,
        vendor_sku=data.get("manufacturer_sku"),
        price=data.get("price"),
    )
    _tell(call, product["id"])


def vendor_remove_product(call: Call, *, data: Mapping[str, Any]) -> None:
    """Answer `vendor_remove_product`; error 5 where the vendor does not sell it."""
    account_id, number = _named(call, data)
    product = products.find(call.state.store, account_id=account_id, sku=data["sku"])
    if not products.drop_vendor(call.state.store, product["id"], number):
        raise not_found("Vendor product")
    _tell(call, product["id"])


def vendor(call: Call, number: int) -> dict[str, Any]:
    """Give the node of a vendor that exists or has been deleted."""
    return nodes(call, call.state.store.all("SELECT * FROM vendors WHERE id = ?", number))[0]


def nodes(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of one page of vendors."""
    return [
        {
            "account_number": "",
            "currency": "USD",
            "internal_note": "",
            "default_po_note": "",
            "logo": "",
            **json.loads(row["body"]),
            "id": ids.encode("Vendor", row["id"]),
            "legacy_id": row["id"],
            "account_id": ids.encode("Account", row["account_id"]),
            "name": row["name"],
            "email": row["email"],
            "created_at": row["created_at"],
        }
        for row in rows
    ]


def _named(call: Call, data: Mapping[str, Any]) -> tuple[int, int]:
    account_id = call.account_for(data.get("customer_account_id"))
    return account_id, vendor_for(call, account_id, data["vendor_id"])


def _tell(call: Call, product_id: int) -> None:
    at = call.state.today()
    products.touch(call.state.store, product_id, at)
    events.updated(call.state, product_id, at=at)


QUERIES: dict[str, Operation] = {"vendors": vendors}
MUTATIONS: dict[str, Operation] = {
    "vendor_create": vendor_create,
    "vendor_delete": vendor_delete,
    "vendor_add_product": vendor_add_product,
    "vendor_remove_product": vendor_remove_product,
}
ENTITIES = {"vendor_create": "vendor"}
PAGES = frozenset({"VendorsQueryResult"})
