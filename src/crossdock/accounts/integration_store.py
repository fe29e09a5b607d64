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
_CHANGEABLE = frozenset({"name", "environment", "active", "setup", "setup_secrets"})


async def insert_integration(conn: Connection, *, project_id: str, integration: Integration) -> Integration:
    """Write an integration."""
    row = await conn.fetchrow(
        f"""
        insert into integrations (project_id, id, connector_key, auth_method, name, environment, active, setup,
            setup_secrets, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) returning {_COLUMNS}
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
    )
    if row is None:
        raise LookupError("an insert returns its row")
    return _integration(row)


async def list_integrations(conn: Connection, *, project_id: str) -> list[Integration]:
    """Return a project's integrations in the order in which they were made."""
    rows = await conn.fetch(
        f"select {_COLUMNS} from integrations where project_id = $1 order by created_at, id", project_id
    )
    return [_integration(row) for row in rows]


async def get_integration(conn: Connection, *, project_id: str, integration_id: str) -> Integration | None:
    """Return an integration."""
    row = await conn.fetchrow(
        f"select {_COLUMNS} from integrations where project_id = $1 and id = $2", project_id, integration_id
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
        f"update integrations set updated_at = $3{sets} where project_id = $1 and id = $2 returning {_COLUMNS}",
        project_id,
        integration_id,
        now,
        *values.values(),
    )
    return None if row is None else _integration(row)


async def lock_project(conn: Connection, *, project_id: str) -> None:
    """Let one transaction at a time fill in a project's integrations."""
    await conn.execute("select pg_advisory_xact_lock(hashtextextended('crossdock.integrations ' || $1, 0))", project_id)


def _integration(row: Row) -> Integration:
    return Integration(**{**row, "setup_secrets": tuple(row["setup_secrets"])})
