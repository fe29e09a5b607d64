"""Arguments of tools as kits send them: what a model left out comes as null, and is left out again."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.agents import arguments
from crossdock.connectors.catalogue import Catalogue
from crossdock.kernel.errors import UnprocessableError

CATALOGUE = Catalogue.load()


def put(name: str, given: dict[str, Any], style: Any = "nested") -> dict[str, dict[str, Any]]:
    _, action = CATALOGUE.action(name)
    found = arguments.places(action=action, style=style, arguments=given, account_id=None)
    return {place: part for place, part in found.items() if part}


@pytest.mark.parametrize(
    ("given", "style"),
    [
        ({"query": {"page_size": 1, "next": None}, "body": None, "path": None}, "nested"),
        ({"query_page_size": 1, "query_next": None, "other": None}, "flat_prefixed"),
        ({"page_size": 1, "next": None}, "flat_smart"),
    ],
)
def test_null_for_what_cannot_be_null_is_left_out(given: dict[str, Any], style: str) -> None:
    """In every style, also where the whole place or a name that is no input is null."""
    found = put("easyship_list_shipments", given, style)

    assert found == {"query": {"page_size": 1}}


def test_null_within_is_left_out_and_null_that_means_something_stays() -> None:
    """Members of lists and objects too; a member that may be null is sent as such: it empties the field."""
    line = {"sku": "A", "quantity": 1, "price": "1", "product_name": "A", "warehouse_id": None}

    order = put("shiphero_create_order", {"body": {"line_items": [line], "email": None}})
    product = put("easyship_update_product", {"path": {"product_id": "p"}, "body": {"length": None, "name": None}})

    assert "warehouse_id" not in order["body"]["line_items"][0]
    assert "email" not in order["body"]
    assert product["body"] == {"length": None}


def test_a_name_that_is_no_input_is_told() -> None:
    """With a value it is a mistake."""
    with pytest.raises(UnprocessableError) as refused:
        put("easyship_list_shipments", {"colour": "red"})

    assert refused.value.detail["errors"] == [{"field": "colour", "message": "is not an input"}]
