"""What a provider's reply means: a cause of failure, a finding of the probe, an action's result, a time to wait."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from mimetypes import guess_extension
from typing import Any

from crossdock.connectors.matching import On, Seen, When, at, first, look_at, matches
from crossdock.connectors.model import Action, Cause, Connector, IdentityPaths, ProbeStep, RetryHint
from crossdock.egress.exchange import Reply, bare
from crossdock.egress.redact import redact

FALLBACK = "provider_error"
"""The cause of a failure that fits no condition of a definition."""

PART = "answered_in_part"
"""The cause of a success that says what it left out; a definition tells by `on: part` how it shows."""

MOST_ERRORS = 20
"""How many of the errors and warnings beside an answer's data are told."""

_LONGEST_ERROR = 2000

_LONGEST_WAIT = 24 * 3600.0
_FILE_NAME = re.compile(r'(?i)\bfilename="?([A-Za-z0-9][A-Za-z0-9 ._-]{0,120})')
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which account at the provider a credential opens; ``id`` is empty where the provider does not tell."""

    id: str
    name: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the identity as JSON has it."""
        return {"id": self.id, "name": self.name, "details": dict(self.details)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one step of the probe showed; ``status`` is the reply's, None where there was no reply."""

    step: str = ""
    status: int | None = None
    cause: Cause | None = None
    identity: Identity | None = None
    scopes_found: frozenset[str] = frozenset()
    scopes_missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class File:
    """A file that a provider gave: its media type, its name and what is in it."""

    type: str
    name: str
    content: bytes = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the file as JSON has it: ``name, type, size`` in bytes and ``content`` in base64."""
        content = b64encode(self.content).decode()
        return {"name": self.name, "type": self.type, "size": len(self.content), "content": content}


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action gave: an object, a list of objects or nothing; the cursor of the next page; what fell short.

    Where a file came, ``file`` is that file and ``data`` the same as JSON has it. ``found`` says that a write was not
    sent, since what it makes was there. ``errors`` are the provider's own beside the data, as errors carry them.
    """

    data: dict[str, Any] | list[Any] | None
    next: str | None
    warnings: tuple[str, ...] = ()
    file: File | None = None
    found: bool = False
    errors: tuple[Mapping[str, Any], ...] = ()

    @property
    def outcome(self) -> str:
        """How it came out: ``ok``, ``found`` without being sent, or ``partial`` where something was left out."""
        return "found" if self.found else "partial" if self.errors else "ok"


def classify(*, connector: Connector, reply: Reply) -> Cause | None:
    """Return why an API reply is a failure, or None where it is a success; errors within a 200 count as failures."""
    seen = look_at(reply)
    if _succeeded(connector, seen):
        return None
    return told_by(connector=connector, seen=seen, on="api")


def shortfall(*, connector: Connector, reply: Reply) -> Cause | None:
    """Return the cause of a success that says what it left out, None for one that is whole."""
    cause = connector.causes.get(PART)
    if cause is None or not any(_may_fit(when, reply) for when in cause.when):
        return None
    seen = look_at(reply)
    return cause if any(matches(when, seen) for when in cause.when) else None


def _may_fit(when: When, reply: Reply) -> bool:
    """Tell, without reading the body as JSON, whether a condition could hold: a whole answer costs next to nothing."""
    names = (path.partition(".")[0] for path in when.json)
    return when.low <= reply.status <= when.high and all(b'"%s"' % name.encode() in reply.body for name in names)


def errors_beside(*, connector: Connector, reply: Reply) -> tuple[Mapping[str, Any], ...]:
    """Return what a success says that it left out, as errors carry it: ``status, url, message, raw``, without secrets.

    What the provider has besides is told by its own names: ``code``, ``operation``, ``field``.
    """
    cause = shortfall(connector=connector, reply=reply)
    if cause is None:
        return ()
    body = look_at(reply).json
    found = at(body, "errors[]") or at(body, "meta.errors[]") or [body]
    return tuple(_beside(cause, reply, one) for one in found[:MOST_ERRORS])


def _beside(cause: Cause, reply: Reply, one: Any) -> dict[str, Any]:
    told = one if isinstance(one, dict) else {"message": str(one)}
    return {
        "status": reply.status,
        "url": bare(reply.url),
        **{name: told[name] for name in ("code", "operation", "field") if isinstance(told.get(name), str | int)},
        "message": redact(str(told.get("message") or cause.title)[:_LONGEST_ERROR]),
        "raw": raw(json.dumps(one, ensure_ascii=False), most=_LONGEST_ERROR),
    }


def raw(text: str, *, most: int) -> dict[str, Any]:
    """Return a provider's own words without secrets as an object: its JSON, else ``{"text": ...}`` cut off.

    The official clients take an object there alone: a text makes the whole error unreadable for them (TypeScript 4.28).
    It is cut after its secrets are out, so that no half of one stays.
    """
    words = redact(text[: 2 * most])
    try:
        found = json.loads(words) if len(words) <= most and "\\u0000" not in words else None
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"text": words[:most]}


def told_by(*, connector: Connector, seen: Seen, on: On) -> Cause:
    """Return the first cause, in the definition's order, that a failed reply fits."""
    for cause in connector.causes.values():
        if any(when.on == on and matches(when, seen) for when in cause.when):
            return cause
    return connector.cause(FALLBACK)


def transport_cause(*, connector: Connector, kind: str) -> Cause:
    """Return the cause for an exchange that brought no reply."""
    return connector.cause(connector.transport.get(kind, FALLBACK))


def if_fresh(*, connector: Connector, cause: Cause) -> Cause:
    """Return what a refusal means for a token that was issued a moment ago: then it is not the token's age."""
    return connector.cause(cause.if_fresh) if cause.if_fresh else cause


def probe_finding(*, connector: Connector, step: ProbeStep, reply: Reply) -> Finding:
    """Read one reply of the probe.

    A missing permission that the step was there to find out is no failure, and neither is weather at a step that is
    about permissions alone.
    """
    seen = look_at(reply)
    cause = None if _succeeded(connector, seen) else told_by(connector=connector, seen=seen, on="api")
    if cause is not None and cause.verdict == "scope" and step.proves:
        return Finding(
            step=step.key,
            status=reply.status,
            identity=_anonymous(step),
            scopes_missing=frozenset(step.proves),
        )
    if cause is not None:
        harmless = step.scopes_only and cause.verdict not in {"dead", "suspended"}
        return Finding(step=step.key, status=reply.status, cause=None if harmless else cause)
    found, missing = _scopes(connector, step, seen.json)
    return Finding(
        step=step.key,
        status=reply.status,
        identity=_identity(step.identity, seen.json) or _anonymous(step),
        scopes_found=found,
        scopes_missing=missing,
    )


def no_finding(*, step: ProbeStep, cause: Cause) -> Finding:
    """Say that a step of the probe brought no reply."""
    return Finding(step=step.key, status=None, cause=None if step.scopes_only else cause)


def normal_scopes(*, connector: Connector, scopes: Iterable[str]) -> frozenset[str]:
    """Return those of the granted scopes that the connector's actions use, under the names of its definition."""
    return frozenset(scope.removeprefix(connector.scope_prefix) for scope in scopes) & connector.scopes.keys()


def untested_scopes(*, connector: Connector, found: frozenset[str], missing: frozenset[str]) -> tuple[str, ...]:
    """Return the scopes that a probe could not find out about, such as those whose use costs."""
    return tuple(key for key in connector.scopes if key not in found and key not in missing)


def action_result(*, connector: Connector, action: Action, reply: Reply) -> ActionResult:
    """Take an action's result out of a successful reply."""
    body = look_at(reply).json
    errors = errors_beside(connector=connector, reply=reply)
    if action.file is not None and not isinstance(body, dict | list):
        file = _file(action, reply)
        return ActionResult(file.as_dict(), None, file=file)
    if "[]" in action.result:
        data: Any = [row for row in at(body, action.result) if row is not None]
    else:
        data = next((found for path in action.result.split("|") if (found := first(body, path)) is not None), None)
    if data is not None and not isinstance(data, dict | list):
        data = {"value": data}
    return ActionResult(data, _next(action, body), _warnings(connector, action, body), errors=errors)


def charged(*, connector: Connector, reply: Reply) -> float | None:
    """Return the credits that a call has cost, or None where the provider does not say."""
    path = connector.credits.charged if connector.credits else None
    told = first(look_at(reply).json, path) if path else None
    return float(told) if isinstance(told, int | float) else None


def charged_at_end(*, connector: Connector, tail: bytes) -> float | None:
    """Return the credits that an answer has cost, of which the last bytes are known; None where they do not say."""
    path = connector.credits.charged.split(".") if connector.credits and connector.credits.charged else []
    if len(path) < 2:  # noqa: PLR2004 - a member within another, by which it is found
        return None
    around, name = path[-2:]
    found = re.findall(rb'"%s"\s*:\s*(\{[^{}]{0,2000}\})' % re.escape(around.encode()), tail)
    try:
        told = json.loads(found[-1]).get(name) if found else None
    except ValueError:
        return None
    return float(told) if isinstance(told, int | float) else None


def retry_after(*, connector: Connector, reply: Reply, now: datetime) -> float | None:
    """Return for how many seconds the provider asks to wait, or None where it does not say."""
    body = look_at(reply).json
    for hint in connector.retry_hints:
        told = reply.headers.get(hint.header) if hint.header else first(body, hint.json or "")
        seconds = _seconds(hint, str(told), now) if told is not None else None
        if seconds is not None:
            return min(max(seconds, 0.0), _LONGEST_WAIT)
    return None


def _succeeded(connector: Connector, seen: Seen) -> bool:
    if not 200 <= seen.status < 300 or seen.content == "html":  # noqa: PLR2004 - the range of success
        return False
    if connector.proxy.protocol != "graphql":
        return True
    if not isinstance(seen.json, dict):
        return False
    data = seen.json.get("data")
    whole = isinstance(data, dict) and any(value is not None for value in data.values())
    return whole or (isinstance(data, dict) and not seen.json.get("errors"))


def _identity(paths: IdentityPaths | None, body: Any) -> Identity | None:
    told = first(body, paths.id) if paths else None
    if paths is None or told is None:
        return None
    details = {label: first(body, path) for label, path in paths.details.items()}
    lists = {label: first(body, path) for label, path in paths.counts.items()}
    details.update({label: len(rows) for label, rows in lists.items() if isinstance(rows, list)})
    name = first(body, paths.name)
    return Identity(str(told), str(name or told), {label: one for label, one in details.items() if one is not None})


def _anonymous(step: ProbeStep) -> Identity | None:
    return Identity("", step.anonymous) if step.anonymous else None


def _scopes(connector: Connector, step: ProbeStep, body: Any) -> tuple[frozenset[str], frozenset[str]]:
    found = frozenset(step.proves)
    told = first(body, step.scopes_at) if step.scopes_at else None
    listed = told.split() if isinstance(told, str) else told
    if not isinstance(listed, list) or not listed:
        return found, frozenset()
    granted = normal_scopes(connector=connector, scopes=(str(one) for one in listed))
    # Only what was asked for can be missing: nobody is told to grant what their app never wanted.
    asked = normal_scopes(connector=connector, scopes=(scope for way in connector.auth_methods for scope in way.scopes))
    return found | granted, frozenset((asked or connector.scopes.keys()) - granted - found)


def _file(action: Action, reply: Reply) -> File:
    """Take the file out of a reply, under the name that the provider gives it or the action's."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip() or str(action.file)
    named = _FILE_NAME.search(reply.headers.get("content-disposition", ""))
    name = named[1] if named else f"{action.name}{guess_extension(kind) or ''}"
    return File(kind, name, reply.body)


def _next(action: Action, body: Any) -> str | None:
    if action.paging is None:
        return None
    more = first(body, action.paging.more) if action.paging.more else True
    position = first(body, action.paging.next)
    return str(position) if more and position not in {None, ""} else None


def _warnings(connector: Connector, action: Action, body: Any) -> tuple[str, ...]:
    found: list[Any] = at(body, f"{action.warnings}[]") if action.warnings else []
    if connector.proxy.protocol == "graphql":
        found += at(body, "errors[].message")
    return tuple(redact(str(one)[: 2 * _LONGEST_ERROR])[:_LONGEST_ERROR] for one in found[:MOST_ERRORS])


def _seconds(hint: RetryHint, told: str, now: datetime) -> float | None:
    number = _NUMBER.search(told)
    if hint.kind == "words":
        return float(number[0]) if number else None
    if number is None or number[0] != told.strip():
        return _until(told, now)
    return float(number[0]) - now.timestamp() if hint.kind == "epoch" else float(number[0])


def _until(told: str, now: datetime) -> float | None:
    """Read an HTTP date (RFC 9110, 10.2.3)."""
    try:
        return (parsedate_to_datetime(told) - now).total_seconds()
    except (TypeError, ValueError):
        return None
