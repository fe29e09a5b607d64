"""The saved addresses in a twin's store: which is the default for what, and the company's first."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.records import Records, Where
from crossdock_twins.easyship.reference.tables import COUNTRIES
from crossdock_twins.easyship.state import Company, Environment, Owner

ADDRESSES = Records("address")
ROLES = ("billing", "pickup", "return", "sender")
_ACTIVE = Where(sql="status = 'active'")
_HOMES: Mapping[str, Mapping[str, str]] = {
    "US": {"line_1": "12 Wharf Street", "city": "Portland", "state": "OR", "postal_code": "97209"},
    "GB": {"line_1": "4 Mill Lane", "city": "York", "state": "Yorkshire", "postal_code": "YO1 7LF"},
}


def saved_address(store: Store, *, owner: Owner, address_id: str) -> dict[str, Any] | None:
    """Give a saved address, whether it is active or not."""
    return ADDRESSES.find(store, owner, address_id)


def default_address(store: Store, *, company: Company, environment: Environment, role: str) -> dict[str, Any]:
    """Give the address that is taken for a role (`billing`, `pickup`, `return` or `sender`) when none is named."""
    owner = Owner(company_id=company.id, environment=environment)
    address = ADDRESSES.first(store, owner, _default_for(role))
    if address is None:
        raise LookupError(f"{company.id} has no default address.")
    return address


def keep(store: Store, *, owner: Owner, address: Mapping[str, Any], roles: Mapping[str, bool]) -> dict[str, Any]:
    """Keep a new or a changed address; the roles in which it becomes the default are taken from the others."""
    known = ADDRESSES.find(store, owner, address["id"])
    before = dict.fromkeys(ROLES, False) if known is None else known["default_for"]
    record = dict(sorted({**address, "default_for": {**before, **roles}}.items()))
    with store.transaction():
        for role in roles:
            _take(store, owner, role)
        columns = {"status": record["status"], "is_default": int(any(record["default_for"].values()))}
        if known is None:
            ADDRESSES.add(store, owner, record, **columns)
        else:
            ADDRESSES.put(store, owner, record, **columns)
    return record


def switch(store: Store, *, owner: Owner, address: Mapping[str, Any], status: str) -> None:
    """Make an address active or inactive; what an inactive one was the default for goes to the first active one."""
    with store.transaction():
        keep(store, owner=owner, address={**address, "status": status}, roles={})
        heir = ADDRESSES.first(store, owner, _ACTIVE)
        if status == "inactive" and heir is not None:
            roles = {role: True for role, held in address["default_for"].items() if held}
            keep(store, owner=owner, address=heir, roles=roles)


def open_book(store: Store, company: Company, owner: Owner) -> None:
    """Save the address that a company signed up with, the default for everything."""
    elsewhere = {"line_1": "1 Main Street", "city": COUNTRIES[company.country_alpha2].name, "postal_code": "0"}
    address = {
        "state": "",
        **_HOMES.get(company.country_alpha2, elsewhere),
        "company_name": company.name,
        "contact_email": f"dispatch@{company.id.lower()}.example",
        "contact_name": "Dispatch Desk",
        "contact_phone": "+1 555 010 0100",
        "country_alpha2": company.country_alpha2,
        "id": str(uuid5(NAMESPACE_DNS, f"{owner.environment}.address.{company.id}")),
        "line_2": None,
        "status": "active",
    }
    keep(store, owner=owner, address=address, roles=dict.fromkeys(ROLES, True))


def _take(store: Store, owner: Owner, role: str) -> None:
    for other in ADDRESSES.some(store, owner, _default_for(role)):
        other["default_for"][role] = False
        ADDRESSES.put(store, owner, other, is_default=int(any(other["default_for"].values())))


def _default_for(role: str) -> Where:
    return Where(sql="is_default = 1 AND json_extract(answer, ?) = 1", values=(f"$.default_for.{role}",))
