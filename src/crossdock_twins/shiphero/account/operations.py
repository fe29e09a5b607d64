"""Operations on the caller, the account and its warehouses."""

from typing import Any

from crossdock_twins.shiphero import ids, paging, throttle
from crossdock_twins.shiphero.accounts import Account, User
from crossdock_twins.shiphero.call import Call, Info, Operation, Resolver
from crossdock_twins.shiphero.products.nodes import warehouse


def me(call: Call) -> dict[str, Any]:
    """Answer `me`: whose token this is, and what it may do."""
    return {**user(call.user, call.account), "scopes": sorted(call.scopes)}


def account(call: Call) -> dict[str, Any]:
    """Answer `account`: the caller's own."""
    return account_node(call.account)


def user_quota(call: Call) -> dict[str, Any]:
    """Answer `user_quota`, which has no envelope; the window that its deprecated fields told of is gone."""
    return {
        "is_expired": False,
        "expiration_date": None,
        "time_remaining": None,
        "credits_remaining": call.credits_left,
        "max_available": throttle.CAPACITY,
        "increment_rate": throttle.REFILL_PER_SECOND,
    }


def uuid(_call: Call, *, legacy_id: int, entity: str) -> dict[str, Any]:
    """Answer `uuid`: translate a number into an id, without asking whether anything stands behind it."""
    return {"legacy_id": legacy_id, "id": ids.encode(entity, legacy_id)}


def node(_call: Call, **_arguments: Any) -> None:
    """Answer `node` with nothing: no type of the schema implements Node."""


def user(person: User, account_of: Account) -> dict[str, Any]:
    """Give the node of a user."""
    return {
        "id": ids.encode("User", person.id),
        "legacy_id": person.id,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "created_at": person.created_at,
        "updated_at": person.updated_at,
        "is_admin": person.is_admin,
        "is_active": True,
        "is_developer": person.is_developer,
        "account": account_node(account_of),
        "_account": account_of,
    }


def account_node(known: Account) -> dict[str, Any]:
    """Give the node of an account."""
    return {
        "id": ids.encode("Account", known.id),
        "legacy_id": known.id,
        "email": known.email,
        "username": known.username,
        "status": known.state,
        "dynamic_slotting": False,
        "is_3pl": known.is_3pl,
        "cycle_count_enabled": False,
        "ship_backorders": False,
        "_account": known,
    }


def _houses(call: Call, known: Account) -> list[dict[str, Any]]:
    """Give an account's warehouses; a 3PL's customers are served from the 3PL's."""
    owner = known.parent_id or known.id
    rows = call.state.store.all("SELECT * FROM warehouses WHERE account_id = ? ORDER BY id", owner)
    return [warehouse(row) for row in rows]


def warehouses(node_of: dict[str, Any], info: Info) -> list[dict[str, Any]]:
    """Resolve `Account.warehouses`, and the same of a user."""
    return _houses(info.context, node_of["_account"])


def is_multi_warehouse(node_of: dict[str, Any], info: Info) -> bool:
    """Resolve `Account.is_multi_warehouse`."""
    return len(_houses(info.context, node_of["_account"])) > 1


def customers(node_of: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
    """Resolve `Account.customers`: those for whom a 3PL acts."""
    call = info.context
    page.pop("warehouse_id", None)
    found = [call.state.accounts.get(number) for number in call.state.accounts.customers_of(node_of["legacy_id"])]
    return paging.connection_of(call, [account_node(each) for each in found if each is not None], **page)


QUERIES: dict[str, Operation] = {"me": me, "account": account, "user_quota": user_quota, "uuid": uuid, "node": node}
MUTATIONS: dict[str, Operation] = {"node": node}
FIELDS: dict[tuple[str, str], Resolver] = {
    ("Account", "warehouses"): warehouses,
    ("Account", "is_multi_warehouse"): is_multi_warehouse,
    ("Account", "customers"): customers,
    ("AuthenticatedUser", "allowed_warehouses"): warehouses,
    ("User", "allowed_warehouses"): warehouses,
}
