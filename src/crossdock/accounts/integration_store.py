"""Rows of integrations: a connector as one project uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from crossdock.accounts.model import Integration
from crossdock.db.pool import Connection, Row

ACROSS_PROJECTS: tuple[str, ...] = ()

_COLUMNS = ", ".join(field.name for field in fields(Integration))
_CHANGEABLE = frozenset(
    {"name", "environment", "active", "setup", "setup_secrets", "scopes", "actions", "effects", "is_default"}
)
_LIVE = "project_id = $1 and deleted_at is null"


async def insert_integration(conn: Connection, *, project_id: str, integration: Integration) -> Integration:
    """Write an integration."""
    row = await conn.fetchrow(
        f"""
        insert into integrations (project_id, id, connector_key, auth_method, name, environment, active, setup,
            setup_secrets, created_at, updated_at, scopes, actions, effects, is_default)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14) returning {_COLUMNS}
        """,
        project_id,
        integration.id,
        integration.connector_key,
        integration.auth_method,
        integration.name,
        integration.environment,
        integration.active,
        dict(integration.setup),
        list(integration.setup_secrets),
        integration.created_at,
        list(integration.scopes),
        list(integration.actions),
        sorted(integration.effects),
        integration.is_default,
    )
    if row is None:
        raise LookupError("an insert returns its row")
    return _integration(row)


async def list_integrations(conn: Connection, *, project_id: str) -> list[Integration]:
    """Return a project's integrations in the order in which they were made."""
    rows = await conn.fetch(f"select {_COLUMNS} from integrations where {_LIVE} order by created_at, id", project_id)
    return [_integration(row) for row in rows]


async def known_ways(conn: Connection, *, project_id: str) -> set[tuple[str, str]]:
    """Return (connector key, auth method) of every profile that the project has or had."""
    rows = await conn.fetch(
        "select distinct connector_key, auth_method from integrations where project_id = $1", project_id
    )
    return {(row["connector_key"], row["auth_method"]) for row in rows}


async def get_integration(conn: Connection, *, project_id: str, integration_id: str) -> Integration | None:
    """Return an integration."""
    row = await conn.fetchrow(
        f"select {_COLUMNS} from integrations where {_LIVE} and id = $2", project_id, integration_id
    )
    return None if row is None else _integration(row)


async def hold_integration(conn: Connection, *, project_id: str, integration_id: str) -> Integration | None:
    """Return an integration and keep it from being changed or deleted until the transaction ends."""
    row = await conn.fetchrow(
        f"select {_COLUMNS} from integrations where {_LIVE} and id = $2 for share", project_id, integration_id
    )
    return None if row is None else _integration(row)


async def update_integration(
    conn: Connection, *, project_id: str, integration_id: str, values: Mapping[str, Any], now: datetime
) -> Integration | None:
    """Set columns of an integration."""
    unknown = set(values) - _CHANGEABLE
    if unknown:
        raise ValueError(f"not columns of an integration: {sorted(unknown)}")
    sets = "".join(f", {name} = ${number}" for number, name in enumerate(values, start=4))
    row = await conn.fetchrow(
        f"update integrations set updated_at = $3{sets} where {_LIVE} and id = $2 returning {_COLUMNS}",
        project_id,
        integration_id,
        now,
        *(sorted(value) if isinstance(value, frozenset) else value for value in values.values()),
    )
    return None if row is None else _integration(row)


async def end_integration(conn: Connection, *, project_id: str, integration_id: str, now: datetime) -> int:
    """Mark an integration as deleted where no account uses it; return how many accounts do."""
    await conn.execute(
        "select from integrations where project_id = $1 and id = $2 for update", project_id, integration_id
    )
    used: int = await conn.fetchval(
        "select count(*) from accounts where project_id = $1 and integration_id = $2 and deleted_at is null",
        project_id,
        integration_id,
    )
    if used == 0:
        await conn.execute(
            f"update integrations set deleted_at = $3, updated_at = $3, active = false, is_default = false, "
            f"setup = '{{}}', setup_secrets = '{{}}' where {_LIVE} and id = $2",
            project_id,
            integration_id,
            now,
        )
    return used


async def uses(conn: Connection, *, project_id: str) -> dict[str, int]:
    """Return by profile how many accounts are linked through it; those without one are left out."""
    rows = await conn.fetch(
        "select integration_id, count(*) as used from accounts where project_id = $1 and deleted_at is null "
        "group by integration_id",
        project_id,
    )
    return {row["integration_id"]: row["used"] for row in rows}


async def make_default(conn: Connection, *, project_id: str, integration: Integration) -> None:
    """Make an integration the default of its way of linking, in place of any other."""
    await conn.execute(
        f"update integrations set is_default = false where {_LIVE} and connector_key = $2 and auth_method = $3 "
        "and is_default and id <> $4",
        project_id,
        integration.connector_key,
        integration.auth_method,
        integration.id,
    )
    await conn.execute(
        f"update integrations set is_default = true where {_LIVE} and id = $2", project_id, integration.id
    )


async def lock_project(conn: Connection, *, project_id: str) -> None:
    """Let one transaction at a time fill in a project's integrations."""
    await conn.execute("select pg_advisory_xact_lock(hashtextextended('crossdock.integrations ' || $1, 0))", project_id)


def _integration(row: Row) -> Integration:
    lists = {name: tuple(row[name]) for name in ("setup_secrets", "scopes", "actions")}
    return Integration(**{**row, **lists, "effects": frozenset(row["effects"])})
