"""OAuth for apps: metadata, registration, tokens and their return; the person decides on a page of the dashboard.

RFC 9728 and 8414 say where everything is, 7591 registers, 6749 with 7636 hands tokens out, 7009 takes them back. Apps
that read no metadata ask at the root of the host: MCP 2025-03-26 has `/authorize`, `/token` and `/register` for them.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock.consents import asks
from crossdock.consents.clients import Way
from crossdock.consents.errors import AppRefusedError
from crossdock.consents.model import EFFECTS, Client, Issued
from crossdock.consents.service import Consents
from crossdock.kernel.errors import CrossdockError, RateLimitedError
from crossdock.kernel.secret import Secret
from crossdock.telemetry import logs

CONSENT: Final = "/dashboard/apps/allow"
_LARGEST: Final = 16 * 1024
_MOST_FIELDS: Final = 30
_KEPT: Final = "public, max-age=3600"
# Programs ask these addresses, some of them from within a browser's page; no cookie is ever read here.
_OPEN: Final = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT: Final = {
    **_OPEN,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, mcp-protocol-version",
    "Access-Control-Max-Age": "600",
}
_REVISION: Final = "MCP-Protocol-Version"
_WITHOUT_RESOURCE: Final = frozenset({"2024-11-05", "2025-03-26"})
_METHODS: Final = ["none", "client_secret_basic", "client_secret_post"]

_log = logs.get(__name__)
Answer = Callable[[Request], Awaitable[Response]]


def routes(consents: Consents) -> list[BaseRoute]:
    """Return the addresses of OAuth."""
    path = urlsplit(consents.issuer).path
    resource, server = protected_resource(consents), authorization_server(consents)
    older = {**server, **_older(consents)}

    async def register(request: Request) -> Response:
        return await _register(consents, request)

    async def token(request: Request) -> Response:
        return await _token(consents, request)

    return [
        *_document("/.well-known/oauth-protected-resource", resource),
        *_document(f"/.well-known/oauth-protected-resource{path}/mcp", resource),
        *_document(f"/.well-known/oauth-authorization-server{path}", server, older=older),
        Route("/oauth/authorize", _authorize, methods=["GET"]),
        Route("/authorize", _authorize_unnamed, methods=["GET"]),
        *(route for path in ("/oauth/register", "/register") for route in _program(path, register)),
        *(route for path in ("/oauth/token", "/token") for route in _program(path, token)),
        *_program("/oauth/revoke", lambda request: _revoke(consents, request)),
    ]


def protected_resource(consents: Consents) -> dict[str, Any]:
    """Return what `/mcp` says of itself (RFC 9728, 2)."""
    return {
        "resource": consents.audience,
        "authorization_servers": [consents.issuer],
        "scopes_supported": list(EFFECTS),
        "bearer_methods_supported": ["header"],
        "resource_name": "Crossdock",
    }


def authorization_server(consents: Consents) -> dict[str, Any]:
    """Return what the hub says of itself as an authorization server (RFC 8414, 2)."""
    base = consents.issuer
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "registration_endpoint": f"{base}/oauth/register",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "scopes_supported": list(EFFECTS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": _METHODS,
        "revocation_endpoint_auth_methods_supported": _METHODS,
        "code_challenge_methods_supported": ["S256"],
        "client_id_metadata_document_supported": True,
        "authorization_response_iss_parameter_supported": True,
    }


def _older(consents: Consents) -> dict[str, Any]:
    """Return what an app of a revision that knows no `resource` is told instead: the addresses that ask for none."""
    base = consents.issuer
    return {
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "registration_endpoint": f"{base}/register",
        "authorization_response_iss_parameter_supported": False,
    }


def challenge(hub_url: str, *, token: str | None) -> str:
    """Return the WWW-Authenticate header of a refusal: where to find out how to get in (RFC 9728, 5.1; RFC 6750, 3)."""
    path = urlsplit(hub_url).path
    origin = hub_url.removesuffix(path) if path else hub_url
    wrong = 'error="invalid_token", ' if token else ""
    return (
        f'Bearer realm="Crossdock", {wrong}scope="{" ".join(EFFECTS)}", '
        f'resource_metadata="{origin}/.well-known/oauth-protected-resource{path}/mcp", '
        'Basic realm="Crossdock", charset="UTF-8"'
    )


def _document(path: str, content: Mapping[str, Any], *, older: Mapping[str, Any] | None = None) -> list[BaseRoute]:
    async def endpoint(request: Request) -> Response:
        is_older = request.headers.get(_REVISION) in _WITHOUT_RESOURCE
        shown = older if is_older and older is not None else content
        return JSONResponse(shown, headers={**_OPEN, "Cache-Control": _KEPT, "Vary": _REVISION})

    return [Route(path, endpoint, methods=["GET"]), Route(path, _preflight, methods=["OPTIONS"])]


def _program(path: str, answer: Answer) -> list[BaseRoute]:
    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request)
        except CrossdockError as error:
            return _refused(error)

    return [Route(path, endpoint, methods=["POST"]), Route(path, _preflight, methods=["OPTIONS"])]


async def _preflight(_request: Request) -> Response:
    return Response(status_code=204, headers=_PREFLIGHT)


async def _authorize(request: Request) -> Response:
    """Send the person on to the page that decides, which asks to sign in first; nothing is judged before that."""
    return _asked(parse_qsl(request.url.query)[:_MOST_FIELDS])


async def _authorize_unnamed(request: Request) -> Response:
    """Do the same for an app that found this by the address of `/mcp`, and may know no `resource` to name it with."""
    pairs = parse_qsl(request.url.query)[:_MOST_FIELDS]
    return _asked(pairs if any(name == "resource" for name, _ in pairs) else [*pairs, asks.UNNAMED])


def _asked(pairs: Sequence[tuple[str, str]]) -> Response:
    address = f"{CONSENT}?{urlencode(pairs)}"
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


async def _register(consents: Consents, request: Request) -> Response:
    given = _object(await _body(request))
    address = request.client.host if request.client else ""
    client, secret = await consents.clients.register(given=given, address=address)
    answer: dict[str, Any] = {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created_at.timestamp()),
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "token_endpoint_auth_method": client.auth_method,
        "grant_types": ["authorization_code", *(["refresh_token"] if client.refreshes else [])],
        "response_types": ["code"],
        "scope": " ".join(EFFECTS),
    }
    if secret is not None:
        answer |= {"client_secret": secret.reveal(), "client_secret_expires_at": 0}
    return _said(answer, status=201)


async def _token(consents: Consents, request: Request) -> Response:
    form = _form(request, await _body(request))
    client = await _client(consents, request, form)
    if form.get("grant_type") == "authorization_code":
        issued = await consents.exchange(
            client=client,
            code=form.get("code", ""),
            redirect_uri=form.get("redirect_uri"),
            verifier=form.get("code_verifier", ""),
            resource=form.get("resource"),
        )
    elif form.get("grant_type") == "refresh_token":
        issued = await consents.refresh(
            client=client,
            token=form.get("refresh_token", ""),
            resource=form.get("resource"),
            scope=form.get("scope"),
        )
    else:
        raise AppRefusedError(
            "There is no such `grant_type` here.",
            remedy="Use authorization_code or refresh_token.",
            oauth="unsupported_grant_type",
        )
    return _said(_tokens(issued))


async def _revoke(consents: Consents, request: Request) -> Response:
    form = _form(request, await _body(request))
    client = await _client(consents, request, form)
    await consents.give_back(client=client, token=form.get("token", ""))
    return Response(status_code=200, headers={**_OPEN, "Cache-Control": "no-store"})


async def _client(consents: Consents, request: Request, form: Mapping[str, str]) -> Client:
    """Return the app that asks, by the one way in which it proves itself (RFC 6749, 2.3)."""
    header = request.headers.get("authorization", "")
    if header:
        name, secret = _basic(header)
        if "client_secret" in form or form.get("client_id", name) != name:
            raise _unreadable("The app proves itself in two ways at once.")
        return await consents.clients.authenticate(client_id=name, secret=secret, way="client_secret_basic")
    text = form.get("client_secret")
    way: Way = "client_secret_post" if text else "none"
    return await consents.clients.authenticate(
        client_id=form.get("client_id", ""), secret=Secret(text) if text else None, way=way
    )


def _basic(header: str) -> tuple[str, Secret]:
    """Return name and secret of a Basic header, each form-encoded before it was put there (RFC 6749, 2.3.1)."""
    scheme, _, value = header.partition(" ")
    try:
        name, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if scheme.lower() != "basic" or not colon:
        raise AppRefusedError(
            "The app does not prove itself by HTTP Basic.",
            remedy="Send client id and secret, each form-encoded, as user name and password.",
            oauth="invalid_client",
        )
    return unquote_plus(name), Secret(unquote_plus(secret))


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LARGEST:
            raise _unreadable("The request is larger than 16 KiB.")
    return bytes(content)


def _form(request: Request, body: bytes) -> dict[str, str]:
    """Return a form's members; one without a value is not there, and none may come twice (RFC 6749, 3.2)."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise _unreadable("The request is not a form.")
    try:
        pairs = parse_qsl(body.decode(), max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise _unreadable("The form cannot be read.") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _unreadable("A member comes twice.")
    return found


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise AppRefusedError(
            "The registration is not a JSON object.",
            remedy="Send the app's metadata as JSON (RFC 7591).",
            oauth="invalid_client_metadata",
        )
    return given


def _unreadable(message: str) -> AppRefusedError:
    return AppRefusedError(message, remedy="Send the form as RFC 6749 has it.", oauth="invalid_request")


def _tokens(issued: Issued) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "access_token": issued.access.reveal(),
        "token_type": "Bearer",
        "expires_in": issued.seconds,
        "scope": issued.scope,
    }
    return {**answer, "refresh_token": issued.refresh.reveal()} if issued.refresh else answer


def _said(content: Mapping[str, Any], *, status: int = 200, **headers: str) -> Response:
    return JSONResponse(content, status_code=status, headers={**_OPEN, "Cache-Control": "no-store", **headers})


def _refused(error: CrossdockError) -> Response:
    """Tell an app in OAuth's words why not (RFC 6749, 5.2); a failure of our own is logged."""
    if isinstance(error, AppRefusedError):
        said = {"error": error.oauth, "error_description": f"{error.message} {error.remedy}"}
        headers = {"WWW-Authenticate": 'Basic realm="Crossdock"'} if error.oauth == "invalid_client" else {}
        return _said(said, status=error.http_status, **headers)
    if isinstance(error, RateLimitedError):
        said = {"error": "temporarily_unavailable", "error_description": f"{error.message} {error.remedy}"}
        return _said(said, status=error.http_status, **{"Retry-After": str(round(error.retry_after))})
    _log.warning("oauth.request.failed", code=error.error_code)
    return _said({"error": "server_error", "error_description": error.remedy}, status=error.http_status)
