"""Records that the API shows as they are kept: JSON in a table, and beside it the columns they are found by."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.state import Owner

_OWNED = "company_id = ? AND environment = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What a list is limited to, in SQL, with the values for its question marks; every record by default."""

    sql: str = "1"
    values: Sequence[Value] = ()


EVERYTHING = Where()


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one table; nobody's but the owner's are ever found or changed."""

    table: str

    def add(self, store: Store, owner: Owner, record: Mapping[str, Any], **columns: Value) -> None:
        """Keep a new record; its `id` is a column too."""
        found = {"id": record["id"], "company_id": owner.company_id, "environment": owner.environment, **columns}
        store.execute(
            f"INSERT INTO {self.table} ({', '.join(found)}, answer) VALUES ({', '.join('?' * len(found))}, ?)",
            *(*found.values(), _written(record)),
        )

    def find(self, store: Store, owner: Owner, record_id: str) -> dict[str, Any] | None:
        """Give a record by its id."""
        return self.first(store, owner, Where(sql="id = ?", values=(record_id.lower(),)))

    def first(self, store: Store, owner: Owner, where: Where, *, order: str = "number") -> dict[str, Any] | None:
        """Give the first record that fits, the oldest unless another order is asked for."""
        row = store.one(
            f"SELECT answer FROM {self.table} WHERE {_OWNED} AND {where.sql} ORDER BY {order} LIMIT 1",
            *(owner.company_id, owner.environment, *where.values),
        )
        return None if row is None else dict(json.loads(row["answer"]))

    def put(self, store: Store, owner: Owner, record: Mapping[str, Any], **columns: Value) -> None:
        """Replace a record of the same id; columns that are left out stay."""
        changed = {"answer": _written(record), **columns}
        store.execute(
            f"UPDATE {self.table} SET {', '.join(f'{name} = ?' for name in changed)} WHERE {_OWNED} AND id = ?",
            *(*changed.values(), owner.company_id, owner.environment, record["id"]),
        )

    def drop(self, store: Store, owner: Owner, record_id: str) -> bool:
        """Delete a record and tell whether there was one."""
        gone = store.execute(
            f"DELETE FROM {self.table} WHERE {_OWNED} AND id = ?",
            *(owner.company_id, owner.environment, record_id.lower()),
        )
        return gone > 0

    def count(self, store: Store, owner: Owner, where: Where = EVERYTHING) -> int:
        """Count the records that fit."""
        row = store.one(
            f"SELECT count(*) AS found FROM {self.table} WHERE {_OWNED} AND {where.sql}",
            *(owner.company_id, owner.environment, *where.values),
        )
        return 0 if row is None else int(row["found"])

    def some(
        self,
        store: Store,
        owner: Owner,
        where: Where = EVERYTHING,
        *,
        order: str = "number DESC",
        limit: int = -1,
        offset: int = 0,
    ) -> list[dict[str, Any]]:
        """Give the records that fit, newest first unless another order is asked for; a limit of -1 is none."""
        rows = store.all(
            f"SELECT answer FROM {self.table} WHERE {_OWNED} AND {where.sql} ORDER BY {order} LIMIT ? OFFSET ?",
            *(owner.company_id, owner.environment, *where.values, limit, offset),
        )
        return [json.loads(row["answer"]) for row in rows]


def _written(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
