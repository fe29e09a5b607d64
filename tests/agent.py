"""An agent for tests: the protocol's official client on a served house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from crossdock.projects.model import AgentGrant
from house import Answer, Live

Revision = Literal["2025-11-25", "2026-07-28"]
REVISIONS: tuple[Revision, ...] = ("2025-11-25", "2026-07-28")

_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "agent", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@asynccontextmanager
async def connected(
    live: Live, *, account: str | None, revision: Revision, key: str | None = None, query: str = ""
) -> AsyncIterator[Client]:
    """Connect the official client to `/mcp`, by the handshake of one revision or by the other's requests."""
    headers = {"authorization": f"Bearer {key or live.tenant.key.reveal()}"}
    if account:
        headers["x-account-id"] = account
    mode = "legacy" if revision == "2025-11-25" else revision
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{live.url}/mcp{query}", http_client=http)
        async with Client(transport, mode=mode, cache=None) as client:
            yield client


async def asked(
    live: Live, method: str, params: dict[str, Any] | None = None, /, *, query: str = "", **headers: str
) -> Answer:
    """Send one bare request of revision 2025-11-25."""
    sent = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
    return await live.call("POST", f"/mcp{query}", data=data, headers={**sent, **named})


async def newer(
    live: Live, method: str, params: dict[str, Any], /, *, headers: Mapping[str, str] = MappingProxyType({})
) -> Answer:
    """Send one bare request of revision 2026-07-28."""
    named = {"mcp-method": method, **({"mcp-name": params["name"]} if "name" in params else {})}
    data = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": _META}}
    sent = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2026-07-28"}
    return await live.call("POST", "/mcp", data=data, headers={**sent, **named, **headers})


async def agent_key(live: Live, **members: Any) -> str:
    """Make an agent key that ends tomorrow and return its text."""
    house = live.house
    grant = AgentGrant(**{"ends_at": house.clock.now() + timedelta(days=1), **members})
    _, text = await house.projects.agents.create(
        project_id=live.tenant.project.id, actor="system:cli", name="agent", grant=grant
    )
    return text.reveal()
