"""Shipments of the Easyship twin made of what a company has saved, and within what its plan and its money allow."""

from typing import Any

import pytest

from conformance.easyship_client import BUYER, PARCEL, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_NOW = {"shipping_settings": {"buy_label": True, "buy_label_synchronous": True}}
_MUG = {
    "identifier": "MUG-1",
    "name": "Stoneware mug",
    "cost_price": 9,
    "cost_price_currency": "USD",
    "selling_price": 18,
    "selling_price_currency": "USD",
    "weight": 0.4,
    "length": 12,
    "width": 10,
    "height": 9,
    "hs_code": "69120023",
    "origin_country_alpha2": "PT",
}
_TORONTO = {**BUYER, "line_1": "220 Yonge St", "city": "Toronto", "state": "ON", "postal_code": "M5B 2H1"} | {
    "country_alpha2": "CA"
}
_COMPANY = "CUS000001"


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _product(caller: Client) -> dict[str, Any]:
    reply = caller.ask("POST", "/2024-09/products", _MUG)
    assert reply.status == 201, reply.text()
    made: dict[str, Any] = reply.json()["product"]
    return made


@pytest.mark.parametrize("named_by", ["id", "sku"])
def test_an_item_can_be_a_saved_product(caller: Client, named_by: str) -> None:
    """What is known of the product fills the item; what is sent goes before it."""
    product = _product(caller)
    named = {"id": product["id"]} if named_by == "id" else {"sku": "MUG-1"}
    item = {"product": named, "quantity": 2, "declared_currency": "USD", "declared_customs_value": 20}

    made = fitting(caller.create(parcels=[{"items": [item]}]), "shipments_create")["shipment"]

    (parcel,) = made["parcels"]
    assert parcel["items"][0]["hs_code"] == "69120023"
    assert (parcel["items"][0]["declared_customs_value"], parcel["items"][0]["origin_country_alpha2"]) == (20.0, "PT")
    assert parcel["total_actual_weight"] > 0
    assert made["total_customs_value"] == 40.0


def test_a_product_that_nobody_has_saved_is_refused(caller: Client) -> None:
    """The sentence names its place."""
    reply = caller.create(parcels=[{**PARCEL, "items": [{"product": {"sku": "nothing"}}]}])

    assert (reply.status, error(reply)["details"]) == (422, ["parcels[0].items[0].product must exist"])


def test_a_box_is_named_by_its_slug(caller: Client) -> None:
    """Its sides are the box's, and the answer says which box it is."""
    box = {"name": "Small carton", "outer_length": 20, "outer_width": 15, "outer_height": 10, "weight": 0.2}
    kept = caller.ask("POST", "/2024-09/boxes", box)
    assert kept.status == 201, kept.text()
    slug = kept.json()["box"]["slug"]

    made = fitting(caller.create(parcels=[{**PARCEL, "box": {"slug": slug}}]), "shipments_create")["shipment"]
    again = caller.ask("PATCH", f"/2024-09/shipments/{made['easyship_shipment_id']}", {"metadata": {"k": 1}})

    shown = made["parcels"][0]["box"]
    assert (shown["slug"], shown["name"], shown["id"]) == (slug, "Small carton", kept.json()["box"]["id"])
    assert shown["outer_dimensions"] == kept.json()["box"]["outer_dimensions"]
    assert again.json()["shipment"]["parcels"] == made["parcels"]


def test_paying_taxes_ahead_needs_a_plan(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """On the free plan it is refused with 402; on a larger one the charges stand in the rates."""
    easyship_twin.control("PATCH", f"/subscriptions/{_COMPANY}", {"plan": "free"})
    dear = [{**PARCEL, "items": [{**PARCEL["items"][0], "declared_customs_value": 900}]}]

    refused = caller.create(incoterms="DDP", destination_address=_TORONTO, parcels=dear)
    easyship_twin.control("PATCH", f"/subscriptions/{_COMPANY}", {"plan": "scale"})
    made = fitting(caller.create(incoterms="DDP", destination_address=_TORONTO, parcels=dear), "shipments_create")

    assert (refused.status, error(refused)["code"]) == (402, "insufficient_subscription")
    assert error(refused)["message"] == "You don't have access to this feature. Please upgrade your plan"
    assert error(refused)["details"] == [
        "The DDP RATES feature is not available for free subscription plan, please contact Easyship"
    ]
    assert made["shipment"]["incoterms"] == "DDP"
    assert all(rate["import_tax_charge"] > 0 for rate in made["shipment"]["rates"])


def test_an_overdraft_can_be_used_up(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """With one, the refusal speaks of the limit instead of the balance, and nothing is left behind."""
    heavy = [{**PARCEL, "total_actual_weight": 60}]
    service = {"courier_settings": {"courier_service_name": "UPS Next Day Air®"}}
    easyship_twin.control("PATCH", f"/overdrafts/{_COMPANY}", {"cents": 100})

    refused = caller.create(**_NOW, **service, parcels=heavy)
    easyship_twin.control("PATCH", f"/overdrafts/{_COMPANY}", {"cents": 1_000_000})
    bought = caller.create(**_NOW, **service, parcels=heavy)

    assert (refused.status, error(refused)["code"]) == (402, "overdraft_limit")
    assert error(refused)["message"] == (
        "Your maximum balance limit has been reached. Please contact your account manager."
    )
    assert bought.status == 201
    assert caller.ask("GET", "/2024-09/account/credit").json()["credit"]["balance"] < 0
