"""Whoever touches the audit trail behind Crossdock's back is found out: edits, deletions, swaps, insertions, cuts."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio

from crossdock.audit import events
from crossdock.audit.trail import Trail, Verdict
from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import OffsetClock

PROJECT = "prj_1"
ENTRIES = 40
EDITS = 300

Tamper = Callable[[Connection, random.Random], Awaitable[None]]


@pytest_asyncio.fixture
async def written(database: Database, clock: OffsetClock) -> Database:
    """Write a chain, and take away the trigger that keeps honest code from changing it."""
    trail = Trail(clock)
    async with database.transaction() as conn:
        await conn.execute("insert into projects (id, name, created_at) values ($1, 'One', now())", PROJECT)
        await conn.execute("alter table audit_entries disable trigger audit_append_only")
        for number in range(ENTRIES):
            await trail.record(
                conn,
                project_id=PROJECT,
                actor=f"person:{number % 3}",
                event=events.ACCOUNT_EDITED,
                subject=f"acc_{number % 5}",
                detail={"number": number, "label": "x" * (number % 4)},
            )
    return database


async def edit(conn: Connection, chance: random.Random) -> None:
    """Change one column of one entry."""
    change = chance.choice(
        [
            "actor = actor || 'x'",
            "event = 'account.deleted'",
            "subject = subject || '1'",
            "at = at + interval '1 microsecond'",
            "detail = jsonb_set(detail, '{number}', '99')",
            "detail = detail || '{\"more\": 1}'",
            "detail = detail - 'label'",
            "previous = sha256(previous)",
            "hash = sha256(hash)",
        ]
    )
    await conn.execute(f"update audit_entries set {change} where seq = $1", chance.randint(1, ENTRIES))


async def delete(conn: Connection, chance: random.Random) -> None:
    """Take one entry out."""
    await conn.execute("delete from audit_entries where seq = $1", chance.randint(1, ENTRIES))


async def close_gap(conn: Connection, chance: random.Random) -> None:
    """Take one entry out and renumber those behind it."""
    seq = chance.randint(1, ENTRIES - 1)
    await conn.execute("delete from audit_entries where seq = $1", seq)
    for number in range(seq + 1, ENTRIES + 1):
        await conn.execute("update audit_entries set seq = $1 where seq = $2", number - 1, number)
    await conn.execute("update audit_heads set seq = seq - 1")


async def swap(conn: Connection, chance: random.Random) -> None:
    """Let two entries change places."""
    one, two = chance.sample(range(1, ENTRIES + 1), 2)
    await conn.execute("update audit_entries set seq = -1 where seq = $1", one)
    await conn.execute("update audit_entries set seq = $1 where seq = $2", one, two)
    await conn.execute("update audit_entries set seq = $1 where seq = -1", two)


async def insert(conn: Connection, chance: random.Random) -> None:
    """Slip a copy of an entry in at the end, with or without moving the head."""
    await conn.execute(
        "insert into audit_entries select project_id, $1, at, actor, event, subject, detail, hash, sha256(hash)"
        " from audit_entries where seq = $2",
        ENTRIES + 1,
        chance.choice([chance.randint(1, ENTRIES), ENTRIES]),
    )
    if chance.random() < 0.5:
        await conn.execute(
            "update audit_heads set seq = $1, hash = (select hash from audit_entries where seq = $1)", ENTRIES + 1
        )


async def cut(conn: Connection, chance: random.Random) -> None:
    """Cut the end off, the whole chain at times."""
    await conn.execute("delete from audit_entries where seq > $1", chance.randint(0, ENTRIES - 1))


async def behead(conn: Connection, chance: random.Random) -> None:
    """Change or remove the head."""
    await conn.execute(
        chance.choice(
            [
                "delete from audit_heads",
                "update audit_heads set seq = seq - 1",
                "update audit_heads set seq = seq + 1",
                "update audit_heads set hash = sha256(hash)",
            ]
        )
    )


@pytest.mark.parametrize("ways", [(edit,), (delete, close_gap), (swap,), (insert,), (cut,), (behead,)])
async def test_no_tampering_goes_unnoticed(written: Database, clock: OffsetClock, ways: tuple[Tamper, ...]) -> None:
    """Random tampering of each kind, three hundred times over all kinds, is found every time."""
    chance = random.Random(30)  # noqa: S311 - which entries are tried is no secret
    trail, missed = Trail(clock), 0

    async with written.connection() as conn:
        for round_ in range(EDITS // 6):
            verdict = await _tampered(conn, trail, ways[round_ % len(ways)], chance)
            missed += verdict.ok
        untouched = await trail.verify(conn, project_id=PROJECT)

    assert missed == 0
    assert (untouched.ok, untouched.checked) == (True, ENTRIES)


async def test_the_verdict_names_the_place(written: Database, clock: OffsetClock) -> None:
    """A broken chain is told with the number of the first entry that does not fit, and why."""
    async with written.connection() as conn:
        await conn.execute("update audit_entries set actor = 'nobody' where seq = 17")
        verdict = await Trail(clock).verify(conn, project_id=PROJECT)

    assert verdict == Verdict(ok=False, checked=16, broken_at=17, reason="the entry was changed")


@pytest.mark.parametrize(
    "statement",
    ["update audit_entries set actor = 'x'", "delete from audit_entries", "truncate audit_entries cascade"],
)
async def test_the_database_itself_refuses_to_change_entries(written: Database, statement: str) -> None:
    """Without the trigger taken away, no statement changes or removes an entry."""
    refused = ""

    async with written.connection() as conn:
        await conn.execute("alter table audit_entries enable trigger audit_append_only")
        try:
            await conn.execute(statement)
        except Exception as error:  # noqa: BLE001 - which class of the driver it is does not matter
            refused = str(error)

    assert refused == "audit entries are append-only"


async def _tampered(conn: Connection, trail: Trail, way: Tamper, chance: random.Random) -> Verdict:
    transaction = conn.transaction()
    await transaction.__aenter__()
    await way(conn, chance)
    verdict = await trail.verify(conn, project_id=PROJECT)
    await transaction.__aexit__(LookupError, LookupError(), None)
    return verdict
