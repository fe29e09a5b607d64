"""The people of a warehouse, and what each of them is doing: told by what they picked and packed last."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crossdock_twins.shiphero.labor import jobs
from crossdock_twins.shiphero.labor.performance import LONGEST_GAP

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State

_SHIFT = timedelta(hours=8)
_TODAY = (
    "SELECT user_id, 'Picking' AS job, created_at FROM picks WHERE warehouse_id = ? AND created_at >= ?"
    " UNION ALL SELECT user_id, 'Packing', created_at FROM packages WHERE warehouse_id = ? AND created_at >= ?"
    " ORDER BY 3"
)


def workers(state: "State", house: sqlite3.Row) -> list[dict[str, Any]]:
    """Give the people who may work in a warehouse; a shift is eight hours from the day's first piece of work."""
    people = state.store.all(
        "SELECT * FROM users WHERE account_id = ? AND NOT is_developer AND is_active ORDER BY id", house["account_id"]
    )
    midnight = f"{state.today()[:10]}T00:00:00"
    done: dict[int, list[sqlite3.Row]] = {}
    for row in state.store.all(_TODAY, house["id"], midnight, house["id"], midnight):
        done.setdefault(row["user_id"], []).append(row)
    return [_worker(state, house["id"], person, done.get(person["id"], [])) for person in people]


def _worker(state: "State", warehouse_id: int, person: sqlite3.Row, done: Sequence[sqlite3.Row]) -> dict[str, Any]:
    settings = json.loads(person["settings"])
    now, last = datetime.fromisoformat(state.today()), done[-1] if done else None
    is_idle = last is not None and (now - _read(last["created_at"])).total_seconds() > LONGEST_GAP
    in_shift = bool(done) and now < _read(done[0]["created_at"]) + _SHIFT
    return {
        "worker_id": f"{warehouse_id}-{person['id']}",
        "name": f"{person['first_name']} {person['last_name']}".strip(),
        "user_id": person["id"],
        "position": settings.get("position") or ("Manager" if person["is_admin"] else "Associate"),
        "profile_image": settings.get("profile_image"),
        "alerts": [{"type": "IDLE", "created_at": _idle_since(last)}] if last and is_idle and in_shift else [],
        "special_project": None,
        "current_shift": _shift(done),
        "shifts_management": [{"id": f"{warehouse_id}-day", "name": "Day shift"}] if done else [],
        "current_activity": _activity(warehouse_id, done, is_idle=is_idle) if in_shift else None,
        "assigned_job_info": _assigned(warehouse_id, done),
    }


def _read(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _idle_since(last: sqlite3.Row) -> str:
    return (_read(last["created_at"]) + timedelta(seconds=LONGEST_GAP)).isoformat()


def _shift(done: Sequence[sqlite3.Row]) -> dict[str, Any] | None:
    if not done:
        return None
    started = done[0]["created_at"]
    return {"started_at": started, "finished_at": (_read(started) + _SHIFT).isoformat()}


def _activity(warehouse_id: int, done: Sequence[sqlite3.Row], *, is_idle: bool) -> dict[str, Any]:
    last = done[-1]
    row = [each for each in done if each["job"] == last["job"]]
    return {
        "id": f"{warehouse_id}-{last['user_id']}-{row[0]['created_at']}",
        "started_at": row[0]["created_at"],
        "finished_at": last["created_at"] if is_idle else None,
        "last_activity_at": last["created_at"],
        "job": jobs.reference(warehouse_id, last["job"]),
        "status": "IDLE" if is_idle else "IN_PROGRESS",
        "tags": [],
    }


def _assigned(warehouse_id: int, done: Sequence[sqlite3.Row]) -> dict[str, Any] | None:
    if not done:
        return None
    first, last = done[0], done[-1]
    return {
        "id": f"{warehouse_id}-{last['user_id']}-{last['job'].lower()}",
        "created_at": first["created_at"],
        "updated_at": last["created_at"],
        "job": jobs.reference(warehouse_id, last["job"]),
    }
