from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from crossdock.egress import limits
from crossdock.egress.client import Egress, TransportError
from crossdock.egress.exchange import Request
from crossdock.egress.redact import Forms
from crossdock.kernel.errors import InvalidRequestError
from crossdock.kernel.secret import Secret
from receiver import Heard, Receiver, answer, receiving

BOMB = gzip.compress(b"\0" * 60_000_000, mtime=0)


@asynccontextmanager
async def pair(script: Callable[[Heard], bytes | Awaitable[bytes]]) -> AsyncIterator[tuple[Egress, Receiver]]:
    async with receiving(script) as receiver:
        egress = await Egress.open(private_origins=[receiver.origin])
        yield egress, receiver
        await egress.close()


async def failing(
    script: Callable[[Heard], bytes | Awaitable[bytes]], *, method: str = "GET", seconds: float = 30.0
) -> tuple[str, bool, int]:
    """Return kind and ``sent`` of the error, and how many requests arrived."""
    async with pair(script) as (egress, receiver):
        request = Request(method, f"{receiver.origin}/path", timeout=seconds)
        with pytest.raises(TransportError) as caught:
            await egress.send(request, origins=None)
        return caught.value.kind, caught.value.sent, len(receiver.heard)


async def test_a_request_arrives_as_it_was_written() -> None:
    """Path and query are not re-encoded, secrets are revealed on the wire, and nothing of the client's own is added."""
    async with pair(lambda _: answer(201, b"done", x_a="1")) as (egress, receiver):
        request = Request(
            "PATCH",
            f"{receiver.origin}/a%2Fb/?x=%20&y=[1]&&z",
            {"Authorization": Secret("Bearer t"), "X-B": "ü", "Connection": "close", "Host": "evil.example"},
            Secret('{"token":1}'),
        )
        reply = await egress.send(request, origins=frozenset({receiver.origin}))

    [heard] = receiver.heard
    assert (heard.method, heard.target, heard.body) == ("PATCH", "/a%2Fb/?x=%20&y=[1]&&z", b'{"token":1}')
    assert heard.headers["authorization"] == "Bearer t"
    assert heard.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert heard.headers.keys() == {
        "host", "user-agent", "accept", "accept-encoding", "authorization", "x-b", "content-length",
    }  # fmt: skip
    assert (reply.status, reply.body, reply.headers["x-a"]) == (201, b"done", "1")
    assert reply.elapsed_ms >= 0


async def test_errors_of_the_provider_are_replies() -> None:
    """Every status comes back as it is: what it means is decided elsewhere."""
    async with pair(lambda heard: answer(int(heard.target[1:]), b"no")) as (egress, receiver):
        statuses = [
            (await egress.send(Request("GET", f"{receiver.origin}/{status}"), origins=None)).status
            for status in (400, 401, 404, 429, 500, 503)
        ]

    assert statuses == [400, 401, 404, 429, 500, 503]


async def test_no_cookie_is_carried_to_the_next_request() -> None:
    """What a provider sets for one tenant is neither kept nor told."""
    async with pair(lambda _: answer(200, set_cookie="session=tenant-a")) as (egress, receiver):
        for _ in range(2):
            reply = await egress.send(Request("GET", f"{receiver.origin}/"), origins=None)
            assert "set-cookie" not in reply.headers

    assert all("cookie" not in heard.headers for heard in receiver.heard)


async def test_connections_are_used_again() -> None:
    """Requests one after the other share a connection."""
    async with pair(lambda _: answer()) as (egress, receiver):
        for _ in range(5):
            await egress.send(Request("GET", f"{receiver.origin}/"), origins=None)

    assert (receiver.connections, len(receiver.heard)) == (1, 5)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)),
        ("x-gzip", gzip.compress(b"hello", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
        ("identity", b"hello"),
        ("GZIP", gzip.compress(b"hello", mtime=0)),
        ("gzip", gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0)),
        ("gzip", gzip.compress(b"hello", mtime=0) + b"\0" * 10),
    ],
)
async def test_content_codings_are_undone(coding: str, body: bytes) -> None:
    """The body comes decoded, and the headers no longer speak of its coding."""
    async with pair(lambda _: answer(200, body, content_encoding=coding)) as (egress, receiver):
        reply = await egress.send(Request("GET", f"{receiver.origin}/"), origins=None)

    assert reply.body == b"hello"
    assert "content-encoding" not in reply.headers


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer(200, b"junk", content_encoding="gzip"), "bad_reply"),
        (answer(200, gzip.compress(b"hello", mtime=0)[:-6], content_encoding="gzip"), "bad_reply"),
        (answer(200, b"x", content_encoding="br"), "bad_reply"),
        (answer(200, gzip.compress(gzip.compress(b"x", mtime=0)), content_encoding="gzip, gzip"), "bad_reply"),
        (answer(200, BOMB, content_encoding="gzip"), "too_large"),
        (answer(200, b"x" * (limits.BODY_BYTES + 1)), "too_large"),
        (answer(200, b"x", content_length="10", connection="close"), "cut_off"),
        (answer(200, b"5\r\nhel", transfer_encoding="chunked", connection="close"), "cut_off"),
        (answer(200, b"zz\r\nhello\r\n", transfer_encoding="chunked"), "bad_reply"),
        (b"SMTP ready\r\n\r\n", "bad_reply"),
        (b"HTTP/1.1 200 X\r\nA: " + b"a" * 70_000 + b"\r\n\r\n", "bad_reply"),
        (b"", "cut_off"),
    ],
)
async def test_what_cannot_be_read_is_told_by_its_kind(reply: bytes, kind: str) -> None:
    """Junk, bombs, truncation and silence each have their kind, and the request counts as sent."""
    assert (await failing(lambda _: reply, method="POST"))[:2] == (kind, True)


async def test_a_slow_answer_meets_the_deadline() -> None:
    """Neither silence nor a body that trickles outlasts the request's own time limit."""

    async def silent(_: Heard) -> bytes:
        await asyncio.sleep(30)
        return answer()

    def trickling(_: Heard) -> bytes:
        return answer(200, b"x", content_length="1000")

    assert await failing(silent, method="POST", seconds=2.0) == ("read_timeout", True, 1)
    assert await failing(trickling, method="POST", seconds=2.0) == ("read_timeout", True, 1)


async def test_a_streamed_answer_that_stalls_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has come goes on at once; the next part has to come in time, as the beginning has."""
    monkeypatch.setattr(limits, "IDLE_SECONDS", 1.0)

    async with pair(lambda _: answer(200, b"half", content_length="1000")) as (egress, receiver):
        stream = await egress.stream(
            Request("GET", f"{receiver.origin}/"), origins=frozenset({receiver.origin}), forms=Forms([])
        )
        passed = await anext(stream.chunks)
        with pytest.raises(TransportError) as stalled:
            await anext(stream.chunks)
        await stream.close()

    assert (stalled.value.kind, stalled.value.sent, passed) == ("read_timeout", True, b"half")


async def test_a_streamed_answer_that_does_not_begin_meets_the_deadline() -> None:
    """Silence does not outlast the request's own time limit."""

    async def silent(_: Heard) -> bytes:
        await asyncio.sleep(30)
        return answer()

    async with pair(silent) as (egress, receiver):
        request = Request("GET", f"{receiver.origin}/", timeout=2.0)
        with pytest.raises(TransportError) as caught:
            await egress.stream(request, origins=frozenset({receiver.origin}), forms=Forms([]))

    assert (caught.value.kind, caught.value.sent) == ("read_timeout", True)


async def test_a_refused_connection_sent_nothing() -> None:
    """Where nobody listens, the error says that nothing was sent."""
    async with receiving() as receiver:
        origin = receiver.origin
    egress = await Egress.open(private_origins=[origin])

    with pytest.raises(TransportError) as caught:
        await egress.send(Request("POST", f"{origin}/"), origins=None)
    await egress.close()

    assert (caught.value.kind, caught.value.sent) == ("refused", False)


async def test_a_name_that_leads_nowhere_sent_nothing() -> None:
    """A failing look-up is told as such."""

    async def nowhere(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    egress = await Egress.open(lookup=nowhere)

    with pytest.raises(TransportError) as caught:
        await egress.send(Request("POST", "https://api.example.com/"), origins=None)
    await egress.close()

    assert (caught.value.kind, caught.value.sent) == ("dns", False)


async def test_a_look_up_that_hangs_meets_the_deadline() -> None:
    """Time spent before the connection stands is told as a connect time-out, with nothing sent."""

    async def hanging(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(30)
        return []

    egress = await Egress.open(lookup=hanging)

    with pytest.raises(TransportError) as caught:
        await egress.send(Request("POST", "https://api.example.com/", timeout=0.2), origins=None)
    await egress.close()

    assert (caught.value.kind, caught.value.sent) == ("connect_timeout", False)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's context with a certificate for localhost, signed by itself, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(Encoding.PEM)
    (folder / "server.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_a_server_is_reached_over_tls_only_with_a_certificate_for_its_name(tmp_path: Path) -> None:
    """Trusted and named right it answers; signed by itself, or for another name, it gets nothing."""
    serving, trusting = certificate(tmp_path)
    async with receiving(tls=serving) as receiver:
        named, unnamed = f"https://localhost:{receiver.port}", f"https://127.0.0.1:{receiver.port}"
        kinds: list[object] = []
        for context, origin in ((trusting, named), (trusting, unnamed), (None, named)):
            egress = await Egress.open(private_origins=[origin], tls=context)
            try:
                kinds.append((await egress.send(Request("POST", f"{origin}/"), origins=None)).status)
            except TransportError as error:
                kinds.append((error.kind, error.sent))
            await egress.close()

    assert kinds == [200, ("tls", False), ("tls", False)]
    assert len(receiver.heard) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_changes_something_is_never_sent_twice(method: str) -> None:
    """A connection that closes without an answer, fresh or kept alive, leads to an error and no repetition."""
    kind, sent, arrived = await failing(lambda _: b"", method=method)
    assert (kind, sent, arrived) == ("cut_off", True, 1)

    async with pair(lambda heard: answer() if heard.target == "/first" else b"") as (egress, receiver):
        await egress.send(Request(method, f"{receiver.origin}/first"), origins=None)
        with pytest.raises(TransportError):
            await egress.send(Request(method, f"{receiver.origin}/second"), origins=None)

    assert [heard.target for heard in receiver.heard] == ["/first", "/second"]


async def test_a_read_survives_a_closed_connection() -> None:
    """A GET that met the end of a kept connection is asked once more on a fresh one."""
    replies = iter([answer(), b"", answer(200, b"again")])

    async with pair(lambda _: next(replies)) as (egress, receiver):
        for _ in range(2):
            reply = await egress.send(Request("GET", f"{receiver.origin}/"), origins=None)

    assert reply.body == b"again"


@pytest.mark.parametrize("way", ["send", "stream"])
async def test_a_query_by_post_survives_a_closed_connection(way: str) -> None:
    """What only reads and met the end of a kept connection is asked once more with its body, and not a third time."""
    replies = iter([answer(), b"", answer(200, b"again"), b"", b""])

    async def ask(egress: Egress, request: Request) -> bytes:
        if way == "send":
            return (await egress.send(request, origins=None)).body
        stream = await egress.stream(request, origins=frozenset({origin}), forms=Forms([]))
        body = b"".join([chunk async for chunk in stream.chunks])
        await stream.close()
        return body

    async with pair(lambda _: next(replies)) as (egress, receiver):
        origin = receiver.origin
        query = Request("POST", f"{origin}/graphql", body=b'{"query": "{ me { id } }"}', reads=True)
        await ask(egress, query)
        body = await ask(egress, query)
        with pytest.raises(TransportError):
            await ask(egress, query)

    assert body == b"again"
    assert [heard.body for heard in receiver.heard] == [query.body] * 5


async def test_redirects_of_a_get_are_followed_within_the_origin() -> None:
    """Relative and absolute ones, with the headers, up to three."""
    async with pair(
        lambda heard: answer(302, location=f"/{int(heard.target[1:]) + 1}") if heard.target != "/3" else answer(200)
    ) as (egress, receiver):
        request = Request("GET", f"{receiver.origin}/0", {"Authorization": Secret("Bearer t")})
        reply = await egress.send(request, origins=None)

    assert (reply.status, reply.url) == (200, f"{receiver.origin}/3")
    assert all(heard.headers["authorization"] == "Bearer t" for heard in receiver.heard)


async def test_a_fourth_redirect_is_one_too_many() -> None:
    """Going round in a circle ends."""
    kind, sent, arrived = await failing(lambda _: answer(302, location="/again"))

    assert (kind, sent, arrived) == ("bad_reply", True, 4)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_only_a_get_follows_redirects(method: str) -> None:
    """A redirect answered to a write is given back as the reply."""
    async with pair(lambda _: answer(307, location="/elsewhere")) as (egress, receiver):
        reply = await egress.send(Request(method, f"{receiver.origin}/"), origins=None)

    assert (reply.status, len(receiver.heard)) == (307, 1)


async def test_secrets_do_not_follow_to_another_origin() -> None:
    """Where a redirect leads to another allowed host, tokens and cookies stay behind."""
    async with receiving() as other, receiving(lambda _: answer(302, location=f"{other.origin}/there")) as receiver:
        egress = await Egress.open(private_origins=[receiver.origin, other.origin])
        headers: dict[str, str | Secret] = {
            "X-Token": Secret("t"),
            "authorization": "Bearer t",
            "Cookie": "c=1",
            "X-Plain": "yes",
        }
        await egress.send(Request("GET", f"{receiver.origin}/", headers), origins=None)
        await egress.close()

    [heard] = other.heard
    assert heard.headers["x-plain"] == "yes"
    assert heard.headers.keys().isdisjoint({"x-token", "authorization", "cookie"})


async def test_a_redirect_away_from_the_connector_s_hosts_is_refused() -> None:
    """A host that the connector does not name gets no request, redirect or not."""
    async with receiving() as other, receiving(lambda _: answer(302, location=f"{other.origin}/there")) as receiver:
        egress = await Egress.open(private_origins=[receiver.origin, other.origin])
        with pytest.raises(TransportError) as caught:
            await egress.send(Request("GET", f"{receiver.origin}/"), origins=frozenset({receiver.origin}))
        await egress.close()

    assert (caught.value.kind, other.heard) == ("blocked", [])


@pytest.mark.parametrize(
    "headers", [{"X-A": "1\r\nX-B: 2"}, {"X-A\r\n": "1"}, {"X A": "1"}, {"": "1"}, {"X-A": "\x00"}, {"X-A": "a\x7f"}]
)
async def test_headers_cannot_smuggle_lines(headers: dict[str, str]) -> None:
    """Line breaks and control characters in names or values are refused before anything is sent."""
    async with pair(lambda _: answer()) as (egress, receiver):
        with pytest.raises(InvalidRequestError):
            await egress.send(Request("GET", f"{receiver.origin}/", headers), origins=None)

    assert receiver.heard == []


async def test_the_error_tells_neither_path_nor_query() -> None:
    """Message, remedy and detail of a transport error name the host alone."""
    async with pair(lambda _: b"") as (egress, receiver):
        with pytest.raises(TransportError) as caught:
            await egress.send(Request("POST", f"{receiver.origin}/canary?token=canary"), origins=None)

    told = f"{caught.value!r} {caught.value.message} {caught.value.remedy} {caught.value.detail}"
    assert "canary" not in told
    assert caught.value.detail == {"kind": "cut_off", "host": "127.0.0.1"}


async def test_a_large_body_goes_out_whole() -> None:
    """Three megabytes arrive as they were."""
    async with pair(lambda heard: answer(200, str(len(heard.body)).encode())) as (egress, receiver):
        reply = await egress.send(Request("POST", f"{receiver.origin}/", {}, b"x" * 3_000_000), origins=None)

    assert reply.body == b"3000000"
