"""Rows of accounts, their candidates and the first generation of their credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from crossdock.accounts.model import (
    Account,
    AccountQuery,
    CallRecord,
    Candidate,
    Identity,
    SealedCredential,
    StatusReason,
)
from crossdock.connectors.choice import Choice
from crossdock.db.pool import Connection, Row
from crossdock.kernel.clock import iso

ACROSS_PROJECTS = (
    "due_accounts",  # the sweep serves every project; it hands out ids, which the project's own calls then use
    "expired_candidates",  # the same for what nobody confirmed
)

_NAMES = tuple(field.name for field in fields(Account) if field.name != "choice")
# What the connector profile is for comes with the account, so that no call can be judged without it.
_ACCOUNT = f"""{", ".join(_NAMES)}, (select jsonb_build_object('actions', profile.actions, 'effects', profile.effects)
    from integrations as profile
    where profile.project_id = accounts.project_id and profile.id = accounts.integration_id) as choice"""
_CREDENTIAL = ", ".join(field.name for field in fields(SealedCredential))
_CANDIDATE = ", ".join(field.name for field in fields(Candidate))
_CHANGEABLE = frozenset(_NAMES) - {"id", "project_id", "created_at", "linked_by", "connector_key"}
_LIVE = "project_id = $1 and deleted_at is null"


async def insert_account(conn: Connection, *, project_id: str, account: Account) -> None:
    """Write a new account."""
    values = _columns(account)
    names = ", ".join(values)
    places = ", ".join(f"${number}" for number in range(2, len(values) + 2))
    await conn.execute(
        f"insert into accounts (project_id, {names}) values ($1, {places})", project_id, *values.values()
    )


async def get_account(conn: Connection, *, project_id: str, account_id: str) -> Account | None:
    """Return an account that is not deleted."""
    row = await conn.fetchrow(f"select {_ACCOUNT} from accounts where {_LIVE} and id = $2", project_id, account_id)
    return None if row is None else _account(row)


async def lock_account(conn: Connection, *, project_id: str, account_id: str) -> Account | None:
    """Return an account and hold its row until the transaction ends."""
    row = await conn.fetchrow(
        f"select {_ACCOUNT} from accounts where {_LIVE} and id = $2 for update", project_id, account_id
    )
    return None if row is None else _account(row)


async def update_account(
    conn: Connection, *, project_id: str, account_id: str, values: Mapping[str, Any]
) -> Account | None:
    """Set columns of an account; return it as it is then."""
    unknown = set(values) - _CHANGEABLE
    if unknown:
        raise ValueError(f"not columns of an account: {sorted(unknown)}")
    ready = {name: _encoded(name, value) for name, value in values.items()}
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(ready, start=3))
    row = await conn.fetchrow(
        f"update accounts set {sets} where {_LIVE} and id = $2 returning {_ACCOUNT}",
        project_id,
        account_id,
        *ready.values(),
    )
    return None if row is None else _account(row)


async def list_accounts(conn: Connection, *, project_id: str, query: AccountQuery) -> tuple[list[Account], int]:
    """Return one page of accounts, the newest first, and how many match in all."""
    rows = await conn.fetch(
        f"""
        select {_ACCOUNT}, count(*) over () as total from accounts
        where {_LIVE}
          and (cardinality($2::text[]) = 0 or connector_key = any($2))
          and (cardinality($3::text[]) = 0 or origin_owner_id = any($3))
          and (cardinality($4::text[]) = 0 or id = any($4))
          and (cardinality($5::text[]) = 0 or case when paused_at is null then status else 'inactive' end = any($5))
          and (cardinality($6::text[]) = 0 or type = any($6))
          and (cardinality($7::text[]) = 0 or integration_id = any($7))
          and ($8::text is null or position(lower($8) in lower(concat_ws(' ', id, connector_key, origin_owner_id,
               origin_owner_name, origin_username, label, identity ->> 'name', identity ->> 'id'))) > 0)
        order by created_at desc, id desc limit $9 offset $10
        """,
        project_id,
        list(query.providers),
        list(query.origin_owner_ids),
        list(query.account_ids),
        list(query.statuses),
        list(query.types),
        list(query.integration_ids),
        query.search,
        query.limit,
        query.offset,
    )
    if not rows and query.offset:
        return [], (await list_accounts(conn, project_id=project_id, query=replace(query, limit=1, offset=0)))[1]
    return [_account(row) for row in rows], rows[0]["total"] if rows else 0


async def accounts_of_owner(
    conn: Connection, *, project_id: str, origin_owner_id: str, connector_key: str
) -> list[Account]:
    """Return an owner's accounts with one provider, the newest first."""
    rows = await conn.fetch(
        f"select {_ACCOUNT} from accounts where {_LIVE} and origin_owner_id = $2 and connector_key = $3 "
        "order by created_at desc, id desc",
        project_id,
        origin_owner_id,
        connector_key,
    )
    return [_account(row) for row in rows]


async def accounts_of_identity(
    conn: Connection, *, project_id: str, connector_key: str, identity_key: str
) -> list[Account]:
    """Return the accounts that reach the same account at the provider."""
    rows = await conn.fetch(
        f"select {_ACCOUNT} from accounts where {_LIVE} and connector_key = $2 and identity_key = $3 "
        "order by created_at desc, id desc",
        project_id,
        connector_key,
        identity_key,
    )
    return [_account(row) for row in rows]


async def due_accounts(conn: Connection, *, now: datetime, limit: int) -> list[tuple[str, str, str]]:
    """Return what is due as (project id, account id, ``refresh`` or ``probe``), the longest due first."""
    rows = await conn.fetch(
        """
        (select project_id, id, 'refresh' as task, next_refresh_at as due from accounts
         where next_refresh_at <= $1 and deleted_at is null order by next_refresh_at limit $2)
        union all
        (select project_id, id, 'probe', next_probe_at from accounts
         where next_probe_at <= $1 and deleted_at is null and paused_at is null order by next_probe_at limit $2)
        order by due, id limit $2
        """,
        now,
        limit,
    )
    return [(row["project_id"], row["id"], row["task"]) for row in rows]


async def insert_credential(
    conn: Connection,
    *,
    project_id: str,
    account_id: str,
    issued_at: datetime,
    expires_at: datetime | None,
) -> None:
    """Write the first generation of a credential."""
    await conn.execute(
        "insert into credentials (project_id, account_id, generation, issued_at, expires_at) "
        "values ($1, $2, 1, $3, $4)",
        project_id,
        account_id,
        issued_at,
        expires_at,
    )


async def get_credential(conn: Connection, *, project_id: str, account_id: str) -> SealedCredential | None:
    """Return the credential's generation, lease and fence."""
    row = await conn.fetchrow(
        f"select {_CREDENTIAL} from credentials where project_id = $1 and account_id = $2", project_id, account_id
    )
    return None if row is None else SealedCredential(**row)


async def replace_credential(
    conn: Connection, *, project_id: str, account_id: str, issued_at: datetime, expires_at: datetime | None
) -> int | None:
    """Begin a new generation past every one in use or staged, fencing off whoever refreshes now; return its number."""
    number: int | None = await conn.fetchval(
        """
        update credentials set generation = greatest(generation, staged_generation) + 1, refused_generation = null,
            staged_generation = null, staged_issued_at = null, staged_expires_at = null, staged_hard_end_at = null,
            lease_owner = null, lease_until = null, refresh_started_at = null, issued_at = $3, expires_at = $4,
            failures = 0, refusals = 0, last_failure = null
        where project_id = $1 and account_id = $2 returning generation
        """,
        project_id,
        account_id,
        issued_at,
        expires_at,
    )
    return number


async def mark_refused(conn: Connection, *, project_id: str, account_id: str, generation: int) -> bool:
    """Note that the provider refuses this generation; False where it is no longer the one in use."""
    tag = await conn.execute(
        "update credentials set refused_generation = $3 where project_id = $1 and account_id = $2 and generation = $3",
        project_id,
        account_id,
        generation,
    )
    return tag == "UPDATE 1"


async def clear_refused(conn: Connection, *, project_id: str, account_id: str) -> None:
    """Note that the provider takes the generation in use after all."""
    await conn.execute(
        "update credentials set refused_generation = null where project_id = $1 and account_id = $2",
        project_id,
        account_id,
    )


async def delete_credential(conn: Connection, *, project_id: str, account_id: str) -> None:
    """Remove the credential's row; a refresh under way then fails at its fence."""
    await conn.execute("delete from credentials where project_id = $1 and account_id = $2", project_id, account_id)


async def insert_candidate(conn: Connection, *, project_id: str, candidate: Candidate) -> None:
    """Write a candidate."""
    values = {field.name: _encoded(field.name, getattr(candidate, field.name)) for field in fields(candidate)}
    del values["project_id"]
    places = ", ".join(f"${number}" for number in range(2, len(values) + 2))
    await conn.execute(
        f"insert into candidates (project_id, {', '.join(values)}) values ($1, {places})", project_id, *values.values()
    )


async def get_candidate(conn: Connection, *, project_id: str, candidate_id: str) -> Candidate | None:
    """Return a candidate and hold its row where a transaction is open."""
    row = await conn.fetchrow(
        f"select {_CANDIDATE} from candidates where project_id = $1 and id = $2 for update", project_id, candidate_id
    )
    return None if row is None else _candidate(row)


async def update_candidate(
    conn: Connection, *, project_id: str, candidate_id: str, values: Mapping[str, Any]
) -> Candidate | None:
    """Set columns of a candidate."""
    unknown = set(values) - set(_CANDIDATE.split(", "))
    if unknown:
        raise ValueError(f"not columns of a candidate: {sorted(unknown)}")
    ready = {name: _encoded(name, value) for name, value in values.items()}
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(ready, start=3))
    row = await conn.fetchrow(
        f"update candidates set {sets} where project_id = $1 and id = $2 returning {_CANDIDATE}",
        project_id,
        candidate_id,
        *ready.values(),
    )
    return None if row is None else _candidate(row)


async def delete_candidate(conn: Connection, *, project_id: str, candidate_id: str) -> bool:
    """Remove a candidate's row."""
    tag = await conn.execute("delete from candidates where project_id = $1 and id = $2", project_id, candidate_id)
    return tag == "DELETE 1"


async def expired_candidates(conn: Connection, *, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return candidates whose time is over as (project id, candidate id), held until the transaction ends."""
    rows = await conn.fetch(
        "select project_id, id from candidates where expires_at <= $1 order by expires_at limit $2 "
        "for update skip locked",
        now,
        limit,
    )
    return [(row["project_id"], row["id"]) for row in rows]


async def recent_calls(conn: Connection, *, project_id: str, account_id: str, limit: int) -> list[CallRecord]:
    """Return the newest calls that passed through an account."""
    names = ", ".join(field.name for field in fields(CallRecord))
    rows = await conn.fetch(
        f"select {names} from calls where project_id = $1 and account_id = $2 order by created_at desc, id limit $3",
        project_id,
        account_id,
        limit,
    )
    return [CallRecord(**row) for row in rows]


def _columns(account: Account) -> dict[str, Any]:
    names = [name for name in _NAMES if name != "project_id"]
    return {name: _encoded(name, getattr(account, name)) for name in names}


def _encoded(name: str, value: Any) -> Any:
    if name == "identity":
        return {} if value is None else value.as_dict()
    if name == "status_reasons":
        return [
            {"timestamp": iso(reason.timestamp), "code": reason.code, "description": reason.description}
            for reason in value
        ]
    if isinstance(value, frozenset | set | tuple):
        return sorted(value)
    return dict(value) if isinstance(value, Mapping) else value


def _account(row: Row) -> Account:
    stored: dict[str, Any] = {name: row[name] for name in _NAMES}
    stored["status_reasons"] = _reasons(stored["status_reasons"])
    chosen = row["choice"]
    choice = Choice(actions=tuple(chosen["actions"]), effects=frozenset(chosen["effects"]))
    return Account(**_read(stored), choice=choice)


def _candidate(row: Row) -> Candidate:
    return Candidate(**_read(dict(row)))


def _read(stored: dict[str, Any]) -> dict[str, Any]:
    stored["identity"] = _identity(stored["identity"])
    for name in ("effects", "scopes_found", "scopes_missing"):
        if name in stored:
            stored[name] = frozenset(stored[name])
    return stored


def _identity(stored: Mapping[str, Any]) -> Identity | None:
    return Identity(stored["id"], stored["name"], stored["details"]) if stored else None


def _reasons(stored: Sequence[Mapping[str, str]]) -> tuple[StatusReason, ...]:
    return tuple(
        StatusReason(datetime.fromisoformat(one["timestamp"]), one["code"], one["description"]) for one in stored
    )
