"""When each working process was last heard of, on the database's clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crossdock.db.pool import Connection, Row

FORGOTTEN_AFTER: Final = "1 day"


async def beat(conn: Connection, *, name: str, kind: str) -> None:
    """Note that a process lives; name is ``host:pid``, kind what it runs as."""
    await conn.execute(
        """
        insert into processes (name, kind, started_at, seen_at) values ($1, $2, now(), now())
        on conflict (name) do update set seen_at = now(), kind = excluded.kind
        """,
        name,
        kind,
    )
    await conn.execute(f"delete from processes where seen_at < now() - interval '{FORGOTTEN_AFTER}'")


async def leave(conn: Connection, *, name: str) -> None:
    """Note that a process ended in order."""
    await conn.execute("delete from processes where name = $1", name)


async def seen(conn: Connection) -> Sequence[Row]:
    """Return each process as name, kind, started_at and ``age`` in seconds, the freshest first."""
    return await conn.fetch(
        """
        select name, kind, started_at, extract(epoch from now() - seen_at)::float8 as age
        from processes order by seen_at desc
        """
    )
