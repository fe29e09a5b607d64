"""Saved addresses: list, save, replace, switch on and off; and the checks of any address."""

from typing import Any
from uuid import uuid4

from crossdock_twins.easyship.addresses import store as book
from crossdock_twins.easyship.addresses.rules import address_problems
from crossdock_twins.easyship.addresses.store import ADDRESSES
from crossdock_twins.easyship.addresses.validations import validated
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import fetched
from crossdock_twins.easyship.records import Where
from crossdock_twins.easyship.replies import Reply, success

_MEMBERS = ("city", "company_name", "contact_email", "contact_name", "contact_phone", "country_alpha2", "line_1")
_US = "US"


def index(call: Call) -> Reply:
    """List the saved addresses, the active ones unless asked otherwise, newest first."""
    sql = "status = ?"
    if "default_addresses" in call.query:
        sql += " AND is_default" if call.query["default_addresses"] else " AND NOT is_default"
    where = Where(sql=sql, values=(call.query.get("status", "active"),))

    def fetch(limit: int, offset: int) -> list[dict[str, Any]]:
        return ADDRESSES.some(call.store, call.owner, where, limit=limit, offset=offset)

    rows, page = fetched(ADDRESSES.count(call.store, call.owner, where), fetch, call.query)
    return Reply(members={"addresses": rows}, page=page)


def create(call: Call) -> Reply:
    """Save an address."""
    address = _kept(call, {"id": str(uuid4()), "status": "active"})
    return Reply(members={"address": address}, status=201)


def update(call: Call) -> Reply:
    """Replace an address; what it is the default for stays unless the body adds to it."""
    known = _found(call, call.path["address_id"])
    return Reply(members={"address": _kept(call, {"id": known["id"], "status": known["status"]})})


def activate(call: Call) -> Reply:
    """Switch an address on."""
    book.switch(call.store, owner=call.owner, address=_found(call, call.path["id"]), status="active")
    return success("Address successfully activated")


def deactivate(call: Call) -> Reply:
    """Switch an address off."""
    book.switch(call.store, owner=call.owner, address=_found(call, call.path["id"]), status="inactive")
    return success("Address successfully deactivated")


def validate(call: Call) -> Reply:
    """Check an address; one in the United States needs the domestic scope instead."""
    call.require(f"public.address_validation{'_domestic' if call.body['country_alpha2'] == _US else ''}:write")
    return Reply(members={"address": validated(call.body)})


def validate_domestic(call: Call) -> Reply:
    """Check an address in the United States."""
    return Reply(members={"address": validated({**call.body, "country_alpha2": _US})})


def _found(call: Call, address_id: str) -> dict[str, Any]:
    address = book.saved_address(call.store, owner=call.owner, address_id=address_id)
    if address is None:
        raise not_found("Address")
    return address


def _kept(call: Call, address: dict[str, Any]) -> dict[str, Any]:
    body = call.body
    if problems := address_problems(body):
        raise Refusal("invalid_content", *problems)
    members = {name: body[name] for name in _MEMBERS}
    places = {"line_2": body.get("line_2"), "postal_code": body.get("postal_code"), "state": body.get("state", "")}
    return book.keep(
        call.store,
        owner=call.owner,
        address={**members, **places, **address},
        roles=body.get("default_for", {}),
    )


HANDLERS: dict[str, Handler] = {
    "addresses_index": index,
    "addresses_create": create,
    "addresses_update": update,
    "address_activate_create": activate,
    "address_deactivate_create": deactivate,
    "addresses_validation": validate,
    "addresses_validation_domestic": validate_domestic,
}
