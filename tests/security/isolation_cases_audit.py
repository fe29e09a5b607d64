from __future__ import annotations

from types import MappingProxyType

from crossdock.audit import events
from security.isolation import Case, World, writes


async def seed(world: World) -> None:
    await _record(world, world.mine)


async def record(world: World) -> None:
    await _record(world, world.foreign)


async def entries(world: World) -> object:
    return await world.trail.entries(world.conn, project_id=world.foreign, subject="acc_mine")


async def verify(world: World) -> object:
    return (await world.trail.verify(world.conn, project_id=world.foreign)).checked


async def _record(world: World, project_id: str) -> None:
    await world.trail.record(
        world.conn,
        project_id=project_id,
        actor="system:worker",
        event=events.ACCOUNT_LINKED,
        subject="acc_mine",
        detail={},
    )


CASES = MappingProxyType(
    {
        "audit.trail.Trail.record": writes(record),
        "audit.trail.Trail.entries": Case(entries),
        "audit.trail.Trail.verify": Case(verify),
    }
)
