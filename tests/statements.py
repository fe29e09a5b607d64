"""How many statements a house runs while something is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from house import Live


class Counting:
    """A pool that notes every statement of the connections that it lends."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self.run: list[str] = []

    async def acquire(self, **how: Any) -> Any:
        conn = await self.pool.acquire(**how)
        conn.add_query_logger(self.note)
        return conn

    async def release(self, conn: Any, **how: Any) -> None:
        conn.remove_query_logger(self.note)
        await self.pool.release(conn, **how)

    def note(self, record: Any) -> None:
        self.run.append(record.query)


@asynccontextmanager
async def counted(live: Live) -> AsyncIterator[Counting]:
    """Count statements; the log, which writes on its own twice a second, waits meanwhile."""
    house = live.house
    await house.calls.log.close()
    counting = house.db.pool = Counting(house.db.pool)
    yield counting
    house.db.pool = counting.pool
    await house.calls.log.start()
