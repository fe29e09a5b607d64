"""From an address to a query of the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crossdock.actions.log_store import LogQuery
from crossdock.connectors.catalogue import Catalogue
from crossdock.hub import log_filters
from crossdock.hub.log_filters import Asked

CATALOGUE = Catalogue.load()
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def query(**params: str) -> LogQuery:
    return log_filters.query(Asked.read(params), catalogue=CATALOGUE, now=NOW)


def test_each_filter_narrows_its_column() -> None:
    """Account, connector, effect, status and id become values of their columns."""
    found = query(account="acc_1", connector="easyship", effect="write", result="404", id="call_1")

    assert found.any_of == {
        "account_id": ["acc_1"],
        "connector_key": ["easyship"],
        "effect": ["write"],
        "status": [404],
        "id": ["call_1"],
    }
    assert query(result="none").any_of == {"status": [0]}
    assert (query(result="yes").succeeded, query(result="no").succeeded) == ("yes", "no")


def test_an_action_is_found_by_its_words() -> None:
    """Words of a label or a name mean every action that has them; a whole name means that one alone."""
    words = query(action="list orders").any_of["action"]
    whole = query(action="shiphero_list_orders").any_of["action"]
    passing = query(action="GET /2024-09/account").any_of["action"]

    assert "shiphero_list_orders" in words
    assert whole == ["shiphero_list_orders"]
    assert passing == ["GET /2024-09/account"]


@pytest.mark.parametrize(
    ("who", "patterns"),
    [("", []), ("key:", ["key:"]), ("agent:agk_1", ["agent:agk_1"]), ("%", []), ("nobody:x", []), ("key", ["key:"])],
)
def test_who_asked_is_one_or_a_kind(who: str, patterns: list[str]) -> None:
    """A kind alone means everybody of it; what is no kind narrows nothing."""
    assert query(who=who).actors == patterns


def test_times_are_read_with_and_without_a_zone() -> None:
    """A range counts from now; a moment without a zone is in UTC and goes before the range."""
    assert query(range="1h").since == NOW - timedelta(hours=1)
    assert query(range="1h", since="2026-11-01T10:30").since == datetime(2026, 11, 1, 10, 30, tzinfo=UTC)
    assert query(until="2026-11-01T10:30:00+02:00").until == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert log_filters.minute("2026-11-01T10:30:00+02:00") == "2026-11-01T08:30"


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"]
)
def test_odd_times_do_no_harm(text: str) -> None:
    """What is no moment is left out, and one beyond all time is moved to where the database can count."""
    found = query(since=text, until=text)

    assert found.since is None or 1970 <= found.since.year <= 2999
    assert log_filters.minute(text) == "" or log_filters.minute(text)[:4] in {"1970", "2999"}


def test_what_is_no_filter_is_left_out() -> None:
    """Empty and unknown parameters stand in no address that the page makes."""
    asked = Asked.read({"account": " acc_1 ", "result": "", "notice": "saved", "next": "x"})

    assert asked.url("/dashboard/logs", next="abc") == "/dashboard/logs?account=acc_1&next=abc"
    assert not asked.is_deep
    assert Asked.read({"who": "key:"}).is_deep
