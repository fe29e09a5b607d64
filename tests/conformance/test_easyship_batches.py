"""Batches of the Easyship twin: taken in at once, worked off by the clock, item by item."""

from typing import Any

import pytest

from conformance.easyship_client import BUYER, PARCEL, SENDER, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_BATCHES = "/2024-09/batches"
_ADDRESS = {name: SENDER[name] for name in ("city", "contact_name", "contact_phone", "line_1", "postal_code", "state")}
_PRODUCT = {"description": "Mug", "category": "home_decor", "declared_currency": "USD", "declared_customs_value": 12}
_EVENTS = ["batch_started", "batch_item_finished", "batch_finished"]


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    """Give a client, and nothing happens but when the clock is turned."""
    easyship_twin.clock_stop()
    return client(easyship_twin)


def _sent(caller: Client, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    names = {"addresses": "batch_addresses_create", "labels": "batch_labels_create"}
    reply = caller.ask("POST", f"{_BATCHES}/{kind}", body)
    batch: dict[str, Any] = fitting(reply, names.get(kind, "batch_shipments_create"))["batch"]
    return batch


def _batch(caller: Client, made: dict[str, Any]) -> dict[str, Any]:
    batch: dict[str, Any] = fitting(caller.ask("GET", f"{_BATCHES}/{made['id']}"), "batches_show")["batch"]
    return batch


def _items(caller: Client, made: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    reply = caller.ask("GET", f"{_BATCHES}/{made['id']}/items{query}")
    items: list[dict[str, Any]] = fitting(reply, "batch_items_index")["batch_items"]
    return items


def _counts(batch: dict[str, Any]) -> dict[str, int]:
    return {name.removesuffix("_count"): value for name, value in batch.items() if name.endswith("_count") and value}


def _drafts(caller: Client, count: int) -> list[str]:
    return [caller.create().json()["shipment"]["easyship_shipment_id"] for _ in range(count)]


def test_addresses_are_saved_one_after_the_other(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """202 at once; then each item says what became of it, under the caller's own reference."""
    addresses = [
        {**_ADDRESS, "reference_id": "first"},
        {**_ADDRESS, "line_1": "x" * 36, "reference_id": "second"},
        {**_ADDRESS, "country_alpha2": "US", "validate": True, "replace_with_validation_result": True},
    ]

    made = _sent(caller, "addresses", {"defaults": {"country_alpha2": "US"}, "addresses": addresses})
    easyship_twin.clock_advance("5s")
    done, items = _batch(caller, made), _items(caller, made)

    assert (made["state"], made["type"], made["started_at"], _counts(made)) == (
        *("created", "address_batch", None),
        {"created": 3, "total": 3},
    )
    assert (done["state"], _counts(done)) == ("processed", {"failed": 1, "processed": 2, "total": 3})
    assert made["created_at"] < done["started_at"] <= done["finished_at"]
    assert [(item["reference_id"], item["state"]) for item in items] == [
        ("first", "processed"),
        ("second", "failed"),
        (None, "processed"),
    ]
    assert items[1]["processing_errors"] == ["Line 1 is too long (maximum is 35 characters)"]
    saved = caller.ask("GET", "/2024-09/addresses").json()["addresses"]
    kept = {item["record_id"] for item in items if item["record_type"] == "Address"}
    assert len(kept) == 2
    assert kept <= {address["id"] for address in saved}


def test_labels_are_bought_in_a_batch(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """One is of another courier, one fails at the courier; the money is taken for each."""
    first, second = _drafts(caller, 2)
    third = caller.create(destination_address={**BUYER, "postal_code": "00001"}).json()["shipment"]
    rates = caller.ask("GET", f"/2024-09/shipments/{second}").json()["shipment"]["rates"]
    other = rates[-1]["courier_service"]["id"]
    wanted = [
        {"easyship_shipment_id": first},
        {"easyship_shipment_id": second, "courier_service_id": other},
        {"easyship_shipment_id": third["easyship_shipment_id"]},
    ]

    made = _sent(caller, "labels", {"shipments": wanted})
    easyship_twin.clock_advance("5s")

    assert [(item["state"], item["reference_id"]) for item in _items(caller, made)] == [
        ("processed", first),
        ("processed", second),
        ("failed", third["easyship_shipment_id"]),
    ]
    bought = caller.ask("GET", f"/2024-09/shipments/{second}").json()["shipment"]
    assert (bought["label_state"], bought["courier_service"]["id"]) == ("generated", other)
    assert _counts(_batch(caller, made)) == {"failed": 1, "processed": 2, "total": 3}


def test_labels_that_cannot_be_bought_refuse_the_whole_batch(caller: Client) -> None:
    """All that are unknown or have a label are named in one sentence."""
    (draft,) = _drafts(caller, 1)
    buying = {"shipping_settings": {"buy_label": True, "buy_label_synchronous": True}}
    labelled = caller.create(**buying).json()["shipment"]["easyship_shipment_id"]
    wanted = [{"easyship_shipment_id": each} for each in (draft, labelled, "ESUS999999999")]

    reply = caller.ask("POST", f"{_BATCHES}/labels", {"shipments": wanted})

    assert reply.status == 422
    assert error(reply)["details"] == [
        f"Shipments not found or labels already requested: {labelled}, ESUS999999999",
    ]
    assert caller.ask("GET", _BATCHES).json()["batches"] == []


def test_a_batch_of_labels_must_be_covered(caller: Client) -> None:
    """402 before anything is bought."""
    heavy: list[dict[str, Any]] = [{**PARCEL, "total_actual_weight": 60}]
    dear: dict[str, Any] = {"courier_settings": {"courier_service_name": "UPS Next Day Air®"}}
    drafts = [caller.create(parcels=heavy, **dear).json()["shipment"]["easyship_shipment_id"] for _ in range(2)]

    reply = caller.ask("POST", f"{_BATCHES}/labels", {"shipments": [{"easyship_shipment_id": each} for each in drafts]})

    assert (reply.status, error(reply)["code"]) == (402, "payment_required")


def test_shipments_take_the_defaults_of_their_batch(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Settings are merged; a shipment that the model refuses fails alone, with the model's sentences."""
    home = caller.ask("GET", "/2024-09/addresses").json()["addresses"][0]["id"]
    product = _product(caller)
    parcel: dict[str, Any] = {"total_actual_weight": 1, "box": {"length": 10, "width": 10, "height": 10}}
    item = {"product": {"id": product}, **_PRODUCT}
    defaults = {
        **{f"{role}_address_id": home for role in ("origin", "sender", "return")},
        "shipping_settings": {"buy_label": True, "units": {"weight": "lb", "dimensions": "cm"}},
    }
    good: dict[str, Any] = {"destination_address": BUYER, "parcels": [{**parcel, "items": [item]}]}
    bad = {**good, "destination_address": {**BUYER, "city": " "}}

    made = _sent(caller, "shipments", {"defaults": defaults, "shipments": [good, bad]})
    easyship_twin.clock_advance("1m")
    first, second = _items(caller, made)

    shipment = caller.ask("GET", f"/2024-09/shipments/{first['reference_id']}").json()["shipment"]
    assert (first["state"], first["record_type"]) == ("processed", "Shipment")
    assert first["record_id"] in shipment["shipping_documents"][0]["url"]
    assert (shipment["label_state"], shipment["total_actual_weight"]) == ("generated", pytest.approx(0.45359237))
    assert (second["state"], second["processing_errors"]) == ("failed", ["destination_address.city can't be blank"])


def test_buying_in_a_batch_needs_the_scope_of_labels(easyship_twin: EasyshipTwin) -> None:
    """The batch's own scope and that of shipments are not enough."""
    caller = client(easyship_twin, scopes=["public.batch:write", "public.shipment:write"])
    shipment = {"destination_address": BUYER, "parcels": [{"items": [{"product": {"sku": "x"}}]}]}

    reply = caller.ask(
        "POST", f"{_BATCHES}/shipments", {"shipments": [{**shipment, "shipping_settings": {"buy_label": True}}]}
    )

    assert (reply.status, error(reply)["code"]) == (403, "forbidden")


def test_subscribers_hear_of_the_start_each_item_and_the_end(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """In this order, each with the time at which it happened."""
    hook = {"endpoint": "http://127.0.0.1:9/in", "event_types": _EVENTS, "version": "2024-09"}
    made_hook = caller.ask("POST", "/2024-09/webhooks", hook).json()["webhook"]
    caller.ask("POST", f"/2024-09/webhooks/{made_hook['id']}/activate")
    addresses = [{**_ADDRESS, "country_alpha2": "US"}, {**_ADDRESS, "country_alpha2": "US", "line_1": " "}]

    batch = _sent(caller, "addresses", {"addresses": addresses})
    easyship_twin.clock_advance("5s")

    told = easyship_twin.control("GET", "/deliveries")["deliveries"]
    assert [each["event"] for each in told] == [_EVENTS[0], _EVENTS[1], _EVENTS[1], _EVENTS[2]]
    assert [each["at"] for each in told] == sorted(each["at"] for each in told)
    assert batch["id"] in told[0]["body"]
    assert '"resource_type": "address_batch_item"' in told[1]["body"]
    assert '"failed_items": 1' in told[3]["body"]


def test_batches_are_listed_newest_first(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """By state and type; items are cut into pages; another environment sees nothing."""
    addresses = {"addresses": [{**_ADDRESS, "country_alpha2": "US"}] * 3}
    old = _sent(caller, "addresses", addresses)
    easyship_twin.clock_advance("5s")
    new = _sent(caller, "labels", {"shipments": [{"easyship_shipment_id": each} for each in _drafts(caller, 1)]})

    listed = fitting(caller.ask("GET", _BATCHES), "batches_index")
    waiting = caller.ask("GET", f"{_BATCHES}?state=created&type=label_batch").json()["batches"]
    none = caller.ask("GET", f"{_BATCHES}?state=failed").json()["batches"]
    page = caller.ask("GET", f"{_BATCHES}/{old['id']}/items?per_page=2&page=2").json()
    sandbox = client(easyship_twin, environment="sandbox").ask("GET", f"{_BATCHES}/{old['id']}")

    assert [batch["id"] for batch in listed["batches"]] == [new["id"], old["id"]]
    assert [batch["id"] for batch in waiting] == [new["id"]]
    assert none == []
    assert (len(page["batch_items"]), page["meta"]["pagination"]) == (1, {"page": 2, "next": None, "count": 3})
    assert (sandbox.status, error(sandbox)["details"]) == (404, ["The Batch was not found"])


def test_a_batch_whose_items_all_fail_has_failed(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """One success would make it processed."""
    made = _sent(caller, "addresses", {"addresses": [{**_ADDRESS, "country_alpha2": "US", "city": " "}]})

    easyship_twin.clock_advance("5s")

    assert _batch(caller, made)["state"] == "failed"


@pytest.mark.parametrize("kind", ["addresses", "shipments", "labels"])
def test_a_batch_takes_a_thousand_at_most(caller: Client, kind: str) -> None:
    """The first check refuses more, and none."""
    member = "addresses" if kind == "addresses" else "shipments"

    none = caller.ask("POST", f"{_BATCHES}/{kind}", {member: []})
    many = caller.ask("POST", f"{_BATCHES}/{kind}", {member: [{}] * 1001})

    assert (none.status, many.status) == (422, 422)


def _product(caller: Client) -> str:
    reply = caller.ask("POST", "/2024-09/products", {"identifier": "MUG", "name": "Mug"})
    made: str = reply.json()["product"]["id"]
    return made
