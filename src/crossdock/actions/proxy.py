"""A caller's own request: what it does, where it may go, and the provider's answer as it is."""

from __future__ import annotations

import json
from typing import Any, Final

from crossdock.actions.model import ProxyReply, ProxyRequest
from crossdock.connectors import effects, requests
from crossdock.connectors.model import Connector, Effect, Environment
from crossdock.egress.exchange import Reply, Request

_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "keep-alive",
        "proxy-authenticate",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def effect_of(*, connector: Connector, environment: Environment, request: ProxyRequest) -> Effect:
    """Return what the request does; raise where that cannot be told."""
    path, query = requests.split_target(environment=environment, target=request.target)
    return effects.proxy_effect(
        connector=connector, method=request.method, path=path, query=query, body=_bytes(request.body)
    )


def request_of(*, connector: Connector, environment: Environment, request: ProxyRequest) -> Request:
    """Return the request to send, still without a credential."""
    body, headers = _bytes(request.body), dict(request.headers)
    if body is not None and not isinstance(request.body, str):
        headers["content-type"] = "application/json"
    return requests.proxy_request(
        connector=connector,
        environment=environment,
        method=request.method,
        target=request.target,
        headers=headers,
        body=body,
    )


def name_of(request: ProxyRequest) -> str:
    """Return how the request stands in logs: its method and path, without the query."""
    return f"{request.method} {request.target.partition('?')[0]}"[:200]


def reply_of(reply: Reply) -> ProxyReply:
    """Return the provider's answer: parsed where it is JSON, as text where it is anything else."""
    headers = {name: value for name, value in reply.headers.items() if name not in _HOP_BY_HOP}
    return ProxyReply(status=reply.status, headers=headers, data=_data(reply))


def _data(reply: Reply) -> Any:
    if not reply.body:
        return None
    try:
        return reply.json()
    except ValueError:
        return reply.text()


def _bytes(body: Any) -> bytes | None:
    if body is None or body == {}:
        return None
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
