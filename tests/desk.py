"""A served house with an account of each provider that may write, for proofs about calls through the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from crossdock.accounts.model import AccountChange
from crossdock.kernel.clock import OffsetClock
from house import Answer, Live
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin, TwinHandle

EVERYTHING = AccountChange(effects=frozenset({"read", "write", "destructive"}))
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "address1": "1 Main St",
    "city": "New York",
    "state": "NY",
    "zip": "10001",
    "country": "US",
}
DESTINATION = {
    "line_1": "350 5th Ave",
    "city": "New York",
    "state": "NY",
    "postal_code": "10118",
    "country_alpha2": "US",
    "contact_name": "Jane Buyer",
    "contact_phone": "+1 212 555 0147",
    "contact_email": "jane@example.com",
}
ITEM = {
    "description": "T-shirt",
    "category": "fashion",
    "quantity": 1,
    "declared_currency": "USD",
    "declared_customs_value": 15,
}
PARCEL = {"total_actual_weight": 0.5, "box": {"length": 25, "width": 20, "height": 10}, "items": [ITEM]}

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Desk:
    """Both providers' twins, and an account of each."""

    live: Live
    easyship: str
    shiphero: str
    easyship_twin: EasyshipTwin
    shiphero_twin: ShipheroTwin

    async def rpc(self, action: str, /, *, members: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Run an action; ``headers`` with `_` for `-`."""
        account = self.easyship if action.startswith("easyship") else self.shiphero
        sent = {"x-account-id": account, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.live.call("POST", "/actions/rpc", data={"action": action, **(members or {})}, headers=sent)

    def later(self, span: timedelta) -> None:
        """Turn the hub's clock and both twins' on alike."""
        clock = self.live.house.clock
        assert isinstance(clock, OffsetClock)
        clock.offset += span
        twins: tuple[TwinHandle, ...] = (self.easyship_twin, self.shiphero_twin)
        for twin in twins:
            twin.clock_advance(f"{int(span.total_seconds())}s")

    def order(self, number: str) -> dict[str, Any]:
        """Return the inputs of an order."""
        line = {"sku": f"DESK-{number}", "partner_line_item_id": f"{number}-1", "quantity": 1, "price": "10.00"}
        body = {"order_number": number, "partner_order_id": f"p-{number}", "shop_name": "Desk", "line_items": [line]}
        return {"body": {**body, "shipping_address": ADDRESS}}

    def shipment(self, number: str) -> dict[str, Any]:
        """Return the inputs of a shipment."""
        order = {"platform_name": "Own shop", "platform_order_number": number}
        return {"body": {"destination_address": DESTINATION, "order_data": order, "parcels": [PARCEL]}}

    async def orders(self, number: str) -> int:
        """Count the orders of a number."""
        found = await self.rpc("shiphero_list_orders", members={"query": {"order_number": number}})
        return len(found.json()["data"])

    async def shipments(self, number: str) -> int:
        """Count the shipments of an order's number."""
        found = await self.rpc("easyship_list_shipments", members={"query": {"platform_order_number": number}})
        return len(found.json()["data"])

    def mutations(self, name: str) -> int:
        """Count the mutations of a name that reached the twin."""
        return sum(name in entry["body"] for entry in self.shiphero_twin.journal("/graphql"))


def number() -> str:
    """Return the number of an order that no other test makes."""
    return f"DK-{next(_numbers)}"


async def open_desk(live: Live, easyship: EasyshipTwin, shiphero: ShipheroTwin, *, name: str) -> Desk:
    """Link an account of each provider and let it write."""
    pasted = easyship.integration(name, scopes="all")["production_token"]
    token = shiphero.developer(f"{name}@shop.example")["refresh_token"]
    one = await link_pasted(live, pasted, owner=name)
    two = await link_pasted(live, token, owner=name, provider="shiphero", field="refresh_token")
    for account in (one, two):
        await live.house.accounts.change(
            project_id=live.tenant.project.id, account_id=account, change=EVERYTHING, actor="key:k"
        )
    return Desk(live, one, two, easyship, shiphero)
