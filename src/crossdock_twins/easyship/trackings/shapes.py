"""A tracking as the API shows it."""

from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.shipments import store as shipments
from crossdock_twins.easyship.shipments.status import status
from crossdock_twins.easyship.trackings.store import Tracking

_PAGE = "https://www.trackmyshipment.co/shipment-tracking"


def page_url(tracking: Tracking) -> str:
    """Give the address of the page that a buyer would look at."""
    return f"{_PAGE}/{tracking.shipment_id}"


def tracking_json(store: Store, tracking: Tracking) -> dict[str, Any]:
    """Show a tracking; of a parcel that was labelled here the shipment knows best where it is."""
    shown = {
        "courier_service": dict(tracking.service),
        "destination_country_alpha2": tracking.destination,
        "easyship_shipment_id": tracking.shipment_id,
        "eta_date": tracking.eta,
        "id": tracking.id,
        "origin_country_alpha2": tracking.origin,
        "platform_order_number": tracking.order_number,
        "source": tracking.source,
        "status": tracking.status,
        "tracking_number": tracking.tracking_number,
        "tracking_page_url": page_url(tracking),
        "tracking_state": tracking.state,
    }
    return shown | _labelled_here(store, tracking) if tracking.source == "easyship" else shown


def _labelled_here(store: Store, tracking: Tracking) -> dict[str, Any]:
    shipment = shipments.find(store, owner=tracking.owner, shipment_id=tracking.shipment_id)
    if shipment is None:
        return {}
    return {
        "eta_date": None if shipment.eta is None else f"{shipment.eta}T00:00:00Z",
        "platform_order_number": shipment.answer["order_data"]["platform_order_number"],
        "status": status(shipment.answer),
        "tracking_page_url": shipment.answer["tracking_page_url"],
        "tracking_state": shipment.answer["trackings"][0]["tracking_state"],
    }
