"""The statements of feedback on actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from crossdock.db.pool import Connection

ACROSS_PROJECTS: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody said of actions that were used."""

    id: str
    project_id: str
    account_id: str | None
    tool_names: Sequence[str]
    feedback: str
    actor: str
    created_at: datetime


_COLUMNS = ", ".join(field.name for field in fields(Feedback))


async def insert_feedback(conn: Connection, *, project_id: str, given: Feedback) -> None:
    """Write what was said."""
    await conn.execute(
        f"insert into tool_feedback ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)",
        given.id,
        project_id,
        given.account_id,
        list(given.tool_names),
        given.feedback,
        given.actor,
        given.created_at,
    )


async def list_feedback(
    conn: Connection, *, project_id: str, before: tuple[datetime, str] | None, limit: int
) -> list[Feedback]:
    """Return what was said, the newest first, before the row of this time and id where they are given."""
    rows = await conn.fetch(
        f"""
        select {_COLUMNS} from tool_feedback
        where project_id = $1 and ($3::text is null or (created_at, id) < ($2::timestamptz, $3))
        order by created_at desc, id desc limit $4
        """,
        project_id,
        *(before or (None, None)),
        limit,
    )
    return [Feedback(**row) for row in rows]
