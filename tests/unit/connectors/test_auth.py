from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connector_samples import CATALOGUE, EASYSHIP, SHIPHERO, TOKEN_REPLIES, connector_id, jwt, reply
from crossdock.connectors import auth
from crossdock.connectors.auth import TokenRefused
from crossdock.egress.exchange import Reply, Request
from crossdock.kernel.errors import MisconfiguredError
from crossdock.kernel.secret import Secret

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OAUTH = EASYSHIP.auth_method("oauth")
TOKEN = EASYSHIP.auth_method("token")
RENEWING = SHIPHERO.auth_method("refresh_token")
PRODUCTION = EASYSHIP.environment("production")
CLIENT = {"client_id": Secret("client-1"), "client_secret": Secret("client-secret-0123456789")}


def sent(request: Request | None) -> dict[str, Any]:
    assert request is not None
    assert isinstance(request.body, Secret)
    body: dict[str, Any] = json.loads(request.body.reveal())
    return body


def test_authorize_address_carries_pkce_state_and_the_exact_redirect() -> None:
    """The person is sent to the provider's own page with everything that RFC 6749 and 7636 ask for."""
    address = auth.authorize_url(
        connector=EASYSHIP,
        method=OAUTH,
        environment=PRODUCTION,
        client_id="client-1",
        redirect_uri="https://hub.example/connect/oauth2/easyship/callback",
        state="st_1",
        code_challenge="ch",
        scopes=OAUTH.scopes,
    )

    query = parse_qs(urlsplit(address).query)
    assert address.startswith("https://auth.easyship.com/oauth2/authorize?")
    assert query["redirect_uri"] == ["https://hub.example/connect/oauth2/easyship/callback"]
    assert (query["state"], query["code_challenge_method"], query["response_type"]) == (["st_1"], ["S256"], ["code"])
    assert query["scope"] == [" ".join(OAUTH.scopes)]


def test_code_is_exchanged_with_the_verifier_and_nothing_shows() -> None:
    """The exchange is JSON whose body is a secret as a whole."""
    request = auth.exchange_request(
        connector=EASYSHIP,
        method=OAUTH,
        environment=PRODUCTION,
        client=CLIENT,
        code=Secret("code-0123456789abcdef"),
        code_verifier=Secret("verifier-0123456789"),
        redirect_uri="https://hub.example/cb",
    )

    assert request.url == "https://api.easyship.com/oauth2/token"
    assert sent(request) == {
        "grant_type": "authorization_code",
        "client_id": "client-1",
        "client_secret": "client-secret-0123456789",
        "code": "code-0123456789abcdef",
        "code_verifier": "verifier-0123456789",
        "redirect_uri": "https://hub.example/cb",
    }
    assert "verifier" not in repr(request)


def test_refresh_sends_what_each_provider_wants() -> None:
    """ShipHero takes the refresh token alone, Easyship the client as well; both within the lease's time."""
    credential = {"refresh_token": Secret("r-1"), "access_token": Secret("a-1")}

    shiphero = auth.refresh_request(
        connector=SHIPHERO,
        method=RENEWING,
        environment=SHIPHERO.environment("production"),
        credential=credential,
        client={},
    )
    easyship = auth.refresh_request(
        connector=EASYSHIP, method=OAUTH, environment=PRODUCTION, credential=credential, client=CLIENT
    )

    assert (shiphero.url, sent(shiphero)) == ("https://public-api.shiphero.com/auth/refresh", {"refresh_token": "r-1"})
    assert sent(easyship)["grant_type"] == "refresh_token"
    assert sent(easyship)["client_secret"] == "client-secret-0123456789"
    assert shiphero.timeout <= 20
    assert "Authorization" not in shiphero.headers


def test_revoke_exists_where_the_provider_has_it() -> None:
    """A credential is ended at the provider where that can be asked for."""
    credential = {"refresh_token": Secret("r-1")}

    oauth = auth.revoke_request(
        connector=EASYSHIP, method=OAUTH, environment=PRODUCTION, credential=credential, client=CLIENT
    )
    static = auth.revoke_request(
        connector=EASYSHIP, method=TOKEN, environment=PRODUCTION, credential=credential, client={}
    )

    assert sent(oauth)["token"] == "r-1"
    assert static is None


def test_tokens_are_read_with_their_end() -> None:
    """A rotating pair brings the next refresh token and its scopes."""
    body = {"access_token": "a-2", "refresh_token": "r-2", "expires_in": 7200, "scope": "public.rate:read x"}

    found = auth.parse_tokens(connector=EASYSHIP, method=OAUTH, reply=reply(200, body), now=NOW)

    assert (found.access_token, found.refresh_token) == (Secret("a-2"), Secret("r-2"))
    assert found.expires_at == NOW + timedelta(hours=2)
    assert found.refresh_expires_at is None
    assert found.scopes == {"public.rate:read", "x"}
    assert "a-2" not in repr(found)


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ({"access_token": "a", "expires_in": "60"}, NOW + timedelta(seconds=60)),
        ({"access_token": "a", "expires_in": True}, NOW + timedelta(days=28)),
        ({"access_token": "a", "expires_in": -1}, NOW + timedelta(days=28)),
        ({"access_token": "a", "expires_in": 10**12}, NOW + timedelta(days=28)),
        ({"access_token": jwt(expires=(NOW + timedelta(days=3)).timestamp())}, NOW + timedelta(days=3)),
        ({"access_token": jwt(expires=10**30)}, NOW + timedelta(days=28)),
    ],
)
def test_end_of_a_token_is_said_or_read_or_the_usual_one(body: dict[str, Any], end: datetime) -> None:
    """Nonsense about the time a token lives is not believed."""
    found = auth.parse_tokens(connector=SHIPHERO, method=RENEWING, reply=reply(200, body), now=NOW)

    assert found.expires_at == end
    assert found.refresh_token is None


@pytest.mark.parametrize(("provider", "way", "answer", "cause"), TOKEN_REPLIES, ids=connector_id)
def test_answer_without_a_token_is_told_by_its_cause(provider: str, way: str, answer: Reply, cause: str) -> None:
    """Weather at the token endpoint is not mistaken for a dead credential."""
    connector = CATALOGUE.get(provider)

    with pytest.raises(TokenRefused) as refused:
        auth.parse_tokens(connector=connector, method=connector.auth_method(way), reply=answer, now=NOW)

    assert refused.value.cause.key == cause


@pytest.mark.parametrize("token", ["line\nbreak", "ü" * 40, "x" * 20_000, 5, None, ["a"]])
def test_token_that_no_header_could_carry_is_refused(token: Any) -> None:
    """What a provider calls a token must fit into a header."""
    with pytest.raises(TokenRefused):
        auth.parse_tokens(connector=SHIPHERO, method=RENEWING, reply=reply(200, {"access_token": token}), now=NOW)


def test_credential_becomes_one_header() -> None:
    """The header's value is a secret until it is on the wire."""
    headers = auth.credential_headers(method=TOKEN, credential={"access_token": Secret("prod_abc")})

    assert headers == {"Authorization": Secret("Bearer prod_abc")}


def test_static_token_has_no_end_of_its_own() -> None:
    """Easyship's access tokens do not expire."""
    assert auth.token_expiry(method=TOKEN, token=Secret("prod_abc"), now=NOW) is None


def test_way_of_linking_without_an_endpoint_says_so() -> None:
    """A static token cannot be refreshed: the definition names no endpoint for it."""
    with pytest.raises(MisconfiguredError, match="refresh"):
        auth.refresh_request(connector=EASYSHIP, method=TOKEN, environment=PRODUCTION, credential={}, client={})
