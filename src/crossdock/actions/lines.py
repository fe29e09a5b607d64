"""From what a call left in memory to the log's rows: cut short, and without secrets.

Noting has to cost a call next to nothing, so that all of this runs later, when a batch is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from crossdock.actions.store import CallRow, StepRow
from crossdock.egress import redact
from crossdock.egress.exchange import Reply, Request, bare
from crossdock.egress.redact import Forms
from crossdock.kernel.errors import CrossdockError
from crossdock.kernel.secret import Secret
from crossdock.telemetry import scrub

KEPT: Final = 8192
_HEADERS: Final = 40
_HEADER_KEPT: Final = 300
_URL_KEPT: Final = 1000
_FIELD_KEPT: Final = 200
_LONGEST_WORD: Final = 40
_VERSION: Final = re.compile(r"\d{4}-\d{2}|v\d+|api|graphql")
_WORD: Final = re.compile(r"[a-z][a-z_\-]*")


class Exchange(NamedTuple):
    """One exchange as it was: the request without its credential, and the reply, None where none came or was kept.

    ``forms`` are those of the credential's values, to be taken out of what the caller sent.
    """

    id: str
    request: Request
    reply: Reply | None
    forms: Forms
    duration_ms: int
    created_at: datetime


class Origin(NamedTuple):
    """Where an answer came from for which nothing was sent; ``repeat_of`` is the call that a kept one was given to."""

    place: Literal["kept", "found"]
    repeat_of: str | None = None


class CallEntry(NamedTuple):
    """One call as it is noted, with the exchange that it took last; one for which nothing was sent took none."""

    id: str
    project_id: str
    account_id: str
    connector_key: str
    action: str
    effect: str
    actor: str
    status: int
    cause: str | None
    duration_ms: int
    created_at: datetime
    service: str = "actions"
    exchange: Exchange | None = None
    wrong_fields: str | None = None
    source_ip: str | None = None
    origin: Origin | None = None


def wrong_fields(error: CrossdockError) -> str | None:
    """Return the names of the fields that a call was refused for, one a line, without what was given for them."""
    told = (str(one.get("field", "")) for one in error.detail.get("errors", ()))
    # A name that is no input is the caller's own word, and may be anything.
    names = (redact.redact(" ".join(name.split())[:_FIELD_KEPT]) for name in told if name)
    return "\n".join(dict.fromkeys(names)) or None


def shortened(request: Request) -> Request:
    """Return a request whose body is small enough to wait for being written."""
    body = request.body
    return replace(request, body=body[: 2 * KEPT]) if isinstance(body, bytes) and len(body) > 2 * KEPT else request


def shortened_reply(reply: Reply | None) -> Reply | None:
    """Return a reply whose body is small enough to wait for being written."""
    return reply if reply is None or len(reply.body) <= 2 * KEPT else replace(reply, body=reply.body[: 2 * KEPT])


def call_row(entry: CallEntry) -> CallRow:
    """Return the call's row."""
    request = entry.exchange.request if entry.exchange else None
    url, path = _place(request.url.partition("?")[0]) if request else (None, None)
    resource, child, sub = resources(service=entry.service, action=entry.action, path=path or "")
    return CallRow(
        id=entry.id,
        project_id=entry.project_id,
        account_id=entry.account_id,
        connector_key=entry.connector_key,
        service=entry.service,
        action=named(service=entry.service, action=entry.action),
        effect=entry.effect,
        actor=entry.actor,
        method=request.method if request else None,
        url=url,
        path=path,
        resource=resource,
        child_resource=child,
        sub_resource=sub,
        status=entry.status,
        cause=entry.cause,
        duration_ms=entry.duration_ms,
        created_at=entry.created_at,
        wrong_fields=entry.wrong_fields,
        source_ip=entry.source_ip,
        answered_from=entry.origin.place if entry.origin else None,
        repeat_of=entry.origin.repeat_of if entry.origin else None,
    )


def step_row(entry: CallEntry, call: CallRow) -> StepRow | None:
    """Return the row of the exchange that a call took, None where it took none."""
    took = entry.exchange
    if took is None:
        return None
    return StepRow(
        id=took.id,
        project_id=entry.project_id,
        call_id=entry.id,
        account_id=entry.account_id,
        connector_key=entry.connector_key,
        service=entry.service,
        action=call.action,
        method=took.request.method,
        url=call.url or "",
        path=call.path or "",
        resource=call.resource,
        child_resource=call.child_resource,
        sub_resource=call.sub_resource,
        status=entry.status,
        cause=entry.cause,
        duration_ms=took.duration_ms,
        request=_request(took),
        response={} if took.reply is None else _told(took.reply),
        created_at=took.created_at,
        source_ip=entry.source_ip,
    )


@lru_cache(maxsize=1024)
def named(*, service: str, action: str) -> str:
    """Return the name of a call as it is kept: in the path of a request of one's own anything may stand."""
    return redact.redact(action) if service == "proxy" else action


@lru_cache(maxsize=1024)
def _place(url: str) -> tuple[str, str]:
    """Return an address as the log keeps it, and the path in it."""
    kept = redact.redact(bare(url)[:_URL_KEPT])
    return kept, urlsplit(kept).path


@lru_cache(maxsize=1024)
def resources(*, service: str, action: str, path: str) -> tuple[str | None, str | None, str | None]:
    """Return what a call is about: the words of its path, and of an action the words after its verb first."""
    parts = [part for part in path.split("/") if part and not _VERSION.fullmatch(part)]
    found = [part for part in parts if _WORD.fullmatch(part) and len(part) <= _LONGEST_WORD]
    if service == "actions":
        found[:1] = ["_".join(action.split("_")[2:]) or action]
    resource, child, sub = (*found[:3], None, None, None)[:3]
    return resource, child, sub


def _request(took: Exchange) -> dict[str, Any]:
    """Tell a request: the credential was never in it, and is taken out should the caller have sent it along."""
    request = took.request
    headers = {name: scrub.HIDDEN if isinstance(value, Secret) else value for name, value in request.headers.items()}
    body = request.body if isinstance(request.body, bytes) else b""
    query = urlsplit(request.url).query if "?" in request.url else ""
    said = took.forms.out_of(Reply(0, {**headers, "?": query}, body, ""))
    kept = dict(said.headers)
    left = kept.pop("?")[:KEPT]
    asked = scrub.value(dict(parse_qsl(left, keep_blank_values=True))) if left else {}
    return {"headers": _headers(kept), "body": _text(said), "query_params": asked}


def _told(reply: Reply) -> dict[str, Any]:
    return {"status_code": reply.status, "headers": _headers(reply.headers), "body": _text(reply)}


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return redact.headers({name: value[:_HEADER_KEPT] for name, value in islice(headers.items(), _HEADERS)})


def _text(reply: Reply) -> str | None:
    """Return the beginning of a body without its secrets; cut after, so that no half of one stays."""
    if not reply.body:
        return None
    if b"\0" in reply.body[:KEPT] or reply.headers.get("content-encoding", "identity") != "identity":
        return f"({len(reply.body)} bytes that are not text)"
    masked = redact.redact(reply.text())
    return masked if len(masked) <= KEPT else f"{masked[:KEPT]}…"
