"""Courier accounts: list, link, show, change, switch off, unlink; and which couriers can be linked where."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.easyship.addresses.rules import humanized
from crossdock_twins.easyship.couriers import accounts, store
from crossdock_twins.easyship.couriers.linkable import LINKABLE
from crossdock_twins.easyship.couriers.services import linked_services
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.reference.tables import COUNTRIES
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.subscriptions.plans import linked_couriers_allowed

_SHORTEST, _LONGEST = 3, 15
_LARGEST_FEE = 1_000_000
_LENGTH = f"Nickname must be between {_SHORTEST} to {_LONGEST} characters."
_SORTS = {"country_alpha2": "origin_country_alpha2"}


def index(call: Call) -> Reply:
    """List the courier accounts, linked ones (newest first) before Easyship's own."""
    linked = store.linked_couriers(call.store, call.owner)
    rows = [row for row in (*linked, *store.easyship_couriers(call.grant.environment)) if _fits(row, call.query)]
    if call.query.get("active_courier_services", False):
        rows = [row for row in rows if row["easyship_courier"] or linked_services([row])]
    sort = call.query.get("sort_by", "created_at")
    if "sort_by" in call.query or "sort_direction" in call.query:
        name = _SORTS.get(sort, sort)
        descending = call.query.get("sort_direction", "DESC") == "DESC"
        rows.sort(key=lambda row: row.get(name) or "", reverse=descending)
    shown, page = counted(rows, call.query)
    return Reply(members={"couriers": shown}, page=page)


def create(call: Call) -> Reply:
    """Link an account; Royal Mail's has to wait until Royal Mail has looked at it."""
    body = call.body
    _check_fees(body)
    _check_nickname(call, body["nickname"])
    if len(store.linked_couriers(call.store, call.owner)) >= linked_couriers_allowed(call.store, call.company.id):
        raise Refusal("over_limit")
    courier = accounts.new_account(body, company=call.company, now=call.now)
    accounts.link(call.store, call.owner, courier, now=call.now)
    if courier["state"] != "pending":
        return Reply(members={"courier": courier}, status=201)
    return Reply(members={"courier": courier}, status=202, meta={"messages": [accounts.VERIFYING]})


def show(call: Call) -> Reply:
    """Show one account."""
    courier = store.get_courier(call.store, call.owner, call.path["courier_id"])
    if courier is None:
        raise not_found("Courier")
    return Reply(members={"courier": courier})


def update(call: Call) -> Reply:
    """Change nickname and fees of a linked account; Easyship's own are not the company's to change."""
    courier = _linked(call)
    _check_fees(call.body)
    if "nickname" in call.body:
        _check_nickname(call, call.body["nickname"], but=courier["id"])
    changed = {**courier, **call.body}
    store.keep(call.store, call.owner, changed)
    return Reply(members={"courier": changed})


def delete(call: Call) -> Reply:
    """Unlink an account."""
    courier = store.LINKED.find(call.store, call.owner, call.path["courier_id"])
    if courier is None:
        raise not_found("Courier")
    return Reply(members={"courier": accounts.unlink(call.store, call.owner, courier)})


def deactivate(call: Call) -> Reply:
    """Switch a linked account off; it stays in the list."""
    courier = accounts.change_state(call.store, call.owner, _linked(call), state="inactive", at=call.now)
    return Reply(members={"courier": courier})


def lyoc(call: Call) -> Reply:
    """List the couriers whose accounts can be linked, in a country or in all; an id goes before letters."""
    country = _country(call.query)
    linked: dict[str, dict[str, str]] = {}
    for courier in store.linked_couriers(call.store, call.owner):
        linked.setdefault(courier["umbrella_name"], {})[courier["origin_country_alpha2"]] = courier["id"]
    rows = [
        each.as_json(countries=each.countries if country is None else (country,), linked=linked.get(each.name, {}))
        for each in LINKABLE.values()
        if country is None or country in each.countries
    ]
    shown, page = counted(rows, call.query)
    return Reply(members={"couriers": shown}, page=page)


def _linked(call: Call) -> dict[str, Any]:
    courier = store.get_courier(call.store, call.owner, call.path["courier_id"])
    if courier is None:
        raise not_found("Courier")
    if courier["easyship_courier"]:
        raise Refusal("forbidden")
    return courier


def _check_fees(body: Mapping[str, Any]) -> None:
    for name in ("ddp_handling_fee", "pickup_fee"):
        if not 0 <= body.get(name, 0) < _LARGEST_FEE:
            raise Refusal("invalid_content", f"{humanized(name)} must be from 0 to less than {_LARGEST_FEE}")


def _check_nickname(call: Call, nickname: str, *, but: str = "") -> None:
    if not _SHORTEST <= len(nickname) <= _LONGEST:
        raise Refusal("invalid_content", _LENGTH)
    if store.nickname_is_taken(call.store, call.owner, nickname, but=but):
        raise Refusal("invalid_content", "Nickname has already been taken")


def _fits(courier: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    return (
        ("country_alpha2" not in query or courier["origin_country_alpha2"] in query["country_alpha2"])
        and query.get("customer_reference_id") in {None, courier.get("customer_reference_id")}
        and ("auth_state" not in query or courier["auth"]["state"] in query["auth_state"])
        and ("state" not in query or courier["state"] in query["state"])
        and query.get("umbrella_name") in {None, courier["umbrella_name"]}
        and query.get("easyship_courier") in {None, courier["easyship_courier"]}
    )


def _country(query: Mapping[str, Any]) -> str | None:
    if "country_id" in query:
        found = next((each.alpha2 for each in COUNTRIES.values() if str(each.id) == query["country_id"]), None)
    elif "country_alpha2" in query:
        found = query["country_alpha2"].upper() if query["country_alpha2"].upper() in COUNTRIES else None
    else:
        return None
    if found is None:
        raise Refusal("resource_not_found", "The Country was not found", links_page=False)
    return found


HANDLERS: dict[str, Handler] = {
    "couriers_index": index,
    "couriers_create": create,
    "courier_lyoc_index": lyoc,
    "couriers_show": show,
    "couriers_update": update,
    "couriers_delete": delete,
    "couriers_deactivate": deactivate,
}
