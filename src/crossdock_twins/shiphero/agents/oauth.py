"""The endpoints that agents call: discovery, registration, tokens, and taking a token back."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.shiphero import schema
from crossdock_twins.shiphero.agents import store
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.tokens import TokenRefusedError

_LONGEST_NAME = 80
_NO_STORE = {"Cache-Control": "no-store"}


def routes(state: State) -> list[BaseRoute]:
    """Give the routes."""
    oauth = _OAuth(state)
    return [
        Route("/.well-known/oauth-authorization-server", oauth.metadata),
        Route("/oauth/register", oauth.register, methods=["POST"]),
        Route("/oauth/token", oauth.token, methods=["POST"]),
        Route("/oauth/revoke", oauth.revoke, methods=["POST"]),
    ]


class _OAuth:
    """OAuth 2.1 for programs without a secret: the code is bound to the program by PKCE (RFC 7636)."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def metadata(self, _request: Request) -> Response:
        """Say where everything is (RFC 8414)."""
        url = self._state.url
        return JSONResponse(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/oauth/token",
                "registration_endpoint": f"{url}/oauth/register",
                "revocation_endpoint": f"{url}/oauth/revoke",
                "scopes_supported": list(schema.all_scopes()),
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
            }
        )

    async def register(self, request: Request) -> Response:
        """Make a client (RFC 7591)."""
        sent = _members(await request.body())
        name, uris = sent.get("client_name"), sent.get("redirect_uris")
        if not isinstance(name, str) or not 0 < len(name.strip()) <= _LONGEST_NAME:
            return _denied("invalid_client_metadata", f"Send client_name with 1 to {_LONGEST_NAME} characters.")
        if not isinstance(uris, list) or not uris or not all(_is_redirect(uri) for uri in uris):
            return _denied("invalid_redirect_uri", "Send redirect_uris with https addresses, or http on this machine.")
        made = store.register(self._state, name=name.strip(), redirect_uris=uris)
        answer = {
            "client_id": made.id,
            "client_name": made.name,
            "redirect_uris": list(made.redirect_uris),
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        }
        return JSONResponse(answer, status_code=201, headers=_NO_STORE)

    async def token(self, request: Request) -> Response:
        """Turn a code into a short-lived access token; there is no refresh token."""
        sent = _members(await request.body())
        if sent.get("grant_type") != "authorization_code":
            return _denied("unsupported_grant_type", "Send grant_type=authorization_code.")
        names = ("code", "client_id", "redirect_uri", "code_verifier")
        values = [sent.get(name) for name in names]
        missing = [name for name, value in zip(names, values, strict=True) if not isinstance(value, str) or not value]
        if missing:
            return _denied("invalid_request", f"Send {missing[0]}.")
        code, client_id, redirect_uri, verifier = (str(value) for value in values)
        made = store.take_code(
            self._state, code=code, client_id=client_id, redirect_uri=redirect_uri, verifier=verifier
        )
        if made is None:
            return _denied("invalid_grant", "The code is used, too old, or not this client's. Ask for access again.")
        answer = {
            "access_token": made.token,
            "token_type": "Bearer",
            "expires_in": int(store.LIFE.total_seconds()),
            "scope": " ".join(made.scopes),
        }
        return JSONResponse(answer, headers=_NO_STORE)

    async def revoke(self, request: Request) -> Response:
        """Take a token back (RFC 7009): the answer is the same whether there was one or not."""
        token = _members(await request.body()).get("token")
        if not isinstance(token, str) or not token:
            return _denied("invalid_request", "Send token.")
        try:
            claims = self._state.tokens.claims(token.strip(), now=self._state.now())
        except TokenRefusedError:
            return Response(headers=_NO_STORE)
        if claims.grant is not None:
            store.revoke(self._state, claims.grant)
        return Response(headers=_NO_STORE)


def _is_redirect(uri: Any) -> bool:
    return isinstance(uri, str) and store.is_sound_redirect(uri)


def _members(body: bytes) -> Mapping[str, Any]:
    """Read a form, as OAuth has it, or JSON."""
    if not body.lstrip().startswith(b"{"):
        return dict(parse_qsl(body.decode(errors="replace")))
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _denied(error: str, description: str) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description}, status_code=400, headers=_NO_STORE)
