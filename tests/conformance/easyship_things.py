"""What the examples of Easyship's actions speak of: each `<name>` in them is made at the twin when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from conformance.easyship_client import BUYER, SENDER, Client, shipment
from conformance.easyship_labels import GROUND, PRIORITY_MAIL, UPS, USPS, labelled, workday
from receiver import Receiver
from twins import EasyshipTwin, Reply, fetch

_V = "/2024-09"
_PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\xdac\xfc\xcf\xf0\x1f\x00\x05\x05\x02\x00\x98'\x8b\x0d\x00\x00\x00\x00IEND\xaeB`\x82"
)
_FORM = (
    b'--cut\r\nContent-Disposition: form-data; name="type"\r\n\r\nlogo\r\n'
    b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    + _PIXEL
    + b"\r\n--cut--\r\n"
)
_BOX = {"outer_length": 20, "outer_width": 15, "outer_height": 10, "weight": 0.1}
_MEASURES = {"length": 10, "width": 10, "height": 10, "weight": 0.5, "cost_price": 5, "cost_price_currency": "USD"}
_ADDRESS = {**SENDER, "contact_name": "Spare Desk"}
_DHL = {
    "courier_umbrella_name": "DHL",
    "origin_country_alpha2": "US",
    "account_details": {"account_number": "960000002", "api_key": "key-2", "api_secret": "secret-2"},
}
_QUOTE = {
    "insured_value": 100,
    "currency": "USD",
    "origin_country": "US",
    "destination_country": "US",
    "products": [{"category": "Fashion", "price": 100, "quantity": 1, "description": "Coat"}],
}
_RULE = {
    "name": "Spare",
    "description": "A rule of the examples",
    "conditions": [{"type": "match_all"}, {"type": "match_state", "options": {"states": ["AK"]}}],
    "actions": [
        {"type": "force_sort_by", "options": {"sort_by": "total_charge"}},
        {"type": "force_insurance", "options": {"insured": False}},
    ],
}
_WEBHOOK = {"event_types": ["shipment_label_created"], "version": "2024-09"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """Makes things at one host of the twin; everything is as new as if a test had made it for itself."""

    twin: EasyshipTwin
    caller: Client
    receiver: Receiver
    numbers: count[int] = field(default_factory=lambda: count(1))
    made: dict[str, Any] = field(default_factory=dict)

    def example(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return an example's inputs with new things in the place of each ``<name>``; one name is one thing."""
        self.made.clear()
        put: dict[str, Any] = self.put(inputs)
        return put

    def put(self, value: Any) -> Any:
        """Return a value with a thing's id in the place of each ``<name>``."""
        if isinstance(value, Mapping):
            return {name: self.put(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.put(inner) for inner in value]
        if isinstance(value, str) and value.startswith("<") and value.endswith(">"):
            return self.get(value[1:-1])
        return value

    def get(self, name: str) -> str:
        """Make the thing of this name where the example has none yet, and return what the examples name it by."""
        return str(self.once(name, _MAKERS[name]))

    def once(self, name: str, maker: Callable[[Things], Any]) -> Any:
        """Make something once for an example."""
        if name not in self.made:
            self.made[name] = maker(self)
        return self.made[name]

    def make(self, path: str, body: Any = None, *, answer: str, member: str = "id") -> Any:
        """Create something at the API and return a member of it."""
        return _shown(self.caller.ask("POST", f"{_V}/{path}", body))[answer][member]

    def find(self, path: str, *, answer: str, member: str = "id") -> Any:
        """Return a member of the first row of a list."""
        return _shown(self.caller.ask("GET", f"{_V}/{path}"))[answer][0][member]

    def webhook(self) -> str:
        """Add a webhook whose address answers."""
        return str(self.make("webhooks", {**_WEBHOOK, "endpoint": self.receiver.origin}, answer="webhook"))

    def labelled(self, service: str = GROUND) -> str:
        """Make a shipment with a label."""
        return str(labelled(self.caller, service)["easyship_shipment_id"])

    def number(self) -> int:
        """Give a number that no other thing has."""
        return next(self.numbers)


def _shown(reply: Reply) -> dict[str, Any]:
    assert reply.status in {200, 201, 202}, reply.text()
    shown: dict[str, Any] = reply.json()
    return shown


def _draft(things: Things) -> str:
    return str(things.make("shipments", shipment(), answer="shipment", member="easyship_shipment_id"))


def _abroad(things: Things) -> str:
    buyer = {**BUYER, "country_alpha2": "GB", "state": None, "city": "London", "postal_code": "SW1A 2AA"}
    body = {**shipment(), "destination_address": buyer}
    made = _shown(things.caller.ask("POST", f"{_V}/shipments", body))["shipment"]["easyship_shipment_id"]
    _shown(things.caller.ask("POST", f"{_V}/shipments/{made}/label", {}))
    return str(made)


def _linked(things: Things) -> str:
    shown = _shown(things.caller.ask("GET", f"{_V}/shipments/{things.labelled()}?format=url"))["shipment"]
    link = next(paper["url"] for paper in shown["shipping_documents"] if paper["category"] == "label")
    return str(link).split("/shipments/")[1].split("/")[0]


def _asset(things: Things) -> str:
    listed = _shown(things.caller.ask("GET", f"{_V}/account/assets?type=logo"))["assets"]
    for old in listed:
        _shown(things.caller.ask("DELETE", f"{_V}/account/assets/{old['id']}"))
    given = {
        "Authorization": f"Bearer {things.caller.token}",
        "Content-Type": "multipart/form-data; boundary=cut",
    }
    reply = fetch(f"{things.caller.base}{_V}/account/assets", method="POST", headers=given, body=_FORM)
    return str(_shown(reply)["assets"][0]["id"])


def _product(things: Things) -> dict[str, Any]:
    body = {"identifier": f"SPARE-{things.number()}", "name": "Spare part", **_MEASURES}
    made: dict[str, Any] = _shown(things.caller.ask("POST", f"{_V}/products", body))["product"]
    return made


def _intent(things: Things, path: str, body: dict[str, Any]) -> str:
    """Begin what a card's bank wants to check, and pass the check as the customer does."""
    intent = things.make(path, body, answer="action_required", member="data")["intent_id"]
    things.twin.pass_check(intent)
    return str(intent)


def _checked_card(things: Things) -> str:
    intent = _intent(things, "payment_sources", {"type": "card", "stripe_token": "tok_threeDSecure2Required"})
    return str(things.make("payment_sources/confirm", {"intent_id": intent}, answer="payment_source"))


def _card_intent(things: Things) -> str:
    return _intent(things, "payment_sources", {"type": "card", "stripe_token": "tok_visa", "verify_3ds": True})


def _payment_intent(things: Things) -> str:
    return _intent(things, "account/credit", {"payment_source_id": _checked_card(things), "amount": 20})


def _own_courier(things: Things) -> str:
    return str(things.make("couriers", {**_DHL, "nickname": f"DHL {things.number()}"}, answer="courier"))


def _slot(things: Things) -> dict[str, Any]:
    """Give a window of a day that is still to come, with its date."""
    asked = things.caller.ask("GET", f"{_V}/courier_services/{PRIORITY_MAIL}/pickup_slots")
    days = _shown(asked)["courier_service_handover_option"]["pickup_slots"]
    day = next(day for day in days[1:] if day["time_slots"])
    return {"date": day["date"], "time_slot_id": day["time_slots"][0]["time_slot_id"]}


def _pickup(things: Things) -> str:
    body = {
        "courier_service_id": GROUND,
        "selected_date": workday(things.twin).date().isoformat(),
        "selected_from_time": "12:00",
        "selected_to_time": "16:00",
        "easyship_shipment_ids": [things.labelled()],
    }
    return str(things.make("pickups", body, answer="pickup", member="easyship_pickup_id"))


def _manifest(things: Things) -> str:
    body = {"courier_id": UPS, "shipment_ids": [things.labelled()]}
    return str(things.make("manifests", body, answer="manifest"))


def _quote(things: Things) -> str:
    return str(things.make("insurances/quotes", {"quote": _QUOTE}, answer="insurance_quote", member="quote_id"))


def _waiting_policy(things: Things) -> str:
    policy = {
        "quote_id": _quote(things),
        "tracking_number": _tracking_number(things),
        "courier_service_name": "UPS",
        "email_address": "ann@shop.example",
        "first_name": "Ann",
        "last_name": "Lee",
    }
    return str(
        things.make("insurances/policies-from-quote", {"policy": policy}, answer="insurance_policy", member="policy_id")
    )


def _tracking_number(things: Things) -> str:
    return f"1Z999AA1{things.number():010d}"


def _tracking(things: Things) -> str:
    body = {"tracking_number": _tracking_number(things), "courier_service_id": GROUND}
    return str(things.make("trackings", body, answer="tracking"))


def _rule(things: Things) -> dict[str, Any]:
    made: dict[str, Any] = _shown(things.caller.ask("POST", f"{_V}/shipping_rules", _RULE))["shipping_rule"]
    return made


def _active_webhook(things: Things) -> str:
    made = things.webhook()
    _shown(things.caller.ask("POST", f"{_V}/webhooks/{made}/activate"))
    return made


_MAKERS: Mapping[str, Callable[[Things], Any]] = {
    "draft_shipment": _draft,
    "labelled_shipment": lambda things: things.labelled(),
    "fetchable_shipment": lambda things: things.labelled(PRIORITY_MAIL),
    "manifest_shipment": lambda things: things.labelled(PRIORITY_MAIL),
    "abroad_shipment": _abroad,
    "linked_shipment": _linked,
    "batch": lambda things: things.make(
        "batches/labels", {"shipments": [{"easyship_shipment_id": _draft(things)}]}, answer="batch"
    ),
    "address": lambda things: things.make("addresses", _ADDRESS, answer="address"),
    "asset": _asset,
    "box": lambda things: things.make("boxes", {"name": f"Box {things.number()}", **_BOX}, answer="box"),
    "product": lambda things: _product(things)["id"],
    "product_sku": lambda things: _product(things)["identifier"],
    "new_sku": lambda things: f"NEW-{things.number()}",
    "new_tag": lambda things: f"tag {things.number()}",
    "card": lambda things: things.make(
        "payment_sources", {"type": "card", "stripe_token": "tok_visa"}, answer="payment_source"
    ),
    "checked_card": _checked_card,
    "card_intent": _card_intent,
    "payment_intent": _payment_intent,
    "billing_document": lambda things: things.find("billing_documents", answer="billing_documents"),
    "courier": lambda _: UPS,
    "manifest_courier": lambda _: USPS,
    "own_courier": _own_courier,
    "courier_service": lambda _: GROUND,
    "pickup_service": lambda _: PRIORITY_MAIL,
    "pickup": _pickup,
    "pickup_day": lambda things: things.once("slot", _slot)["date"],
    "pickup_slot": lambda things: things.once("slot", _slot)["time_slot_id"],
    "manifest": _manifest,
    "insurance_quote": _quote,
    "waiting_policy": _waiting_policy,
    "new_tracking_number": _tracking_number,
    "external_service_name": lambda things: things.find(
        "trackings/external_courier_services?origin_country_alpha2=US", answer="courier_services", member="name"
    ),
    "tracking": _tracking,
    "shipping_rule": lambda things: things.once("rule", _rule)["id"],
    "rule_action": lambda things: things.once("rule", _rule)["actions"][0]["id"],
    "rule_condition": lambda things: things.once("rule", _rule)["conditions"][0]["id"],
    "webhook": lambda things: things.webhook(),
    "active_webhook": _active_webhook,
    "answered_webhook": lambda things: things.webhook(),
}
