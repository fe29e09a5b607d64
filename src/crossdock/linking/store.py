"""Connect sessions and attempts in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from crossdock.db.pool import Connection
from crossdock.linking.session import Attempt, Check, ConnectSession, SessionRequest

# A token or a state is the key itself, and names the project; the sweep cleans up for all projects at once.
ACROSS_PROJECTS = ("session_by_token", "take_state", "expire_attempts")

_SESSION = """id, project_id, origin_owner_id, origin_owner_name, origin_username, provider, integration_id, account_id,
    categories, multiple, label, type, effects, effects_locked, metadata, allowed_origins, return_url, channel,
    created_by, created_at, expires_at, finished_at, revoked_at"""
_ATTEMPT = """id, project_id, session_id, integration_id, status, field, account_id, candidate_id, effects, checklist,
    notes, cause, provider_status, provider_body, identity, conflict, redirect_uri, created_at, updated_at,
    expires_at"""


def _session(row: Mapping[str, Any] | None) -> ConnectSession:
    values = dict(row or {})
    for name in ("categories", "allowed_origins"):
        values[name] = tuple(values[name])
    values["effects"] = frozenset(values["effects"])
    return ConnectSession(**values)


def _attempt(row: Mapping[str, Any] | None) -> Attempt:
    values = dict(row or {})
    values["effects"] = frozenset(values["effects"])
    values["notes"] = tuple(values["notes"])
    values["checklist"] = tuple(Check(**line) for line in values["checklist"])
    return Attempt(**values)


async def insert_session(
    conn: Connection,
    *,
    project_id: str,
    token_hash: bytes,
    request: SessionRequest,
    created_by: str,
    now: datetime,
) -> ConnectSession:
    """Keep a new session under its token's hash."""
    row = await conn.fetchrow(
        f"""insert into connect_sessions (project_id, token_hash, origin_owner_id, origin_owner_name, origin_username,
                provider, integration_id, account_id, categories, multiple, label, type, effects, effects_locked,
                metadata, allowed_origins, return_url, channel, created_by, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
            returning {_SESSION}""",
        project_id,
        token_hash,
        request.origin_owner_id,
        request.origin_owner_name,
        request.origin_username,
        request.provider,
        request.integration_id,
        request.account_id,
        list(request.categories),
        request.multiple == "several",
        request.label,
        request.type,
        sorted(request.effects),
        request.effects_choice == "locked",
        dict(request.metadata),
        list(request.allowed_origins),
        request.return_url,
        request.channel,
        created_by,
        now,
        now + request.life,
    )
    return _session(row)


async def session_by_token(conn: Connection, *, token_hash: bytes) -> ConnectSession | None:
    """Find the session of a token, expired or not."""
    row = await conn.fetchrow(f"select {_SESSION} from connect_sessions where token_hash = $1", token_hash)
    return _session(row) if row else None


async def get_session(conn: Connection, *, project_id: str, session_id: int) -> ConnectSession | None:
    """Find a session by its number."""
    row = await conn.fetchrow(
        f"select {_SESSION} from connect_sessions where project_id = $1 and id = $2", project_id, session_id
    )
    return _session(row) if row else None


async def finish_session(conn: Connection, *, project_id: str, session_id: int, now: datetime) -> None:
    """Note that the session has linked its account."""
    await conn.execute(
        "update connect_sessions set finished_at = coalesce(finished_at, $3) where project_id = $1 and id = $2",
        project_id,
        session_id,
        now,
    )


async def revoke_session(conn: Connection, *, project_id: str, session_id: int, now: datetime) -> None:
    """Take a session back that has linked nothing; whoever holds its link gets no further."""
    await conn.execute(
        """update connect_sessions set revoked_at = coalesce(revoked_at, $3)
           where project_id = $1 and id = $2 and finished_at is null""",
        project_id,
        session_id,
        now,
    )


async def extend_session(conn: Connection, *, project_id: str, session_id: int, expires_at: datetime) -> None:
    """Give the session more time."""
    await conn.execute(
        "update connect_sessions set expires_at = greatest(expires_at, $3) where project_id = $1 and id = $2",
        project_id,
        session_id,
        expires_at,
    )


async def insert_attempt(
    conn: Connection,
    *,
    project_id: str,
    attempt_id: str,
    session_id: int,
    values: Mapping[str, Any],
    now: datetime,
    expires_at: datetime,
) -> Attempt:
    """Keep a new attempt; ``values`` are further columns by name."""
    columns = {
        "id": attempt_id,
        "project_id": project_id,
        "session_id": session_id,
        "created_at": now,
        "updated_at": now,
        "expires_at": expires_at,
        **_columns(values),
    }
    names, marks = ", ".join(columns), ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    row = await conn.fetchrow(
        f"insert into connection_attempts ({names}) values ({marks}) returning {_ATTEMPT}", *columns.values()
    )
    return _attempt(row)


async def get_attempt(conn: Connection, *, project_id: str, session_id: int, attempt_id: str) -> Attempt | None:
    """Find an attempt of a session."""
    row = await conn.fetchrow(
        f"select {_ATTEMPT} from connection_attempts where project_id = $1 and session_id = $2 and id = $3",
        project_id,
        session_id,
        attempt_id,
    )
    return _attempt(row) if row else None


async def latest_attempt(conn: Connection, *, project_id: str, session_id: int) -> Attempt | None:
    """Find the newest attempt of a session."""
    row = await conn.fetchrow(
        f"""select {_ATTEMPT} from connection_attempts where project_id = $1 and session_id = $2
            order by created_at desc, id desc limit 1""",
        project_id,
        session_id,
    )
    return _attempt(row) if row else None


async def linked_attempt(conn: Connection, *, project_id: str, session_id: int) -> Attempt | None:
    """Find the newest attempt of a session that has linked an account."""
    row = await conn.fetchrow(
        f"""select {_ATTEMPT} from connection_attempts
            where project_id = $1 and session_id = $2 and status = 'authenticated'
            order by updated_at desc, id desc limit 1""",
        project_id,
        session_id,
    )
    return _attempt(row) if row else None


async def lock_owner(conn: Connection, *, project_id: str, origin_owner_id: str) -> None:
    """Let one transaction at a time link for an owner."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'crossdock.linking', $1::text, $2::text), 0))",
        project_id,
        origin_owner_id,
    )


async def lock_attempt(conn: Connection, *, project_id: str, attempt_id: str) -> Attempt | None:
    """Find an attempt and keep others from changing it until the transaction ends."""
    row = await conn.fetchrow(
        f"select {_ATTEMPT} from connection_attempts where project_id = $1 and id = $2 for update",
        project_id,
        attempt_id,
    )
    return _attempt(row) if row else None


async def update_attempt(
    conn: Connection,
    *,
    project_id: str,
    attempt_id: str,
    values: Mapping[str, Any],
    now: datetime,
    only_in: Sequence[str],
) -> Attempt | None:
    """Change columns by name where the attempt's status is one of ``only_in``; None where it has moved on."""
    columns = _columns(values)
    changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=5))
    row = await conn.fetchrow(
        f"""update connection_attempts set updated_at = $3, {changes}
            where project_id = $1 and id = $2 and status = any($4::text[]) returning {_ATTEMPT}""",
        project_id,
        attempt_id,
        now,
        list(only_in),
        *columns.values(),
    )
    return _attempt(row) if row else None


async def put_state(
    conn: Connection,
    *,
    project_id: str,
    attempt_id: str,
    state_hash: bytes,
    binding_hash: bytes,
    code_verifier: str,
    expires_at: datetime,
) -> None:
    """Lay down what the provider's answer must fit: the state, the browser, the PKCE verifier."""
    await conn.execute(
        """update connection_attempts set state_hash = $3, binding_hash = $4, code_verifier = $5, expires_at = $6
           where project_id = $1 and id = $2""",
        project_id,
        attempt_id,
        state_hash,
        binding_hash,
        code_verifier,
        expires_at,
    )


async def take_state(
    conn: Connection, *, state_hash: bytes, binding_hash: bytes, now: datetime
) -> tuple[Attempt, str] | None:
    """Use a state up: of any number of callers one gets the attempt and its verifier, and only in the same browser."""
    row = await conn.fetchrow(
        f"""with taken as (
                select id as taken_id, code_verifier as verifier from connection_attempts
                where state_hash = $1 and binding_hash = $2 and expires_at > $3 and status = 'pending' for update
            )
            update connection_attempts set state_hash = null, binding_hash = null, code_verifier = null, updated_at = $3
            from taken where id = taken.taken_id returning {_ATTEMPT}, taken.verifier as taken_verifier""",
        state_hash,
        binding_hash,
        now,
    )
    if row is None:
        return None
    values = dict(row)
    verifier = str(values.pop("taken_verifier"))
    return _attempt(values), verifier


async def expire_attempts(conn: Connection, *, now: datetime, limit: int) -> list[tuple[str, str]]:
    """End attempts whose time is over; return (project id, attempt id) of each."""
    rows = await conn.fetch(
        """update connection_attempts set status = 'expired', updated_at = $1, state_hash = null, code_verifier = null
           where id in (
               select id from connection_attempts
               where expires_at < $1 and status in ('pending', 'testing', 'confirm') limit $2 for update skip locked
           ) returning project_id, id""",
        now,
        limit,
    )
    return [(row["project_id"], row["id"]) for row in rows]


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(values)
    if "checklist" in columns:
        columns["checklist"] = [asdict(line) for line in columns["checklist"]]
    for name in ("effects", "notes"):
        if name in columns:
            columns[name] = sorted(columns[name]) if name == "effects" else list(columns[name])
    return columns
