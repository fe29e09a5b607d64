"""The two endpoints that hand out tokens and the one that speaks GraphQL, over HTTP."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.faults import Fault, FaultKind
from crossdock_twins.shiphero import throttle, tokens
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.agents import store as agents
from crossdock_twins.shiphero.api import Api, new_call
from crossdock_twins.shiphero.call import Call
from crossdock_twins.shiphero.errors import RequestRefusedError
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.tokens import TokenRefusedError

_BAD_GATEWAY = "<html><head><title>502 Server Error</title></head><body><h1>Error: Server Error</h1></body></html>"
_FAULTS = {
    FaultKind.UNAUTHORIZED: (401, "Unauthorized"),
    FaultKind.FORBIDDEN: (403, "Forbidden"),
    FaultKind.RATE_LIMITED: (429, "Too Many Requests"),
    FaultKind.SERVER_ERROR: (500, "Internal Server Error"),
}


def routes(state: State) -> list[BaseRoute]:
    """Give the API's routes."""
    auth, graph = _Auth(state), _Graph(state)
    return [
        Route("/auth/token", auth.token, methods=["POST"]),
        Route("/auth/refresh", auth.refresh, methods=["POST"]),
        Route("/graphql", graph.post, methods=["POST"]),
    ]


def fault_reply(fault: Fault) -> Response:
    """Answer a fault as the provider's edge does: no `errors` and no `request_id` in it."""
    if fault.kind is FaultKind.HTML:
        return HTMLResponse(_BAD_GATEWAY, status_code=fault.status or 502)
    status, message = _FAULTS[fault.kind]
    return _message(fault.status or status, message)


def _message(status: int, text: str) -> JSONResponse:
    return JSONResponse({"message": text}, status_code=status)


class _Auth:
    """Tokens for developers: with e-mail and password, or with the refresh token, whatever the account's state."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def token(self, request: Request) -> Response:
        sent = _members(await request.body())
        name, password = sent.get("username") or sent.get("email"), sent.get("password")
        if not name and sent.get("refresh_token"):
            return self._renewed(sent)
        if not isinstance(name, str) or not isinstance(password, str):
            return _denied(400, "invalid_request", "Send username and password.")
        user = self._state.accounts.user_of_login(name, password)
        if user is None:
            return _denied(403, "invalid_grant", "Wrong email or password.")
        return JSONResponse(
            {**self._granted(user), "refresh_token": self._state.accounts.refresh_token_of(user)},
        )

    async def refresh(self, request: Request) -> Response:
        return self._renewed(_members(await request.body()))

    def _renewed(self, sent: Mapping[str, Any]) -> Response:
        refresh_token = sent.get("refresh_token")
        if not isinstance(refresh_token, str) or not refresh_token:
            return _denied(400, "invalid_request", "Send refresh_token.")
        user = self._state.accounts.user_of_refresh_token(refresh_token.strip())
        if user is None:
            return _denied(403, "invalid_grant", "Unknown or invalid refresh token.")
        return JSONResponse(self._granted(user))

    def _granted(self, user: User) -> dict[str, Any]:
        return {
            "access_token": self._state.issue(user.subject),
            "expires_in": int(tokens.LIFE.total_seconds()),
            "scope": tokens.SCOPE,
            "token_type": "Bearer",
        }


def _members(body: bytes) -> Mapping[str, Any]:
    """Read JSON, or a form where it is none; clients send both and not always say which."""
    try:
        value = _json(body)
    except (ValueError, RecursionError):
        return dict(parse_qsl(body.decode(errors="replace")))
    return value if isinstance(value, dict) else {}


def _json(body: bytes) -> Any:
    """Read JSON; ValueError also where an escape makes a text that cannot be written in UTF-8."""
    value = json.loads(body)
    if b"\\u" in body:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _denied(status: int, error: str, description: str) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description}, status_code=status)


class _Graph:
    """GraphQL over POST."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._api = Api(state)

    async def post(self, request: Request) -> Response:
        try:
            call = self._admitted(request)
        except TokenRefusedError as error:
            return JSONResponse({"message": str(error)}, status_code=401, headers={"WWW-Authenticate": "Bearer"})
        _, requests = self._state.throttle.of(call.user.id)
        if not requests.admit(self._state.now()):
            return _message(429, f"More than {throttle.REQUESTS} requests in 5 minutes. Wait and send fewer.")
        try:
            return JSONResponse(self._api.answer(call, await _payload(request)))
        except RequestRefusedError as error:
            return JSONResponse(error.body, status_code=error.status)

    def _admitted(self, request: Request) -> Call:
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenRefusedError("The access token is missing. Send Authorization: Bearer and the token.")
        claims = self._state.tokens.claims(token.strip(), now=self._state.now())
        grant = None if claims.grant is None else agents.living(self._state, claims.grant)
        if claims.grant is not None and grant is None:
            raise TokenRefusedError("This agent's access was revoked. Ask for access again.")
        granted = None if grant is None else frozenset(grant.scopes)
        call = new_call(self._state, subject=claims.subject, granted=granted)
        if call is None:
            raise TokenRefusedError("The account of this access token is not active, or its user is gone.")
        return call


async def _payload(request: Request) -> Any:
    try:
        return _json(await request.body())
    except (ValueError, RecursionError) as error:
        problem = {"errors": [{"message": "POST body sent invalid JSON."}]}
        raise RequestRefusedError(400, problem) from error
