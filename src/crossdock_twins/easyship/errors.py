"""How Easyship refuses: codes, statuses, messages and the form of the body, as its errors page and recordings show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SITE = "https://developers.easyship.com"
_NOT_COMPLIANT = "The request does not comply with the OpenAPI Specification."


@dataclass(frozen=True, slots=True)
class Kind:
    """What a code stands for: the HTTP status, the type and the standing message."""

    status: int
    type: str
    message: str


_REQUEST, _API = "invalid_request_error", "api_error"
KINDS: Mapping[str, Kind] = {
    "invalid_token": Kind(401, _REQUEST, "Invalid token."),
    "payment_required": Kind(402, _REQUEST, "Insufficient balance on your account. Please add more funds."),
    "over_limit": Kind(402, _REQUEST, "You have reached your plan limit. Please upgrade your subscription plan."),
    "overdraft_limit": Kind(
        402, _REQUEST, "Your maximum balance limit has been reached. Please contact your account manager."
    ),
    "insufficient_subscription": Kind(402, _REQUEST, "You don't have access to this feature. Please upgrade your plan"),
    "forbidden": Kind(
        403,
        _REQUEST,
        "You do not have permission to access this resource. Please contact our support team or your account manager "
        "if you believe you should have access.",
    ),
    "resource_not_found": Kind(404, _REQUEST, "The requested resource was not found."),
    "invalid_endpoint": Kind(404, _REQUEST, "The requested endpoint does not exist."),
    "api_error": Kind(400, _API, "Internal or 3rd party API error."),
    "invalid_request": Kind(400, _REQUEST, "The request body is malformed or not valid."),
    "invalid_content": Kind(422, _REQUEST, "The request body content is not valid."),
    "invalid_url_param": Kind(422, _REQUEST, "The request URL param is invalid."),
    "too_many_requests": Kind(
        429,
        _REQUEST,
        "Rate Limit Exceeded. You have reached the maximum number of requests. Please try again later.",
    ),
    "internal_server_error": Kind(500, _API, "Unexpected internal error."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of Easyship's documentation that an error points to."""

    kind: str
    name: str
    path: str

    def as_json(self) -> dict[str, str]:
        """Give the link as errors carry it."""
        return {"kind": self.kind, "name": self.name, "url": f"{_SITE}{self.path}"}


ERRORS_PAGE = Page(kind="documentation", name="Errors", path="/reference/errors")
SCOPES_PAGE = Page(kind="documentation", name="Scopes", path="/reference/scopes")
_SUBSCRIPTIONS_PAGE = Page(kind="documentation", name="Subscriptions", path="/reference/subscription")
_PLAN_CODES = frozenset({"over_limit", "insufficient_subscription"})


class Refusal(Exception):  # noqa: N818 - it is one of the answers that the twin is there to give
    """An answer that refuses: one of the codes, and the sentences that say why.

    `links_page` says whether the error also points to the pages of the operation: failures of the first check do not.
    `kind` replaces what the code stands for: a few operations have words of their own.
    """

    def __init__(self, code: str, *details: str, links_page: bool = True, kind: Kind | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        self.links_page = links_page
        self.kind = kind or KINDS[code]

    def pages(self, operation: Sequence[Page] | None) -> Sequence[Page] | None:
        """Give the pages that the error points to, out of those of its operation; a missing scope or plan adds one."""
        if operation is None:
            return None
        if not self.links_page:
            return (ERRORS_PAGE,)
        if self.code == "forbidden" and not self.details:
            return (operation[0], SCOPES_PAGE, *operation[1:])
        if self.code in _PLAN_CODES:
            return (operation[0], _SUBSCRIPTIONS_PAGE, *operation[1:])
        return operation


def not_compliant(code: str, *messages: str) -> Refusal:
    """Make the refusal of the first check: the standing sentence, then the gem's message."""
    return Refusal(code, _NOT_COMPLIANT, *messages, links_page=False)


def not_found(what: str) -> Refusal:
    """Make the refusal of a record that is not there, such as `Shipment`."""
    return Refusal("resource_not_found", f"The {what} was not found")


def body(
    *,
    code: str,
    details: Sequence[str],
    request_id: str,
    pages: Sequence[Page] | None = (ERRORS_PAGE,),
    kind: Kind | None = None,
) -> dict[str, Any]:
    """Give the whole body of an error; without `pages` (None) it has no links, as on the paths before 2024-09."""
    kind = kind or KINDS[code]
    error: dict[str, Any] = {"code": code, "details": list(details)}
    if pages is not None:
        error["links"] = [page.as_json() for page in pages]
    return {"error": error | {"message": kind.message, "request_id": request_id, "type": kind.type}}
