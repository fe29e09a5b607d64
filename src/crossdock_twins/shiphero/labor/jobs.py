"""The kinds of work in a warehouse: the same everywhere, since the public API has no operation that sets them up."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crossdock_twins.base import tokens

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

PICKING, PACKING = "Picking", "Packing"
_JOBS: Mapping[str, tuple[str, Sequence[str]]] = {
    "Receiving": ("INBOUND", ("Purchase orders", "Put away")),
    "Returns": ("INBOUND", ()),
    PICKING: ("OUTBOUND", ("Single item batch", "Multi item batch", "Wholesale")),
    PACKING: ("OUTBOUND", ("Single item packing", "Multi item packing")),
    "Replenishment": ("INVENTORY", ()),
    "Cycle counting": ("INVENTORY", ()),
    "Work orders": ("PROJECT", ("Kitting", "Assembly")),
}
"""Name, type and the jobs below it; names and types are the twin's own choice."""


def jobs(state: "State", house: sqlite3.Row) -> list[dict[str, Any]]:
    """Give the jobs of a warehouse, each followed by the jobs below it."""
    account = state.store.all("SELECT created_at FROM accounts WHERE id = ?", house["account_id"])[0]
    found = []
    for name, (kind, below) in _JOBS.items():
        parent = reference(house["id"], name)
        subjobs = [{**_reference(house["id"], each, kind), "parent_job": parent} for each in below]
        made = {"activated": True, "created_at": account["created_at"], "updated_at": account["created_at"]}
        found.append({**parent, **made, "subjobs": subjobs})
        found += [{**each, **made, "subjobs": []} for each in subjobs]
    return found


def reference(warehouse_id: int, name: str) -> dict[str, Any]:
    """Give what other nodes say of one of the jobs at the top."""
    return _reference(warehouse_id, name, _JOBS[name][0])


def _reference(warehouse_id: int, name: str, kind: str) -> dict[str, Any]:
    return {"id": tokens.digest(f"job:{warehouse_id}:{name}")[:24], "name": name, "type": kind, "parent_job": None}
