"""Which row of a list a write made, and what an answer that came in part says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crossdock.connectors import replies
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.look import Look
from crossdock.egress.exchange import Reply

LOOK = Look(
    action="shop_list_orders",
    by={"query.number": "body.number", "query.ids": "body.parts.0", "path.shop": "path.shop"},
    always={"query.deep": True},
    match={"number": "body.number", "labels[].track": "body.parts.0"},
    fresh="made",
)
SCHEMA = {
    "properties": {
        "path": {"properties": {"shop": {"type": "string"}}},
        "query": {"properties": {"number": {"type": "string"}, "ids": {"type": "array"}, "deep": {"type": "boolean"}}},
    }
}
BEGAN = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_inputs_are_those_that_are_given() -> None:
    """What the write does not name is left out; a list gets its one value as a list."""
    given = {"path": {}, "body": {"number": "7", "parts": ["t1", "t2"]}}

    assert LOOK.inputs(given=given, schema=SCHEMA) == {"query": {"deep": True, "number": "7", "ids": ["t1"]}}


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        ({"number": " a-7 ", "labels": [{"track": "T0"}, {"track": "t1"}], "made": "2026-05-01T12:00:05Z"}, True),
        ({"number": "A-7", "labels": [{"track": "t1"}], "made": "2026-05-01T11:58:30"}, True),
        ({"number": "A-7", "labels": [{"track": "t1"}], "made": "2026-05-01T11:57:00+00:00"}, False),
        ({"number": "A-7", "labels": [{"track": "t1"}], "made": "yesterday"}, True),
        ({"number": "A-7", "labels": [], "made": "2026-05-01T12:00:05Z"}, False),
        ({"number": "A-77", "labels": [{"track": "t1"}], "made": "2026-05-01T12:00:05Z"}, False),
        ("not a row", False),
    ],
)
def test_a_row_fits_by_all_that_is_given_and_by_its_time(row: object, fits: bool) -> None:  # noqa: FBT001 - expected
    """Capitals and blanks do not count, two minutes between clocks do not either; an unreadable time is no reason."""
    given = {"body": {"number": "A-7", "parts": ["t1"]}}

    assert bool(LOOK.fitting(given=given, rows=[row], since=BEGAN)) == fits


def test_without_a_name_nothing_fits() -> None:
    """A write that names nothing is never taken for a row that is there."""
    assert LOOK.key({"body": {"number": "", "parts": []}}) == {}
    assert LOOK.fitting(given={"body": {}}, rows=[{"number": None, "labels": []}], since=None) == []


def test_an_answer_in_part_shows_its_rows_and_its_errors() -> None:
    """A GraphQL answer with data and errors is a result, with what went wrong as warnings."""
    shiphero = Catalogue.load().get("shiphero")
    body = {
        "data": {"orders": {"data": {"pageInfo": {"hasNextPage": False}, "edges": [{"node": {"id": "1"}}, None]}}},
        "errors": [{"message": "Node 2 could not be read", "path": ["orders", "data", "edges", 1]}],
    }
    reply = Reply(status=200, headers={}, body=json.dumps(body).encode(), url="https://x.example/graphql")

    result = replies.action_result(connector=shiphero, action=shiphero.actions["shiphero_list_orders"], reply=reply)

    assert replies.classify(connector=shiphero, reply=reply) is None
    assert (result.data, result.warnings) == ([{"id": "1"}], ("Node 2 could not be read",))
