"""The Easyship twin's products and tags over HTTP."""

from typing import Any

import pytest

from conformance.easyship_client import Client, client, error, rates
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_PHONE = {
    "item_category_id": 1,
    "name": "Harbour Phone",
    "length": 14.75,
    "width": 7.15,
    "height": 0.785,
    "weight": 0.206,
    "identifier": "SKU-00000001",
    "hs_code": "851713",
    "contains_battery_pi967": True,
    "origin_country_alpha2": "ID",
    "selling_price": 250,
    "selling_price_currency": "USD",
}
_PLACE = "/2024-09/products"


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _save(caller: Client, **members: Any) -> dict[str, Any]:
    reply = caller.ask("POST", _PLACE, {**_PHONE, **members})
    assert reply.status == 201, reply.text()
    made: dict[str, Any] = fitting(reply, "products_create")["product"]
    return made


def test_a_product_is_saved_with_two_places_behind_the_point(caller: Client) -> None:
    """Under an id of Easyship's own; what is left out is null."""
    made = _save(caller, id="01563646-58c1-4607-8fe0-cae3e33c0001")

    assert made["id"] != "01563646-58c1-4607-8fe0-cae3e33c0001"
    assert (made["height"], made["weight"], made["length"]) == (0.79, 0.21, 14.75)
    assert made["item_category"] == {"id": 1, "name": "Mobile Phones"}
    assert (made["contains_liquids"], made["cost_price"], made["input_type"]) == (None, None, "api")
    assert made["created_at"] == made["updated_at"]


def test_products_are_found_by_sku_and_category(caller: Client) -> None:
    """Newest first, counted; a category by its name or its slug."""
    _save(caller)
    _save(caller, identifier="SKU-2", item_category_id=8, name="Shirt")

    def skus(query: str = "") -> list[str]:
        listed = fitting(caller.ask("GET", f"{_PLACE}{query}"), "products_index")
        assert listed["meta"]["pagination"]["count"] == len(listed["products"])
        return [row["identifier"] for row in listed["products"]]

    assert skus() == ["SKU-2", "SKU-00000001"]
    assert skus("?sku=SKU-2") == ["SKU-2"]
    assert skus("?category=mobile_phones") == ["SKU-00000001"]
    assert skus("?category=Fashion") == ["SKU-2"]
    assert skus("?category=nothing") == []


def test_a_product_changes_and_goes(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """What is left out of a change stays; deleted, it is not found."""
    made = _save(caller)
    easyship_twin.clock_advance("1h")

    changed = fitting(caller.ask("PATCH", f"{_PLACE}/{made['id']}", {"weight": 1.239}), "products_update")["product"]
    gone, again = (caller.ask("DELETE", f"{_PLACE}/{made['id']}") for _ in range(2))

    assert (changed["weight"], changed["name"], changed["created_at"]) == (1.24, "Harbour Phone", made["created_at"])
    assert changed["updated_at"] > made["updated_at"]
    assert fitting(gone, "products_delete")["success"] == {"message": "Product successfully deleted"}
    assert error(again)["details"] == ["The Product was not found"]


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"name": "Nameless"}, ["Identifier can't be blank"]),
        ({**_PHONE, "identifier": "taken"}, ["Identifier has already been taken"]),
        ({**_PHONE, "item_category_id": 99}, ["Item category must exist"]),
        ({**_PHONE, "pick_location": "x" * 81}, ["Pick location is too long (maximum is 80 characters)"]),
    ],
)
def test_a_product_has_rules(caller: Client, body: dict[str, Any], details: list[str]) -> None:
    """Its SKU must be there, and be its own."""
    _save(caller, identifier="taken")

    reply = caller.ask("POST", _PLACE, body)

    assert (reply.status, error(reply)["code"], error(reply)["details"]) == (422, "invalid_content", details)


def test_a_weight_of_nothing_is_refused_by_the_first_check(caller: Client) -> None:
    """Sizes must be more than 0."""
    reply = caller.ask("POST", _PLACE, {**_PHONE, "weight": 0})

    assert error(reply)["details"][0] == "The request does not comply with the OpenAPI Specification."


@pytest.mark.parametrize("named", ["id", "sku"])
def test_parcels_are_made_of_saved_products(caller: Client, named: str) -> None:
    """Weight, size, category, value and flags come from the product; an unknown one is refused."""
    made = _save(caller)
    product = {"id": made["id"]} if named == "id" else {"sku": made["identifier"]}

    quoted = caller.ask("POST", "/2024-09/rates", {**rates(), "parcels": [{"items": [{"product": product}]}]})
    shipped = caller.create(parcels=[{"items": [{"product": product, "quantity": 2}]}]).json()["shipment"]
    unknown = caller.create(parcels=[{"items": [{"product": {"sku": "nothing"}}]}])

    (item,) = shipped["parcels"][0]["items"]
    assert quoted.status == 200, quoted.text()
    assert (item["description"], item["sku"], item["category"]) == ("Harbour Phone", "SKU-00000001", "Mobile Phones")
    assert (item["actual_weight"], item["declared_customs_value"], item["quantity"]) == (0.21, 250.0, 2)
    assert item["contains_battery_pi967"]
    assert error(unknown)["details"] == ["parcels[0].items[0].product must exist"]


def test_tags_are_created_once_and_searched(caller: Client) -> None:
    """Without regard to case."""
    made = caller.ask("POST", "/2024-09/tags", {"name": "Fragile"})
    caller.ask("POST", "/2024-09/tags", {"name": "Gift"})

    listed = fitting(caller.ask("GET", "/2024-09/tags?keyword=RAG"), "tags_index")
    again = caller.ask("POST", "/2024-09/tags", {"name": "fragile"})
    blank = caller.ask("POST", "/2024-09/tags", {"name": " "})

    assert fitting(made, "tags_create")["tag"] == {"name": "Fragile"}
    assert listed["tags"] == [{"name": "Fragile"}]
    assert error(again)["details"] == ["Name has already been taken"]
    assert (blank.status, error(blank)["details"]) == (422, ["Name can't be blank"])
