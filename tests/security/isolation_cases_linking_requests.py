from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from crossdock.linking import request_store, store
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
    linked = await store.insert_attempt(
        world.conn,
        project_id=world.mine,
        attempt_id="att_done",
        session_id=world["session"].id,
        values={"status": "authenticated", "account_id": "acc_mine"},
        now=now,
        expires_at=now,
    )
    await request_store.insert_request(world.conn, project_id=world.mine, token_hash=b"mine", request=request)
    world.keep(asked=request, linked=linked)


async def insert_request(world: World) -> None:
    request = replace(world["asked"], id="lrq_foreign")
    await request_store.insert_request(world.conn, project_id=world.foreign, token_hash=b"foreign", request=request)


async def count_open(world: World) -> object:
    now = world.clock.now()
    return await request_store.count_open(world.conn, project_id=world.foreign, holder=HOLDER, at=now)


async def get_request(world: World) -> object:
    """Find it neither as another project nor as another agent of the same one."""
    asked = [(world.foreign, HOLDER), (world.mine, "agent:agk_other")]
    return tuple(
        [
            await request_store.get_request(world.conn, project_id=project_id, holder=holder, request_id=REQUEST)
            for project_id, holder in asked
        ]
    )


async def open_request(world: World) -> object:
    now = world.clock.now()
    return await request_store.open_request(world.conn, project_id=world.foreign, request_id=REQUEST, at=now)


async def attach_session(world: World) -> None:
    await request_store.attach_session(
        world.conn, project_id=world.foreign, request_id=REQUEST, session_id=world["session"].id
    )


async def decline_request(world: World) -> object:
    now = world.clock.now()
    return await request_store.decline_request(world.conn, project_id=world.foreign, request_id=REQUEST, at=now)


async def linked_account(world: World) -> object:
    return await request_store.linked_account(world.conn, project_id=world.foreign, session_id=world["session"].id)


_CASES = {
    "insert_request": writes(insert_request),
    "count_open": Case(count_open),
    "get_request": Case(get_request),
    "open_request": Case(open_request),
    "attach_session": Case(attach_session),
    "decline_request": Case(decline_request),
    "linked_account": Case(linked_account),
}
CASES = MappingProxyType({f"linking.request_store.{name}": case for name, case in _CASES.items()})
