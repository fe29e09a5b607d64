"""Under which names `/mcp` answers, which pages may ask, what is a token there, and what is a message."""

from __future__ import annotations

import pytest

from agent import asked, newer
from app import App
from house import Live


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example:80",
        "127.0.0.1@evil.example",
        "localhost.",
        "127.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "127.0.0.1:x",
        "127.0.0.1:80:80",
        "[",
        "[::1",
        "[::1]evil.example",
    ],
)
async def test_another_name_gets_nothing(shared_live: Live, host: str) -> None:
    """A name that was made to point here, or that is none, is sent away, also with a key that is good."""
    answer = await asked(shared_live, "tools/list", host=host)

    assert answer.status == 421
    assert "result" not in answer.json()


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "file://",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example:80",
        "http://localhost@evil.example",
        "https://localhost:80@evil.example",
        "chrome-extension://localhost",
        "http://[",
        "http://[::1",
        "http://[::1]evil.example",
        "http://localhost:port",
    ],
)
async def test_a_page_elsewhere_gets_nothing(shared_live: Live, origin: str) -> None:
    """It is refused, and its browser is not told that it may read the answer."""
    answer = await asked(shared_live, "tools/list", origin=origin)

    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:65535"])
async def test_names_of_this_machine_are_answered(shared_live: Live, host: str) -> None:
    """With any port, so that the refusals mean something."""
    answer = await asked(shared_live, "tools/list", host=host, origin=f"http://{host}")

    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == f"http://{host}"


@pytest.mark.parametrize("resource", ["http://[", "http://\u2100.example", "//", "\x00", "https://[::1/mcp"])
async def test_an_audience_that_is_no_address_is_refused(shared_live: Live, resource: str) -> None:
    """Whatever cannot be read as an address is not ours, and is said to be no target (RFC 8707, 2)."""
    app = App(shared_live)
    await app.register()

    answer = await app.exchange("cdac_none", resource=resource)

    assert answer.status == 400
    assert answer.json()["error"] == "invalid_target"


@pytest.mark.parametrize("place", ["request_id", "connector", "reason"])
async def test_half_a_character_is_no_message(shared_live: Live, place: str) -> None:
    """Half a pair of surrogates can be written in JSON and kept nowhere: both revisions refuse it as no message."""
    params = {"name": "request_link", "arguments": {"connector": "easyship", "reason": "r", place: "\ud800"}}

    answers = [await newer(shared_live, "tools/call", params), await asked(shared_live, "tools/call", params)]

    assert [answer.status for answer in answers] == [400, 400]
    assert {answer.json()["error"]["code"] for answer in answers} == {-32700}
