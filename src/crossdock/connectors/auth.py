"""Token traffic as values: authorize, exchange, refresh and revoke requests, and the tokens in a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from crossdock.connectors import jwt
from crossdock.connectors.matching import look_at
from crossdock.connectors.model import AuthMethod, Cause, Connector, Endpoint, Environment
from crossdock.connectors.replies import told_by
from crossdock.egress.exchange import Reply, Request
from crossdock.kernel.errors import MisconfiguredError
from crossdock.kernel.secret import Secret

REFRESH_TIMEOUT = 20.0
"""Seconds that token traffic may take; shorter than the lease under which a refresh runs."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LONGEST_TOKEN = 16 * 1024
_LONGEST_LIFE = 10 * 365 * 24 * 3600


class TokenRefused(Exception):  # noqa: N818 - one of the answers that a token endpoint gives
    """The provider gave no token; ``cause`` tells a verdict on the credential from weather."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.key)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a token endpoint gave; times are aware UTC, None where it does not say."""

    access_token: Secret
    refresh_token: Secret | None
    expires_at: datetime | None
    refresh_expires_at: datetime | None
    scopes: frozenset[str]


def authorize_url(
    *,
    connector: Connector,
    method: AuthMethod,
    environment: Environment,
    client_id: str,
    redirect_uri: str,
    state: str,
    code_challenge: str,
    scopes: Sequence[str],
) -> str:
    """Return the address of the provider's page on which a person allows access (RFC 6749, 4.1.1, with PKCE)."""
    endpoint = _endpoint(connector, method.authorize, "authorize")
    values = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": code_challenge,
        "scopes": " ".join(scopes),
    }
    return f"{environment.origins[endpoint.role]}{endpoint.path}?{urlencode(_filled(endpoint, values))}"


def exchange_request(
    *,
    connector: Connector,
    method: AuthMethod,
    environment: Environment,
    client: Mapping[str, Secret | str],
    code: Secret,
    code_verifier: Secret,
    redirect_uri: str,
) -> Request:
    """Return the request that turns an authorization code into tokens (RFC 6749, 4.1.3; RFC 7636, 4.5)."""
    values = {**client, "code": code, "code_verifier": code_verifier, "redirect_uri": redirect_uri}
    return _request(environment, _endpoint(connector, method.exchange, "exchange"), values)


def refresh_request(
    *,
    connector: Connector,
    method: AuthMethod,
    environment: Environment,
    credential: Mapping[str, Secret],
    client: Mapping[str, Secret | str],
) -> Request:
    """Return the request that renews a credential (RFC 6749, 6)."""
    return _request(environment, _endpoint(connector, method.refresh, "refresh"), {**client, **credential})


def revoke_request(
    *,
    connector: Connector,
    method: AuthMethod,
    environment: Environment,
    credential: Mapping[str, Secret],
    client: Mapping[str, Secret | str],
) -> Request | None:
    """Return the request that ends a credential at the provider (RFC 7009), or None where it knows none."""
    if method.revoke is None:
        return None
    return _request(environment, _endpoint(connector, method.revoke, "revoke"), {**client, **credential})


def introspect_request(
    *,
    connector: Connector,
    method: AuthMethod,
    environment: Environment,
    credential: Mapping[str, Secret],
    client: Mapping[str, Secret | str],
) -> Request | None:
    """Return the request that asks whether a refresh token is alive, without using it (RFC 7662); None without one."""
    if method.introspect is None:
        return None
    return _request(environment, _endpoint(connector, method.introspect, "introspect"), {**client, **credential})


def parse_introspection(*, connector: Connector, reply: Reply) -> bool | None:
    """Return whether the token is alive, None where the reply does not say; raise TokenRefused for weather."""
    seen = look_at(reply)
    told = seen.json.get("active") if reply.status == 200 and isinstance(seen.json, dict) else None  # noqa: PLR2004 - OK
    if isinstance(told, bool):
        return told
    cause = told_by(connector=connector, seen=seen, on="token")
    if cause.verdict == "weather":
        raise TokenRefused(cause)
    return None


def parse_tokens(*, connector: Connector, method: AuthMethod, reply: Reply, now: datetime) -> Tokens:
    """Read the tokens of a reply; raise TokenRefused with the cause where there are none.

    An access token's end is what the reply says, else what the token itself says, else the method's usual life.
    """
    seen = look_at(reply)
    body = seen.json if isinstance(seen.json, dict) else {}
    access = _text(body.get("access_token"))
    if not 200 <= reply.status < 300 or access is None:  # noqa: PLR2004 - the range of success
        raise TokenRefused(told_by(connector=connector, seen=seen, on="token"))
    refresh = _text(body.get("refresh_token"))
    return Tokens(
        access_token=Secret(access),
        refresh_token=Secret(refresh) if refresh else None,
        expires_at=_end(body.get("expires_in"), now) or token_expiry(method=method, token=Secret(access), now=now),
        refresh_expires_at=_end(body.get("refresh_token_expires_in") or body.get("refresh_expires_in"), now),
        scopes=_scopes(body.get("scope")),
    )


def token_expiry(*, method: AuthMethod, token: Secret, now: datetime) -> datetime | None:
    """Return the end of an access token: its own where it is a JWT that tells, else ``now`` and the usual life."""
    told = jwt.expiry(token.reveal())
    return told or (now + method.access_life if method.access_life else None)


def credential_headers(*, method: AuthMethod, credential: Mapping[str, Secret]) -> dict[str, Secret]:
    """Return the header that carries an access token."""
    token = credential["access_token"].reveal()
    return {method.header: Secret(f"{method.scheme} {token}" if method.scheme else token)}


def _endpoint(connector: Connector, endpoint: Endpoint | None, name: str) -> Endpoint:
    if endpoint is None:
        raise MisconfiguredError(
            f"{connector.name} names no `{name}` endpoint for this way of linking.",
            remedy="Add it to the connector's definition.",
        )
    return endpoint


def _filled(endpoint: Endpoint, values: Mapping[str, Secret | str]) -> dict[str, str]:
    """Fill the endpoint's body in; a member whose value is not known stays away."""
    filled: dict[str, str] = {}
    for name, template in endpoint.body.items():
        needed = _PLACEHOLDER.findall(template)
        if all(key in values for key in needed):
            filled[name] = _PLACEHOLDER.sub(lambda found: _revealed(values[found[1]]), template)
    return filled


def _revealed(value: Secret | str) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _request(environment: Environment, endpoint: Endpoint, values: Mapping[str, Secret | str]) -> Request:
    filled = _filled(endpoint, values)
    as_json = endpoint.encoding == "json"
    return Request(
        method="POST",
        url=f"{environment.origins[endpoint.role]}{endpoint.path}",
        headers={
            "Accept": "application/json",
            "Content-Type": "application/json" if as_json else "application/x-www-form-urlencoded",
        },
        body=Secret(json.dumps(filled) if as_json else urlencode(filled)),
        timeout=REFRESH_TIMEOUT,
    )


def _text(value: Any) -> str | None:
    plain = isinstance(value, str) and 0 < len(value) <= _LONGEST_TOKEN and value.isascii() and value.isprintable()
    return value if plain else None


def _end(seconds: Any, now: datetime) -> datetime | None:
    text = str(seconds)
    if isinstance(seconds, bool) or not text.isdigit() or not 0 < int(text) <= _LONGEST_LIFE:
        return None
    return now + timedelta(seconds=int(text))


def _scopes(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset(value.split())
    return frozenset(str(one) for one in value) if isinstance(value, list) else frozenset()
