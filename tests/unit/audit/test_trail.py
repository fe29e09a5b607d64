from __future__ import annotations

import ast
import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

import crossdock
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.db.pool import Database
from crossdock.kernel.clock import OffsetClock

PROJECT = "prj_1"


@pytest_asyncio.fixture
async def house(database: Database) -> Database:
    async with database.connection() as conn:
        await conn.execute("insert into projects (id, name, created_at) values ('prj_1', 'One', now())")
        await conn.execute("insert into projects (id, name, created_at) values ('prj_2', 'Two', now())")
    return database


@pytest.fixture
def trail(clock: OffsetClock) -> Trail:
    return Trail(clock)


async def record(house: Database, trail: Trail, subject: str, *, project_id: str = PROJECT) -> None:
    async with house.transaction() as conn:
        await trail.record(
            conn,
            project_id=project_id,
            actor="person:1",
            event=events.ACCOUNT_PAUSED,
            subject=subject,
            detail={"why": "because", "share": 0.25, "text": "ü ✓"},
        )


async def test_entries_come_newest_first_and_page_by_number(house: Database, trail: Trail) -> None:
    """The list starts with the last entry and goes on before a number."""
    for number in range(5):
        await record(house, trail, f"acc_{number}")

    async with house.connection() as conn:
        first = await trail.entries(conn, project_id=PROJECT, limit=2)
        second = await trail.entries(conn, project_id=PROJECT, limit=2, before=first[-1].seq)

    assert [entry.subject for entry in (*first, *second)] == ["acc_4", "acc_3", "acc_2", "acc_1"]
    assert [entry.seq for entry in (*first, *second)] == [5, 4, 3, 2]


async def test_the_life_line_of_a_subject_is_its_own_entries(house: Database, trail: Trail) -> None:
    """Asked for a subject, the trail leaves out everything else."""
    for subject in ("acc_1", "acc_2", "acc_1"):
        await record(house, trail, subject)

    async with house.connection() as conn:
        entries = await trail.entries(conn, project_id=PROJECT, subject="acc_1")

    assert [entry.seq for entry in entries] == [3, 1]
    assert entries[0].detail == {"why": "because", "share": "0.25", "text": "ü ✓"}


async def test_projects_have_chains_of_their_own(house: Database, trail: Trail) -> None:
    """Each project counts from one, and both verify."""
    for project_id in (PROJECT, "prj_2", PROJECT):
        await record(house, trail, "x", project_id=project_id)

    async with house.connection() as conn:
        verdicts = [await trail.verify(conn, project_id=project_id) for project_id in (PROJECT, "prj_2")]

    assert [(verdict.ok, verdict.checked) for verdict in verdicts] == [(True, 2), (True, 1)]


async def test_many_writers_leave_one_unbroken_chain(house: Database, trail: Trail) -> None:
    """Entries written at once line up, one after the other."""
    await asyncio.gather(*(record(house, trail, f"acc_{number}") for number in range(40)))

    async with house.connection() as conn:
        verdict = await trail.verify(conn, project_id=PROJECT)

    assert (verdict.ok, verdict.checked) == (True, 40)
    assert len(verdict.head) == 64


async def test_the_chain_is_verified_while_entries_come(house: Database, trail: Trail) -> None:
    """A check in the midst of writing finds nothing wrong, and holds nobody up."""
    writing = asyncio.gather(*(record(house, trail, f"acc_{number}") for number in range(60)))

    async with house.connection() as conn:
        verdicts = []
        while not writing.done():
            verdicts.append(await trail.verify(conn, project_id=PROJECT))
            await asyncio.sleep(0)
        await writing

    assert verdicts
    assert all(verdict.ok for verdict in verdicts)


async def test_an_entry_shares_the_fate_of_its_transaction(house: Database, trail: Trail) -> None:
    """What was rolled back leaves no entry and no gap."""
    await record(house, trail, "acc_1")
    async with house.connection() as conn:
        transaction = conn.transaction()
        await transaction.__aenter__()
        await trail.record(
            conn, project_id=PROJECT, actor="a", event=events.ACCOUNT_PAUSED, subject="acc_gone", detail={}
        )
        await transaction.__aexit__(LookupError, LookupError(), None)
    await record(house, trail, "acc_2")

    async with house.connection() as conn:
        entries = await trail.entries(conn, project_id=PROJECT)

    assert [(entry.seq, entry.subject) for entry in entries] == [(2, "acc_2"), (1, "acc_1")]


async def test_times_are_the_clock_s(house: Database, trail: Trail, clock: OffsetClock) -> None:
    """An entry carries the time of the clock that was handed in."""
    clock.offset = timedelta(days=27)
    await record(house, trail, "acc_1")

    async with house.connection() as conn:
        [entry] = await trail.entries(conn, project_id=PROJECT)

    assert abs(entry.at - clock.now()) < timedelta(minutes=1)


def test_every_event_has_its_sentence() -> None:
    """Each name in the list has the sentence that pages show, and no sentence lacks its name."""
    names = {value for name, value in vars(events).items() if name.isupper() and isinstance(value, str)}

    assert names == events.TITLES.keys()


def test_the_house_records_listed_events_only() -> None:
    """No call to record spells an event's name out: names come from the list."""
    spelled = [
        f"{path.name}:{call.lineno}"
        for path in Path(crossdock.__path__[0]).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "record"
        for word in call.keywords
        if word.arg == "event" and isinstance(word.value, ast.Constant)
    ]

    assert not spelled
