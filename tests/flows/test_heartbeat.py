"""`Prefer: heartbeat`: an answer that takes long begins with line breaks, and is read by any client all the same."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from crossdock.api import heartbeat
from desk import Desk, number, open_desk
from house import Live
from twins import EasyshipTwin, ShipheroTwin

SLOW = 3.0
EVERY = 0.2
READ = "/2024-09/account"


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as it came: its head, and its pieces in their order."""

    status: int
    headers: dict[str, str]
    pieces: list[bytes]

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def beats(self) -> int:
        """Count the line breaks in front of the body."""
        return len(self.body) - len(self.body.lstrip(b"\n"))

    def json(self) -> Any:
        return json.loads(self.body)


@pytest_asyncio.fixture(scope="module")
async def opened(shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin) -> Desk:
    """Link the accounts once."""
    easyship_twin_process.reset()
    shiphero_twin_process.reset()
    return await open_desk(shared_live, easyship_twin_process, shiphero_twin_process, name="beating")


@pytest.fixture
def desk(opened: Desk) -> Desk:
    """Give the accounts with twins that do what they should."""
    for twin in (opened.easyship_twin, opened.shiphero_twin):
        twin.clear_faults()
        twin.clear_journal()
    return opened


@pytest.fixture
def excited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let hearts beat faster."""
    monkeypatch.setattr(heartbeat.Beating.__init__, "__kwdefaults__", {"every": EVERY})


async def hear(desk: Desk, path: str, data: Any, **headers: str) -> Heard:
    """Send a request that prefers heartbeats, and keep how its answer came."""
    key = base64.b64encode(f"{desk.live.tenant.key.reveal()}:".encode()).decode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    account = desk.shiphero if "shiphero" in json.dumps(data) else desk.easyship
    sent = {"authorization": f"Basic {key}", "x-account-id": account, "prefer": "heartbeat", **named}
    async with desk.live.client.post(desk.live.url + path, json=data, headers=sent) as reply:
        pieces = [piece async for piece in reply.content.iter_any()]
        return Heard(reply.status, {name.lower(): value for name, value in reply.headers.items()}, pieces)


def way(name: str) -> tuple[str, dict[str, Any]]:
    """Return how to read the account by a way."""
    if name == "unified":
        return "/unified/proxy", {"method": "get", "path": READ}
    return f"/actions/rpc{'?debug=true' if name == 'debugged' else ''}", {"action": "easyship_get_account"}


@pytest.mark.usefixtures("excited")
@pytest.mark.parametrize("name", ["rpc", "debugged", "unified"])
async def test_a_slow_answer_begins_with_line_breaks(desk: Desk, name: str) -> None:
    """They come before the provider has answered, and what follows is the answer as JSON."""
    desk.easyship_twin.fault("slow", paths=READ, delay=SLOW, times=1)
    path, data = way(name)

    heard = await hear(desk, path, data)

    assert (heard.status, heard.headers["preference-applied"]) == (200, "heartbeat")
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["x-request-id"].startswith("call_")
    assert heard.beats >= 2
    assert heard.pieces[0].strip() == b""
    assert heard.json()["data"]


@pytest.mark.usefixtures("excited")
@pytest.mark.parametrize("name", ["rpc", "debugged", "unified"])
async def test_without_being_asked_nothing_beats(desk: Desk, name: str) -> None:
    """The same slow answer without the preference, or with another one, is as ever: its length is known."""
    desk.easyship_twin.fault("slow", paths=READ, delay=1.0, times=1)
    path, data = way(name)

    heard = await hear(desk, path, data, prefer="respond-async, wait=10")

    assert (heard.status, heard.beats) == (200, 0)
    assert "preference-applied" not in heard.headers
    assert int(heard.headers["content-length"]) == len(heard.body)


async def test_a_quick_answer_has_its_own_status(desk: Desk) -> None:
    """What is refused at once is refused with its status and headers; the preference was heeded all the same."""
    wrong = await hear(desk, "/actions/rpc", {"action": "easyship_list_shipments", "query": {"page_size": "x"}})
    unknown = await hear(desk, "/actions/rpc", {"action": "easyship_no_such_thing"})
    through = await hear(desk, "/unified/proxy", {"method": "get", "path": READ}, x_account_id="acc_none")

    assert [(one.status, one.beats) for one in (wrong, unknown, through)] == [(422, 0), (404, 0), (404, 0)]
    assert {one.headers["preference-applied"] for one in (wrong, unknown, through)} == {"heartbeat"}
    assert wrong.json()["invalid_fields"][0]["field"] == "query.page_size"


@pytest.mark.usefixtures("excited")
@pytest.mark.parametrize("name", ["rpc", "debugged", "unified"])
async def test_a_late_failure_is_told_in_the_body(desk: Desk, name: str) -> None:
    """The head has gone out with 200: the usual error follows, with its status and the seconds to wait."""
    kind = "server_error" if name == "debugged" else "rate_limited" if name == "rpc" else "cut_off"
    desk.easyship_twin.fault(kind, paths=READ, delay=SLOW, times=1)
    path, data = way(name)

    heard = await hear(desk, path, data)

    told = heard.json()
    assert (heard.status, heard.beats >= 2) == (200, True)
    assert told["statusCode"] == told["status"] == (429 if name == "rpc" else 502)
    assert told["remedy"]
    assert (told.get("retry_after", 0) >= 1) == (name == "rpc")


@pytest.mark.usefixtures("excited")
async def test_a_write_is_made_once(desk: Desk) -> None:
    """An order that took long is there, and the same key gives its answer again."""
    name = number()
    desk.shiphero_twin.fault("slow", paths="/graphql", delay=SLOW, times=1)
    data = {"action": "shiphero_create_order", **desk.order(name)}

    first = await hear(desk, "/actions/rpc", data, idempotency_key=name)
    again = await hear(desk, "/actions/rpc", data, idempotency_key=name)

    assert first.beats >= 2
    assert first.json()["data"] == again.json()["data"]
    assert desk.mutations("order_create") == 1


@pytest.mark.usefixtures("excited")
async def test_lines_and_files_do_not_beat(desk: Desk) -> None:
    """A line break more would be another row, or another byte of a file: there the preference is not heeded."""
    desk.easyship_twin.fault("slow", paths="/2024-09/item_categories", delay=1.0, times=1)

    lines = await hear(desk, "/actions/rpc", {"action": "easyship_list_item_categories", "collect": True})

    assert "preference-applied" not in lines.headers
    assert lines.beats == 0
    assert json.loads(lines.body.splitlines()[-1])["end"]["rows"] >= 1


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        (["heartbeat"], True),
        (["respond-async, HEARTBEAT; x=1"], True),
        (["wait=5", "heartbeat=10"], True),
        ([], False),
        (["no-heartbeat"], False),
        ([""], False),
    ],
)
def test_preferences_are_read_as_a_list(headers: list[str], wanted: bool) -> None:  # noqa: FBT001 - a case's answer
    """RFC 7240: several headers, several preferences in each, values and parameters, any case."""
    asked = heartbeat.wanted(headers)

    assert asked is wanted
