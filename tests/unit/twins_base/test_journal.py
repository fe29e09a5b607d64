from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crossdock_twins.base.journal import Journal
from crossdock_twins.base.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def journal() -> Iterator[Journal]:
    store = Store(None)
    yield Journal(store)
    store.close()


def _record(journal: Journal, path: str, body: bytes = b"") -> None:
    journal.record(
        at=NOON, method="GET", path=path, query="", headers=[(b"Host", b"here")], body=body, status=200, duration_ms=1.5
    )


def test_entries_come_in_order_and_by_path(journal: Journal) -> None:
    """The newest entries are given, the oldest of them first; a glob chooses among them."""
    for path in ("/a/1", "/b/2", "/a/3", "/a/4"):
        _record(journal, path)

    newest = journal.entries(limit=2, path="/a/*")
    after = journal.entries(after=newest[0].id)

    assert [entry.path for entry in newest] == ["/a/3", "/a/4"]
    assert [entry.path for entry in after] == ["/a/4"]
    assert (newest[0].host, newest[0].at) == ("here", "2026-03-01T12:00:00+00:00")


def test_long_bodies_are_shortened(journal: Journal) -> None:
    """At most 64 KiB of a body are kept."""
    _record(journal, "/", b"x" * 100_000)

    assert len(journal.entries()[0].body) == 65_536


def test_clearing_forgets_everything_and_counts_on(journal: Journal) -> None:
    """After clearing, numbers go on, so that a reader's `after` stays right."""
    _record(journal, "/a")
    first = journal.entries()[0].id
    journal.clear()

    _record(journal, "/b")

    assert [entry.id for entry in journal.entries()] == [first + 1]
