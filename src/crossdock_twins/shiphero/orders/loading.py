"""Rows that hang below the rows of a page, fetched for all of them at once."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.call import Call


def below(node: dict[str, Any], call: Call, table: str, column: str, *, by: str = "id") -> list[sqlite3.Row]:
    """Give the rows of a table that name the node's row in a column."""

    def load(numbers: list[int]) -> dict[int, list[sqlite3.Row]]:
        sql = f"SELECT * FROM {table} WHERE {column} IN ({{marks}}) ORDER BY {by}"
        return grouped(call.state.store, sql, numbers, key=column)

    rows: list[sqlite3.Row] = node["_siblings"].below(f"{table}.{column}", node["_number"], load) or []
    return rows


def grouped(store: Store, sql: str, numbers: Iterable[int], *, key: str) -> dict[int, list[sqlite3.Row]]:
    """Run a query in which `{marks}` stands for the numbers, and group its rows by a column."""
    wanted = list(numbers)
    found: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in store.all(sql.format(marks=", ".join("?" * len(wanted))), *wanted):
        found[row[key]].append(row)
    return found
