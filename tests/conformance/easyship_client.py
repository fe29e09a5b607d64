"""Arrangers of the tests that speak to the Easyship twin's API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twins import EasyshipTwin, Reply, fetch

SENDER: Mapping[str, Any] = {
    "line_1": "350 5th Ave",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_alpha2": "US",
    "company_name": "Acme LLC",
    "contact_name": "Jane Sender",
    "contact_phone": "+1 212 555 0147",
    "contact_email": "jane@example.com",
}
BUYER: Mapping[str, Any] = {**SENDER, "state": "CA", "postal_code": "90001", "contact_name": "John Doe"}
PARCEL: Mapping[str, Any] = {
    "total_actual_weight": 0.4536,
    "box": {"length": 25.4, "width": 20.32, "height": 10.16},
    "items": [
        {
            "description": "tshirt",
            "category": "fashion",
            "declared_currency": "USD",
            "declared_customs_value": 15,
            "quantity": 1,
        }
    ],
}
TWO_DAY = "84135827-1538-4be2-b26e-afd8b3f3b4bd"
ERRORS_LINK = {
    "kind": "documentation",
    "name": "Errors",
    "url": "https://developers.easyship.com/reference/errors",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Calls one host with one token."""

    base: str
    token: str

    def ask(self, method: str, path: str, data: Any = None, **headers: str) -> Reply:
        given = {"Authorization": f"Bearer {self.token}", **headers}
        return fetch(f"{self.base}{path}", method=method, headers=given, data=data)

    def send(self, path: str, body: bytes) -> Reply:
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return fetch(f"{self.base}{path}", method="POST", headers=given, body=body)

    def hurry(self, path: str = "/2024-09/item_categories", *, most: int = 300) -> list[Reply]:
        """Ask until a limit refuses and give all replies; the last one is the 429. Stop the clock for exact numbers."""
        replies = [self.ask("GET", path)]
        while replies[-1].status != 429:
            assert len(replies) < most, f"no limit refused {most} calls"
            replies.append(self.ask("GET", path))
        return replies

    def create(self, **members: Any) -> Reply:
        return self.ask("POST", "/2024-09/shipments", {**shipment(), **members})


def client(twin: EasyshipTwin, *, environment: str = "production", **members: Any) -> Client:
    """Make an integration and give a client with its token; members are those of `EasyshipTwin.integration`."""
    made = twin.integration(**{"scopes": "all", **members})
    return Client(base=getattr(twin, environment), token=made[f"{environment}_token"])


def shipment() -> dict[str, Any]:
    return {"origin_address": SENDER, "destination_address": BUYER, "parcels": [PARCEL]}


def rates() -> dict[str, Any]:
    return {
        "origin_address": {"country_alpha2": "US"},
        "destination_address": {"country_alpha2": "US"},
        "parcels": [PARCEL],
    }


def error(reply: Reply) -> dict[str, Any]:
    """Give an error without its request id, after seeing that the id is the header's."""
    members: dict[str, Any] = reply.json()["error"]
    assert members.pop("request_id") == reply.headers["x-request-id"]
    return members
