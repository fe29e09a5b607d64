"""Arrangers of shipments with labels, for the tests of what comes after them."""

from datetime import datetime, timedelta
from typing import Any

from conformance.easyship_client import ERRORS_LINK, Client, error
from twins import EasyshipTwin, Reply

GROUND = "4da3d8cf-d7e8-4d9b-9198-baf2029a92de"
"""UPS® Ground, whose courier comes for parcels and asks for money."""

UPS = "d104ba4a-a33c-5df3-baa0-0d5d082aad08"
USPS = "71fa1e7a-88ee-5238-900d-9aa2eda15701"
PRIORITY_MAIL = "7505df80-af51-46a0-b2ee-ac9eacfcd3e4"
FEDEX_2DAY = "84135827-1538-4be2-b26e-afd8b3f3b4bd"
NOBODY = "01563646-58c1-4607-8fe0-cae3e33c0001"
AUTOMATE = {
    "kind": "how-to-guide",
    "name": "How to Automate your Shipments",
    "url": "https://developers.easyship.com/docs/how-to-automate-your-shipments",
}
TRACK = {
    "kind": "how-to-guide",
    "name": "How to Track a Shipment",
    "url": "https://developers.easyship.com/docs/how-to-track-a-shipment",
}


def labelled(caller: Client, service: str = GROUND, **members: Any) -> dict[str, Any]:
    """Make a shipment with a label of a service."""
    reply = caller.create(
        courier_settings={"courier_service_id": service},
        shipping_settings={"buy_label": True, "buy_label_synchronous": True},
        **members,
    )
    assert reply.status == 201, reply.text()
    made: dict[str, Any] = reply.json()["shipment"]
    return made


def workday(twin: EasyshipTwin, *, ahead: int = 1) -> datetime:
    """Give a day from now on that is no Sunday."""
    day = twin.now() + timedelta(days=ahead)
    return day + timedelta(days=1) if day.weekday() == 6 else day


def page(name: str, operation: str) -> dict[str, str]:
    """Give the link to an operation's page."""
    return {"kind": "documentation", "name": name, "url": f"https://developers.easyship.com/reference/{operation}"}


def refused(reply: Reply, *details: str, links: list[dict[str, str]]) -> None:
    """See that an answer is 422 invalid_content with exactly these details, and these links after the first."""
    assert reply.status == 422, reply.text()
    assert error(reply) == {
        "code": "invalid_content",
        "details": list(details),
        "links": [ERRORS_LINK, *links],
        "message": "The request body content is not valid.",
        "type": "invalid_request_error",
    }


def missing(reply: Reply, what: str, links: list[dict[str, str]]) -> None:
    """See that an answer is 404 for a record of this kind."""
    assert reply.status == 404, reply.text()
    assert error(reply) == {
        "code": "resource_not_found",
        "details": [f"The {what} was not found"],
        "links": [ERRORS_LINK, *links],
        "message": "The requested resource was not found.",
        "type": "invalid_request_error",
    }
