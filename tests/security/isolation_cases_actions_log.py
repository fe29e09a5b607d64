from __future__ import annotations

from types import MappingProxyType

from crossdock.actions import feedback_store, log_store, store
from crossdock.actions.feedback_store import Feedback
from crossdock.actions.log_store import LogQuery, Table
from crossdock.actions.store import CallRow, RequestRow, StepRow
from security.isolation import Case, World, writes

_CALL = CallRow(
    id="call_log",
    project_id="",
    account_id="acc_mine",
    connector_key="shiphero",
    service="actions",
    action="shiphero_get_me",
    effect="read",
    actor="key:k",
    method="POST",
    url="https://api.example.com/graphql",
    path="/graphql",
    resource="me",
    child_resource=None,
    sub_resource=None,
    status=200,
    cause=None,
    duration_ms=5,
    created_at=None,  # type: ignore[arg-type]  # the world's clock tells it
)


async def seed(world: World) -> None:
    now = world.clock.now()
    call = _CALL._replace(project_id=world.mine, created_at=now)
    step = StepRow(
        id="step_log",
        project_id=world.mine,
        call_id=call.id,
        account_id=call.account_id,
        connector_key=call.connector_key,
        service=call.service,
        action=call.action,
        method="POST",
        url="https://api.example.com/graphql",
        path="/graphql",
        resource=None,
        child_resource=None,
        sub_resource=None,
        status=200,
        cause=None,
        duration_ms=5,
        request={},
        response={},
        created_at=now,
    )
    request = RequestRow(
        id="req_log",
        project_id=world.mine,
        account_id=None,
        category="accounts",
        action="list_accounts",
        actor="key:k",
        method="GET",
        url="https://hub.example.com/accounts",
        path="/accounts",
        status=200,
        duration_ms=5,
        source_ip=None,
        created_at=now,
    )
    await store.open_day(world.conn, day=now.date())
    await store.insert_calls(world.conn, rows=[call])
    await store.insert_steps(world.conn, rows=[step])
    await store.insert_requests(world.conn, rows=[request])
    await feedback_store.insert_feedback(world.conn, project_id=world.mine, given=_feedback(world, "fdb_mine"))


def _feedback(world: World, feedback_id: str) -> Feedback:
    return Feedback(
        id=feedback_id,
        project_id=world.mine,
        account_id="acc_mine",
        tool_names=["shiphero_get_me"],
        feedback="It works.",
        actor="key:k",
        created_at=world.clock.now(),
    )


async def insert_feedback(world: World) -> None:
    given = _feedback(world, "fdb_foreign")
    await feedback_store.insert_feedback(world.conn, project_id=world.foreign, given=given)


async def list_feedback(world: World) -> object:
    return await feedback_store.list_feedback(world.conn, project_id=world.foreign, before=None, limit=10)


async def list_rows(world: World) -> object:
    tables: tuple[Table, ...] = ("calls", "call_steps", "api_requests")
    return tuple(
        [await log_store.list_rows(world.conn, project_id=world.foreign, table=one, query=LogQuery()) for one in tables]
    )


async def get_call(world: World) -> object:
    return await log_store.get_call(world.conn, project_id=world.foreign, call_id="call_log")


async def steps_of(world: World) -> object:
    return await log_store.steps_of(world.conn, project_id=world.foreign, call_ids=["call_log"])


async def count_rows(world: World) -> object:
    tables: tuple[Table, ...] = ("calls", "call_steps", "api_requests")
    return sum(
        [
            await log_store.count_rows(world.conn, project_id=world.foreign, table=one, query=LogQuery(), limit=10)
            for one in tables
        ]
    )


async def places_of(world: World) -> object:
    return await log_store.places_of(world.conn, project_id=world.foreign, call_ids=["call_log"])


CASES = MappingProxyType(
    {
        "actions.feedback_store.insert_feedback": writes(insert_feedback),
        "actions.feedback_store.list_feedback": Case(list_feedback),
        "actions.log_store.list_rows": Case(list_rows),
        "actions.log_store.get_call": Case(get_call),
        "actions.log_store.steps_of": Case(steps_of),
        "actions.log_store.count_rows": Case(count_rows),
        "actions.log_store.places_of": Case(places_of),
    }
)
