"""An error as programs read it, with the same members wherever it is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from crossdock.kernel.clock import iso
from crossdock.kernel.errors import (
    CredentialDeadError,
    CrossdockError,
    InactiveError,
    InvalidRequestError,
    UnprocessableError,
)

NOT_VALID: Final = "ValidationError"
INACTIVE: Final = "AccountIntegrationInactiveError"
DEAD: Final[Mapping[str, str]] = {
    "refused": "AccountInvalidCredentialsError",
    "ended": "AccountExpiredCredentialsError",
    "unknown": "AccountAuthenticationFailedError",
}
"""By why a credential is dead."""
_UNAUTHORIZED: Final = 401


def told(error: CrossdockError) -> dict[str, Any]:
    """Return an error's members: what happened, what to do, and in ``invalid_fields`` what is wrong with an input."""
    return {
        "code": error.error_code,
        "status": error.http_status,
        "message": error.message,
        "remedy": error.remedy,
        "disposition": error.disposition,
        **_detail(error),
    }


def body(*, error: CrossdockError, at: datetime, hub_url: str) -> dict[str, Any]:
    """Return an error as the body of an answer.

    First the members that the official clients know, ``errorCode`` and ``errors`` where it has such; then those of
    RFC 9457, and the error's own.
    """
    return {
        "statusCode": error.http_status,
        "message": error.message,
        "timestamp": iso(at),
        **_known(error),
        "type": f"{hub_url}/errors/{error.error_code}",
        "title": error.title,
        "status": error.http_status,
        "detail": error.message,
        "code": error.error_code,
        "remedy": error.remedy,
        "disposition": error.disposition,
        **_detail(error),
    }


def known_name(error: CrossdockError) -> str | None:
    """Return the name that the official clients' documents have for an error, None where they have none."""
    match error:
        case InvalidRequestError() | UnprocessableError():
            return NOT_VALID
        case InactiveError():
            return INACTIVE
        case CredentialDeadError() if error.http_status == _UNAUTHORIZED:
            return DEAD[error.why]
        case _:
            return None


def _known(error: CrossdockError) -> dict[str, Any]:
    name = known_name(error)
    if name != NOT_VALID:
        return {"errorCode": name} if name else {}
    said = [f"{one['field']}: {one['message']}" for one in error.detail.get("errors", ())]
    return {"errorCode": name, "errors": said or [error.message]}


def _detail(error: CrossdockError) -> dict[str, Any]:
    """Return what an error tells besides; its wrong inputs by a name that the list of texts does not have."""
    return {"invalid_fields" if name == "errors" else name: value for name, value in error.detail.items()}
