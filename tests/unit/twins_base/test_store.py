from collections.abc import Iterator
from pathlib import Path

import pytest

from crossdock_twins.base.store import Store, StoreIsNewerError

SCRIPTS = [
    "CREATE TABLE crate (id INTEGER PRIMARY KEY, name TEXT)",
    "CREATE TABLE lid (crate INTEGER REFERENCES crate)",
]


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store(None)
    opened.migrate(SCRIPTS)
    yield opened
    opened.close()


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    """What fails inside a transaction takes everything before it along, inner transactions too."""

    def fill_and_fail() -> None:
        with store.transaction():
            store.insert("INSERT INTO crate (name) VALUES (?)", "a")
            with store.transaction():
                store.insert("INSERT INTO crate (name) VALUES (?)", "b")
            raise LookupError

    with pytest.raises(LookupError):
        fill_and_fail()

    assert store.all("SELECT * FROM crate") == []


def test_scripts_run_once(tmp_path: Path) -> None:
    """A script that a file has seen is not run again, and a new one is."""
    path = tmp_path / "deep" / "twin.sqlite3"
    first = Store(path)
    first.migrate(SCRIPTS[:1])
    first.insert("INSERT INTO crate (name) VALUES (?)", "a")
    first.close()

    second = Store(path)
    second.migrate(SCRIPTS)
    rows = second.all("SELECT name FROM crate")
    lids = second.all("SELECT * FROM lid")
    second.close()

    assert [row["name"] for row in rows] == ["a"]
    assert lids == []


def test_a_file_of_a_later_release_is_refused(store: Store) -> None:
    """An older program says so instead of working on tables that it does not know."""
    with pytest.raises(StoreIsNewerError, match="later release"):
        store.migrate(SCRIPTS[:1])


def test_emptying_spares_the_twins_own_tables(store: Store) -> None:
    """Rows go whatever refers to what; the base's own tables keep theirs."""
    store.meta_set("kept", [1, 2])
    crate = store.insert("INSERT INTO crate (name) VALUES (?)", "a")
    store.insert("INSERT INTO lid (crate) VALUES (?)", crate)

    store.empty()

    assert store.all("SELECT * FROM crate") == []
    assert store.all("SELECT * FROM lid") == []
    assert store.meta_get("kept") == [1, 2]
    assert store.meta_get("other") is None


def test_relaxed_writes_are_kept(tmp_path: Path) -> None:
    """A relaxed write is in the file when the process is gone, and full care comes back after it."""
    store = Store(tmp_path / "twin.sqlite3")

    with store.relaxed():
        store.meta_set("a", 1)
        inside = store.one("PRAGMA synchronous")
    after = store.one("PRAGMA synchronous")
    store.close()
    again = Store(tmp_path / "twin.sqlite3")
    kept = again.meta_get("a")
    again.close()

    assert inside is not None
    assert after is not None
    assert (inside[0], after[0], kept) == (1, 2, 1)
