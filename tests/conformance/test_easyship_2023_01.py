"""The Easyship twin's older API: its own names over HTTP, and the client karrio-easyship unmodified."""

import warnings
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from conformance.easyship_client import Client, client, error, rates, shipment
from conformance.easyship_labels import FEDEX_2DAY, GROUND, PRIORITY_MAIL, USPS
from twins import EasyshipTwin, Reply

_NOW = {"shipping_settings": {"buy_label": True, "buy_label_synchronous": True}}
_SENDER = {
    "company_name": "Acme LLC",
    "person_name": "Jane Sender",
    "email": "jane@example.com",
    "phone_number": "+1 212 555 0147",
    "address_line1": "350 5th Ave",
    "city": "New York",
    "state_code": "NY",
    "postal_code": "10001",
    "country_code": "US",
}
_BUYER = {**_SENDER, "company_name": None, "person_name": "John Doe", "state_code": "CA", "postal_code": "90001"}
_ABROAD = {**_BUYER, "city": "Toronto", "state_code": "ON", "postal_code": "M5B 2H1", "country_code": "CA"}
_BOX = {
    "weight": 1.2,
    "width": 15,
    "height": 3,
    "length": 22,
    "weight_unit": "KG",
    "dimension_unit": "CM",
    "items": [{"weight": 1, "weight_unit": "KG", "quantity": 1, "description": "book", "value_amount": 8}],
}


class Karrio:
    """The client, whose server is the twin: nothing else in it differs."""

    def __init__(self, twin: EasyshipTwin, token: str) -> None:
        self._sdk = import_module("karrio.sdk")
        self._models = import_module("karrio.core.models")
        self._gateway = self._sdk.gateway["easyship"].create({"access_token": token})
        self.twin = twin

    def call(self, part: str, deed: str, model: str, **members: Any) -> Any:
        request = getattr(getattr(self._sdk, part), deed)(getattr(self._models, model)(**members))
        return request.from_(self._gateway).parse()

    def buy(self, service: str, recipient: dict[str, Any] | None = None) -> Any:
        made, messages = self.call(
            "Shipment",
            "create",
            "ShipmentRequest",
            service=service,
            shipper=_SENDER,
            recipient=recipient or _BUYER,
            parcels=[_BOX],
            label_type="PDF",
        )
        assert messages == []
        return made


@pytest.fixture
def karrio(easyship_twin: EasyshipTwin, monkeypatch: pytest.MonkeyPatch) -> Iterator[Karrio]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import_module("loguru").logger.disable("karrio")
        settings = import_module("karrio.providers.easyship.utils").Settings
        monkeypatch.setattr(settings, "server_url", property(lambda _: easyship_twin.production))
        made = easyship_twin.integration(scopes="all", api_version="2023-01")
        yield Karrio(easyship_twin, made["production_token"])


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin, api_version="2023-01")


def _create(caller: Client, **members: Any) -> Reply:
    return caller.ask("POST", "/2023-01/shipments", {**shipment(), **members})


def test_karrio_quotes(karrio: Karrio) -> None:
    """All services come with their charges; karrio knows them by their global ids."""
    found, messages = karrio.call("Rating", "fetch", "RateRequest", shipper=_SENDER, recipient=_BUYER, parcels=[_BOX])

    names = {rate.service for rate in found}
    assert messages == []
    assert {"easyship_usps_priority_mail", "easyship_ups_ground", "easyship_fedex_2_day"} <= names
    assert all(rate.total_charge > 0 and rate.currency == "USD" and rate.transit_days for rate in found)


def test_karrio_buys_a_label_follows_and_cancels_it(karrio: Karrio) -> None:
    """The label is a PDF, the tracking number the shipment's, and a cancelled shipment is not cancelled twice."""
    made = karrio.buy("easyship_ups_ground")
    track = {made.tracking_number: {"easyship_shipment_id": made.shipment_identifier}}
    cancel = {"shipment_identifier": made.shipment_identifier}

    (tracking,), _ = karrio.call(
        "Tracking", "fetch", "TrackingRequest", tracking_numbers=[made.tracking_number], options=track
    )
    first, _ = karrio.call("Shipment", "cancel", "ShipmentCancelRequest", **cancel)
    karrio.twin.clock_advance("1h")
    second, (refusal,) = karrio.call("Shipment", "cancel", "ShipmentCancelRequest", **cancel)

    assert (made.label_type, made.docs.label[:5]) == ("PDF", "JVBER")
    assert made.selected_rate.total_charge > 0
    assert (tracking.tracking_number, tracking.delivered) == (made.tracking_number, False)
    assert (first.success, second) == (True, None)
    assert refusal.details["details"] == ["This Shipment cannot be cancelled. Please contact our support."]


def test_karrio_ships_abroad(karrio: Karrio) -> None:
    """A shipment through customs has its label as well."""
    made = karrio.buy("easyship_ups_standard", _ABROAD)

    assert made.tracking_number
    assert made.shipment_identifier.startswith("ESCA")


def test_karrio_books_and_cancels_a_pickup(karrio: Karrio) -> None:
    """The courier is named by the service's id; times come back as they were asked for."""
    made = karrio.buy("easyship_ups_ground")
    day = karrio.twin.now() + timedelta(days=1)
    day += timedelta(days=1) if day.weekday() == 6 else timedelta()

    booked, messages = karrio.call(
        "Pickup",
        "schedule",
        "PickupRequest",
        pickup_date=day.date().isoformat(),
        ready_time="10:00",
        closing_time="16:00",
        address=_SENDER,
        options={"shipment_identifiers": [made.shipment_identifier], "easyship_courier_account_id": GROUND},
    )
    gone, _ = karrio.call("Pickup", "cancel", "PickupCancelRequest", confirmation_number=booked.confirmation_number)

    assert messages == []
    assert booked.confirmation_number == "PUS10000001"
    assert (booked.pickup_date, booked.ready_time, booked.closing_time) == (day.date().isoformat(), "10:00", "16:00")
    assert gone.success is True


def test_karrio_closes_out_a_manifest(karrio: Karrio) -> None:
    """The paper is fetched from where the answer says it lies."""
    made = karrio.buy("easyship_usps_priority_mail")

    manifest, messages = karrio.call(
        "Manifest",
        "create",
        "ManifestRequest",
        shipment_identifiers=[made.shipment_identifier],
        address=_SENDER,
        options={"easyship_courier_account_id": USPS},
    )

    assert messages == []
    assert manifest.doc.manifest[:5] == "JVBER"
    assert manifest.meta["courier_umbrella_name"] == "USPS"


def test_rates_name_the_courier_flat(caller: Client) -> None:
    """A courier is what 2024-09 calls a service; nothing of the new names stands in a rate."""
    body = {**rates(), "courier_selection": {"show_courier_logo_url": True}}

    reply = caller.ask("POST", "/2023-01/rates", body)

    rate = next(row for row in reply.json()["rates"] if row["courier_id"] == GROUND)
    assert rate["courier_name"] == "UPS® Ground"
    assert rate["courier_logo_url"].endswith("/ups.png")
    assert "courier_service" not in rate


def test_shipments_speak_the_old_names(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Made, read, listed and deleted: the courier is an id and a name, and a selected one is taken."""
    made = _create(caller, courier_selection={"selected_courier_id": FEDEX_2DAY}).json()["shipment"]
    path = f"/2023-01/shipments/{made['easyship_shipment_id']}"

    shown = caller.ask("GET", path).json()["shipment"]
    listed = caller.ask("GET", "/2023-01/shipments").json()
    gone = caller.ask("DELETE", path)
    missing = caller.ask("GET", path)

    assert made["courier"] == {"id": FEDEX_2DAY, "name": "FedEx 2Day®"}
    assert shown == made == listed["shipments"][0]
    assert listed["meta"]["pagination"] == {"page": 1, "next": None, "count": None}
    assert gone.json()["success"] == {"message": "Shipment successfully deleted"}
    assert missing.status == 404
    easyship_twin.clock_advance("1m")
    assert error(missing) == {
        "code": "resource_not_found",
        "details": ["The Shipment was not found"],
        "message": "The requested resource was not found.",
        "type": "invalid_request_error",
    }


def test_labels_are_bought_in_a_while(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """They are pending at first, made twelve seconds later, and not bought twice."""
    ids = [_create(caller).json()["shipment"]["easyship_shipment_id"] for _ in range(2)]
    wanted = {"shipments": [{"easyship_shipment_id": ids[0], "courier_id": GROUND}, {"easyship_shipment_id": ids[1]}]}

    easyship_twin.clock_stop()
    asked = caller.ask("POST", "/2023-01/labels", wanted)
    again = caller.ask("POST", "/2023-01/labels", wanted)
    easyship_twin.clock_advance("12s")
    made = caller.ask("GET", f"/2023-01/shipments/{ids[0]}").json()["shipment"]

    assert asked.status == 201
    assert [row["label_state"] for row in asked.json()["labels"]] == ["pending", "pending"]
    assert asked.json()["labels"][0]["courier_id"] == GROUND
    assert again.status == 422
    assert error(again)["details"] == [f"Shipments not found or labels already requested: {ids[0]}, {ids[1]}"]
    assert (made["label_state"], made["courier"]["id"]) == ("generated", GROUND)


def test_new_names_are_refused_in_the_gems_words(caller: Client) -> None:
    """Members of 2024-09 are unknown here, and the error has no links."""
    reply = _create(caller, courier_settings={"courier_service_id": GROUND})

    assert reply.status == 422
    assert error(reply) == {
        "code": "invalid_content",
        "details": [
            "The request does not comply with the OpenAPI Specification.",
            "#/components/schemas/ShipmentCreate does not define properties: courier_settings",
        ],
        "message": "The request body content is not valid.",
        "type": "invalid_request_error",
    }


@pytest.mark.parametrize(
    ("scopes", "members", "status"),
    [
        (["shipment"], {}, 201),
        (["shipment"], _NOW, 403),
        (["shipment", "label"], _NOW, 201),
        (["rate"], {}, 403),
    ],
)
def test_bare_scopes_cover_reading_and_writing(
    easyship_twin: EasyshipTwin, scopes: list[str], members: dict[str, Any], status: int
) -> None:
    """`shipment` makes shipments, `label` buys their labels."""
    limited = client(easyship_twin, api_version="2023-01", scopes=scopes)

    assert _create(limited, **members).status == status


def test_shipping_rules_reach_the_old_names_too(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """A rule of the company applies unless the selection says otherwise."""
    rule = {
        "name": "Post only",
        "description": "Post only",
        "conditions": [{"type": "match_all"}],
        "actions": [
            {
                "type": "add_preferred_courier_service",
                "options": {"preferred_courier_service_ids": [PRIORITY_MAIL]},
            }
        ],
    }
    assert client(easyship_twin).ask("POST", "/2024-09/shipping_rules", rule).status == 201

    ruled = caller.ask("POST", "/2023-01/rates", rates()).json()["rates"]
    free = caller.ask(
        "POST", "/2023-01/rates", {**rates(), "courier_selection": {"apply_shipping_rules": False}}
    ).json()["rates"]

    assert [row["courier_id"] for row in ruled] == [PRIORITY_MAIL]
    assert len(free) > 1
