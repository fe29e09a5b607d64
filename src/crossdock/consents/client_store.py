"""The statements of apps: who they say they are, before anybody knows for which project."""

from __future__ import annotations

from datetime import datetime

from crossdock.consents.model import Client
from crossdock.db.pool import Connection, Row

# An app belongs to no project: what a project allowed it does.
ACROSS_PROJECTS = (
    "lock_origin",
    "registered_since",
    "count_idle",
    "drop_oldest_idle",
    "insert_registered",
    "write_document",
    "find_client",
    "note_allowed",
    "sweep_idle",
)

_CLIENT = (
    "id, client_id, kind, name, redirect_uris, auth_method, secret_hash, refreshes, created_at, fresh_until, allowed_at"
)


async def lock_origin(conn: Connection, *, origin: bytes) -> None:
    """Let nobody else register from the same place until the transaction ends."""
    await conn.execute("select pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 7))", origin)


async def registered_since(conn: Connection, *, origin: bytes, since: datetime) -> list[datetime]:
    """Return when apps were registered from a place, oldest first."""
    rows = await conn.fetch(
        "select created_at from oauth_clients where registered_from = $1 and created_at > $2 order by created_at",
        origin,
        since,
    )
    return [row["created_at"] for row in rows]


async def count_idle(conn: Connection) -> int:
    """Return how many registered apps nobody has allowed anything yet."""
    found: int = await conn.fetchval(
        "select count(*) from oauth_clients where allowed_at is null and kind = 'registered'"
    )
    return found


async def drop_oldest_idle(conn: Connection, *, before: datetime) -> bool:
    """Delete the oldest registered app that nobody allowed anything, made before a moment; tell whether one was."""
    tag = await conn.execute(
        """delete from oauth_clients where id = (
               select id from oauth_clients where allowed_at is null and kind = 'registered' and created_at < $1
               order by created_at limit 1 for update skip locked)""",
        before,
    )
    return tag != "DELETE 0"


async def insert_registered(conn: Connection, *, client: Client, origin: bytes) -> None:
    """Write an app that has registered itself."""
    await conn.execute(
        "insert into oauth_clients (id, client_id, kind, name, redirect_uris, auth_method, secret_hash, refreshes,"
        " registered_from, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        client.id,
        client.client_id,
        client.kind,
        client.name,
        list(client.redirect_uris),
        client.auth_method,
        client.secret_hash,
        client.refreshes,
        origin,
        client.created_at,
    )


async def write_document(conn: Connection, *, client: Client) -> Client:
    """Write what an app's document says, over what it said before; return the app, with its first row's id."""
    row = await conn.fetchrow(
        f"""insert into oauth_clients
                (id, client_id, kind, name, redirect_uris, auth_method, refreshes, created_at, fresh_until)
            values ($1, $2, 'document', $3, $4, 'none', $5, $6, $7)
            on conflict (client_id) do update set name = $3, redirect_uris = $4, refreshes = $5, fresh_until = $7
            returning {_CLIENT}""",
        client.id,
        client.client_id,
        client.name,
        list(client.redirect_uris),
        client.refreshes,
        client.created_at,
        client.fresh_until,
    )
    return _client(row or {})


async def find_client(conn: Connection, *, client_id: str) -> Client | None:
    """Return an app by what it calls itself."""
    row = await conn.fetchrow(f"select {_CLIENT} from oauth_clients where client_id = $1", client_id)
    return _client(row) if row else None


async def note_allowed(conn: Connection, *, client: str, at: datetime) -> bool:
    """Note that a person allowed an app something; return False where it is gone."""
    tag = await conn.execute("update oauth_clients set allowed_at = $2 where id = $1", client, at)
    return tag == "UPDATE 1"


async def sweep_idle(conn: Connection, *, idle: datetime, ended: datetime) -> None:
    """Delete apps that hold nothing: those never allowed anything since ``idle``, others after ``ended``."""
    await conn.execute(
        """delete from oauth_clients as c
           where ((allowed_at is null and created_at < $1) or allowed_at < $2)
               and not exists (select from oauth_grants where client = c.id)""",
        idle,
        ended,
    )


def _client(row: Row) -> Client:
    values = dict(row)
    del values["allowed_at"]
    return Client(**{**values, "redirect_uris": tuple(values["redirect_uris"])})
