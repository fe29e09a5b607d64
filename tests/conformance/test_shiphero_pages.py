from typing import Any

import pytest

from shiphero_client import Client, new_client
from twins import ShipheroTwin


def _page(client: Client, arguments: str, kind: str = "orders", fields: str = "id") -> dict[str, Any]:
    info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    query = f"{{ {kind} {{ data({arguments}) {{ {info} edges {{ cursor node {{ {fields} }} }} }} }} }}"
    page: dict[str, Any] = client.data(query)[kind]["data"]
    return page


def _ids(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "order_number", "-updated_at"])
def test_two_small_pages_are_one_large_page(shiphero_twin: ShipheroTwin, sort: str) -> None:
    """Ten and ten by endCursor are twenty, in the same order."""
    client = new_client(shiphero_twin)

    first = _page(client, f'first: 10, sort: "{sort}"')
    second = _page(client, f'first: 10, sort: "{sort}", after: "{first["pageInfo"]["endCursor"]}"')
    both = _page(client, f'first: 20, sort: "{sort}"')

    assert _ids(first) + _ids(second) == _ids(both)
    assert (first["pageInfo"]["hasPreviousPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)


def test_an_empty_cursor_means_the_first_page(shiphero_twin: ShipheroTwin) -> None:
    """`after: ""` is how many clients ask for the beginning."""
    client = new_client(shiphero_twin)

    assert _ids(_page(client, 'first: 5, after: ""')) == _ids(_page(client, "first: 5"))


def test_walking_all_pages_meets_every_order_once(shiphero_twin: ShipheroTwin) -> None:
    """Following endCursor while hasNextPage gives all 120 orders."""
    client, seen, after, more = new_client(shiphero_twin), [], "", True

    while more:
        page = _page(client, f'first: 50, after: "{after}"')
        seen += _ids(page)
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert len(seen) == len(set(seen)) == 120


def test_without_a_size_a_page_has_100_rows(shiphero_twin: ShipheroTwin) -> None:
    """That is what gets charged, too."""
    page = _page(new_client(shiphero_twin), 'sort: "id"')

    assert len(page["edges"]) == 100
    assert page["pageInfo"]["hasNextPage"] is True


def test_the_last_rows_and_the_rows_before_a_cursor(shiphero_twin: ShipheroTwin) -> None:
    """`last` counts from the end, `before` stops ahead of a cursor."""
    client = new_client(shiphero_twin)
    every = _ids(_page(client, "first: 200"))

    last = _page(client, "last: 3")
    before = _page(client, f'last: 2, before: "{last["pageInfo"]["startCursor"]}"')

    assert _ids(last) == every[-3:]
    assert _ids(before) == every[-5:-3]
    assert last["pageInfo"]["hasNextPage"] is False


def test_a_sort_that_does_not_exist_says_which_do(shiphero_twin: ShipheroTwin) -> None:
    """The error lists the fields, and a negative size is refused as well."""
    client = new_client(shiphero_twin)

    wrong_sort = client.error('{ orders { data(sort: "colour") { edges { cursor } } } }')
    wrong_size = client.error("{ orders { data(first: -1) { edges { cursor } } } }")

    assert "order_number" in wrong_sort["message"]
    assert wrong_sort["code"] == wrong_size["code"] == 901
    assert (wrong_sort["operation"], wrong_sort["field"]) == ("orders", "data")


def test_line_items_are_a_page_of_their_own(shiphero_twin: ShipheroTwin) -> None:
    """Nested lists have cursors, a count, a sort and a search."""
    client = new_client(shiphero_twin)
    fields = """id line_items(first: 1, sort: "-sku") { total_count pageInfo { hasNextPage endCursor }
      edges { node { sku quantity } } }"""
    order = next(
        edge["node"]
        for edge in _page(client, "first: 50", fields=fields)["edges"]
        if edge["node"]["line_items"]["total_count"] > 1
    )
    sku = order["line_items"]["edges"][0]["node"]["sku"]
    lines = "line_items(search: $s) { edges { node { sku } } }"
    query = f"query($id: String!, $s: GenericScalar) {{ order(id: $id) {{ data {{ {lines} }} }} }}"

    found = client.data(query, {"id": order["id"], "s": {"sku": sku}})["order"]["data"]["line_items"]["edges"]

    assert order["line_items"]["pageInfo"]["hasNextPage"] is True
    assert {edge["node"]["sku"] for edge in found} == {sku}


def test_products_are_listed_with_their_stock(shiphero_twin: ShipheroTwin) -> None:
    """Each product has stock in three warehouses, and available is on hand without what is set aside."""
    fields = "id sku name price warehouse_products { on_hand allocated available backorder warehouse { identifier } }"

    page = _page(new_client(shiphero_twin), "first: 40", kind="products", fields=fields)

    for edge in page["edges"]:
        stocks = edge["node"]["warehouse_products"]
        assert [stock["warehouse"]["identifier"] for stock in stocks] == ["Primary", "Columbus", "Savannah"]
        assert all(stock["available"] == stock["on_hand"] - stock["allocated"] >= 0 for stock in stocks)


def test_a_product_is_found_in_many_ways(shiphero_twin: ShipheroTwin) -> None:
    """By id, by SKU in any case, by barcode; by tag and date in the list; unknown ones are code 5."""
    client = new_client(shiphero_twin)
    node = _page(client, "first: 1", kind="products", fields="id legacy_id sku barcode tags")["edges"][0]["node"]
    ways = [
        f'id: "{node["id"]}"',
        f'id: "{node["legacy_id"]}"',
        f'sku: " {node["sku"].lower()} "',
        f'barcode: "{node["barcode"]}"',
    ]

    found = [client.data(f"{{ product({way}) {{ data {{ id }} }} }}")["product"]["data"]["id"] for way in ways]
    tagged = client.data(f'{{ products(tag: ["{node["tags"][0]}"]) {{ data {{ edges {{ node {{ id }} }} }} }} }}')
    others = client.data(
        f'{{ products(tag_not_in: ["{node["tags"][0]}"]) {{ data {{ edges {{ node {{ id }} }} }} }} }}'
    )
    future = client.data('{ products(created_from: "2099-01-01") { data { edges { node { id } } } } }')

    assert set(found) == {node["id"]}
    assert node["id"] in _ids(tagged["products"]["data"])
    assert node["id"] not in _ids(others["products"]["data"])
    assert _ids(future["products"]["data"]) == []
    assert client.error('{ product(sku: "none") { data { id } } }')["code"] == 5
    assert client.error("{ product { data { id } } }")["code"] == 901
