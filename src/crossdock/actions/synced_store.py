"""The statements of synced calls: one row for each call that brought rows, which lie sealed in the vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from crossdock.db.pool import Connection

ACROSS_PROJECTS: tuple[str, ...] = ("ended_pages",)  # the sweep serves every project; it hands out ids alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is synced: an action of an account with certain path inputs."""

    account_id: str
    action: str
    path_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncedPage:
    """What one call brought; its id is the call's in the log, and the sealed rows' owner. ``size`` is in bytes."""

    project_id: str
    id: str
    account_id: str
    action: str
    path_hash: str
    run_id: str
    number: int
    rows: int
    size: int
    created_at: datetime
    expires_at: datetime


_COLUMNS = ", ".join(field.name for field in fields(SyncedPage))
_SET = "project_id = $1 and account_id = $2 and action = $3 and path_hash = $4"


async def lock_account(conn: Connection, *, project_id: str, account_id: str) -> None:
    """Let one transaction at a time add to an account's rows."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended('crossdock.synced ' || $1 || ' ' || $2, 0))",
        project_id,
        account_id,
    )


async def insert_page(conn: Connection, *, project_id: str, page: SyncedPage) -> None:
    """Write a page; every page of its run is kept as long as this one."""
    await conn.execute(
        f"insert into synced_pages ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        project_id,
        *(getattr(page, field.name) for field in fields(page)[1:]),
    )
    await conn.execute(
        f"update synced_pages set expires_at = $6 where {_SET} and run_id = $5",
        project_id,
        page.account_id,
        page.action,
        page.path_hash,
        page.run_id,
        page.expires_at,
    )


async def pages_of_run(
    conn: Connection, *, project_id: str, dataset: Dataset, run_id: str | None, now: datetime
) -> list[SyncedPage]:
    """Return a run's pages in their order; of the newest run where none is named."""
    rows = await conn.fetch(
        f"""
        select {_COLUMNS} from synced_pages where {_SET} and expires_at > $6 and run_id = coalesce($5, (
            select run_id from synced_pages where {_SET} and expires_at > $6 order by created_at desc, id desc limit 1
        )) order by number
        """,
        project_id,
        dataset.account_id,
        dataset.action,
        dataset.path_hash,
        run_id,
        now,
    )
    return [SyncedPage(**row) for row in rows]


async def accounts_of_run(
    conn: Connection, *, project_id: str, action: str, path_hash: str, run_id: str, now: datetime
) -> list[str]:
    """Return the accounts that have a run of this name."""
    rows = await conn.fetch(
        "select distinct account_id from synced_pages "
        "where project_id = $1 and action = $2 and path_hash = $3 and run_id = $4 and expires_at > $5",
        project_id,
        action,
        path_hash,
        run_id,
        now,
    )
    return [row["account_id"] for row in rows]


async def pages_of_account(conn: Connection, *, project_id: str, account_id: str) -> list[SyncedPage]:
    """Return everything that is kept of an account, the oldest first."""
    rows = await conn.fetch(
        f"select {_COLUMNS} from synced_pages where project_id = $1 and account_id = $2 order by created_at, id",
        project_id,
        account_id,
    )
    return [SyncedPage(**row) for row in rows]


async def delete_pages(conn: Connection, *, project_id: str, ids: Sequence[str]) -> None:
    """Remove pages; whoever does so erases what is sealed of them."""
    await conn.execute("delete from synced_pages where project_id = $1 and id = any($2)", project_id, list(ids))


async def ended_pages(conn: Connection, *, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return pages whose time is over as (project id, page id), held until the transaction ends."""
    rows = await conn.fetch(
        "select project_id, id from synced_pages where expires_at <= $1 order by expires_at limit $2 "
        "for update skip locked",
        now,
        limit,
    )
    return [(row["project_id"], row["id"]) for row in rows]
