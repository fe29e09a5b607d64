"""Trackings: list, make, show, delete, the couriers that can be followed, and the sandbox's hand on the clock."""

from typing import Any

from crossdock_twins.easyship.errors import Refusal, not_compliant, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.rates.catalogue import SERVICES
from crossdock_twins.easyship.replies import Reply, success
from crossdock_twins.easyship.shipments import journey as own_journey
from crossdock_twins.easyship.shipments import store as shipments
from crossdock_twins.easyship.trackings import couriers, journey, making, shapes, store
from crossdock_twins.easyship.trackings.store import Tracking

_CREATED = 201
_NOT_MOVED = "Failed to update tracking"
_COLUMNS = {"origin_country_alpha2": "origin", "destination_country_alpha2": "destination", "source": "source"}


def index(call: Call) -> Reply:
    """List the company's trackings, newest first."""
    columns = {column: call.query[name] for name, column in _COLUMNS.items() if name in call.query}
    rows = [
        shapes.tracking_json(call.store, each) for each in store.matching(call.store, owner=call.owner, columns=columns)
    ]
    state = call.query.get("tracking_state")
    shown, page = counted([row for row in rows if state in {None, row["tracking_state"]}], call.query)
    return Reply(members={"trackings": shown}, page=page)


def show(call: Call) -> Reply:
    """Show one tracking."""
    return _shown(call, _found(call))


def create(call: Call) -> Reply:
    """Follow a parcel from now on."""
    with call.store.transaction():
        tracking = making.make(call.store, call.body, company=call.company, owner=call.owner, at=call.now)
    return _shown(call, tracking, status=_CREATED)


def delete(call: Call) -> Reply:
    """Stop following a parcel."""
    tracking = _found(call)
    with call.store.transaction():
        journey.stop(call.store, tracking)
        store.delete(call.store, tracking.id, at=call.now)
    return success("Tracking successfully deleted")


def move(call: Call) -> Reply:
    """Bring a tracking of the sandbox into another status; production has no such operation."""
    if call.grant.environment != "sandbox":
        raise not_compliant("invalid_endpoint")
    tracking = store.find(call.store, owner=call.owner, tracking_id=call.path["tracking_id"])
    slug = call.body.get("status_slug")
    if tracking is None or slug is None or shapes.tracking_json(call.store, tracking)["tracking_state"] == "completed":
        raise Refusal("invalid_content", _NOT_MOVED)
    with call.store.transaction():
        if tracking.source == "easyship":
            _move_shipment(call, tracking, slug)
        else:
            tracking = journey.put(call.store, tracking, slug, at=call.now)
    return _shown(call, tracking)


def external_couriers(call: Call) -> Reply:
    """List the couriers that can be followed and have no labels here."""
    country, name = call.query.get("origin_country_alpha2"), call.query.get("name", "").lower()
    rows = [
        courier.as_json()
        for courier in couriers.EXTERNAL
        if (country is None or country.upper() in courier.countries) and name in courier.name.lower()
    ]
    shown, page = counted(rows, call.query)
    return Reply(members={"courier_services": shown}, page=page)


def supported_couriers(call: Call) -> Reply:
    """List the courier services that can be followed and have labels here."""
    countries = [code.upper() for code in call.query.get("origin_country_alpha2", ())]
    umbrella = call.query.get("umbrella_name", "").lower()
    rows = [
        couriers.supported_json(service)
        for service in SERVICES.values()
        if (not countries or service.country_alpha2 in countries) and umbrella in service.umbrella_name.lower()
    ]
    shown, page = counted(rows, call.query)
    return Reply(members={"courier_services": shown}, page=page)


def _move_shipment(call: Call, tracking: Tracking, slug: str) -> None:
    shipment = shipments.find(call.store, owner=call.owner, shipment_id=tracking.shipment_id)
    if shipment is None or shipment.answer["shipment_state"] != "created":
        raise Refusal("invalid_content", _NOT_MOVED)
    own_journey.stop(call.store, shipment)
    seen = own_journey.checkpoint(
        handler=shipment.answer["trackings"][0]["handler"],
        message=journey.SEEN[slug][1],
        primary_status=journey.SEEN[slug][0],
        at=call.now,
        address=shipment.answer["destination_address"],
    )
    own_journey.move(call.store, shipment, delivery_state=slug, seen=[seen], at=call.now)


def _found(call: Call) -> Tracking:
    tracking = store.find(call.store, owner=call.owner, tracking_id=call.path["tracking_id"])
    if tracking is None:
        raise not_found("Tracking")
    return tracking


def _shown(call: Call, tracking: Tracking, *, status: int = 200) -> Reply:
    members: dict[str, Any] = {"tracking": shapes.tracking_json(call.store, tracking)}
    return Reply(members=members, status=status)


HANDLERS: dict[str, Handler] = {
    "sandbox_trackings_update": move,
    "trackings_index": index,
    "trackings_create": create,
    "trackings_external_courier_services_index": external_couriers,
    "trackings_list_supported_couriers": supported_couriers,
    "trackings_show": show,
    "trackings_delete": delete,
}
