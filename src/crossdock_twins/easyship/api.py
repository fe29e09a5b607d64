"""The API of one host: takes each request through the checks, in Easyship's order, to its operation.

The order: edge, rate limit, token, version and endpoint, scope, parameters, body; the operation itself then looks up
records, applies the model's rules, and asks for plan, balance and courier.
"""

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import digest, random_id
from crossdock_twins.easyship import edge, errors
from crossdock_twins.easyship.errors import ERRORS_PAGE, Page, Refusal, not_compliant
from crossdock_twins.easyship.operations import OLD_VERSION, VERSION, Call, Operation, Router, Upload
from crossdock_twins.easyship.parameters import body_schema, check_path, read_query
from crossdock_twins.easyship.ratelimit import Limiter, Window
from crossdock_twins.easyship.replies import Reply, headers, headers_for, to_json
from crossdock_twins.easyship.state import Company, Environment, Grant, State, refusal
from crossdock_twins.easyship.subscriptions import metering
from crossdock_twins.easyship.validation import Mismatch, Schema

_MOST_FILES = 10
_UNVERIFIED = (
    "To resume shipping, please complete Easyship's identity verification process using this link: "
    "https://app.easyship.com."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What is sent back, before the headers that all answers share."""

    status: int
    body: bytes
    extra: dict[str, str]


class Api:
    """ASGI app that answers every path of the API's host."""

    def __init__(
        self,
        *,
        store: Store,
        clock: TwinClock,
        state: State,
        limits: Limits,
        environment: Environment,
        operations: Sequence[Operation],
        windows: Sequence[Window],
        own_windows: Mapping[str, Sequence[Window]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._state = state
        self._limits = limits
        self._environment = environment
        self._router = Router(operations)
        self._limiter = Limiter(windows)
        self._own_limiters = {f"/{VERSION}{path}": Limiter(own) for path, own in own_windows.items()}
        for limiter in (self._limiter, *self._own_limiters.values()):
            limits.counted_by(limiter.forget)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI says."""
        started = time.perf_counter()
        request = Request(scope, receive)
        response = edge.turned_away(request)
        if response is None:
            response = await self._respond(request, await request.body(), started)
        await response(scope, receive, send)

    async def _respond(self, request: Request, body: bytes, started: float) -> Response:
        request_id = random_id()
        answer = self._limited(request, request_id) or await self._answer(request, body, request_id)
        shared = headers(status=answer.status, request_id=request_id, runtime=time.perf_counter() - started)
        given = shared | headers_for(request, status=answer.status, body=answer.body) | answer.extra
        return Response(answer.body, status_code=answer.status, headers=given)

    def _limited(self, request: Request, request_id: str) -> _Answer | None:
        if not self._limits.on:
            return None
        limiter = self._own_limiters.get(request.scope["path"].rstrip("/"), self._limiter)
        exceeded = limiter.take(digest(_bearer(request)), self._clock.now())
        if exceeded is None:
            return None
        body = errors.body(code="too_many_requests", details=[exceeded.sentence], request_id=request_id)
        return _Answer(status=429, body=to_json(body).encode(), extra=exceeded.headers)

    async def _answer(self, request: Request, body: bytes, request_id: str) -> _Answer:
        path: str = request.scope["path"]
        version = path.removeprefix("/").partition("/")[0]
        try:
            grant, company = self._authenticate(_bearer(request), version)
            operation, values = self._operation(request.method, path, version)
        except Refusal as refused:
            return _refused(refused, request_id, pages=None if version == OLD_VERSION else (ERRORS_PAGE,))
        try:
            sent = await _read_form(request) if operation.form else _Sent(body=body)
            call = self._check(request, sent, grant=grant, company=company, operation=operation, values=values)
            reply = await _handled(operation, call)
        except Refusal as refused:
            return _refused(refused, request_id, pages=refused.pages(operation.pages))
        extra = {} if reply.file is None else reply.file.headers()
        return _Answer(status=reply.status, body=reply.render(request_id), extra=extra)

    def _authenticate(self, token: str, version: str) -> tuple[Grant, Company]:
        """Find out who asks; a token of one API version is unknown on the paths of another."""
        grant = self._state.authenticate(token, environment=self._environment)
        company = None if grant is None else self._state.company(grant.company_id)
        if grant is None or company is None:
            raise Refusal("invalid_token")
        if version in {VERSION, OLD_VERSION} and grant.api_version != version:
            raise Refusal("invalid_token")
        refused = refusal(grant.state)
        if refused == "identity_unverified":
            raise Refusal("forbidden", _UNVERIFIED)
        if refused is not None:
            raise Refusal(refused)
        return grant, company

    def _operation(self, method: str, path: str, version: str) -> tuple[Operation, dict[str, str]]:
        found = self._router.find(method, path)
        if found is not None:
            return found
        raise Refusal("invalid_endpoint") if version == OLD_VERSION else not_compliant("invalid_endpoint")

    def _check(
        self,
        request: Request,
        sent: "_Sent",
        *,
        grant: Grant,
        company: Company,
        operation: Operation,
        values: dict[str, str],
    ) -> Call:
        if not grant.scopes.issuperset(operation.scopes):
            raise Refusal("forbidden")
        check_path(operation, values)
        return Call(
            grant=grant,
            company=company,
            path=values,
            query=read_query(operation, request.query_params.multi_items()),
            body=_checked(operation, sent),
            now=self._clock.now(),
            store=self._store,
            files=sent.files,
            accept=request.headers.get("accept", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What came with a request: a body, or a form with its files."""

    body: bytes = b""
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)


async def _handled(operation: Operation, call: Call) -> Reply:
    """Let the operation answer; what is metered counts when it succeeds, and is refused when the allowance is spent."""
    if operation.metered:
        metering.demand(call.store, call.owner, now=call.now)
    reply = operation.handler(call)
    if not isinstance(reply, Reply):
        reply = await reply
    if operation.metered:
        metering.count(call.store, call.owner, operation.id, now=call.now)
    return reply


async def _read_form(request: Request) -> _Sent:
    """Read a form; anything else is an empty one."""
    try:
        form = await request.form(max_files=_MOST_FILES)
    except HTTPException as error:
        raise Refusal("invalid_request") from error
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields[name] = value
        else:
            files[name] = Upload(name=value.filename or "", content=await value.read())
            fields[name] = value.filename or ""
    return _Sent(fields=fields, files=files)


def _checked(operation: Operation, sent: _Sent) -> dict[str, Any]:
    if operation.form is not None:
        return _in_shape(body_schema(operation), dict(sent.fields))
    return {} if operation.body is None else _read_body(operation, sent.body)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _read_body(operation: Operation, sent: bytes) -> dict[str, Any]:
    try:
        value = json.loads(sent, parse_float=_finite, parse_constant=_no_number) if sent.strip() else {}
        to_json(value).encode()
        return _in_shape(body_schema(operation), value)
    except (ValueError, RecursionError) as error:
        raise Refusal("invalid_request") from error


def _in_shape(schema: Schema, value: Any) -> dict[str, Any]:
    try:
        return dict(schema.check(value))
    except Mismatch as mismatch:
        raise not_compliant("invalid_content", str(mismatch)) from mismatch


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a JSON number")


def _refused(refused: Refusal, request_id: str, *, pages: Sequence[Page] | None) -> _Answer:
    body = errors.body(
        code=refused.code, details=refused.details, request_id=request_id, pages=pages, kind=refused.kind
    )
    return _Answer(status=refused.kind.status, body=to_json(body).encode(), extra={})
