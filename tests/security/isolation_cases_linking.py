from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import Any

from crossdock.linking import store
from security.isolation import Case, World, writes
from security.isolation_rows import ATTEMPT, seed_linking


async def seed(world: World) -> None:
    await seed_linking(world)


async def insert_session(world: World) -> None:
    await store.insert_session(
        world.conn,
        project_id=world.foreign,
        token_hash=b"foreign",
        request=world["request"],
        created_by="key:2",
        now=world.clock.now(),
    )


async def insert_attempt(world: World) -> None:
    now = world.clock.now()
    await store.insert_attempt(
        world.conn, **session(world), attempt_id="att_foreign", values={"status": "pending"}, now=now, expires_at=now
    )


async def put_state(world: World) -> None:
    await store.put_state(
        world.conn,
        **attempt(world),
        state_hash=b"state",
        binding_hash=b"binding",
        code_verifier="verifier",
        expires_at=world.clock.now(),
    )


def session(world: World) -> dict[str, Any]:
    return {"project_id": world.foreign, "session_id": world["session"].id}


def attempt(world: World) -> dict[str, Any]:
    return {"project_id": world.foreign, "attempt_id": ATTEMPT}


_LINKING = {
    "insert_session": writes(insert_session),
    "get_session": Case(lambda w: store.get_session(w.conn, **session(w))),
    "finish_session": Case(lambda w: store.finish_session(w.conn, **session(w), now=w.clock.now())),
    "revoke_session": Case(lambda w: store.revoke_session(w.conn, **session(w), now=w.clock.now())),
    "extend_session": Case(
        lambda w: store.extend_session(w.conn, **session(w), expires_at=w.clock.now() + timedelta(days=30))
    ),
    "insert_attempt": writes(insert_attempt),
    "get_attempt": Case(lambda w: store.get_attempt(w.conn, **session(w), attempt_id=ATTEMPT)),
    "latest_attempt": Case(lambda w: store.latest_attempt(w.conn, **session(w))),
    "linked_attempt": Case(lambda w: store.linked_attempt(w.conn, **session(w))),
    "lock_owner": Case(lambda w: store.lock_owner(w.conn, project_id=w.foreign, origin_owner_id="owner_mine")),
    "lock_attempt": Case(lambda w: store.lock_attempt(w.conn, **attempt(w))),
    "update_attempt": Case(
        lambda w: store.update_attempt(
            w.conn, **attempt(w), values={"status": "cancelled"}, now=w.clock.now(), only_in=["pending"]
        )
    ),
    "put_state": Case(put_state),
}

CASES = MappingProxyType({f"linking.store.{name}": case for name, case in _LINKING.items()})
