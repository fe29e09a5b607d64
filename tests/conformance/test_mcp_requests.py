"""Requests to `/mcp` as clients of every revision send them, and as none does: each answered as the texts say."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent import agent_key
from crossdock.db.embedded import Embedded
from house import Answer, Live
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin, ShipheroTwin

LIST = "easyship_list_item_categories"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
TOLD = {"jsonrpc": "2.0", "method": "notifications/initialized"}
LOCAL = "http://localhost:6274"


@pytest_asyncio.fixture(scope="module")
async def key(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    """Link an account and make an agent key for it."""
    token = easyship_twin_process.integration("requests", scopes="all")["production_token"]
    await link_pasted(shared_live, token, owner="requests")
    return await agent_key(shared_live, owner_id="requests")


async def sent(
    live: Live, key: str, body: Any, /, *, method: str = "POST", path: str = "/mcp", **headers: str
) -> Answer:
    """Send a body, as JSON unless it is bytes; a header given as an empty text is left out."""
    every = {
        "authorization": f"Bearer {key}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    kept = {name: value for name, value in every.items() if value}
    left_out = [name for name in every if name not in kept]
    async with live.client.request(
        method, live.url + path, data=data, headers=kept, skip_auto_headers=left_out
    ) as reply:
        return Answer(reply.status, {name.lower(): value for name, value in reply.headers.items()}, await reply.read())


@pytest.mark.parametrize(
    ("asked", "agreed"),
    [
        *((one, one) for one in ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")),
        *((one, "2025-11-25") for one in ("2026-07-28", "1999-01-01", "newest")),
    ],
)
async def test_the_handshake_agrees_on_a_revision(shared_live: Live, key: str, asked: str, agreed: str) -> None:
    """A known revision is taken, for any other the newest that has a handshake is offered."""
    params = {"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "n", "version": "1"}}

    answer = await sent(shared_live, key, {**PING, "method": "initialize", "params": params})

    assert (answer.status, answer.json()["result"]["protocolVersion"]) == (200, agreed)


@pytest.mark.parametrize("revision", ["2030-01-01", "newest"])
async def test_an_unknown_revision_is_told_the_known_ones(shared_live: Live, key: str, revision: str) -> None:
    """A header that names no revision gets 400, with the list of those that are spoken."""
    answer = await sent(shared_live, key, PING, mcp_protocol_version=revision)

    assert answer.status == 400
    assert answer.json()["id"] == 1
    assert answer.json()["error"]["code"] == -32022
    assert {"2024-11-05", "2025-11-25", "2026-07-28"} <= set(answer.json()["error"]["data"]["supported"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{nope", -32700),
        (b"", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"p\xff"}', -32700),
        (b"[" * 100_000, -32700),
        ("text", -32600),
        ([], -32600),
        ({"id": 1, "method": "ping"}, -32600),
        ({**PING, "jsonrpc": "1.0"}, -32600),
        ({**PING, "id": None}, -32600),
        ({**PING, "id": 1.5}, -32600),
        ({**PING, "id": True}, -32600),
        ({**PING, "method": 5}, -32600),
        ({**PING, "params": [1]}, -32600),
    ],
)
async def test_what_is_no_message_is_refused(shared_live: Live, key: str, body: Any, code: int) -> None:
    """A request that cannot be read is never taken for a notification, and the refusal speaks of no library."""
    answer = await sent(shared_live, key, body)

    assert (answer.status, answer.json()["error"]["code"]) == (400, code)
    assert "validation" not in answer.text().lower()


@pytest.mark.parametrize("revision", ["", "2025-03-26"])
async def test_a_batch_of_the_revision_that_has_them(shared_live: Live, key: str, revision: str) -> None:
    """Each request of a batch gets its answer, in one list; notifications get none."""
    call = {**PING, "id": "c", "method": "tools/call", "params": {"name": LIST, "arguments": {}}}
    listing = {**PING, "id": 7, "method": "tools/list"}

    answer = await sent(shared_live, key, [PING, TOLD, listing, call], mcp_protocol_version=revision)
    silent = await sent(shared_live, key, [TOLD, TOLD], mcp_protocol_version=revision)

    assert [one["id"] for one in answer.json()] == [1, 7, "c"]
    assert LIST in [tool["name"] for tool in answer.json()[1]["result"]["tools"]]
    assert answer.json()[2]["result"]["structuredContent"]["data"]
    assert (silent.status, silent.body) == (202, b"")


@pytest.mark.parametrize(
    ("batch", "revision"),
    [
        ([PING, PING], "2025-06-18"),
        ([PING, PING], "2026-07-28"),
        ([PING, {**PING, "method": "initialize"}], "2025-03-26"),
        ([PING] * 51, "2025-03-26"),
    ],
)
async def test_other_batches_are_refused(shared_live: Live, key: str, batch: list[Any], revision: str) -> None:
    """Later revisions have no batches; a handshake comes alone; and no batch is endless."""
    answer = await sent(shared_live, key, batch, mcp_protocol_version=revision)

    assert (answer.status, answer.json()["error"]["code"]) == (400, -32600)


async def test_a_batch_costs_as_many_calls_as_it_has_messages(
    postgres: Embedded, postgres_dsn: str, tmp_path: Path
) -> None:
    """Putting calls into batches is no way around the limit of calls."""
    async with (
        fresh_database(postgres, postgres_dsn) as dsn,
        opened(dsn, data_dir=tmp_path, origin_rewrites={}, calls_per_minute=25) as live,
    ):
        within = await sent(live, live.tenant.key.reveal(), [PING] * 5)
        over = await sent(live, live.tenant.key.reveal(), [PING] * 26)

    assert within.status == 200
    assert (over.status, over.json()["code"]) == (429, "rate_limited")


async def test_a_request_without_accept_takes_any_answer(shared_live: Live, key: str) -> None:
    """Only who says what it takes, and leaves JSON out, is refused."""
    silent = await sent(shared_live, key, PING, accept="")
    stream = await sent(shared_live, key, PING, accept="text/event-stream")

    assert (silent.status, stream.status) == (200, 406)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_that_is_not_said_to_be_json(shared_live: Live, key: str, kind: str) -> None:
    """It gets 415 and the way to mend it."""
    answer = await sent(shared_live, key, PING, content_type=kind)

    assert answer.status == 415
    assert "Content-Type: application/json" in answer.json()["remedy"]


async def test_a_body_over_four_mebibytes_is_refused(shared_live: Live, key: str) -> None:
    """It is not read to its end, whatever its length was said to be."""
    answer = await sent(shared_live, key, b'{"jsonrpc":"2.0","id":1,"x":"' + b"a" * (4 * 1024 * 1024) + b'"}')

    assert (answer.status, answer.json()["code"]) == (413, "too_large")


async def test_a_list_has_one_page(shared_live: Live, key: str) -> None:
    """A cursor that was never given out is refused, so that no client goes round in circles."""
    answer = await sent(shared_live, key, {**PING, "method": "tools/list", "params": {"cursor": "2"}})

    assert answer.json()["error"]["code"] == -32602


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_there_is_no_stream_and_no_session_to_end(shared_live: Live, key: str, method: str) -> None:
    """Who may call hears that there is none; who may not, how to get in."""
    known = await sent(shared_live, key, b"", method=method)
    unknown = await sent(shared_live, key, b"", method=method, authorization="")

    assert (known.status, known.json()["error"]["code"]) == (405, -32000)
    assert "POST" in known.headers["allow"]
    assert unknown.status == 401
    assert "resource_metadata=" in unknown.headers["www-authenticate"]


async def test_an_address_with_a_slash_behind_is_the_same(shared_live: Live, key: str) -> None:
    """People type it either way."""
    answer = await sent(shared_live, key, PING, path="/mcp/")

    assert answer.status == 200


@pytest.mark.parametrize("origin", [LOCAL, "http://127.0.0.1", "http://[::1]:80", "https://localhost:1"])
async def test_a_page_of_this_machine_may_read_the_answer(shared_live: Live, key: str, origin: str) -> None:
    """An inspector in a browser asks first, then calls, and learns from a refusal how to get in."""
    asked = await sent(
        shared_live,
        key,
        b"",
        method="OPTIONS",
        authorization="",
        origin=origin,
        access_control_request_method="POST",
        access_control_request_headers="authorization,mcp-protocol-version",
    )
    called = await sent(shared_live, key, PING, origin=origin)
    refused = await sent(shared_live, key, PING, origin=origin, authorization="")

    assert asked.status == 204
    assert asked.headers["access-control-allow-headers"] == "authorization,mcp-protocol-version"
    assert (called.status, refused.status) == (200, 401)
    assert {one.headers["access-control-allow-origin"] for one in (asked, called, refused)} == {origin}
    assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "headers",
    [
        *({"origin": one} for one in ("https://evil.example", "null", "http://localhost:1.evil.example", "file://")),
        {"origin": "http://localhost@evil.example"},
        {"host": "evil.example"},
        {"host": "127.0.0.1:80.evil.example"},
    ],
)
async def test_others_get_nothing_and_no_leave_to_read(shared_live: Live, key: str, headers: dict[str, str]) -> None:
    """Pages elsewhere and names that were made to point here are refused, in words that say what to do."""
    answer = await sent(shared_live, key, PING, **headers)

    assert answer.status in {403, 421}
    assert answer.json()["remedy"]
    assert "access-control-allow-origin" not in answer.headers


async def test_the_address_may_name_the_account(shared_live: Live, key: str) -> None:
    """Clients that send no headers of their own name it there; a foreign one is not there, two are one too many."""
    listing = {**PING, "method": "tools/list"}

    foreign = await sent(shared_live, key, listing, path="/mcp?x-account-id=acc_of_somebody_else")
    both = await sent(shared_live, key, listing, path="/mcp?x-account-id=acc_a", x_account_id="acc_b")

    assert foreign.status == 404
    assert (both.status, both.json()["code"]) == (400, "account_mismatch")


async def test_a_tool_finds_the_one_account_of_its_provider(
    shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin
) -> None:
    """A key for an account at each of two providers names none; of two at one provider, one has to be named."""
    live, owner = shared_live, "one of each"
    tokens = [easyship_twin_process.integration(f"{owner} {n}", scopes="all")["production_token"] for n in range(2)]
    pasted = shiphero_twin_process.developer("one-of-each@shop.example")["refresh_token"]
    first = await link_pasted(live, tokens[0], owner=owner)
    other = await link_pasted(live, pasted, owner=owner, provider="shiphero", field="refresh_token")
    key = await agent_key(live, owner_id=owner)

    async def told(name: str, path: str = "/mcp") -> dict[str, Any]:
        params = {"name": name, "arguments": {}}
        answer = await sent(live, key, {**PING, "method": "tools/call", "params": params}, path=path)
        found: dict[str, Any] = answer.json()["result"]["structuredContent"]
        return found

    alone = [(await told(name))["provenance"]["account_id"] for name in (LIST, "shiphero_get_me")]
    second = await link_pasted(live, tokens[1], owner=owner)
    unnamed = await told(LIST)
    named = await told(LIST, f"/mcp?x-account-id={second}")
    async with live.house.db.connection() as conn:
        trail = await live.house.trail.entries(conn, project_id=live.tenant.project.id, subject=other, limit=1)

    assert alone == [first, other]
    assert unnamed["error"]["code"] == "account_missing"
    assert sorted(unnamed["error"]["accounts"]) == sorted([first, second])
    assert named["provenance"]["account_id"] == second
    assert [entry.event for entry in trail] == ["agent.called"]


async def test_a_name_that_is_no_tool_points_to_the_list(shared_live: Live, key: str) -> None:
    """What an agent is told to do is something that it can do."""
    params = {"name": "no_such_tool", "arguments": {}}

    answer = await sent(shared_live, key, {**PING, "method": "tools/call", "params": params})

    assert answer.json()["result"]["isError"]
    assert "tools/list" in answer.json()["result"]["structuredContent"]["error"]["remedy"]
