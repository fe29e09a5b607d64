"""Agents' requests for an account in the database."""

from __future__ import annotations

from datetime import datetime

from crossdock.db.pool import Connection, Row
from crossdock.linking.asking import LinkRequest, Listed, Standing

# The link's token is the key itself, and names the project; the sweep cleans up for all projects at once.
ACROSS_PROJECTS = ("find_request", "sweep_requests")

_REQUEST = """id, project_id, holder, agent_name, owner_id, owner_name, connector_key, reason, session_id, created_at,
    expires_at, opened_at, declined_at"""
_LISTED = f"""select {_REQUEST}, account_id, case
        when account_id is not null then 'linked' when declined_at is not null then 'declined'
        when expires_at <= $2 then 'lapsed' when opened_at is not null then 'followed' else 'open' end as standing
    from link_requests as r left join lateral (
        select a.account_id from connection_attempts as a
        where a.project_id = r.project_id and a.session_id = r.session_id and a.status = 'authenticated'
        order by a.updated_at desc limit 1
    ) as linked on true
    where project_id = $1"""


async def insert_request(conn: Connection, *, project_id: str, token_hash: bytes, request: LinkRequest) -> None:
    """Write a request under its link's hash."""
    await conn.execute(
        "insert into link_requests (id, project_id, holder, agent_name, owner_id, owner_name, connector_key, reason,"
        " token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        request.id,
        project_id,
        request.holder,
        request.agent_name,
        request.owner_id,
        request.owner_name,
        request.connector_key,
        request.reason,
        token_hash,
        request.created_at,
        request.expires_at,
    )


async def count_open(conn: Connection, *, project_id: str, holder: str, at: datetime) -> int:
    """Return how many requests of an agent nobody has answered yet; others of the same agent wait for the count."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'crossdock.asking', $1::text, $2::text), 0))",
        project_id,
        holder,
    )
    found: int = await conn.fetchval(
        """select count(*) from link_requests as r
           where project_id = $1 and holder = $2 and declined_at is null and expires_at > $3
               and not exists (select from connect_sessions as s
                               where s.project_id = $1 and s.id = r.session_id and s.finished_at is not null)""",
        project_id,
        holder,
        at,
    )
    return found


async def get_request(
    conn: Connection, *, project_id: str, request_id: str, holder: str | None, at: datetime
) -> Listed | None:
    """Find a request of the project; with a ``holder``, one of that agent's own."""
    row = await conn.fetchrow(
        f"{_LISTED} and id = $3 and ($4::text is null or holder = $4)", project_id, at, request_id, holder
    )
    return _listed(row) if row else None


async def list_requests(
    conn: Connection, *, project_id: str, standing: Standing | None, at: datetime, limit: int, offset: int
) -> list[Listed]:
    """Return the project's requests, newest first, of one standing or of all."""
    rows = await conn.fetch(
        f"""select * from ({_LISTED}) as listed where $3::text is null or standing = $3
            order by created_at desc, id desc limit $4 offset $5""",
        project_id,
        at,
        standing,
        limit,
        offset,
    )
    return [_listed(row) for row in rows]


async def count_requests(conn: Connection, *, project_id: str, standing: Standing | None, at: datetime) -> int:
    """Return how many requests of the project stand so."""
    found: int = await conn.fetchval(
        f"select count(*) from ({_LISTED}) as listed where $3::text is null or standing = $3", project_id, at, standing
    )
    return found


async def find_request(conn: Connection, *, token_hash: bytes) -> LinkRequest | None:
    """Find the request of a link."""
    row = await conn.fetchrow(f"select {_REQUEST} from link_requests where token_hash = $1", token_hash)
    return LinkRequest(**row) if row else None


async def open_request(conn: Connection, *, project_id: str, request_id: str, at: datetime) -> bool:
    """Take a request that nobody has opened, declined or let pass; of any number of callers one gets it."""
    tag = await conn.execute(
        """update link_requests set opened_at = $3 where project_id = $1 and id = $2
               and opened_at is null and declined_at is null and expires_at > $3""",
        project_id,
        request_id,
        at,
    )
    return tag == "UPDATE 1"


async def attach_session(conn: Connection, *, project_id: str, request_id: str, session_id: int) -> bool:
    """Note in which connect session a request is followed; return False where it has been declined meanwhile."""
    tag = await conn.execute(
        "update link_requests set session_id = $3 where project_id = $1 and id = $2 and declined_at is null",
        project_id,
        request_id,
        session_id,
    )
    return tag == "UPDATE 1"


async def decline_request(conn: Connection, *, project_id: str, request_id: str, at: datetime) -> bool:
    """Note that a person does not want it; return False where the request was opened, declined or is over."""
    tag = await conn.execute(
        """update link_requests set declined_at = $3 where project_id = $1 and id = $2
               and opened_at is null and declined_at is null and expires_at > $3""",
        project_id,
        request_id,
        at,
    )
    return tag == "UPDATE 1"


async def withdraw_request(conn: Connection, *, project_id: str, request_id: str, at: datetime) -> LinkRequest | None:
    """Decline a request also where its link was opened, and return it; None where it is linked, declined or over."""
    row = await conn.fetchrow(
        f"""update link_requests as r set declined_at = $3 where project_id = $1 and id = $2
               and declined_at is null and expires_at > $3
               and not exists (select from connect_sessions as s
                               where s.project_id = $1 and s.id = r.session_id and s.finished_at is not null)
           returning {_REQUEST}""",
        project_id,
        request_id,
        at,
    )
    return LinkRequest(**row) if row else None


async def sweep_requests(conn: Connection, *, before: datetime) -> None:
    """Delete requests that ended before a moment."""
    await conn.execute("delete from link_requests where expires_at < $1", before)


def _listed(row: Row) -> Listed:
    values = dict(row)
    account_id, standing = values.pop("account_id"), values.pop("standing")
    return Listed(request=LinkRequest(**values), standing=standing, account_id=account_id)
