"""Operations on the caller, the account and its people, and on ids of anything."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.base.store import Value
from crossdock_twins.shiphero import ids, throttle
from crossdock_twins.shiphero.account import nodes
from crossdock_twins.shiphero.accounts import EmailTakenError
from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import ApiError, Code, invalid, not_found
from crossdock_twins.shiphero.paging import Conditions, Listing

_USER_SORTS = {
    name: name for name in ("id", "email", "first_name", "last_name", "created_at", "updated_at", "is_admin")
} | {"legacy_id": "id"}
_SEARCHED = "instr(lower(first_name || ' ' || last_name || ' ' || email), ?)"


def me(call: Call) -> dict[str, Any]:
    """Answer `me`: whose token this is, and what it may do."""
    return {**nodes.user(call.user, call.account), "scopes": sorted(call.scopes)}


def account(call: Call) -> dict[str, Any]:
    """Answer `account`: the caller's own."""
    return nodes.account_node(call.account)


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
    """Answer `node` with nothing, as the provider's library does where no type of the schema implements Node."""


def users(call: Call, **asked: Any) -> Listing:
    """Answer `users`: the people and developers of the caller's accounts."""
    where = Conditions()
    where.among("account_id", call.accounts_of(asked.get("customer_account_id")))
    if asked.get("search"):
        where.add(_SEARCHED, asked["search"].strip().lower())
    if asked.get("default_warehouse_id"):
        where.add("default_warehouse_id = ?", number_of(asked["default_warehouse_id"], "Warehouse"))
    where.compare("is_active", "=", asked.get("is_active"))
    where.compare("is_developer", "=", asked.get("is_developer"))
    return Listing(store=call.state.store, table="users", where=where, sorts=_USER_SORTS, nodes=nodes.users)


def user(
    call: Call,
    *,
    id: str | None = None,  # noqa: A002 - the API's own argument
    customer_account_id: str | None = None,
    email: str | None = None,
    account_pin: str | None = None,
) -> dict[str, Any]:
    """Answer `user`, named by id, e-mail or the PIN of the warehouse app; error 5 where the caller sees nobody."""
    where = Conditions()
    where.among("account_id", call.accounts_of(customer_account_id))
    if id:
        where.add("id = ?", number_of(id, "User"))
    elif email:
        where.add("email = ?", email.strip())
    elif account_pin:
        where.add("pin = ?", account_pin.strip())
    else:
        raise invalid("Name the user by id, email or account_pin")
    row = call.state.store.one(f"SELECT * FROM users {where.sql} ORDER BY id LIMIT 1", *where.values)
    if row is None:
        raise not_found("User")
    return nodes.users(call, [row])[0]


def user_update(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `user_update`; an e-mail address is nobody else's on the whole platform."""
    number = number_of(data["user_id"], "User")
    person = call.state.accounts.user(number)
    if person is None or person.account_id not in call.accounts_of(data.get("customer_account_id")):
        raise not_found("User")
    values: dict[str, Value] = {
        name: required(data[name], name) for name in ("email", "first_name", "last_name") if data.get(name) is not None
    }
    if "default_warehouse_id" in data:
        values["default_warehouse_id"] = _warehouse(call, person.account_id, data["default_warehouse_id"])
    settings = {name: data[name] for name in ("payroll_id", "hourly_rate", *nodes.CHOICES) if name in data}
    try:
        call.state.accounts.change(person, values, settings)
    except EmailTakenError as error:
        raise ApiError(Code.TAKEN, "A user with this email already exists") from error
    return user(call, id=str(number))


def _warehouse(call: Call, account_id: int, named: str | None) -> int | None:
    if not named:
        return None
    number = number_of(named, "Warehouse")
    owner = call.state.accounts.get(account_id)
    if owner is None or number not in [house["legacy_id"] for house in nodes.houses(call, owner)]:
        raise not_found("Warehouse")
    return number


QUERIES: dict[str, Operation] = {
    "me": me,
    "account": account,
    "user_quota": user_quota,
    "uuid": uuid,
    "node": node,
    "users": users,
    "user": user,
}
MUTATIONS: dict[str, Operation] = {"node": node, "user_update": user_update}
ENTITIES = {"user_update": "user"}
PAGES = frozenset({"UsersQueryResult"})
