"""How fast people pick and pack, worked out from the moments at which they did.

Between two pieces of work lie at most ten minutes of work; what is longer counts as idle beyond them. The first piece
of a row counts one minute. Score is productivity against the average of all, which has 100.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

LONGEST_GAP = 600.0
_FIRST = 60.0

Span = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds of work, and of standing idle between."""

    worked: float
    idle: float


def span(state: "State", date_from: str | None, date_to: str | None) -> Span:
    """Give the first and last moment to look at: today, unless told otherwise."""
    now = state.today()
    return date_from or f"{now[:10]}T00:00:00", date_to or now


def times(moments: Sequence[str]) -> Times:
    """Work out the seconds between moments that are sorted; texts of the API."""
    gaps = [(_read(after) - _read(before)).total_seconds() for before, after in pairwise(moments)]
    started = _FIRST if moments else 0.0
    return Times(
        worked=started + sum(min(gap, LONGEST_GAP) for gap in gaps),
        idle=sum(max(0.0, gap - LONGEST_GAP) for gap in gaps),
    )


def _read(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def pickers(state: "State", warehouse_id: int, within: Span) -> list[dict[str, Any]]:
    """Give the figures of everybody who picked in a warehouse."""
    rows = state.store.all(
        "SELECT p.*, u.first_name, u.last_name FROM picks p LEFT JOIN users u ON u.id = p.user_id"
        " WHERE p.warehouse_id = ? AND p.created_at BETWEEN ? AND ? ORDER BY p.user_id, p.created_at, p.id",
        *(warehouse_id, *within),
    )
    return _scored([_picker(each) for each in _by_user(rows)])


def _picker(rows: list[sqlite3.Row]) -> dict[str, Any]:
    spent = times([row["created_at"] for row in rows])
    batches = {row["tote_id"] or row["order_id"] for row in rows}
    switches = sum(before["order_id"] != after["order_id"] for before, after in pairwise(rows))
    units = sum(row["quantity"] for row in rows)
    return {
        **_person(rows[0], units=units, spent=spent),
        "batches": len(batches),
        "orders": len({row["order_id"] for row in rows}),
        "total_picking_seconds": spent.worked,
        "transition_time": min(spent.worked, switches * _FIRST),
    }


def packers(state: "State", warehouse_id: int, within: Span) -> list[dict[str, Any]]:
    """Give the figures of everybody who packed in a warehouse."""
    rows = state.store.all(
        "SELECT p.*, u.first_name, u.last_name FROM packages p LEFT JOIN users u ON u.id = p.user_id"
        " WHERE p.warehouse_id = ? AND p.created_at BETWEEN ? AND ? ORDER BY p.user_id, p.created_at, p.id",
        *(warehouse_id, *within),
    )
    return _scored([_packer(each) for each in _by_user(rows)])


def _packer(rows: list[sqlite3.Row]) -> dict[str, Any]:
    spent = times([row["created_at"] for row in rows])
    return {
        **_person(rows[0], units=sum(row["total_items"] for row in rows), spent=spent),
        "shipments": len({row["shipment_id"] for row in rows}),
        "total_packing_seconds": spent.worked,
    }


def _by_user(rows: Iterable[sqlite3.Row]) -> list[list[sqlite3.Row]]:
    return [list(each) for _, each in groupby(rows, key=lambda row: row["user_id"])]


def _person(row: sqlite3.Row, *, units: int, spent: Times) -> dict[str, Any]:
    return {
        "user_id": row["user_id"],
        "worker_name": f"{row['first_name'] or ''} {row['last_name'] or ''}".strip() or None,
        "units": units,
        "time_in_job": spent.worked + spent.idle,
        "alerted_time": spent.idle,
        "productivity": round(units * 3600 / spent.worked, 2) if spent.worked else 0.0,
    }


def _scored(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the most productive first, each with a score against the average."""
    average = sum(each["productivity"] for each in people) / len(people) if people else 0.0
    scored = [{**each, "score": round(100 * each["productivity"] / average, 1) if average else 0.0} for each in people]
    return sorted(scored, key=lambda each: (-each["productivity"], each["user_id"]))
