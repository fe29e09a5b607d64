from __future__ import annotations

from types import MappingProxyType
from typing import Any

from crossdock.tokens import store
from security.isolation import Case, World
from security.isolation_rows import ACCOUNT, seed_accounts

HOLDER = "worker:1"


async def seed(world: World) -> None:
    """Leave ``mine`` with a lease that has just ended and a staged generation: only the project stands in the way."""
    await seed_accounts(world)
    place: dict[str, Any] = {"project_id": world.mine, "account_id": ACCOUNT}
    await store.claim(world.conn, **place, owner=HOLDER, seconds=30)
    await store.stage(world.conn, **place, **held(world), **times(world), seconds=30)
    await world.conn.execute("update credentials set lease_until = now() - interval '1 second'")


def account(world: World) -> dict[str, Any]:
    return {"project_id": world.foreign, "account_id": ACCOUNT}


def held(_: World) -> dict[str, Any]:
    return {"owner": HOLDER, "generation": 1}


def times(world: World) -> dict[str, Any]:
    return {"issued_at": world.clock.now(), "expires_at": None, "hard_end_at": None}


_TOKENS = {
    "claim": Case(lambda w: store.claim(w.conn, **account(w), owner="worker:2", seconds=30)),
    "begin_call": Case(lambda w: store.begin_call(w.conn, **account(w), **held(w), seconds=30)),
    "stage": Case(lambda w: store.stage(w.conn, **account(w), **held(w), **times(w), seconds=30)),
    "swap": Case(lambda w: store.swap(w.conn, **account(w), **held(w), now=w.clock.now())),
    "release": Case(
        lambda w: store.release(w.conn, **account(w), **held(w), failures=9, refusals=9, last_failure="foreign")
    ),
    "forget_call": Case(lambda w: store.forget_call(w.conn, **account(w), **held(w))),
    "drop_staged": Case(lambda w: store.drop_staged(w.conn, **account(w), **held(w))),
}

CASES = MappingProxyType({f"tokens.store.{name}": case for name, case in _TOKENS.items()})
