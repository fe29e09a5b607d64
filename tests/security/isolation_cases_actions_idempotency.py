from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import Any

from crossdock.actions import idempotency_store, pacing_store
from security.isolation import Case, World, writes
from security.isolation_rows import ACCOUNT, seed_accounts

KEY: dict[str, str] = {"holder": "key:k", "key": "once"}


async def seed(world: World) -> None:
    """Leave ``mine`` with a key whose write still runs, and with a ledger."""
    await seed_accounts(world)
    await idempotency_store.insert_key(world.conn, project_id=world.mine, **claim(world))
    await pacing_store.lock_ledger(world.conn, project_id=world.mine, account_id=ACCOUNT)


def claim(world: World) -> dict[str, Any]:
    now = world.clock.now()
    times = {"now": now, "running_until": now + timedelta(minutes=5), "expires_at": now + timedelta(days=1)}
    write = idempotency_store.Write(ACCOUNT, "easyship_create_address")
    return {**KEY, "fingerprint": b"f", "write": write, **times}


def foreign(world: World) -> dict[str, Any]:
    return {"project_id": world.foreign}


_KEYS = {
    "insert_key": writes(lambda w: idempotency_store.insert_key(w.conn, **foreign(w), **claim(w))),
    "read_key": Case(lambda w: idempotency_store.read_key(w.conn, **foreign(w), **KEY)),
    "keep_answer": Case(
        lambda w: idempotency_store.keep_answer(
            w.conn,
            **foreign(w),
            **KEY,
            answer={"data": "foreign"},
            content=b"",
            now=w.clock.now(),
            running_until=w.clock.now() + timedelta(minutes=2),
        )
    ),
    "retake_key": Case(
        lambda w: idempotency_store.retake_key(
            w.conn,
            **foreign(w),
            **KEY,
            now=w.clock.now() + timedelta(minutes=6),
            running_until=w.clock.now() + timedelta(minutes=11),
        )
    ),
    "find_keys": Case(
        lambda w: idempotency_store.find_keys(
            w.conn, **foreign(w), key="once", account_id=ACCOUNT, holder=None, now=w.clock.now()
        )
    ),
    "delete_key": Case(lambda w: idempotency_store.delete_key(w.conn, **foreign(w), **KEY)),
}
_LEDGERS = {
    "lock_ledger": Case(lambda w: pacing_store.lock_ledger(w.conn, **foreign(w), account_id=ACCOUNT)),
    "keep_ledger": Case(
        lambda w: pacing_store.keep_ledger(w.conn, **foreign(w), account_id=ACCOUNT, ledger={"level": 9})
    ),
}

CASES = MappingProxyType(
    {
        **{f"actions.idempotency_store.{name}": case for name, case in _KEYS.items()},
        **{f"actions.pacing_store.{name}": case for name, case in _LEDGERS.items()},
    }
)
