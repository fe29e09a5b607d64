"""Every error that Crossdock raises on purpose, grouped by what to do about it.

::

    CrossdockError
    ├── FixRequestError            disposition fix_request: the caller changes something and asks again
    │   ├── InvalidRequestError        400  the request says something that cannot be
    │   ├── UnauthenticatedError       401  no valid key or session
    │   ├── ForbiddenError             403  the key, grant or role does not allow it
    │   ├── NotFoundError              404  not there, or not this project's
    │   ├── ConflictError              409  the state does not allow it now
    │   ├── InactiveError              412  paused, or its connector is switched off
    │   ├── UnprocessableError         422  understood, but a field is wrong
    │   └── ProviderRefusedError       (its own status)  the provider says the request is wrong
    ├── RelinkError                disposition relink: a person links the account anew
    │   └── CredentialDeadError        401  the provider no longer takes the credential
    ├── WaitError                  disposition wait: later is enough; carries retry_after in seconds
    │   ├── RateLimitedError           429  a budget is spent
    │   └── UnavailableError           503  weather: a part or a provider is down for now
    ├── RetryError                 disposition retry: the same call again may work
    │   └── ProviderFailedError        502  the provider failed or could not be reached
    └── GiveUpError                disposition give_up: nobody can mend it by asking again
        ├── OutcomeUnknownError        502  a write was interrupted; look before you repeat it
        ├── UnsupportedError           501  the provider cannot do it
        └── MisconfiguredError         500  a setting, key or definition is wrong: the operator mends it

The class carries disposition, status and a default code; the raiser gives the case and its remedy.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

Disposition = Literal["fix_request", "relink", "wait", "retry", "give_up"]


class CrossdockError(Exception):
    """An error with a code, a message for people and the next step; never holds a secret."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something inside Crossdock failed"
    disposition: ClassVar[Disposition] = "give_up"

    def __init__(
        self,
        message: str,
        *,
        remedy: str,
        code: str | None = None,
        status: int | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.error_code = code or self.code
        self.http_status = status or self.status
        self.detail = detail or {}


class FixRequestError(CrossdockError):
    """The caller changes the request and asks again."""

    disposition = "fix_request"


class InvalidRequestError(FixRequestError):
    """The request says something that cannot be."""

    status, code, title = 400, "invalid_request", "The request is not valid"


class UnauthenticatedError(FixRequestError):
    """No valid key or session came with the request."""

    status, code, title = 401, "unauthenticated", "Who is asking is not known"


class ForbiddenError(FixRequestError):
    """The key, the grant or the role does not allow this."""

    status, code, title = 403, "forbidden", "This is not allowed"


class NotFoundError(FixRequestError):
    """It is not there, or belongs to another project."""

    status, code, title = 404, "not_found", "It was not found"


class ConflictError(FixRequestError):
    """The state of things does not allow it now."""

    status, code, title = 409, "conflict", "The state does not allow this now"


class InactiveError(FixRequestError):
    """The account is paused or its connector is switched off."""

    status, code, title = 412, "inactive", "It is switched off"


class UnprocessableError(FixRequestError):
    """The request is understood, but a field in it is wrong."""

    status, code, title = 422, "unprocessable", "A field is not valid"


class ProviderRefusedError(FixRequestError):
    """The provider says that the request is wrong; its answer is in ``detail``."""

    status, code, title = 400, "provider_refused", "The provider refused the request"


class RelinkError(CrossdockError):
    """A person has to link the account anew."""

    disposition = "relink"


class CredentialDeadError(RelinkError):
    """The provider no longer takes the credential."""

    status, code, title = 401, "credential_dead", "The account must be linked again"

    def __init__(
        self,
        message: str,
        *,
        remedy: str,
        why: Literal["refused", "ended", "unknown"],
        code: str | None = None,
        status: int | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy, code=code, status=status, detail=detail)
        self.why = why


class WaitError(CrossdockError):
    """Later is enough: ``retry_after`` says in how many seconds."""

    disposition = "wait"

    def __init__(
        self,
        message: str,
        *,
        remedy: str,
        retry_after: float,
        code: str | None = None,
        status: int | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy, code=code, status=status, detail=detail)
        self.retry_after = retry_after


class RateLimitedError(WaitError):
    """A budget of calls is spent."""

    status, code, title = 429, "rate_limited", "Too many requests"


class UnavailableError(WaitError):
    """A part of Crossdock or the provider is down for now."""

    status, code, title = 503, "unavailable", "It is not available right now"


class RetryError(CrossdockError):
    """The same call again may work."""

    disposition = "retry"


class ProviderFailedError(RetryError):
    """The provider failed or could not be reached."""

    status, code, title = 502, "provider_failed", "The provider failed"


class GiveUpError(CrossdockError):
    """Asking again does not help."""

    disposition = "give_up"


class OutcomeUnknownError(GiveUpError):
    """A write was interrupted: whether it happened is not known."""

    status, code, title = 502, "outcome_unknown", "Whether it happened is not known"


class UnsupportedError(GiveUpError):
    """The provider cannot do this."""

    status, code, title = 501, "unsupported", "The provider cannot do this"


class MisconfiguredError(GiveUpError):
    """A setting, a key or a definition is wrong: the operator mends it."""

    status, code, title = 500, "misconfigured", "Crossdock is not set up right"
