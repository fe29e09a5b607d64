"""Finding operations and reading queries."""

from typing import Any

import pytest

from crossdock_twins.easyship.app import OPERATIONS
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.operations import Router
from crossdock_twins.easyship.parameters import read_query
from crossdock_twins.easyship.scopes import everything
from crossdock_twins.easyship.shipments.filters import read_filters

_BY_ID = {operation.id: operation for operation in OPERATIONS}
_INDEX = _BY_ID["shipments_index"]


def test_operations_have_ids_and_scopes_of_their_own() -> None:
    """No id stands twice, and every scope is one that the dashboard can grant."""
    assert len(_BY_ID) == len(OPERATIONS)
    assert {scope for operation in OPERATIONS for scope in operation.scopes} <= set(everything("2024-09"))


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/shipments", "shipments_index"),
        ("GET", "/shipments/", "shipments_index"),
        ("GET", "/shipments/ESUS1", "shipments_show"),
        ("DELETE", "/shipments/ESUS1", "shipments_delete"),
        ("POST", "/shipments/ESUS1/cancel", "shipments_cancel"),
        ("PATCH", "/shipments/ESUS1/cancel", None),
        ("POST", "/shipments//cancel", None),
        ("POST", "/labels", None),
        ("GET", "/", None),
    ],
)
def test_a_request_finds_its_operation(method: str, path: str, expected: str | None) -> None:
    """Method and path together name one operation or none."""
    found = Router(OPERATIONS).find(method, f"/2024-09{path}")

    assert (None if found is None else found[0].id) == expected


def test_lists_are_read_in_rails_form_bare_and_with_commas() -> None:
    """All three ways in which clients send several values come to the same; unknown names are ignored."""
    rails = [("label_state[]", "pending"), ("label_state[]", "generated")]
    commas = [("label_state", "pending,generated"), ("perPage", "1")]

    assert read_query(_INDEX, rails) == {"label_state": ["pending", "generated"]} == read_query(_INDEX, commas)
    assert read_query(_INDEX, [("page", "2"), ("per_page", "100")]) == {"page": 2, "per_page": 100}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (("per_page", "101"), "#/paths/~12024-09~1shipments/get/parameters/1/schema 101 is more than maximum value"),
        (("page", "0"), "#/paths/~12024-09~1shipments/get/parameters/0/schema 0 is less than minimum value"),
        (
            ("page", "two"),
            '#/paths/~12024-09~1shipments/get/parameters/0/schema expected integer, but received String: "two"',
        ),
        (
            ("shipment_state", "draft"),
            '"draft" isn\'t part of the enum in #/paths/~12024-09~1shipments/get/parameters/12/schema',
        ),
        (
            ("label_state[]", "lost"),
            '"lost" isn\'t part of the enum in #/paths/~12024-09~1shipments/get/parameters/13/schema/items',
        ),
    ],
)
def test_wrong_parameters_are_refused_by_their_place(sent: tuple[str, str], message: str) -> None:
    """The pointer counts parameters in documented order."""
    with pytest.raises(Refusal) as refused:
        read_query(_INDEX, [sent])

    assert refused.value.code == "invalid_url_param"
    assert refused.value.details == ("The request does not comply with the OpenAPI Specification.", message)


@pytest.mark.parametrize("text", ["invalid_date", "2026-13-01", "", "1 May 2026"])
def test_wrong_dates_are_refused_in_words_of_their_own(text: str) -> None:
    """The shipment list says which filter it means."""
    with pytest.raises(Refusal) as refused:
        read_filters({"created_at_from": text})

    assert refused.value.details == (f'Invalid date format for created_at_from filter ("{text}").',)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("2026-01-05", "2026-01-05T00:00:00Z"),
        ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z"),
        ("2026-01-05T10:00:00+08:00", "2026-01-05T02:00:00Z"),
        ("2026-01-05T10:00:00.250", "2026-01-05T10:00:00Z"),
    ],
)
def test_dates_are_read_in_every_zone(text: str, bound: str) -> None:
    """ISO 8601 with or without a time; without a zone it is UTC."""
    filters: Any = read_filters({"updated_at_to": text})

    assert filters.until == {"updated_at": bound}
