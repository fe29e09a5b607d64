"""What passes through `/proxy` while one side sends what no honest client or server would."""

from __future__ import annotations

import gzip

import pytest

from wild import exchanged
from wild_stage import OK, Stage, parsed


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 099 X\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 600 X\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 999 X\r\nContent-Length: 2\r\n\r\nok",
        OK + b"X-A: a\x01b\r\nContent-Length: 2\r\n\r\nok",
        OK + b"Content-Length : 2\r\n\r\nok",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        OK + b"Content-Length: 2\r\nX-A: a\rX-B: b\r\n\r\nok",
        OK + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\nok",
        OK + b"Content-Encoding: gzip, gzip\r\nContent-Length: 2\r\n\r\nok",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
async def test_an_answer_that_cannot_be_passed_on_is_the_hubs_refusal(stage: Stage, said: bytes) -> None:
    """No status, header or coding leads to silence or to a second answer: the hub says that it was unreadable."""
    stage.wild.says(said)

    status, headers, body = parsed(await stage.asked())

    assert (status, headers["x-crossdock-error"]) == (502, "hub")
    assert b'"answer_unreadable"' in body


async def test_a_provider_does_not_speak_as_the_hub(stage: Stage) -> None:
    """Headers of the hub's own that a provider sends are left out."""
    stage.wild.says(OK + b"X-Crossdock-Error: hub\r\nX-Crossdock-Request-Id: x\r\nContent-Length: 2\r\n\r\nok")

    status, headers, body = parsed(await stage.asked())

    assert (status, body) == (200, b"ok")
    assert "x-crossdock-error" not in headers
    assert headers["x-crossdock-request-id"].startswith("call_")


async def test_a_304_may_tell_the_length_of_what_it_leaves_out(stage: Stage) -> None:
    """It is answered, and the connection serves the next request as well."""
    stage.wild.says(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 500\r\n\r\n')
    first = stage.head("GET /proxy/raw").replace(b"Connection: close\r\n", b"")

    both = await exchanged(stage.live.url, first + stage.head("GET /proxy/raw"))

    assert both.count(b"HTTP/1.1 304") == 2
    assert both.lower().count(b'etag: "a"') == 2


def _member(text: bytes) -> bytes:
    return gzip.compress(text, mtime=0)


@pytest.mark.parametrize("coding", [b"gzip", b"gzip, identity", b"identity,x-gzip"])
async def test_a_credential_in_a_later_member_of_gzip_does_not_pass(stage: Stage, coding: bytes) -> None:
    """A body in gzip may be of several members (RFC 1952, 2.2), and each is looked into."""
    body = _member(b"hello") + _member(stage.token.encode())
    stage.wild.says(OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (coding, len(body)), body)

    answer = await stage.asked(b"Accept-Encoding: gzip")

    assert _member(stage.token.encode())[10:] not in answer


async def test_headers_in_several_lines_all_arrive(stage: Stage) -> None:
    """Lines of one name are one list (RFC 9110, 5.2)."""
    await stage.asked(b"X-A: 1", b"X-A: 2", b"Accept: a/b", b"Accept: c/d")

    heard = stage.wild.heads[0].lower()
    assert b"\r\nx-a: 1, 2\r\n" in heard
    assert b"\r\naccept: a/b, c/d\r\n" in heard


async def test_headers_of_one_hop_stay_here(stage: Stage) -> None:
    """Those that any line of `Connection` names among them."""
    await stage.asked(b"Connection: x-a", b"X-A: 1", b"TE: trailers", b"Keep-Alive: 5", b"X-B: 2")

    heard = stage.wild.heads[0].lower()
    assert b"\r\nx-b: 2\r\n" in heard
    assert not [name for name in (b"x-a:", b"te:", b"keep-alive:", b"connection:") if b"\r\n" + name in heard]


@pytest.mark.parametrize("value", ["café à la carte…".encode(), b"a\tb", b"plain"])
async def test_the_value_of_a_header_arrives_byte_for_byte(stage: Stage, value: bytes) -> None:
    """Whatever is UTF-8 is neither written anew nor refused."""
    await stage.asked(b"X-A: " + value)

    assert b"\r\nx-a: " + value + b"\r\n" in stage.wild.heads[0]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/proxy/raw", b""),
        ("/actions/rpc", b'{"action": "easyship_get_account"}'),
        ("/unified/proxy", b'{"method": "get", "path": "/raw"}'),
        ("/mcp", b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'),
    ],
)
async def test_an_account_is_named_once(stage: Stage, path: str, sent: bytes) -> None:
    """Two headers, whichever comes first, name none: who reads the first and who reads the last would disagree."""
    head = stage.head(
        f"POST {path}",
        b"X-Account-Id: acc_another",
        b"Content-Type: application/json",
        b"Accept: application/json, text/event-stream",
        b"Content-Length: %d" % len(sent),
    )

    status, _, body = parsed(await exchanged(stage.live.url, head + sent))

    assert status in {400, 404}, body
    assert stage.wild.heads == []


async def test_trailers_name_neither_key_nor_account(stage: Stage) -> None:
    """What comes behind a body cannot replace what was said before it."""
    chunks = b"2\r\nok\r\n0\r\nX-Account-Id: acc_another\r\nAuthorization: Bearer another\r\n\r\n"
    headers = (b"Transfer-Encoding: chunked", b"Content-Type: application/json")

    status, answered, _ = parsed(await stage.asked(*headers, method="POST", body=chunks))

    assert (status, answered["x-crossdock-error"]) == (401, "hub")
    assert stage.wild.heads == []


@pytest.mark.parametrize("path", ["/raw?q={x}", "/raw?q=%22a%22^", "/raw/{x}", "/raw?q=`"])
async def test_an_address_that_cannot_be_sent_is_the_callers_to_correct(stage: Stage, path: str) -> None:
    """It is not the account, nor the operator's settings, that something is wrong with."""
    status, headers, body = parsed(await stage.asked(path=path))

    assert (status, headers["x-crossdock-error"]) == (400, "hub")
    assert b'"fix_request"' in body
    assert stage.wild.heads == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_credential_in_an_address_stands_neither_in_log_nor_trail(stage: Stage, method: str) -> None:
    """Whoever writes the account's own credential into a path or a query leaves a mask there."""
    hexed = stage.token.encode().hex()
    await stage.asked(path=f"/raw/{stage.token}?a={hexed}", method=method)

    (line, *_) = (await stage.live.call("GET", "/requests/logs?page_size=1")).json()["data"]
    told = await stage.live.call("GET", f"/requests/logs/{line['request_id']}?include=step_logs,advanced_logs")
    async with stage.live.house.db.connection() as conn:
        trail = str(await conn.fetch("select detail from audit_entries order by seq desc limit 5"))

    assert line["action"].startswith(f"{method} /raw/")
    assert not [said for said in (told.text(), trail) if stage.token in said or hexed in said]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"application/json", b'{"a": 1e999}'),
        (b"application/json", b'{"a": "\xed\xa0\x80"}'),
        (b"application/json", rb'{"a": "\ud800"}'),
        (b"text/plain; charset=unicode_escape", rb"\ud800"),
        (b"text/plain", b"a\0b"),
    ],
)
async def test_an_envelope_carries_what_json_can_hardly_hold(stage: Stage, kind: bytes, body: bytes) -> None:
    """A number out of every range and half a pair of signs end in no crash; and the write's answer is kept."""
    stage.wild.says(OK + b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(body)), body)
    asked = {"method": "post", "path": "/raw", "body": {"a": 1}}
    headers = {"x-account-id": stage.account, "idempotency-key": f"{kind!r} {body!r}"}

    first = await stage.live.call("POST", "/unified/proxy", data=asked, headers=headers)
    again = await stage.live.call("POST", "/unified/proxy", data=asked, headers=headers)

    assert (first.status, again.status) == (200, 200)
    assert again.json()["data"] == first.json()["data"]
    assert len(stage.wild.heads) == 1
