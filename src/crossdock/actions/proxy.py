"""A caller's own request: what it does, what goes out, and the provider's answer as it is."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final

from crossdock.actions import failures
from crossdock.actions.model import Intent, Manner, ProxyReply, ProxyRequest
from crossdock.audit import events
from crossdock.connectors import effects, replies, requests
from crossdock.connectors.model import Cause, Connector, Effect, Environment
from crossdock.egress.exchange import Reply, Request
from crossdock.egress.redact import redact
from crossdock.kernel.errors import UnprocessableError

SECONDS: Final = 30.0
_ELSEWHERE: Final = range(300, 400)

# Of one hop only (RFC 9110, 7.6.1), undone by reading the body, or meant for the provider's own pages.
_NOT_PASSED: Final = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "transfer-encoding"),
        *("upgrade", "content-encoding", "content-length", "set-cookie", "strict-transport-security", "alt-svc"),
    }
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A request that may be sent, once its intent is allowed."""

    intent: Intent
    request: Request


def passage(
    *,
    connector: Connector,
    environment: Environment,
    asked: ProxyRequest,
    seconds: float = SECONDS,
    coding: str | None = None,
) -> Passage:
    """Return the request to send and what it does; raise where that cannot be told or it leads elsewhere.

    ``seconds`` is how long the provider may take to answer, ``coding`` what its answer may come in where it is passed
    on as it is.
    """
    body = _bytes(asked.body)
    path, query = requests.split_target(environment=environment, target=asked.target)
    effect = effects.proxy_effect(
        connector=connector, method=asked.method, path=path, query=query, headers=asked.headers, body=body
    )
    fields = () if effect == "read" else effects.changed_fields(connector=connector, body=body)
    intent = _intent(asked.method, path, asked.manner, effect=effect, fields=fields)
    request = requests.proxy_request(
        connector=connector,
        environment=environment,
        method=asked.method,
        path=path,
        query=query,
        headers=asked.headers,
        body=body,
        seconds=seconds,
        coding=coding,
        reads=effect == "read",
    )
    return Passage(intent, request)


def unjudged(*, method: str, target: str, manner: Manner) -> Intent:
    """Return the intent of a request of which cannot be told what it does, for its line: it may be the worst."""
    path = target.partition("?")[0].partition("#")[0]
    _, _, beyond = path.partition("://")
    shown = redact(f"/{beyond.partition('/')[2]}" if beyond else path)
    return _intent(method, shown, manner, effect="destructive")


def check_look(*, manner: Manner, intent: Intent) -> None:
    """Raise UnprocessableError where a write of one's own asks to be looked up before it is sent."""
    if manner.look == "before" and intent.effect != "read":
        raise UnprocessableError(
            "A request of one's own cannot be looked up before it is sent.",
            remedy="Use an action, or leave `x-crossdock-look` out.",
            code="look_impossible",
        )


def answer(*, connector: Connector, reply: Reply, cause: Cause | None) -> ProxyReply:
    """Return the provider's answer: JSON as such, text as text, anything else in base64 beside its type.

    Its ``errors`` are what it refused, and what it left out though it says that it went well.
    """
    headers = {name: value for name, value in reply.headers.items() if name not in _NOT_PASSED}
    beside = replies.errors_beside(connector=connector, reply=reply) if cause is None else ()
    refused = (failures.provider_error(reply),) if cause and reply.status not in _ELSEWHERE else ()
    return ProxyReply(
        status=reply.status,
        headers=headers,
        data=_data(reply),
        errors=(*refused, *beside),
        refused=bool(refused),
    )


def _intent(method: str, path: str, manner: Manner, *, effect: Effect, fields: tuple[str, ...] = ()) -> Intent:
    return Intent(
        name=f"{method.upper()} {path}"[:200],
        effect=effect,
        kept=effect == "read",
        wrote=events.PROXY_WROTE,
        refused=events.PROXY_REFUSED,
        fields=fields,
        id=manner.id,
        source_ip=manner.source_ip,
    )


def _bytes(body: Any) -> bytes | None:
    """Return a body as it goes out: bytes and text untouched, anything else as JSON; an empty object is none."""
    if body is None or body == {}:
        return None
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _data(reply: Reply) -> Any:
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not reply.body:
        return None
    if kind.endswith("json") or not kind:
        try:
            return reply.json()
        except ValueError:
            return reply.text()
    if kind.startswith("text/") or kind.endswith(("xml", "javascript")):
        return reply.text()
    return {"content_type": kind, "content_base64": b64encode(reply.body).decode()}
