"""What a caller is told when a call failed: the cause in words, what to do, and the provider's own answer."""

from __future__ import annotations

from typing import Any, Final

from crossdock.connectors.model import Cause, Connector, Effect
from crossdock.egress.errors import TransportError
from crossdock.egress.exchange import Reply
from crossdock.egress.redact import redact
from crossdock.kernel.errors import (
    CredentialDeadError,
    CrossdockError,
    OutcomeUnknownError,
    ProviderFailedError,
    ProviderRefusedError,
    RateLimitedError,
    UnavailableError,
)

_SHOWN: Final = 4000
_HEADERS: Final = ("content-type", "retry-after", "x-request-id", "x-ratelimit-limit", "x-ratelimit-reset")
_TOO_MANY: Final = 429
_SERVER: Final = 500
_FALLBACK_WAIT: Final = 30.0


def of_reply(
    *, connector: Connector, cause: Cause, reply: Reply, effect: Effect, retry_after: float | None
) -> CrossdockError:
    """Return the error for a reply that is a failure; a write that a gateway cut short may have happened."""
    detail = {"provider_errors": [_answer(reply)], "cause": cause.key, "title": cause.title}
    said = f"{cause.title} {cause.explanation}".strip()
    if cause.verdict == "weather" and reply.status >= _SERVER and effect != "read":
        return _unknown(connector, detail)
    if cause.disposition == "relink":
        return CredentialDeadError(said, remedy=cause.remedy, code=cause.key, detail=detail)
    if cause.disposition == "wait":
        kind = RateLimitedError if cause.status == _TOO_MANY else UnavailableError
        return kind(said, remedy=cause.remedy, retry_after=retry_after or _FALLBACK_WAIT, code=cause.key, detail=detail)
    if cause.disposition == "retry":
        return ProviderFailedError(said, remedy=cause.remedy, code=cause.key, detail=detail)
    status = reply.status if 400 <= reply.status < _SERVER else cause.status  # noqa: PLR2004 - the client's errors
    return ProviderRefusedError(said, remedy=cause.remedy, code=cause.key, status=status, detail=detail)


def of_transport(*, connector: Connector, cause: Cause, error: TransportError, effect: Effect) -> CrossdockError:
    """Return the error where no reply came; a write that may have reached the provider is never sent again."""
    detail = {"provider_errors": [], "cause": cause.key, "title": cause.title}
    if error.sent and effect != "read":
        return _unknown(connector, detail)
    said = f"{cause.title} {cause.explanation}".strip()
    return ProviderFailedError(said, remedy=cause.remedy, code=cause.key, detail=detail)


def _unknown(connector: Connector, detail: dict[str, Any]) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"{connector.name} was asked to change something, and no clear answer came back. It may have happened.",
        remedy=f"Look at {connector.name} whether it happened, by a read, before you send it again.",
        detail=detail,
    )


def _answer(reply: Reply) -> dict[str, Any]:
    """Return the provider's answer for the caller: no secret, no query string, not endlessly long."""
    return {
        "status": reply.status,
        "url": reply.url.partition("?")[0],
        "raw": redact(reply.text())[:_SHOWN],
        "headers": {name: reply.headers[name] for name in _HEADERS if name in reply.headers},
    }
