from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from crossdock.linking import request_store
from crossdock.linking.asking import LinkRequest
from security.isolation import Case, World, writes
from security.isolation_rows import seed_linking

REQUEST, HOLDER = "lrq_mine", "agent:agk_mine"


async def seed(world: World) -> None:
    await seed_linking(world)
    now = world.clock.now()
    request = LinkRequest(
        id=REQUEST,
        project_id=world.mine,
        holder=HOLDER,
        agent_name="Agent",
        owner_id="mine",
        owner_name="Mine",
        connector_key="shipper",
        reason="I need it.",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    await request_store.insert_request(world.conn, project_id=world.mine, token_hash=b"mine", request=request)
    world.keep(asked=request)


async def insert_request(world: World) -> None:
    request = replace(world["asked"], id="lrq_foreign")
    await request_store.insert_request(world.conn, project_id=world.foreign, token_hash=b"foreign", request=request)


async def count_open(world: World) -> object:
    now = world.clock.now()
    return await request_store.count_open(world.conn, project_id=world.foreign, holder=HOLDER, at=now)


async def get_request(world: World) -> object:
    """Find it neither as another project nor as another agent of the same one."""
    now = world.clock.now()
    asked = [(world.foreign, HOLDER), (world.foreign, None), (world.mine, "agent:agk_other")]
    return tuple(
        [
            await request_store.get_request(
                world.conn, project_id=project_id, holder=holder, request_id=REQUEST, at=now
            )
            for project_id, holder in asked
        ]
    )


async def list_requests(world: World) -> object:
    now = world.clock.now()
    return await request_store.list_requests(
        world.conn, project_id=world.foreign, standing=None, at=now, limit=10, offset=0
    )


async def count_requests(world: World) -> object:
    now = world.clock.now()
    return await request_store.count_requests(world.conn, project_id=world.foreign, standing=None, at=now)


async def open_request(world: World) -> object:
    now = world.clock.now()
    return await request_store.open_request(world.conn, project_id=world.foreign, request_id=REQUEST, at=now)


async def attach_session(world: World) -> object:
    return await request_store.attach_session(
        world.conn, project_id=world.foreign, request_id=REQUEST, session_id=world["session"].id
    )


async def decline_request(world: World) -> object:
    now = world.clock.now()
    return await request_store.decline_request(world.conn, project_id=world.foreign, request_id=REQUEST, at=now)


async def withdraw_request(world: World) -> object:
    now = world.clock.now()
    return await request_store.withdraw_request(world.conn, project_id=world.foreign, request_id=REQUEST, at=now)


_CASES = {
    "insert_request": writes(insert_request),
    "count_open": Case(count_open),
    "get_request": Case(get_request),
    "list_requests": Case(list_requests),
    "count_requests": Case(count_requests),
    "open_request": Case(open_request),
    "attach_session": Case(attach_session),
    "decline_request": Case(decline_request),
    "withdraw_request": Case(withdraw_request),
}
CASES = MappingProxyType({f"linking.request_store.{name}": case for name, case in _CASES.items()})
