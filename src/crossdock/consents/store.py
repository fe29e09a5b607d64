"""The statements of what people allowed apps, and of the codes and tokens of that: digests, never their text."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from crossdock.consents.model import App, Code, Token, Why
from crossdock.db.pool import Connection, Row
from crossdock.projects.model import AgentGrant

# A code or token is the key itself, and names the project; the sweep cleans up for all projects at once.
ACROSS_PROJECTS = ("take_code", "use_access", "find_token", "sweep")

_APP = """id, project_id, client, client_name, redirect_host, owner_id, accounts, actions, effects, may_request_links,
    created_at, created_by, expires_at, begun_at, last_used_at, revoked_at, revoked_why"""
_COLUMNS = "t.project_id, t.grant_id, g.client, t.kind, t.resource, t.expires_at, t.used_at, t.salt"


async def insert_app(conn: Connection, *, project_id: str, app: App) -> None:
    """Write what a person allows an app."""
    await conn.execute(
        "insert into oauth_grants (id, project_id, client, client_name, redirect_host, owner_id, accounts, actions,"
        " effects, may_request_links, created_at, created_by, expires_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        app.id,
        project_id,
        app.client,
        app.client_name,
        app.redirect_host,
        app.grant.owner_id,
        sorted(app.grant.accounts),
        list(app.grant.actions),
        sorted(app.grant.effects),
        app.grant.may_request_links,
        app.created_at,
        app.created_by,
        app.grant.ends_at,
    )


async def list_apps(conn: Connection, *, project_id: str) -> list[App]:
    """Return what the project's people allowed apps that came for their tokens, newest first, ended ones included."""
    rows = await conn.fetch(
        f"""select {_APP} from oauth_grants where project_id = $1 and begun_at is not null
            order by created_at desc, id desc""",
        project_id,
    )
    return [_app(row) for row in rows]


async def begin_app(conn: Connection, *, project_id: str, app_id: str, at: datetime) -> App | None:
    """Note that an app gets tokens, and return what it is allowed, unless that is revoked or at its end."""
    row = await conn.fetchrow(
        f"""update oauth_grants set begun_at = coalesce(begun_at, $3)
            where project_id = $1 and id = $2 and revoked_at is null and expires_at > $3 returning {_APP}""",
        project_id,
        app_id,
        at,
    )
    return _app(row) if row else None


async def revoke_app(conn: Connection, *, project_id: str, app_id: str, why: Why, at: datetime) -> App | None:
    """Mark what an app was allowed as revoked, now or since long, and return it."""
    row = await conn.fetchrow(
        f"""update oauth_grants set revoked_at = coalesce(revoked_at, $4), revoked_why = coalesce(revoked_why, $3)
            where project_id = $1 and id = $2 returning {_APP}""",
        project_id,
        app_id,
        why,
        at,
    )
    return _app(row) if row else None


async def insert_code(conn: Connection, *, project_id: str, code_hash: bytes, code: Code) -> None:
    """Write a code's digest, with what it is for."""
    await conn.execute(
        "insert into oauth_codes (code_hash, project_id, grant_id, redirect_uri, challenge, resource, expires_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        code_hash,
        project_id,
        code.grant_id,
        code.redirect_uri,
        code.challenge,
        code.resource,
        code.expires_at,
    )


async def take_code(
    conn: Connection, *, code_hash: bytes, at: datetime
) -> tuple[Code, Literal["first", "again"]] | None:
    """Use a code up: of any number of callers one is the first."""
    row = await conn.fetchrow(
        """with found as (select code_hash as hash, used_at as before from oauth_codes where code_hash = $1 for update)
           update oauth_codes as c set used_at = coalesce(c.used_at, $2) from found, oauth_grants as g
           where c.code_hash = found.hash and g.id = c.grant_id and g.project_id = c.project_id
           returning c.project_id, c.grant_id, g.client, c.redirect_uri, c.challenge, c.resource, c.expires_at,
               found.before""",
        code_hash,
        at,
    )
    if row is None:
        return None
    values = dict(row)
    before = values.pop("before")
    return Code(**values), "first" if before is None else "again"


async def insert_token(conn: Connection, *, project_id: str, token_hash: bytes, token: Token, at: datetime) -> None:
    """Write a token's digest, unless it stands there already."""
    await conn.execute(
        "insert into oauth_tokens (token_hash, project_id, grant_id, kind, resource, created_at, expires_at)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (token_hash) do nothing",
        token_hash,
        project_id,
        token.grant_id,
        token.kind,
        token.resource,
        at,
        token.expires_at,
    )


async def find_token(conn: Connection, *, token_hash: bytes, grace: timedelta) -> Token | None:
    """Return a token by its digest, and keep others from using it until the transaction ends.

    Whether it was exchanged within the ``grace`` is judged by the database's clock, which all replicas share.
    """
    row = await conn.fetchrow(
        f"""select {_COLUMNS}, coalesce(t.used_at > now() - $2::interval, false) as in_grace from oauth_tokens as t
            join oauth_grants as g on g.project_id = t.project_id and g.id = t.grant_id
            where t.token_hash = $1 for update of t""",
        token_hash,
        grace,
    )
    return Token(**row) if row else None


async def spend_token(conn: Connection, *, project_id: str, token_hash: bytes, salt: bytes) -> None:
    """Note that a refresh token is exchanged now, by the database's clock, and what its successor is derived with."""
    await conn.execute(
        "update oauth_tokens set used_at = clock_timestamp(), salt = $3 where project_id = $1 and token_hash = $2",
        project_id,
        token_hash,
        salt,
    )


async def use_access(
    conn: Connection, *, token_hash: bytes, resource: str, at: datetime
) -> tuple[App, datetime] | None:
    """Note that an app calls, and return what it is allowed and when its token ends.

    None where the token is unknown, over, not an access token or for another audience, or what it stands for is
    revoked or over.
    """
    row = await conn.fetchrow(
        f"""with token as (
                select project_id as token_project, grant_id, expires_at as token_end from oauth_tokens
                where token_hash = $1 and kind = 'access' and resource = $2 and expires_at > $3
            )
            update oauth_grants set last_used_at = $3 from token
            where project_id = token.token_project and id = token.grant_id
                and revoked_at is null and expires_at > $3
            returning {_APP}, token.token_end""",
        token_hash,
        resource,
        at,
    )
    return (_app(row), row["token_end"]) if row else None


async def sweep(conn: Connection, *, at: datetime, idle: datetime, ended: datetime, grace: timedelta) -> None:
    """Delete what no answer needs any more.

    Codes and access tokens that are over, what an app never came for, what ended long ago, with its tokens, and the
    salts of refresh tokens that may not come again.
    """
    await conn.execute(
        "update oauth_tokens set salt = null where salt is not null and used_at <= now() - $1::interval", grace
    )
    await conn.execute("delete from oauth_tokens where expires_at < $1", at)
    await conn.execute("delete from oauth_grants where begun_at is null and created_at < $1", idle)
    await conn.execute("delete from oauth_grants where expires_at < $1 or revoked_at < $1", ended)
    await conn.execute("delete from oauth_codes where expires_at < $1", idle)


def _app(row: Row) -> App:
    return App(
        id=row["id"],
        project_id=row["project_id"],
        client=row["client"],
        client_name=row["client_name"],
        redirect_host=row["redirect_host"],
        grant=AgentGrant.of_row(row),
        created_at=row["created_at"],
        created_by=row["created_by"],
        begun_at=row["begun_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
        revoked_why=row["revoked_why"],
    )
