"""Accounts, their customers, their people and their shops as the API's types."""

import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.accounts import Account, User, account_of, user_of
from crossdock_twins.shiphero.call import Call, Info, Resolver, number_of
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products.nodes import warehouse

SETTINGS = ("position", "hourly_rate", "payroll_id", "profile_image")
CHOICES = ("default_picking_option", "default_order_status", "default_pick_order_tag")

_ACCOUNT_SORTS = {"id": "id", "legacy_id": "id", "username": "username", "email": "email", "status": "state"}
_SERVED = (
    "(EXISTS (SELECT 1 FROM relationships r WHERE r.customer_id = accounts.id AND r.warehouse_id = ?)"
    " OR NOT EXISTS (SELECT 1 FROM relationships r WHERE r.customer_id = accounts.id))"
)
_LOT_SETTINGS: dict[str, Any] = {
    "is_active": False,
    "priority": "FEFO",
    "picking_disabled_period_in_days": 0,
    "verify_lot_when_packing": False,
    "exclude_expired_quantity_from_available": False,
    "lots_about_to_expire_email": "",
}


def user(person: User, account: Account) -> dict[str, Any]:
    """Give the node of a user."""
    return {
        **{name: person.settings.get(name) for name in (*SETTINGS, *CHOICES)},
        "id": ids.encode("User", person.id),
        "legacy_id": person.id,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "created_at": person.created_at,
        "updated_at": person.updated_at,
        "is_admin": person.is_admin,
        "is_active": person.is_active,
        "is_developer": person.is_developer,
        "default_warehouse_id": ids.encode_or_none("Warehouse", person.default_warehouse_id),
        "account": account_node(account),
        "_account": account,
        "_warehouses": person.settings.get("warehouses"),
    }


def users(call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of one page of users."""
    accounts: dict[int, Account] = {call.account.id: call.account}
    for number in {row["account_id"] for row in rows} - set(accounts):
        found = call.state.accounts.get(number)
        if found is not None:
            accounts[number] = found
    return [user(user_of(row), accounts[row["account_id"]]) for row in rows]


def account_node(known: Account) -> dict[str, Any]:
    """Give the node of an account."""
    settings = known.settings
    return {
        "id": ids.encode("Account", known.id),
        "legacy_id": known.id,
        "email": known.email,
        "username": known.username,
        "status": known.state,
        "dynamic_slotting": bool(settings.get("dynamic_slotting")),
        "is_3pl": known.is_3pl,
        "cycle_count_enabled": bool(settings.get("cycle_count_enabled")),
        "ship_backorders": bool(settings.get("ship_backorders")),
        "lot_tracking_settings": {**_LOT_SETTINGS, **settings.get("lot_tracking_settings", {})},
        "_account": known,
    }


def accounts(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of one page of accounts."""
    return [account_node(account_of(row)) for row in rows]


def houses(call: Call, known: Account) -> list[dict[str, Any]]:
    """Give an account's warehouses; a 3PL's customer has those of the 3PL that serve it."""
    store = call.state.store
    rows = store.all("SELECT * FROM warehouses WHERE account_id = ? ORDER BY id", known.parent_id or known.id)
    if known.parent_id is not None:
        serving = store.all("SELECT warehouse_id FROM relationships WHERE customer_id = ?", known.id)
        allowed = {row["warehouse_id"] for row in serving}
        rows = [row for row in rows if not allowed or row["id"] in allowed]
    return [warehouse(row) for row in rows]


def warehouses(node: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `Account.warehouses`."""
    return houses(info.context, node["_account"])


def allowed_warehouses(node: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `User.allowed_warehouses`: all of the account's, unless the user is held to some."""
    allowed = node["_warehouses"]
    found = houses(info.context, node["_account"])
    return found if allowed is None else [house for house in found if house["legacy_id"] in allowed]


def stores(node: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `User.stores`: the shops of the user's account."""
    rows = info.context.state.store.all(
        "SELECT id, shop_name FROM stores WHERE account_id = ? ORDER BY id", node["_account"].id
    )
    return [
        {"id": ids.encode("Store", row["id"]), "legacy_id": row["id"], "shop_name": row["shop_name"]} for row in rows
    ]


def is_multi_warehouse(node: dict[str, Any], info: Info) -> bool:
    """Resolve `Account.is_multi_warehouse`."""
    return len(houses(info.context, node["_account"])) > 1


def relationship(node: dict[str, Any], info: Info) -> dict[str, Any] | None:
    """Resolve `Account.warehouse_relationship`: how a 3PL ships for this customer; nobody else has one."""
    row = info.context.state.store.one(
        "SELECT from_name, pause_shipping FROM relationships WHERE customer_id = ? ORDER BY warehouse_id LIMIT 1",
        node["legacy_id"],
    )
    return None if row is None else {"from_name": row["from_name"], "pause_shipping": bool(row["pause_shipping"])}


def customers(node: dict[str, Any], info: Info, *, warehouse_id: str | None = None, **page: Any) -> dict[str, Any]:
    """Resolve `Account.customers`: those for whom a 3PL acts, or those whom one of its warehouses serves."""
    call = info.context
    where = Conditions()
    where.add("parent_id = ?", node["legacy_id"])
    if warehouse_id:
        where.add(_SERVED, number_of(warehouse_id, "Warehouse"))
    listing = Listing(store=call.state.store, table="accounts", where=where, sorts=_ACCOUNT_SORTS, nodes=accounts)
    return listing.connection(call, **page)


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Account", "warehouses"): warehouses,
    ("Account", "is_multi_warehouse"): is_multi_warehouse,
    ("Account", "warehouse_relationship"): relationship,
    ("Account", "customers"): customers,
    ("AuthenticatedUser", "allowed_warehouses"): allowed_warehouses,
    ("AuthenticatedUser", "stores"): stores,
    ("User", "allowed_warehouses"): allowed_warehouses,
    ("User", "stores"): stores,
}
