"""A caller or a provider that goes away while something passes through: nothing goes on, nothing is sent twice."""

from __future__ import annotations

import asyncio
import json

import pytest

from waiting import until
from wild import SOON
from wild_stage import OK, Stage, parsed

BLOCK = b"x" * 65536


class Pouring:
    """A provider whose answer never ends; counts what it could get rid of."""

    def __init__(self, stage: Stage) -> None:
        self.sent = 0
        self.ended = asyncio.Event()
        stage.wild.play = self.play

    async def play(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Type: text/plain\r\n\r\n")
        try:
            while True:
                writer.write(BLOCK)
                await writer.drain()
                self.sent += len(BLOCK)
        finally:
            self.ended.set()


async def called(stage: Stage) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(stage.live.url.rpartition(":")[2]))
    writer.write(stage.head("GET /proxy/raw"))
    return reader, writer


async def test_a_caller_who_leaves_ends_the_answer(stage: Stage) -> None:
    """An answer without an end is read no further than somebody takes it."""
    provider = Pouring(stage)
    reader, writer = await called(stage)
    await reader.readexactly(4 * len(BLOCK))

    writer.transport.abort()

    await asyncio.wait_for(provider.ended.wait(), SOON)


async def test_a_caller_who_takes_nothing_holds_the_provider_back(stage: Stage) -> None:
    """What nobody takes waits at the provider and not in this process; and it ends when the caller leaves."""
    provider = Pouring(stage)
    _, writer = await called(stage)

    seen = -1
    for _ in range(40):
        await asyncio.sleep(0.5)
        if 0 < provider.sent == seen:
            break
        seen = provider.sent
    writer.transport.abort()

    await asyncio.wait_for(provider.ended.wait(), SOON)
    assert seen < 64 * 1024 * 1024


async def test_a_caller_who_leaves_in_the_middle_of_a_write_leaves_it_in_doubt(stage: Stage) -> None:
    """The provider sees a request without its end, and the log that nobody knows what came of it."""
    seen = asyncio.Event()

    async def take(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readexactly(1000)
        seen.set()
        await reader.read()

    stage.wild.play = take
    _, writer = await asyncio.open_connection("127.0.0.1", int(stage.live.url.rpartition(":")[2]))
    writer.write(
        stage.head("POST /proxy/raw", b"Content-Length: 5000", b"Content-Type: application/json") + b"x" * 1000
    )
    await asyncio.wait_for(seen.wait(), SOON)
    writer.transport.abort()

    async def is_in_the_log() -> bool:
        told = await stage.live.call("GET", "/requests/logs?page_size=1&actions=POST%20/raw")
        return [line["cause"] for line in told.json()["data"]] == ["answer_cut_off"]

    await until(is_in_the_log)


POINTS = {
    "before the body": (0, b""),
    "in the body": (2, b""),
    "behind the body": (5, b""),
    "in the head": (5, b"HTTP/1.1 20"),
    "in the answer": (5, OK + b"Content-Length: 100\r\n\r\nabc"),
    "in a refusal": (5, b"HTTP/1.1 500 X\r\nContent-Length: 100\r\n\r\nabc"),
    "in chunks": (5, OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc"),
    "in gzip": (5, OK + b"Content-Encoding: gzip\r\nContent-Length: 100\r\n\r\n\x1f\x8b\x08"),
}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("point", POINTS)
async def test_a_write_that_is_broken_off_is_sent_once(stage: Stage, point: str, method: str) -> None:
    """Wherever the provider hangs up, the same key does not send it again, and says that the outcome is unknown."""
    taken, said = POINTS[point]

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(taken)
        writer.write(said)
        await writer.drain()

    stage.wild.play = hang_up
    headers = (b"Content-Length: 5", b"Content-Type: application/json", f"Idempotency-Key: {method} {point}".encode())

    first = await stage.asked(*headers, method=method, body=b"hello")
    again = await stage.asked(*headers, method=method, body=b"hello")

    assert len(stage.wild.heads) == 1
    assert first.startswith(b"HTTP/1.1 200") == (point in {"in the answer", "in chunks", "in gzip"})
    status, _, body = parsed(again)
    assert (status, json.loads(body)["code"]) == (502, "outcome_unknown")


@pytest.mark.parametrize(("method", "events"), [("GET", []), ("POST", ["action.outcome_unknown", "proxy.wrote"])])
async def test_an_answer_that_breaks_off_is_no_success_in_the_log(stage: Stage, method: str, events: list[str]) -> None:
    """The line tells that the answer was cut off, with where the call went, and the trail that a write is in doubt."""
    stage.wild.says(OK + b"Content-Length: 100\r\n\r\nabc")
    path = f"/raw/broken-off-{method.lower()}"

    await stage.asked(path=path, method=method)

    told = await stage.live.call("GET", f"/requests/logs?page_size=1&actions={method}%20{path}")
    (line,) = told.json()["data"]
    async with stage.live.house.db.connection() as conn:
        trail = await conn.fetch("select event from audit_entries where detail->>'action' = $1", f"{method} {path}")
    assert (line["success"], line["cause"], line["http_method"], line["path"]) == (
        False,
        "answer_cut_off",
        method,
        path,
    )
    assert sorted(row["event"] for row in trail) == events


async def test_a_caller_who_leaves_finds_the_answer_under_the_key(stage: Stage) -> None:
    """What was answered is read to its end for whoever comes again with the same key."""
    body = BLOCK * 8
    stage.wild.says(OK + b"Content-Length: %d\r\n\r\n" % len(body), *([BLOCK] * 8))
    headers = (b"Content-Length: 5", b"Content-Type: application/json", b"Idempotency-Key: left")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(stage.live.url.rpartition(":")[2]))
    writer.write(stage.head("POST /proxy/raw", *headers) + b"hello")
    await reader.readexactly(1000)
    writer.transport.abort()

    async def is_kept() -> bool:
        again = parsed(await stage.asked(*headers, method="POST", body=b"hello"))
        return again[0] == 200 and again[2] == body

    await until(is_kept)
    assert len(stage.wild.heads) == 1
