from __future__ import annotations

import pytest

from crossdock.actions.search import Search, words
from crossdock.connectors.catalogue import Catalogue


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("list shipments", "easyship_list_shipments"),
        ("show one order", "shiphero_get_order"),
        ("browse ShipHero products", "shiphero_list_products"),
        ("cancel a shipment", "easyship_cancel_shipment"),
        ("which countries are there", "easyship_list_countries"),
    ],
)
def test_the_best_action_comes_first(query: str, first: str) -> None:
    """What a person would choose for a few words is the first of the results."""
    hits = Search(Catalogue.load()).find(query=query, connector=first.split("_", maxsplit=1)[0], top=3, least=0.0)

    assert hits[0].action.name == first
    assert 0 < hits[0].score <= 1


def test_scores_fall_and_the_same_query_gives_the_same_answer() -> None:
    """Results stand in the order of their scores, then of names; another index gives the same."""
    first, second = (
        Search(Catalogue.load()).find(query="list orders and shipments", connector=None, top=50, least=0.0)
        for _ in range(2)
    )

    order = [(-hit.score, hit.action.name) for hit in first]
    assert order == sorted(order)
    assert first == second


def test_results_keep_to_connector_score_and_number() -> None:
    """A connector, a lowest score and a number narrow what is found."""
    search = Search(Catalogue.load())

    one = search.find(query="get account", connector="shiphero", top=100, least=0.0)
    good = search.find(query="get account", connector=None, top=100, least=0.5)
    two = search.find(query="get account", connector=None, top=2, least=0.0)

    assert {hit.connector.key for hit in one} == {"shiphero"}
    assert good
    assert all(hit.score >= 0.5 for hit in good)
    assert len(two) == 2


@pytest.mark.parametrize("query", ["", "zzzz", "the of and", "!!!", "订单"])
def test_words_that_no_action_has_find_nothing(query: str) -> None:
    """Noise, unknown words and empty queries give an empty list."""
    assert Search(Catalogue.load()).find(query=query, connector=None, top=5, least=0.0) == []


def test_words_are_evened_out() -> None:
    """CamelCase is parted; plurals and common verbs become one."""
    assert list(words("FetchAllOrderAddresses by categories of boxes")) == [
        *("get", "order", "address", "category", "box"),
    ]
