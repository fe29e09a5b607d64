"""Making a tracking out of what was sent: which courier, from where to where, whose label."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.addresses.store import default_address, saved_address
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.reference.tables import COUNTRIES
from crossdock_twins.easyship.state import Company, Owner
from crossdock_twins.easyship.trackings import couriers, journey, store
from crossdock_twins.easyship.trackings.store import Tracking

_TAKEN = "Tracking number has already been taken"


def make(kept: Store, body: Mapping[str, Any], *, company: Company, owner: Owner, at: datetime) -> Tracking:
    """Keep a new tracking and let it travel, inside the caller's transaction.

    A number of one of the company's own labels gives a tracking of source easyship, which goes with its shipment.
    """
    service = _courier(body)
    number = body["tracking_number"].strip()
    problems = [] if number else ["Tracking number can't be blank"]
    if number and store.by_number(kept, owner=owner, tracking_number=number) is not None:
        problems.append(_TAKEN)
    parties = _parties(kept, body, company=company, owner=owner)
    problems += [f"{name}.country_alpha2 can't be blank" for name, sent in parties.items() if not _country(sent)]
    if problems:
        raise Refusal("invalid_content", *problems)
    origin = _country(parties["origin_address"])
    destination = _country(parties.get("destination_address", parties["origin_address"]))
    own = store.labelled_here(kept, owner=owner, tracking_number=number)
    tracking = Tracking(
        id=str(uuid4()),
        owner=owner,
        tracking_number=number,
        source="external" if own is None else "easyship",
        shipment_id=own or store.next_shipment_id(kept, country_alpha2=destination, environment=owner.environment),
        order_number=body.get("platform_order_number"),
        service=service,
        parties=parties,
        origin=origin,
        destination=destination,
        state="active",
        status="Shipped",
        responded_at=None,
        eta=None,
    )
    store.add(kept, tracking, at=at)
    if own is None:
        journey.begin(kept, tracking, at=at)
    return tracking


def _courier(body: Mapping[str, Any]) -> Mapping[str, str]:
    if body.get("courier_service_id"):
        found = couriers.by_id(body["courier_service_id"])
        if found is None:
            raise not_found("Courier Service")
        return found
    if not body.get("courier_service_name", "").strip():
        raise Refusal("invalid_content", "Courier service can't be blank")
    found = couriers.by_name(body["courier_service_name"])
    if found is None:
        raise Refusal("invalid_content", "Courier service name is not included in the list")
    return found


def _parties(kept: Store, body: Mapping[str, Any], *, company: Company, owner: Owner) -> dict[str, Any]:
    """Give the addresses that were sent or named; the default one stands for a missing origin."""
    parties = {name: body[name] for name in ("origin_address", "destination_address") if name in body}
    if "origin_address_id" in body:
        saved = saved_address(kept, owner=owner, address_id=body["origin_address_id"])
        if saved is None:
            raise not_found("Address")
        parties["origin_address"] = saved
    if "origin_address" not in parties:
        parties["origin_address"] = default_address(kept, company=company, environment=owner.environment, role="sender")
    return parties


def _country(address: Mapping[str, Any]) -> str:
    code = address.get("country_alpha2") or ""
    return code if code in COUNTRIES else ""
