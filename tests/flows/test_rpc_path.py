"""`POST /actions/rpc` answers the same with and without the framework in between."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
import pytest
import pytest_asyncio

from crossdock.server import build_app
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

GOOD = {"action": "easyship_list_item_categories"}
CASES: Mapping[str, tuple[bytes, Mapping[str, str]]] = {
    "a call": (json.dumps(GOOD).encode(), {}),
    "a query that is not known": (json.dumps({**GOOD, "query": {"limit": 3}}).encode(), {}),
    "no action": (b"{}", {}),
    "no JSON": (b"{", {}),
    "a list": (b"[]", {}),
    "a member of the wrong type": (b'{"action": 3}', {}),
    "another media type": (json.dumps(GOOD).encode(), {"content-type": "text/plain"}),
    "an unknown action": (b'{"action": "easyship_fly"}', {}),
    "an unknown action as a problem": (b'{"action": "easyship_fly"}', {"accept": "application/problem+json"}),
    "an unknown input": (json.dumps({**GOOD, "path": {"x": 1}}).encode(), {}),
    "no key": (json.dumps(GOOD).encode(), {"authorization": ""}),
    "no account": (json.dumps(GOOD).encode(), {"x-account-id": ""}),
    "a foreign account": (json.dumps(GOOD).encode(), {"x-account-id": "acc_nobody"}),
    "another account within": (json.dumps({**GOOD, "headers": {"x-account-id": "acc_2"}}).encode(), {}),
    "a bad priority": (json.dumps(GOOD).encode(), {"x-crossdock-priority": "urgent"}),
    "a bad idempotency key": (json.dumps(GOOD).encode(), {"idempotency-key": ""}),
    "a write that is not granted": (b'{"action": "easyship_create_address", "body": {}}', {}),
    "too much": (b'{"action": "' + b"x" * 4 * 1024 * 1024 + b'"}', {}),
}


@dataclass(frozen=True, slots=True)
class Both:
    """The application with the short way in front, and the framework alone."""

    live: Live
    account: str

    async def ask(self, body: bytes, headers: Mapping[str, str], *, framework: str) -> httpx2.Response:
        """Send one request to either."""
        app = build_app(self.live.house)
        while framework == "alone" and not type(app).__module__.startswith("starlette"):
            app = app._app  # type: ignore[attr-defined]  # what stands behind the front
        key = b64encode(f"{self.live.tenant.key.reveal()}:".encode()).decode()
        sent = {
            "authorization": f"Basic {key}",
            "x-account-id": self.account,
            "content-type": "application/json",
            **headers,
        }
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=self.live.url) as client:
            return await client.post("/actions/rpc", content=body, headers=sent)


@pytest_asyncio.fixture(scope="module")
async def both(shared_live: Live, easyship_twin_process: EasyshipTwin) -> Both:
    """Link an account that may only read."""
    token = easyship_twin_process.integration("both", scopes="all")["production_token"]
    return Both(shared_live, await link_pasted(shared_live, token, owner="both"))


@pytest.mark.parametrize("case", CASES)
async def test_both_ways_answer_alike(both: Both, easyship_twin_process: EasyshipTwin, case: str) -> None:
    """Status, media type, headers and body are the same, but for the time in an error."""
    easyship_twin_process.clock_advance("1s")
    body, headers = CASES[case]

    short = await both.ask(body, headers, framework="behind")
    long = await both.ask(body, headers, framework="alone")

    assert short.status_code == long.status_code
    names = ("content-type", "cache-control", "www-authenticate", "retry-after")
    assert [short.headers.get(name) for name in names] == [long.headers.get(name) for name in names]
    assert {**short.json(), "timestamp": ""} == {**long.json(), "timestamp": ""}
