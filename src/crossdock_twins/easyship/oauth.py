"""Partner OAuth's endpoints: tokens, what is known of one, and its end."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.easyship.door import Endpoint
from crossdock_twins.easyship.grants import ACCESS_LIFE, App, GrantRefusedError, Pair
from crossdock_twins.easyship.parts import Parts

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthError(Exception):
    """A refusal in the words of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


def routes(parts: Parts) -> list[BaseRoute]:
    """Give the endpoints' routes."""
    oauth = OAuth(parts)
    return [
        Route("/oauth2/token", _answered(oauth.token), methods=["POST"]),
        Route("/oauth2/token/info", _answered(oauth.info)),
        Route("/oauth2/introspect", _answered(oauth.introspect), methods=["POST"]),
        Route("/oauth2/revoke", _answered(oauth.revoke), methods=["POST"]),
        Route("/.well-known/oauth-authorization-server", _answered(oauth.metadata)),
    ]


class OAuth:
    """The endpoints; requests are JSON or forms, apps name themselves in the body or with HTTP Basic."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def token(self, request: Request) -> Response:
        """Give tokens for a code, or for a refresh token that was not used before."""
        members = await _members(request)
        app = self._app(request, members)
        kind = members.get("grant_type", "")
        try:
            if kind == "authorization_code":
                pair = self._parts.grants.exchange_code(
                    app=app,
                    code=_needed(members, "code"),
                    redirect_uri=_needed(members, "redirect_uri"),
                    verifier=members.get("code_verifier"),
                )
            elif kind == "refresh_token":
                pair = self._parts.grants.refresh(app=app, refresh_token=_needed(members, "refresh_token"))
            else:
                raise OAuthError("unsupported_grant_type", "Use authorization_code or refresh_token.")
        except GrantRefusedError as error:
            raise OAuthError("invalid_grant", str(error)) from error
        return JSONResponse(pair_json(pair), headers=_NO_STORE)

    async def info(self, request: Request) -> Response:
        """Tell the holder of an access token what it is."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        facts = self._parts.grants.facts(token) if scheme.lower() == "bearer" else None
        if facts is None or facts.expires_at is None:
            raise OAuthError("invalid_token", "The access token is unknown, expired or revoked.", status=401)
        left = facts.expires_at - self._parts.grants.now()
        return JSONResponse(
            {
                "resource_owner_id": facts.company_id,
                "scope": list(facts.scopes),
                "expires_in": int(left.total_seconds()),
                "application": {"uid": facts.client_id},
                "created_at": int(facts.created_at.timestamp()),
            },
            headers=_NO_STORE,
        )

    async def introspect(self, request: Request) -> Response:
        """Tell an app whether a token of its own is alive (RFC 7662)."""
        members = await _members(request)
        app = self._app(request, members)
        facts = self._parts.grants.facts(_needed(members, "token"))
        if facts is None or facts.client_id != app.client_id:
            return JSONResponse({"active": False}, headers=_NO_STORE)
        answer: dict[str, Any] = {
            "active": True,
            "scope": " ".join(facts.scopes),
            "client_id": facts.client_id,
            "token_type": "Bearer" if facts.kind == "access" else "refresh_token",
            "iat": int(facts.created_at.timestamp()),
        }
        if facts.expires_at is not None:
            answer["exp"] = int(facts.expires_at.timestamp())
        return JSONResponse(answer, headers=_NO_STORE)

    async def revoke(self, request: Request) -> Response:
        """End a token; a refresh token takes its whole family along."""
        members = await _members(request)
        self._parts.grants.revoke_token(app=self._app(request, members), token=_needed(members, "token"))
        return JSONResponse({}, headers=_NO_STORE)

    async def metadata(self, _request: Request) -> Response:
        """Describe the server (RFC 8414), with the promise to name the issuer in each answer (RFC 9207)."""
        base = self._parts.urls.production
        return JSONResponse(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/oauth2/authorize",
                "token_endpoint": f"{base}/oauth2/token",
                "introspection_endpoint": f"{base}/oauth2/introspect",
                "revocation_endpoint": f"{base}/oauth2/revoke",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    def _app(self, request: Request, members: Mapping[str, str]) -> App:
        client_id, secret = _basic(request) or (members.get("client_id", ""), members.get("client_secret", ""))
        app = self._parts.grants.identify(client_id=client_id, client_secret=secret)
        if app is None:
            raise OAuthError("invalid_client", "The app's id and secret do not belong together.", status=401)
        return app


def pair_json(pair: Pair) -> dict[str, Any]:
    """Give the answer of the token endpoint."""
    return {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIFE.total_seconds()),
        "refresh_token": pair.refresh_token,
        "scope": " ".join(pair.scopes),
        "created_at": int(pair.created_at.timestamp()),
    }


def _answered(endpoint: Endpoint) -> Endpoint:
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except OAuthError as error:
            body = {"error": error.error, "error_description": error.description}
            return JSONResponse(body, status_code=error.status, headers=_NO_STORE)

    return answered


async def _members(request: Request) -> dict[str, str]:
    text = (await request.body()).decode("utf-8", "replace")
    if not request.headers.get("content-type", "").startswith("application/json"):
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise OAuthError("invalid_request", "The body is not a JSON object.")
    return {name: member for name, member in value.items() if isinstance(member, str)}


def _needed(members: Mapping[str, str], name: str) -> str:
    value = members.get(name, "")
    if not value:
        raise OAuthError("invalid_request", f"{name} is missing.")
    return value


def _basic(request: Request) -> tuple[str, str] | None:
    """Read HTTP Basic as RFC 6749, section 2.3.1, says: both halves are form-encoded."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(credential, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(client_id), unquote_plus(secret)
