"""Errors on the wire: the one body that the official clients expect, with the members of RFC 9457 beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from crossdock.api.context import ApiContext
from crossdock.kernel import problem
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CrossdockError, InvalidRequestError, WaitError
from crossdock.telemetry import logs

_log = logs.get("crossdock.api")
_PROBLEM = "application/problem+json"
_BY_STATUS = {
    400: ("invalid_request", "The request is not valid"),
    404: ("not_found", "It was not found"),
    405: ("method_not_allowed", "This address does not take that method"),
    413: ("too_large", "The request is too large"),
    415: ("unsupported_media_type", "This address takes JSON"),
}


def body(*, error: CrossdockError, clock: Clock, hub_url: str) -> dict[str, Any]:
    """Return the error as JSON, with the time of now."""
    return problem.body(error=error, at=clock.now(), hub_url=hub_url)


def response(request: Request, error: CrossdockError) -> JSONResponse:
    """Answer a framework's request with an error."""
    context = request.app.state.api
    return _told(error, context, path=request.url.path, accept=request.headers.get("accept", ""))


def answer(*, error: CrossdockError, context: ApiContext, path: str, accept: str) -> JSONResponse:
    """Answer with an error that was raised on purpose; a failure on the server's side is logged."""
    if error.http_status >= 500:  # noqa: PLR2004 - the server's side
        _log.warning("api.request.failed", code=error.error_code, status=error.http_status, path=path)
    return _told(error, context, path=path, accept=accept)


def crashed(*, context: ApiContext, path: str, accept: str) -> JSONResponse:
    """Answer an unforeseen failure without a word about the inside."""
    failure = CrossdockError(
        "Something inside Crossdock failed.", remedy="Try again; if it stays, look at the server's log."
    )
    return _told(failure, context, path=path, accept=accept)


def _told(error: CrossdockError, context: ApiContext, *, path: str, accept: str) -> JSONResponse:
    """Write an error; ``Retry-After`` is in whole seconds, rounded up."""
    headers = {"cache-control": "no-store"}
    if isinstance(error, WaitError):
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after)))
    if error.http_status == 401 and not path.startswith("/hub/"):  # noqa: PLR2004 - RFC 9110, 15.5.2
        headers["www-authenticate"] = 'Basic realm="Crossdock", charset="UTF-8"'
    return JSONResponse(
        body(error=error, clock=context.clock, hub_url=context.hub_url),
        status_code=error.http_status,
        headers=headers,
        media_type=_PROBLEM if _PROBLEM in accept else "application/json",
    )


async def on_crossdock_error(request: Request, error: Exception) -> JSONResponse:
    """Answer an error that was raised on purpose."""
    if not isinstance(error, CrossdockError):
        raise error
    accept = request.headers.get("accept", "")
    return answer(error=error, context=request.app.state.api, path=request.url.path, accept=accept)


async def on_invalid(request: Request, error: Exception) -> JSONResponse:
    """Answer a request whose shape is wrong, with one line per field and none of its values."""
    if not isinstance(error, RequestValidationError):
        raise error
    fields = [_field(item) for item in error.errors()]
    said = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
    failure = InvalidRequestError(
        f"The request is not valid. {said}",
        remedy="Correct the fields named and send it again.",
        detail={"errors": fields},
    )
    return response(request, failure)


def _field(item: Mapping[str, Any]) -> dict[str, str]:
    """Return which field is wrong, and what is wrong with it; of a body that is no JSON, where it stops being it."""
    place, *inner = item["loc"]
    if item["type"] == "json_invalid":
        return {"field": str(place), "message": f"It is not JSON from character {inner[0]} on."}
    if not inner and item["type"].endswith("attributes_type"):
        return {"field": str(place), "message": "It is not an object of JSON, sent as application/json."}
    return {"field": ".".join(str(part) for part in inner) or str(place), "message": item["msg"]}


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """Answer what the router itself refuses: an unknown address or method."""
    if not isinstance(error, HTTPException):
        raise error
    code, title = _BY_STATUS.get(error.status_code, ("http_error", "The request failed"))
    failure = CrossdockError(
        f"{title}.",
        remedy="Look the address and its methods up in the API document: GET /openapi.json.",
        code=code,
        status=error.status_code,
        detail={"disposition": "fix_request", "title": title},
    )
    answer = response(request, failure)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def on_crash(request: Request, error: Exception) -> JSONResponse:
    """Answer an unforeseen failure; the log has its class."""
    _log.error("api.request.crashed", error=type(error).__name__, path=request.url.path, exc_info=error)
    accept = request.headers.get("accept", "")
    return crashed(context=request.app.state.api, path=request.url.path, accept=accept)
