"""From a provider's failure to the error that the caller gets: what happened, what to do, and the answer redacted."""

from __future__ import annotations

from typing import Any, Final, Literal

from crossdock.actions.model import Intent
from crossdock.connectors import replies
from crossdock.connectors.model import Cause, Connector
from crossdock.egress.errors import TransportError
from crossdock.egress.exchange import Reply, bare
from crossdock.egress.redact import redact
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import (
    CredentialDeadError,
    CrossdockError,
    OutcomeUnknownError,
    ProviderFailedError,
    ProviderRefusedError,
    RateLimitedError,
    RetryError,
)

DEFAULT_WAIT: Final = 60.0
_RAW_AT_MOST: Final = 4000
_SHOWN_HEADERS: Final = (
    *("content-type", "date", "retry-after", "x-request-id", "cf-ray", "server"),
    *("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
)
_SERVER_FAILED: Final = 500
_TOO_MANY: Final = 429


def of_reply(
    *, connector: Connector, intent: Intent, cause: Cause, reply: Reply, clock: Clock, account_id: str
) -> CrossdockError:
    """Return the error for a reply that is a failure; a write that may have happened is never called failed."""
    detail: dict[str, Any] = {
        "cause": cause.key,
        "account_id": account_id,
        "provider_errors": [provider_error(reply)],
    }
    message = f"{cause.title}. {cause.explanation}"
    if in_doubt(intent=intent, status=reply.status):
        return unknown(connector=connector, intent=intent, detail=detail)
    said: dict[str, Any] = {"remedy": cause.remedy, "code": cause.key, "detail": detail}
    match cause.verdict:
        case "weather" if cause.status == _TOO_MANY:
            wait = replies.retry_after(connector=connector, reply=reply, now=clock.now())
            return RateLimitedError(message, retry_after=DEFAULT_WAIT if wait is None else max(wait, 1.0), **said)
        case "weather":
            return ProviderFailedError(message, **said)
        case "dead" | "suspended":
            why: Literal["refused", "unknown"] = "refused" if cause.verdict == "dead" else "unknown"
            return CredentialDeadError(message, why=why, status=cause.status, **said)
        case "scope" if intent.scopes:
            detail["scopes"] = list(intent.scopes)
            return ProviderRefusedError(f"{message} It needs: {', '.join(intent.scopes)}.", status=cause.status, **said)
        case _:
            return ProviderRefusedError(message, status=cause.status, **said)


def undone(cause: Cause | None) -> bool:
    """Tell whether a refusal surely did nothing and may go by: a spent budget, or a credential to be renewed."""
    if cause is None:
        return False
    return cause.verdict in {"dead", "suspended"} or (cause.verdict == "weather" and cause.status == _TOO_MANY)


def in_doubt(*, intent: Intent, status: int) -> bool:
    """Tell whether a failed write may have happened all the same: a gateway's 5xx can hide a success."""
    return intent.effect != "read" and status >= _SERVER_FAILED


def of_transport(*, connector: Connector, intent: Intent, error: TransportError, account_id: str) -> CrossdockError:
    """Return the error for an exchange without a reply; an interrupted write has an unknown outcome."""
    cause = replies.transport_cause(connector=connector, kind=error.kind)
    detail = {"cause": cause.key, "account_id": account_id, "provider_errors": []}
    if error.sent and intent.effect != "read":
        return unknown(connector=connector, intent=intent, detail=detail)
    return ProviderFailedError(
        f"{cause.title}. {cause.explanation}", remedy=cause.remedy, code=cause.key, detail=detail
    )


def unknown(*, connector: Connector, intent: Intent, detail: dict[str, Any]) -> OutcomeUnknownError:
    """Return the error for a write of which nobody knows whether it happened, with the way to find out."""
    told = dict(detail)
    if intent.look_with is not None:
        told["look_with"] = dict(intent.look_with)
    if intent.fields:
        told["fields"] = list(intent.fields)
    what = f"{intent.name} ({', '.join(intent.fields)})" if intent.fields else intent.name
    return OutcomeUnknownError(
        f"{connector.name} did not say whether {what} was done.", remedy=_way_out(connector, intent), detail=told
    )


def _way_out(connector: Connector, intent: Intent) -> str:
    if intent.kept:
        return "It does no harm to send this one again."
    if intent.look_with is None:
        return f"Look at {connector.name} whether it happened before you send it again."
    looking = f"look with {intent.look_with['action']}, as `look_with` says, whether it happened"
    if intent.looks:
        return (
            "Sent with an Idempotency-Key, send the same again with the same key: Crossdock looks first. "
            f"Without one, {looking} before you send it again."
        )
    return f"{looking.capitalize()} before you send it again."


def provider_error(reply: Reply) -> dict[str, Any]:
    """Return a provider's answer as errors carry it: no query in the address, no secret in the text."""
    return {
        "status": reply.status,
        "url": bare(reply.url),
        "raw": replies.raw(reply.text(), most=_RAW_AT_MOST),
        "headers": {name: redact(reply.headers[name]) for name in _SHOWN_HEADERS if name in reply.headers},
    }


def renewed(*, connector: Connector, account_id: str, cause: Cause) -> RetryError:
    """Return the error for a write that an old credential was refused for: nothing was done, and now it would be."""
    return RetryError(
        f"{connector.name} refused the old credential. It has been renewed; nothing was done.",
        remedy="Send the same call again.",
        code="credential_renewed",
        status=502,
        detail={"account_id": account_id, "cause": cause.key},
    )
