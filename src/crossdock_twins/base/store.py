"""The one SQLite file of a twin."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from crossdock_twins.base.bell import Bell

Value = str | int | float | bytes | None

_TABLES_OF_ALL = files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")
_CACHE_KIB = 4 * 1024
_WEIGHED = 1000


class StoreIsNewerError(RuntimeError):
    """The file was written by a later release than this one."""


class Store:
    """A SQLite database in `path`, or one that nobody keeps when that is None: it spills into a file without a name.

    Statements run at once, in the caller's thread; each commits by itself outside of `transaction()`.
    `bell` is rung by whoever has put something in that is to leave the twin.
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        self.bell = Bell()
        self._guard = threading.RLock()
        self._connection = sqlite3.connect(path or "", isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_TABLES_OF_ALL)

    def execute(self, sql: str, *params: Value) -> int:
        """Run a statement and tell how many rows it changed."""
        with self._guard:
            return self._connection.execute(sql, params).rowcount

    def insert(self, sql: str, *params: Value) -> int:
        """Run an INSERT and give the new row's number."""
        with self._guard:
            return self._connection.execute(sql, params).lastrowid or 0

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run a statement once for each row of values; give it a transaction where there are many."""
        with self._guard:
            self._connection.executemany(sql, rows)

    def one(self, sql: str, *params: Value) -> sqlite3.Row | None:
        """Give the first row of a query, or None."""
        with self._guard:
            row: sqlite3.Row | None = self._connection.execute(sql, params).fetchone()
            return row

    def all(self, sql: str, *params: Value) -> list[sqlite3.Row]:
        """Give all rows of a query."""
        with self._guard:
            return self._connection.execute(sql, params).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the statements inside one change: all or nothing; an inner transaction belongs to the outer one.

        Never wait for anything inside: the connection is shared.
        """
        with self._guard:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Make the statements inside a part of the running transaction that may fail by itself."""
        with self._guard:
            self._connection.execute("SAVEPOINT part")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK TO part")
                raise
            finally:
                self._connection.execute("RELEASE part")

    @contextmanager
    def relaxed(self) -> Iterator[None]:
        """Commit without waiting for the disk: a power cut may cost the last moment, a killed process nothing."""
        with self._guard:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("PRAGMA synchronous = NORMAL")
            try:
                yield
            finally:
                self._connection.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        """Let rows refer to what is not there: for changes that replace everything, which this makes far quicker.

        It must begin outside of a transaction; inside one the checks stay as they are.
        """
        with self._guard:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("PRAGMA foreign_keys = OFF")
            try:
                yield
            finally:
                self._connection.execute("PRAGMA foreign_keys = ON")

    def weigh(self) -> None:
        """Look at how the rows are spread, so that queries take the index that leaves the fewest of them."""
        with self._guard:
            self._connection.execute(f"PRAGMA analysis_limit = {_WEIGHED}")
            self._connection.execute("ANALYZE")

    def migrate(self, scripts: Sequence[str]) -> None:
        """Run those of the scripts that this file has not seen; scripts are only ever added at the end."""
        with self._guard:
            done: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if done > len(scripts):
                raise StoreIsNewerError(
                    "A later release of the twins wrote this file. Start that release, or name another data directory."
                )
            for number, script in enumerate(scripts[done:], start=done + 1):
                self._connection.executescript(f"BEGIN; {script}\n; PRAGMA user_version = {number}; COMMIT;")

    def empty(self) -> None:
        """Delete every row of the twin's own tables, in one change; what stands in `twin_...` tables stays."""
        with self.transaction():
            self.execute("PRAGMA defer_foreign_keys = ON")  # where the checks could not be switched off
            for row in self.all("SELECT name FROM sqlite_schema WHERE type = 'table'"):
                if not row["name"].startswith(("twin_", "sqlite_")):
                    self.execute(f'DELETE FROM "{row["name"]}"')

    def meta_get(self, key: str) -> Any:
        """Give the JSON value kept under a key, or None."""
        row = self.one("SELECT value FROM twin_meta WHERE key = ?", key)
        return None if row is None else json.loads(row["value"])

    def meta_set(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key."""
        self.execute("INSERT OR REPLACE INTO twin_meta (key, value) VALUES (?, ?)", key, json.dumps(value))

    def close(self) -> None:
        """Close the file; everything acknowledged is in it already."""
        with self._guard:
            self._connection.close()
