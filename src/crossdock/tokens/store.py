"""The credential's row as a refresh moves it: claimed, staged, swapped or released, each write behind the fence."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from crossdock.accounts.model import SealedCredential
from crossdock.db.pool import Connection

ACROSS_PROJECTS: tuple[str, ...] = ()

_COLUMNS = ", ".join(field.name for field in fields(SealedCredential))
_MINE = "project_id = $1 and account_id = $2 and lease_owner = $3 and generation = $4"


async def claim(
    conn: Connection, *, project_id: str, account_id: str, owner: str, seconds: float
) -> SealedCredential | None:
    """Take the row for so many seconds of the database's clock; None while somebody else holds it."""
    row = await conn.fetchrow(
        f"""
        update credentials set lease_owner = $3, lease_until = now() + make_interval(secs => $4)
        where project_id = $1 and account_id = $2 and (lease_until is null or lease_until <= now())
        returning {_COLUMNS}
        """,
        project_id,
        account_id,
        owner,
        seconds,
    )
    return None if row is None else SealedCredential(**row)


async def begin_call(
    conn: Connection, *, project_id: str, account_id: str, owner: str, generation: int, seconds: float
) -> bool:
    """Write down that the provider is about to be asked, and lengthen the lease; False where the fence fell."""
    tag = await conn.execute(
        f"update credentials set refresh_started_at = now(), lease_until = now() + make_interval(secs => $5) "
        f"where {_MINE}",
        project_id,
        account_id,
        owner,
        generation,
        seconds,
    )
    return tag == "UPDATE 1"


async def stage(
    conn: Connection,
    *,
    project_id: str,
    account_id: str,
    owner: str,
    generation: int,
    issued_at: datetime,
    expires_at: datetime | None,
    hard_end_at: datetime | None,
    seconds: float,
) -> int | None:
    """Make room for an unproven generation and lengthen the lease; None where the fence fell."""
    number: int | None = await conn.fetchval(
        f"""
        update credentials set staged_generation = generation + 1, staged_issued_at = $5, staged_expires_at = $6,
            staged_hard_end_at = $7, refresh_started_at = null, lease_until = now() + make_interval(secs => $8)
        where {_MINE} returning staged_generation
        """,
        project_id,
        account_id,
        owner,
        generation,
        issued_at,
        expires_at,
        hard_end_at,
        seconds,
    )
    return number


async def swap(
    conn: Connection, *, project_id: str, account_id: str, owner: str, generation: int, now: datetime
) -> SealedCredential | None:
    """Put the staged generation in the place of this one and end the lease; None where the fence fell."""
    row = await conn.fetchrow(
        f"""
        update credentials set generation = staged_generation, refused_generation = null, issued_at = staged_issued_at,
            expires_at = staged_expires_at, staged_generation = null, staged_issued_at = null,
            staged_expires_at = null, staged_hard_end_at = null, lease_owner = null, lease_until = null,
            refresh_started_at = null, refreshed_at = $5, refreshes = refreshes + 1, failures = 0, refusals = 0,
            last_failure = null
        where {_MINE} and staged_generation is not null returning {_COLUMNS}
        """,
        project_id,
        account_id,
        owner,
        generation,
        now,
    )
    return None if row is None else SealedCredential(**row)


async def release(
    conn: Connection,
    *,
    project_id: str,
    account_id: str,
    owner: str,
    generation: int,
    failures: int,
    refusals: int,
    last_failure: str | None,
) -> bool:
    """End the lease and keep why nothing was swapped; False where the fence fell."""
    tag = await conn.execute(
        f"""
        update credentials set lease_owner = null, lease_until = null, failures = $5, refusals = $6, last_failure = $7
        where {_MINE}
        """,
        project_id,
        account_id,
        owner,
        generation,
        failures,
        refusals,
        last_failure,
    )
    return tag == "UPDATE 1"


async def forget_call(conn: Connection, *, project_id: str, account_id: str, owner: str, generation: int) -> None:
    """Note that the provider has answered, or was never reached: nothing of the refresh is in the dark."""
    await conn.execute(
        f"update credentials set refresh_started_at = null where {_MINE}", project_id, account_id, owner, generation
    )


async def drop_staged(conn: Connection, *, project_id: str, account_id: str, owner: str, generation: int) -> None:
    """Forget the staged generation."""
    await conn.execute(
        f"""
        update credentials set staged_generation = null, staged_issued_at = null, staged_expires_at = null,
            staged_hard_end_at = null
        where {_MINE}
        """,
        project_id,
        account_id,
        owner,
        generation,
    )
