"""Access tokens: RS256 JWTs with the claims that the provider's documentation shows, signed with a key of this twin."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from crossdock_twins.base import tokens as texts
from crossdock_twins.base.store import Store

LIFE = timedelta(days=28)
SCOPE = "openid profile offline_access"
ISSUER = "https://shiphero.auth0.com/"
AUDIENCE = "shiphero-public-api"

_KEY = "access-token-key"
_KEY_BITS = 2048
_REMEMBERED = 2048


class TokenRefusedError(Exception):
    """A bearer token is not this twin's, or its time is over."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says: whose it is and until when, in seconds since 1970; and the agent's grant, if any."""

    subject: str
    expires: int
    grant: str | None = None


class AccessTokens:
    """Makes and checks access tokens; nothing of a token is kept, so each lives until its own end."""

    def __init__(self, store: Store) -> None:
        self._key = _load_key(store)
        self._client = texts.fingerprint(self._key.kid or "") * 4
        self._known: OrderedDict[str, Claims] = OrderedDict()

    def issue(
        self,
        *,
        subject: str,
        now: datetime,
        life: timedelta = LIFE,
        scope: str = "email profile offline_access",
        grant: str | None = None,
    ) -> str:
        """Sign a token that lives 28 days from `now`, or shorter for an agent's grant."""
        issued = int(now.timestamp())
        claims = {
            "iss": ISSUER,
            "sub": subject,
            "aud": AUDIENCE,
            "iat": issued,
            "exp": issued + int(life.total_seconds()),
            "azp": self._client,
            "scope": scope,
            "gty": "password" if grant is None else "authorization_code",
            "jti": texts.random_id() if grant is None else grant,
        }
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": self._key.kid}, claims, self._key, algorithms=["RS256"])

    def check(self, token: str, *, now: datetime) -> str:
        """Give the subject of a living token; TokenRefusedError says why not."""
        return self.claims(token, now=now).subject

    def claims(self, token: str, *, now: datetime) -> Claims:
        """Give what a living token says; TokenRefusedError says why not."""
        claims = self._claims(token)
        if now.timestamp() >= claims.expires:
            raise TokenRefusedError("The access token has expired. Get a new one with POST /auth/refresh.")
        return claims

    def _claims(self, token: str) -> Claims:
        key = texts.digest(token)
        claims = self._known.get(key)
        if claims is None:
            claims = self._known[key] = self._verified(token)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return claims

    def _verified(self, token: str) -> Claims:
        try:
            claims = jwt.decode(token, self._key, algorithms=["RS256"]).claims
        except (JoseError, ValueError) as error:
            raise TokenRefusedError("The access token is not valid. Copy it whole, without quotes.") from error
        grant = str(claims["jti"]) if claims.get("gty") == "authorization_code" else None
        return Claims(subject=str(claims["sub"]), expires=int(claims["exp"]), grant=grant)


def _load_key(store: Store) -> RSAKey:
    kept = store.meta_get(_KEY)
    if kept is None:
        key = RSAKey.generate_key(_KEY_BITS, auto_kid=True)
        store.meta_set(
            _KEY, {name: value for name, value in key.as_dict(private=True).items() if isinstance(value, str)}
        )
        return key
    return RSAKey.import_key(kept)
