from __future__ import annotations

import json

import pytest

from crossdock.actions.lines import CallEntry, Exchange
from crossdock.actions.log import CallLog
from crossdock.db.pool import Database
from crossdock.egress.exchange import Reply, Request
from crossdock.egress.redact import Forms
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.ids import Ids
from waiting import until


async def entry(database: Database, clock: OffsetClock, ids: Ids) -> CallEntry:
    project_id = ids.new("prj")
    async with database.connection() as conn:
        await conn.execute("insert into projects (id, name, created_at) values ($1, 'Shop', now())", project_id)
    return CallEntry(
        id=ids.new("call"),
        project_id=project_id,
        account_id="acc_1",
        connector_key="easyship",
        action="easyship_get_account",
        effect="read",
        actor="key:k",
        status=200,
        cause=None,
        duration_ms=12,
        created_at=clock.now(),
    )


async def written(database: Database) -> int:
    async with database.connection() as conn:
        return int(await conn.fetchval("select count(*) from calls"))


async def test_entries_are_written_without_the_caller_waiting(database: Database, clock: OffsetClock, ids: Ids) -> None:
    """A batch goes out by itself when it is full, and the rest when the log closes."""
    first = await entry(database, clock, ids)
    log = CallLog(db=database)
    await log.start()

    for _ in range(450):
        log.note(first._replace(id=ids.new("call")))

    async def went_out() -> bool:
        return await written(database) >= 200

    await until(went_out)
    await log.close()

    assert await written(database) == 450


async def test_entries_of_a_project_that_is_gone_are_left_out(database: Database, clock: OffsetClock, ids: Ids) -> None:
    """One deleted project does not hold up the others' lines."""
    kept = await entry(database, clock, ids)
    log = CallLog(db=database)
    log.note(kept._replace(id=ids.new("call"), project_id="prj_gone"))
    log.note(kept)

    await log.flush()

    assert await written(database) == 1


async def test_a_character_that_no_text_holds_does_not_hold_up_the_log(
    database: Database, clock: OffsetClock, ids: Ids
) -> None:
    """A NUL and half a surrogate pair leave a mark in their place; all other lines are written as they are."""
    log = CallLog(db=database)
    for action in ("a\0b", "a\\u0000b", "a\ud800b", "ä\U0001f4e6"):
        log.note((await entry(database, clock, ids))._replace(action=action))

    await log.flush()

    async with database.connection() as conn:
        kept = {row["action"] for row in await conn.fetch("select action from calls")}
    assert kept == {"a\ufffdb", "a\\u0000b", "ä\U0001f4e6"}


@pytest.mark.parametrize("said", ["\0", "\\u0000", "\\\\u0000", "\\\0", "\\\\\\u0000", "\ud800", "a\\"])
async def test_whatever_was_said_stands_in_the_log(database: Database, clock: OffsetClock, ids: Ids, said: str) -> None:
    """The escape of a NUL in a body is six signs of text, and no NUL."""
    body = json.dumps({"a": said}).encode()
    exchange = Exchange(
        id=ids.new("step"),
        request=Request("POST", "https://provider.example/x", {"x-a": said}, body),
        reply=Reply(200, {}, said.encode("utf-8", "replace"), "https://provider.example/x"),
        forms=Forms([]),
        duration_ms=1,
        created_at=clock.now(),
    )
    log = CallLog(db=database)
    log.note((await entry(database, clock, ids))._replace(exchange=exchange))

    await log.flush()

    async with database.connection() as conn:
        kept = await conn.fetchval("select request from call_steps")
    assert kept["body"] == body.decode()


async def test_a_row_that_the_database_refuses_holds_up_no_other(
    database: Database, clock: OffsetClock, ids: Ids
) -> None:
    """It is left out, and all that came with it are written."""
    good = await entry(database, clock, ids)
    log = CallLog(db=database)
    for number in range(20):
        log.note(good._replace(id=ids.new("call"), duration_ms=2**40 if number == 7 else 1))

    await log.flush()

    assert await written(database) == 19
    assert not log.waiting


async def test_entries_wait_while_the_database_is_away(
    database_url: str, database: Database, clock: OffsetClock, ids: Ids
) -> None:
    """What could not be written is kept in its order, and the caller hears nothing of it."""
    first = await entry(database, clock, ids)
    away = await Database.open(database_url, size=2)
    await away.close()
    log = CallLog(db=away)
    log.note(first)
    log.note(first._replace(id=ids.new("call")))

    await log.close()

    assert next(iter(log.waiting)).id == first.id
    assert len(log.waiting) == 2
