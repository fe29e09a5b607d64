import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.tokens import AccessTokens, TokenRefusedError

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store(None)
    AccessTokens(store)
    return store


def _part(token: str, number: int) -> dict[str, object]:
    part = token.split(".")[number]
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def test_a_token_has_the_documented_claims(store: Store) -> None:
    """The token is an RS256 JWT with a key id that lives 28 days."""
    token = AccessTokens(store).issue(subject="auth0|abc", now=_NOW)

    header, claims = _part(token, 0), _part(token, 1)

    assert header["alg"] == "RS256"
    assert header["kid"]
    assert claims["sub"] == "auth0|abc"
    assert claims["aud"] == "shiphero-public-api"
    assert claims["iat"] == int(_NOW.timestamp())
    assert claims["exp"] == int(_NOW.timestamp()) + 2_419_200


def test_a_token_lives_to_the_last_second(store: Store) -> None:
    """It is good until its end and refused from then on, also when it was good before."""
    tokens = AccessTokens(store)
    token = tokens.issue(subject="auth0|abc", now=_NOW)
    end = _NOW + timedelta(days=28)

    assert tokens.check(token, now=end - timedelta(seconds=1)) == "auth0|abc"
    with pytest.raises(TokenRefusedError, match="expired"):
        tokens.check(token, now=end)


def test_tokens_survive_a_restart(store: Store) -> None:
    """The key is kept with the data."""
    token = AccessTokens(store).issue(subject="auth0|abc", now=_NOW)

    assert AccessTokens(store).check(token, now=_NOW) == "auth0|abc"


def test_two_tokens_of_one_moment_differ(store: Store) -> None:
    """Renewing twice in a second gives two tokens."""
    tokens = AccessTokens(store)

    assert tokens.issue(subject="a", now=_NOW) != tokens.issue(subject="a", now=_NOW)


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-4] + "AAAA", lambda t: t[:200], lambda _: "eyJ", lambda _: "", str.upper]
)
def test_a_damaged_token_is_refused(store: Store, spoil: object) -> None:
    """A token that was cut or changed is not valid."""
    tokens = AccessTokens(store)
    assert callable(spoil)
    damaged = spoil(tokens.issue(subject="a", now=_NOW))

    with pytest.raises(TokenRefusedError, match="not valid"):
        tokens.check(damaged, now=_NOW)


def test_a_token_of_another_key_is_refused(store: Store) -> None:
    """Right claims under a foreign signature do not help."""
    foreign = RSAKey.generate_key(2048)
    claims = {"sub": "a", "exp": int(_NOW.timestamp()) + 60}

    with pytest.raises(TokenRefusedError):
        AccessTokens(store).check(jwt.encode({"alg": "RS256"}, claims, foreign), now=_NOW)


def test_an_unsigned_token_is_refused(store: Store) -> None:
    """The algorithm none is no signature."""
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    claims = base64.urlsafe_b64encode(b'{"sub":"a","exp":9999999999}').decode().rstrip("=")

    with pytest.raises(TokenRefusedError):
        AccessTokens(store).check(f"{header}.{claims}.", now=_NOW)
