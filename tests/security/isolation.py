"""Two projects, one of which must not reach the other: the parts from which isolation cases are made.

To cover a package's stores, write ``isolation_cases_<package>.py`` beside this file with

- ``async def seed(world) -> None``: give the project ``world.mine`` rows, and keep their ids with ``world.keep(...)``;
- ``CASES: dict[str, Case]``: for each public async function of the stores, named ``module.function`` without the
  leading ``crossdock.``, a call made as the project ``world.foreign`` with the ids of ``world.mine``.

A case passes when the call finds nothing (None, False, 0, an empty collection, or an error that says so) and no row of
``world.mine`` has changed. A function that writes a new row of the caller's own uses ``writes``: then only the second
half holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from crossdock.audit.trail import Trail
from crossdock.db.pool import Connection
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.ids import Ids
from crossdock.vault.keys import KeyRing
from crossdock.vault.store import Vault

_TABLES = """
    select table_name from information_schema.columns
    where table_schema = 'public' and column_name = 'project_id' order by table_name
"""


@dataclass(slots=True)
class World:
    """One project with rows, another that asks for them, and the parts that the calls need."""

    conn: Connection
    vault: Vault
    trail: Trail
    clock: OffsetClock
    ids: Ids
    mine: str = "prj_mine"
    foreign: str = "prj_foreign"
    kept: dict[str, Any] = field(default_factory=dict)

    def keep(self, **things: Any) -> None:
        """Remember rows and ids of ``mine`` for the cases."""
        self.kept.update(things)

    def __getitem__(self, name: str) -> Any:
        return self.kept[name]

    async def snapshot(self) -> dict[str, list[str]]:
        """Return every row of ``mine``, of every table, as text."""
        tables = [row["table_name"] for row in await self.conn.fetch(_TABLES)]
        rows = {
            table: await self.conn.fetch(
                f'select t::text as row from "{table}" as t where project_id = $1 order by 1', self.mine
            )
            for table in tables
        }
        rows["projects"] = await self.conn.fetch("select p::text as row from projects as p where id = $1", self.mine)
        rows["people"] = await self.conn.fetch(
            "select p::text as row from people as p where id in"
            " (select person_id from memberships where project_id = $1) order by 1",
            self.mine,
        )
        return {table: [row["row"] for row in found] for table, found in rows.items()}


@dataclass(frozen=True, slots=True)
class Case:
    """One call as the foreign project, and whether it should find nothing or write a row of its own."""

    call: Callable[[World], Awaitable[object]]
    answer: Literal["nothing", "writes"] = "nothing"


def writes(call: Callable[[World], Awaitable[object]]) -> Case:
    """Make a case for a function that writes a new row of the caller's own project."""
    return Case(call, answer="writes")


async def make_world(conn: Connection, *, ring: KeyRing) -> World:
    """Make the two projects, both without any rows yet."""
    clock = OffsetClock()
    world = World(conn=conn, vault=Vault(ring, clock), trail=Trail(clock), clock=clock, ids=Ids(clock=clock))
    for project_id in (world.mine, world.foreign):
        await conn.execute(
            "insert into projects (id, name, created_at) values ($1, $1, $2)",
            project_id,
            clock.now() - timedelta(days=1),
        )
    return world


def is_nothing(answer: object) -> bool:
    """Tell whether an answer holds no row: None, False, zero, an empty collection, or a tuple of only such."""
    if isinstance(answer, tuple):
        return all(is_nothing(part) for part in answer)
    return not answer
