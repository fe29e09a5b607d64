"""What an address must be to be saved, in sentences such as Rails makes; lengths are those of a sender's address."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crossdock_twins.easyship.reference.tables import COUNTRIES

NEEDED = ("line_1", "city", "company_name", "contact_name", "contact_phone", "contact_email")
_LENGTHS = {
    "line_1": 35,
    "line_2": 35,
    "city": 200,
    "state": 200,
    "company_name": 27,
    "contact_name": 22,
    "contact_phone": 20,
    "contact_email": 50,
}


def address_problems(address: Mapping[str, Any], *, needed: Sequence[str] = NEEDED) -> list[str]:
    """Tell what keeps an address from being saved; batches need less of it than the form for one."""
    return [*_missing(address, needed), *_too_long(address)]


def _missing(address: Mapping[str, Any], needed: Sequence[str]) -> Iterator[str]:
    country = COUNTRIES.get(address["country_alpha2"])
    places = () if country is None else (("state", country.state), ("postal_code", country.postal_code))
    for name in (*needed, *(name for name, wanted in places if wanted)):
        if not (address.get(name) or "").strip():
            yield f"{humanized(name)} can't be blank"


def _too_long(address: Mapping[str, Any]) -> Iterator[str]:
    for name, most in _LENGTHS.items():
        if len(address.get(name) or "") > most:
            yield f"{humanized(name)} is too long (maximum is {most} characters)"


def humanized(name: str) -> str:
    """Write an attribute's name as Rails does at the start of a sentence."""
    return name.replace("_", " ").capitalize()
