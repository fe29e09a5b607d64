"""What all replicas together may still send to an account's provider, in the database."""

from __future__ import annotations

from typing import Any

from crossdock.db.pool import Connection


async def lock_ledger(conn: Connection, *, project_id: str, account_id: str) -> tuple[dict[str, Any], float] | None:
    """Lock an account's ledger; return it with the database's seconds since 1970, None where there is no account."""
    row = await conn.fetchrow(
        """with made as (
               insert into pace_ledgers as p (project_id, account_id)
               select project_id, id from accounts where project_id = $1 and id = $2
               on conflict (project_id, account_id) do update set ledger = p.ledger
               returning ledger)
           select ledger, extract(epoch from clock_timestamp())::float8 as now from made""",
        project_id,
        account_id,
    )
    return None if row is None else (row["ledger"], row["now"])


async def keep_ledger(conn: Connection, *, project_id: str, account_id: str, ledger: dict[str, Any]) -> bool:
    """Write a locked ledger back; False where the account is gone."""
    kept = await conn.fetchval(
        "update pace_ledgers set ledger = $3 where project_id = $1 and account_id = $2 returning true",
        project_id,
        account_id,
        ledger,
    )
    return bool(kept)
