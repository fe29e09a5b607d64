"""The statements of agent keys."""

from __future__ import annotations

from datetime import datetime

from crossdock.db.pool import Connection, Row
from crossdock.projects.model import AgentGrant, AgentKey

# The key names its project.
ACROSS_PROJECTS = ("use_agent_key",)

_KEY = (
    "id, project_id, name, prefix, owner_id, accounts, actions, effects, may_request_links,"
    " created_at, created_by, expires_at, last_used_at, revoked_at"
)


async def insert_agent_key(conn: Connection, *, project_id: str, key: AgentKey, secret_hash: bytes) -> None:
    """Write a key: its digest, never its text."""
    await conn.execute(
        "insert into agent_keys (id, project_id, name, prefix, secret_hash, owner_id, accounts, actions, effects,"
        " created_at, created_by, expires_at, may_request_links)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        key.id,
        project_id,
        key.name,
        key.prefix,
        secret_hash,
        key.grant.owner_id,
        sorted(key.grant.accounts),
        list(key.grant.actions),
        sorted(key.grant.effects),
        key.created_at,
        key.created_by,
        key.grant.ends_at,
        key.grant.may_request_links,
    )


async def list_agent_keys(conn: Connection, *, project_id: str) -> list[AgentKey]:
    """Return the project's agent keys, ended and revoked ones included, newest first."""
    rows = await conn.fetch(
        f"select {_KEY} from agent_keys where project_id = $1 order by created_at desc, id desc", project_id
    )
    return [_key(row) for row in rows]


async def revoke_agent_key(conn: Connection, *, project_id: str, key_id: str, at: datetime) -> AgentKey | None:
    """Mark a key as revoked, now or since long, and return it."""
    row = await conn.fetchrow(
        "update agent_keys set revoked_at = coalesce(revoked_at, $3)"
        f" where project_id = $1 and id = $2 returning {_KEY}",
        project_id,
        key_id,
        at,
    )
    return _key(row) if row else None


async def use_agent_key(conn: Connection, *, secret_hash: bytes, at: datetime) -> AgentKey | None:
    """Note that a key is used and return it, unless it is unknown, revoked or at its end."""
    row = await conn.fetchrow(
        "update agent_keys set last_used_at = $2"
        f" where secret_hash = $1 and revoked_at is null and expires_at > $2 returning {_KEY}",
        secret_hash,
        at,
    )
    return _key(row) if row else None


def _key(row: Row) -> AgentKey:
    return AgentKey(
        id=row["id"],
        project_id=row["project_id"],
        name=row["name"],
        prefix=row["prefix"],
        grant=AgentGrant.of_row(row),
        created_at=row["created_at"],
        created_by=row["created_by"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
