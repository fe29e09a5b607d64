"""What a provider or a receiver answers is hostile until it is read: junk, bombs and endless answers stay harmless."""

from __future__ import annotations

import asyncio
import gzip
import json
import resource
import zlib
from collections.abc import AsyncIterator
from time import perf_counter

import pytest_asyncio

from crossdock.egress.client import Egress, TransportError
from crossdock.egress.exchange import Request
from receiver import Receiver, answer, receiving

MEBI = 1024 * 1024
DEEP = 100_000


def _json(body: bytes, **headers: str) -> bytes:
    return answer(200, body, content_type="application/json", **headers)


def _zipped(body: bytes, coding: str = "gzip") -> bytes:
    folded = gzip.compress(body, mtime=0) if coding == "gzip" else zlib.compress(body)
    return _json(folded, content_encoding=coding)


BROKEN_JSON = (
    *(b"", b" ", b"{", b"[", b"}", b'{"a"', b'{"a":}', b"{'a':1}", b"[1,]", b'{"a":1,}', b"[1 2]", b"nul", b"True"),
    *(
        b"NaN",
        b"[NaN]",
        b"Infinity",
        b'{"a":-Infinity}',
        b"01",
        b"1.",
        b".5",
        b"+1",
        b"0x10",
        b'"\x01"',
        b'"\n"',
        b'"\\x"',
    ),
    *(
        b'"\\u12"',
        b"\xff",
        b'"\xc0\xaf"',
        b'"\xed\xa0\x80"',
        b'{"a":1}{"b":2}',
        b"/* */ {}",
        b"<html></html>",
        b")]}',\n{}",
    ),
    *(b"\x00", b"{}\x00", b"[" * DEEP, b'{"a":' * DEEP, b"[" * DEEP + b"]" * DEEP, b"9" * 5000 + b"x"),
)
ODD_JSON = (
    *(
        b'{"a":1,"a":2}',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"\\u0000"',
        b'{"\\u0000":1}',
        b"1e400",
        b"-0",
        b"123456789" * 400,
    ),
    *(
        b'{"__proto__":{}}',
        b'{"constructor":1}',
        b'"' + b"x" * MEBI + b'"',
        b"[" + b"0," * 200_000 + b"0]",
        b"[" * 400 + b"]" * 400,
    ),
)
BROKEN_HTTP = (
    _zipped(b"\0" * 30 * MEBI),
    _zipped(b"[" * 30 * MEBI),
    _zipped(b"\0" * 30 * MEBI, "deflate"),
    _zipped(gzip.compress(b"\0" * 10 * MEBI, mtime=0)),
    _json(gzip.compress(b"{}", mtime=0)[:-1], content_encoding="gzip"),
    _json(b"\x1f\x8b" + b"\xff" * 50, content_encoding="gzip"),
    _json(b"{}", content_encoding="br"),
    _json(b"{}", content_encoding="gzip, br, gzip, br"),
    _json(b"{}", content_length="999999999"),
    _json(b"{}", content_length="-1"),
    _json(b"{}", content_length="1, 2"),
    _json(b"FFFFFFFFFFFFFFFF\r\n{}", transfer_encoding="chunked"),
    _json(b"-1\r\n{}\r\n0\r\n\r\n", transfer_encoding="chunked"),
    b"HTTP/1.1 200 X\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
    b"HTTP/1.1 200 X\r\nA: " + b"a" * MEBI + b"\r\n\r\n",
    b"HTTP/1.1 999999 X\r\n\r\n",
    b"HTTP/9.9 200 X\r\n\r\n",
    b"HTTP/1.1 200 X\r\nno colon\r\n\r\n",
    b"\x16\x03\x01\x00\xa5" * 10 + b"\r\n\r\n",
    b"\r\n" * 1000,
)


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest_asyncio.fixture
async def egress(provider: Receiver) -> AsyncIterator[Egress]:
    opened = await Egress.open(private_origins=[provider.origin])
    yield opened
    await opened.close()


async def outcome(egress: Egress, provider: Receiver, raw: bytes) -> str:
    """Return ``json``, ``no json`` or the kind of the transport error; fail where it takes far more than its time."""
    provider.script = lambda _: raw
    started = perf_counter()
    try:
        reply = await egress.send(Request("POST", f"{provider.origin}/", timeout=2), origins=None)
        json.dumps(reply.json(), ensure_ascii=False).encode()
        found = "json"
    except TransportError as error:
        found = error.kind
    except ValueError:
        found = "no json"
    assert perf_counter() - started < 30
    return found


def test_there_are_enough_payloads() -> None:
    """At least sixty hostile answers are tried."""
    assert len(BROKEN_JSON) + len(ODD_JSON) + len(BROKEN_HTTP) >= 60


async def test_broken_json_is_one_error(egress: Egress, provider: Receiver) -> None:
    """Whatever is not JSON raises ValueError and nothing else, also 100,000 brackets deep."""
    found = {body[:20]: await outcome(egress, provider, _json(body)) for body in BROKEN_JSON}

    assert set(found.values()) == {"no json"}, found


async def test_odd_json_can_be_passed_on(egress: Egress, provider: Receiver) -> None:
    """Doubled keys, half pairs, NULs and long numbers give something that can be written again, or the one error."""
    found = {body[:20]: await outcome(egress, provider, _json(body)) for body in ODD_JSON}

    assert set(found.values()) <= {"json", "no json"}, found


async def test_broken_http_is_told_by_its_kind(egress: Egress, provider: Receiver) -> None:
    """Bombs, false lengths, broken chunks and junk end in a kind of their own, without the memory that they ask for."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    kinds = {raw[:40]: await outcome(egress, provider, raw) for raw in BROKEN_HTTP}

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert set(kinds.values()) <= {"too_large", "bad_reply", "cut_off", "read_timeout"}, kinds
    assert grown < 50 * 1024


async def test_an_endless_answer_ends() -> None:
    """A server that never stops sending is left at the cap."""

    async def pour(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n\r\n")
        try:
            for _ in range(1000):
                writer.write(b"x" * MEBI)
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(pour, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    opened = await Egress.open(private_origins=[origin])
    try:
        await opened.send(Request("GET", f"{origin}/", timeout=20), origins=None)
        found = "reply"
    except TransportError as error:
        found = error.kind
    await opened.close()
    server.close()

    assert found == "too_large"
