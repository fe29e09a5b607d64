"""Every error that the client raises, grouped by what to do about it.

::

    CrossdockError
    ├── ConnectError               the hub was not reached: nothing was sent
    ├── NoAnswerError              sent, but no whole answer came: a write may have happened
    ├── UnexpectedAnswerError      the answer is not what the API's document says
    ├── SignatureError             a webhook delivery is not the hub's
    └── ApiError                   the hub answered with an error: code, title, message, remedy, disposition
        ├── FixRequestError            change the request and ask again
        │   ├── UnauthenticatedError       401  the key is not accepted
        │   ├── ForbiddenError             403  the key, or the account's grant, does not allow it
        │   ├── NotFoundError              404  not there, or not this project's
        │   └── ConflictError              409  the state of things does not allow it now
        ├── RelinkError                a person links the account again
        ├── WaitError                  wait for ``retry_after`` seconds
        │   └── RateLimitedError           429  a budget is spent
        ├── RetryError                 the same call again may work
        └── GiveUpError                asking again does not help
            └── OutcomeUnknownError        a write was interrupted: look before you send it again
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

from crossdock_client import clock

_RATE_LIMITED: Final = 429
_UNAVAILABLE: Final = 503
_SERVERS: Final = 500


class CrossdockError(Exception):
    """Whatever the client raises on purpose."""


class ConnectError(CrossdockError):
    """The hub was not reached, so that nothing was sent: look at `base_url` and at the network."""


class NoAnswerError(CrossdockError):
    """The request was sent and no whole answer came back; a write without a key may have happened."""


class UnexpectedAnswerError(CrossdockError):
    """The answer is not what the API's document says: `base_url` leads elsewhere, or client and hub are far apart."""


class SignatureError(CrossdockError):
    """A webhook delivery is not signed by the hub, or too old: refuse it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the hub said went wrong; ``detail`` is the whole body, ``retry_after`` is in seconds."""

    status: int
    code: str
    title: str
    message: str
    remedy: str
    disposition: str
    request_id: str | None = None
    retry_after: float | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    detail: Mapping[str, Any] = field(default_factory=dict, repr=False)


class PartialListWarning(UserWarning):
    """A collected list came to its end, and the provider left something out on the way: rows may be missing."""


class ApiError(CrossdockError):
    """The hub answered with an error; it says what happened, and in `remedy` what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.message} {problem.remedy}".strip())
        self.problem = problem

    def __reduce__(self) -> tuple[type[ApiError], tuple[Problem]]:
        return type(self), (self.problem,)

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return self.problem.status

    @property
    def code(self) -> str:
        """The error's code, as the list of errors names it."""
        return self.problem.code

    @property
    def title(self) -> str:
        """The code in a few words."""
        return self.problem.title

    @property
    def message(self) -> str:
        """What happened."""
        return self.problem.message

    @property
    def remedy(self) -> str:
        """What to do next."""
        return self.problem.remedy

    @property
    def disposition(self) -> str:
        """What a program does next: `fix_request`, `relink`, `wait`, `retry` or `give_up`."""
        return self.problem.disposition

    @property
    def request_id(self) -> str | None:
        """The request's id where the hub, or what stands before it, gave one."""
        return self.problem.request_id

    @property
    def retry_after(self) -> float | None:
        """After how many seconds to ask again, None where nothing was said."""
        return self.problem.retry_after

    @property
    def next(self) -> str | None:
        """Where a list that broke off goes on."""
        found = self.problem.detail.get("next")
        return None if found is None else str(found)

    @property
    def errors(self) -> Sequence[Mapping[str, Any]]:
        """The fields that are wrong: ``field`` and ``message`` each."""
        return self.problem.errors


class FixRequestError(ApiError):
    """Change the request and ask again."""


class UnauthenticatedError(FixRequestError):
    """The API key is not accepted."""


class ForbiddenError(FixRequestError):
    """The key, or what the account was linked for, does not allow this."""


class NotFoundError(FixRequestError):
    """It is not there, or belongs to another project."""


class ConflictError(FixRequestError):
    """The state of things does not allow it now."""


class RelinkError(ApiError):
    """A person has to link the account again."""


class WaitError(ApiError):
    """Later is enough: after `retry_after` seconds."""


class RateLimitedError(WaitError):
    """A budget of calls is spent."""


class RetryError(ApiError):
    """The same call again may work."""


class GiveUpError(ApiError):
    """Asking again does not help."""


class OutcomeUnknownError(GiveUpError):
    """A write was interrupted, and whether it happened is not known: look before you send it again."""


_BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    401: UnauthenticatedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    _RATE_LIMITED: RateLimitedError,
}
_BY_DISPOSITION: Final[Mapping[str, type[ApiError]]] = {
    "fix_request": FixRequestError,
    "relink": RelinkError,
    "wait": WaitError,
    "retry": RetryError,
    "give_up": GiveUpError,
}


def of_problem(problem: Problem) -> ApiError:
    """Return the error of the narrowest class that fits."""
    if problem.code == "outcome_unknown":
        return OutcomeUnknownError(problem)
    general = _BY_DISPOSITION.get(problem.disposition, GiveUpError)
    narrow = _BY_STATUS.get(problem.status, general)
    return (narrow if issubclass(narrow, general) else general)(problem)


def of_answer(*, status: int, headers: Mapping[str, str], content: bytes) -> ApiError:
    """Return the error that an answer tells of, also where something before the hub gave it."""
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    told = body if isinstance(body, Mapping) and "code" in body and "remedy" in body else None
    problem = _foreign(status, content) if told is None else _own(status, told)
    return of_problem(
        Problem(
            **problem,
            status=status,
            request_id=headers.get("x-request-id"),
            retry_after=_seconds(headers.get("retry-after")),
        )
    )


def _own(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    message = str(body.get("message") or f"The hub answered {status}.")
    return {
        "code": str(body["code"]),
        "title": str(body.get("title") or message),
        "message": message,
        "remedy": str(body["remedy"]),
        "disposition": str(body.get("disposition") or _disposition(status)),
        "errors": [one for one in body.get("invalid_fields") or () if isinstance(one, Mapping)],
        "detail": body,
    }


def _foreign(status: int, content: bytes) -> dict[str, Any]:
    """Tell of an answer that is not in the hub's words; what it says is not repeated."""
    return {
        "code": f"http_{status}",
        "title": f"HTTP {status}",
        "message": f"The answer was {status}, with {len(content)} bytes that are not the hub's.",
        "remedy": "See whether base_url leads to the hub, and what stands between.",
        "disposition": _disposition(status),
    }


def _disposition(status: int) -> str:
    if status in {_RATE_LIMITED, _UNAVAILABLE}:
        return "wait"
    return "retry" if status >= _SERVERS else "fix_request"


def _seconds(header: str | None) -> float | None:
    """Read a `Retry-After`: seconds, or a date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - clock.now())
    except ValueError:
        return None
