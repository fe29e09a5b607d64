"""The statements of a project's screening."""

from __future__ import annotations

from datetime import datetime

from crossdock.db.pool import Connection
from crossdock.projects.model import Screening


async def read_screening(conn: Connection, *, project_id: str) -> Screening | None:
    """Return how the project screens, None where nobody has chosen."""
    row = await conn.fetchrow(
        "select mode, everyone, classifier from screening_rules where project_id = $1", project_id
    )
    return Screening(mode=row["mode"], everyone=row["everyone"], classifier=row["classifier"]) if row else None


async def write_screening(conn: Connection, *, project_id: str, screening: Screening, at: datetime, actor: str) -> None:
    """Keep how the project screens."""
    await conn.execute(
        "insert into screening_rules (project_id, mode, everyone, classifier, updated_at, updated_by)"
        " values ($1, $2, $3, $4, $5, $6) on conflict (project_id) do update set mode = excluded.mode,"
        " everyone = excluded.everyone, classifier = excluded.classifier, updated_at = excluded.updated_at,"
        " updated_by = excluded.updated_by",
        project_id,
        screening.mode,
        screening.everyone,
        screening.classifier,
        at,
        actor,
    )
