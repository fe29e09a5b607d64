"""Connections to PostgreSQL: one pool for requests, and one connection that listens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import asyncpg

from crossdock.db.listener import Listener
from crossdock.kernel.errors import InvalidRequestError, UnavailableError

Row = Mapping[str, Any]

QUEUE_SECONDS: Final = 2.0
COMMAND_SECONDS: Final = 60.0
_OUTAGES: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)
_UNKEPT: Final = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)


class Connection(Protocol):
    """What a store may do with a connection; jsonb goes in and comes out as Python objects, times as aware UTC."""

    async def fetch(self, query: str, *args: object) -> Sequence[Row]:
        """Return all rows."""
        ...

    async def fetchrow(self, query: str, *args: object) -> Row | None:
        """Return the first row, or None."""
        ...

    async def fetchval(self, query: str, *args: object) -> Any:
        """Return the first column of the first row, or None."""
        ...

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement (several where there are no arguments) and return its command tag."""
        ...

    async def executemany(self, command: str, args: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each sequence of arguments, all or nothing."""
        ...

    async def copy_records_to_table(
        self, table_name: str, *, records: Iterable[Sequence[object]], columns: Sequence[str]
    ) -> str:
        """Write many rows at once."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Begin a transaction, or a savepoint inside one."""
        ...

    def is_in_transaction(self) -> bool:
        """Tell whether a transaction is open."""
        ...


async def prepare(conn: Any) -> None:
    """Teach a raw connection that json and jsonb are Python objects."""
    for name in ("json", "jsonb"):
        await conn.set_type_codec(name, encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


async def connect(dsn: str, *, name: str = "crossdock") -> Any:
    """Open one connection outside the pool; the caller closes it."""
    conn = await asyncpg.connect(dsn, timeout=10.0, server_settings={"application_name": name, "timezone": "UTC"})
    await prepare(conn)
    return conn


@dataclass(slots=True)
class Database:
    """A pool of connections; a request that queues for over two seconds is turned away with UnavailableError."""

    dsn: str
    pool: Any
    listener: Listener

    @classmethod
    async def open(cls, dsn: str, *, size: int = 10, name: str = "crossdock") -> Database:
        """Connect; raise what asyncpg or the system raises where the server cannot be reached."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            init=prepare,
            timeout=10.0,
            command_timeout=COMMAND_SECONDS,
            server_settings={"application_name": name, "timezone": "UTC", "jit": "off"},
        )
        return cls(dsn=dsn, pool=pool, listener=Listener(dsn=dsn))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection outside any transaction."""
        try:
            conn = await self.pool.acquire(timeout=QUEUE_SECONDS)
        except TimeoutError as error:
            raise _unavailable("All connections to the database are busy.", code="database_busy") from error
        except _OUTAGES as error:
            raise _unavailable("The database cannot be reached.", code="database_down") from error
        try:
            yield conn
        except asyncpg.PostgresConnectionError as error:
            raise _unavailable("The database went away during the request.", code="database_down") from error
        except _UNKEPT as error:
            raise InvalidRequestError(
                "A text holds a character that cannot be kept.", remedy="Send it without NUL characters."
            ) from error
        finally:
            await asyncio.shield(self.pool.release(conn, timeout=10.0))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection inside a transaction: committed at the end, rolled back on any exception."""
        async with self.connection() as conn, conn.transaction():
            yield conn

    async def listen(self, channel: str, callback: Callable[[str], None]) -> None:
        """Call back with each payload notified on a channel, and with "" after a gap, when anything may be new."""
        await self.listener.listen(channel, callback)

    async def notify(self, conn: Connection, channel: str, payload: str) -> None:
        """Tell every listener of the channel, once the caller's transaction has committed; payload < 8000 bytes."""
        await conn.execute("select pg_notify($1, $2)", channel, payload)

    async def close(self) -> None:
        """Give every connection back; end those that are still busy after five seconds."""
        await self.listener.close()
        try:
            await asyncio.wait_for(self.pool.close(), timeout=5.0)
        except TimeoutError:
            self.pool.terminate()


def _unavailable(message: str, *, code: str) -> UnavailableError:
    return UnavailableError(
        message,
        remedy="Try again in a moment. The operator finds more with: crossdock doctor",
        retry_after=1.0,
        code=code,
    )
