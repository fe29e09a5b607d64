"""Idempotency keys in the database: which write each one stands for, and the answer that was kept for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from crossdock.db.pool import Connection, Row

# What has ended is gone for everyone; no row is handed to anybody.
ACROSS_PROJECTS = ("delete_ended",)


class Write(NamedTuple):
    """What a key stands for: a call of an account, its id in the log, and how to find out whether it happened."""

    account_id: str
    action: str
    call_id: str | None = None
    look_with: Mapping[str, Any] | None = None


async def insert_key(
    conn: Connection,
    *,
    project_id: str,
    holder: str,
    key: str,
    fingerprint: bytes,
    write: Write,
    now: datetime,
    running_until: datetime,
    expires_at: datetime,
) -> bool:
    """Claim a key; False where it is taken. One whose time has ended is taken over."""
    claimed = await conn.fetchval(
        """insert into idempotency_keys as k
               (project_id, holder, key, fingerprint, running_until, created_at, expires_at,
                account_id, action, call_id, look_with)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
           on conflict (project_id, holder, key) do update set fingerprint = $4, answer = null, content = null,
               answered_at = null, running_until = $5, created_at = $6, expires_at = $7, account_id = $8, action = $9,
               call_id = $10, look_with = $11 where k.expires_at <= $6
           returning true""",
        project_id,
        holder,
        key,
        fingerprint,
        running_until,
        now,
        expires_at,
        *write,
    )
    return bool(claimed)


async def read_key(conn: Connection, *, project_id: str, holder: str, key: str) -> Row | None:
    """Return the fingerprint, the kept answer with its content, the write's call, and until when it may be running."""
    return await conn.fetchrow(
        """select fingerprint, answer, content, call_id, running_until from idempotency_keys
           where project_id = $1 and holder = $2 and key = $3""",
        project_id,
        holder,
        key,
    )


async def keep_answer(
    conn: Connection,
    *,
    project_id: str,
    holder: str,
    key: str,
    answer: dict[str, Any],
    content: bytes | None,
    now: datetime,
    running_until: datetime,
) -> bool:
    """Keep a claimed key's answer; False where the claim is gone.

    ``running_until`` is until when a write whose outcome is unknown can still happen.
    """
    kept = await conn.fetchval(
        """update idempotency_keys set answer = $4, content = $5, running_until = $6, answered_at = $7
           where project_id = $1 and holder = $2 and key = $3 and answer is null returning true""",
        project_id,
        holder,
        key,
        answer,
        content,
        running_until,
        now,
    )
    return bool(kept)


async def find_keys(
    conn: Connection, *, project_id: str, key: str, account_id: str, holder: str | None, now: datetime
) -> Sequence[Row]:
    """Return what stands under a key for an account, the newest first; with a holder of that one's alone."""
    return await conn.fetch(
        """select holder, account_id, action, call_id, look_with, created_at, answered_at, running_until, expires_at,
                  answer -> 'error' as error, coalesce((answer ->> 'status')::int, 200) as status,
                  answer is not null as is_answered, coalesce((answer ->> 'found')::boolean, false) as is_found,
                  coalesce((answer ->> 'refused')::boolean, false) as is_refused, answer -> 'headers' as headers,
                  coalesce(json_array_length(answer -> 'errors'), 0) > 0 as has_errors
           from idempotency_keys
           where project_id = $1 and key = $2 and account_id = $3 and expires_at > $4
             and ($5::text is null or holder = $5) and holder <> 'look'
           order by created_at desc""",
        project_id,
        key,
        account_id,
        now,
        holder,
    )


async def retake_key(
    conn: Connection, *, project_id: str, holder: str, key: str, now: datetime, running_until: datetime
) -> Row | None:
    """Claim a key whose write is in doubt; return answer, created_at and running_until as they were, None if taken."""
    return await conn.fetchrow(
        """with doubted as (
               select answer, created_at, running_until from idempotency_keys
               where project_id = $1 and holder = $2 and key = $3
                 and (answer->'error'->>'code' = 'outcome_unknown' or (answer is null and running_until <= $4))
               for update)
           update idempotency_keys k set answer = null, running_until = $5 from doubted
           where k.project_id = $1 and k.holder = $2 and k.key = $3
           returning doubted.answer, k.created_at, doubted.running_until""",
        project_id,
        holder,
        key,
        now,
        running_until,
    )


async def delete_key(conn: Connection, *, project_id: str, holder: str, key: str) -> bool:
    """Give a claimed key free, since nothing was done for it."""
    freed = await conn.fetchval(
        """delete from idempotency_keys
           where project_id = $1 and holder = $2 and key = $3 and answer is null returning true""",
        project_id,
        holder,
        key,
    )
    return bool(freed)


async def delete_ended(conn: Connection, *, now: datetime, at_most: int) -> int:
    """Delete keys whose time has ended; return how many."""
    count: int = await conn.fetchval(
        """with gone as (
               delete from idempotency_keys where ctid = any(array(
                   select ctid from idempotency_keys where expires_at <= $1 limit $2)) returning 1)
           select count(*) from gone""",
        now,
        at_most,
    )
    return count
