"""Partner OAuth's records: apps, consents, codes that work once, and refresh tokens that work once."""

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import digest, urlsafe_token
from crossdock_twins.easyship.times import timestamp
from crossdock_twins.easyship.webhooks.publish import publish

ACCESS_LIFE = timedelta(seconds=7200)
CODE_LIFE = timedelta(minutes=10)


class GrantRefusedError(Exception):
    """A code or refresh token that is unknown, used, expired, revoked, or somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A registered partner app; no scopes mean that it may ask for any."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a company has allowed an app, and since when."""

    id: str
    app_name: str
    scopes: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A fresh access token with the refresh token that follows it."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scopes: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What is known of a token that is alive."""

    client_id: str
    company_id: str
    kind: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None


class Grants:
    """The apps and consents in a twin's store, at the twin's time."""

    def __init__(self, *, store: Store, clock: TwinClock) -> None:
        self._store = store
        self._clock = clock

    def now(self) -> datetime:
        """Give the twin's time."""
        return self._clock.now()

    def register(self, *, name: str, redirect_uris: Sequence[str], scopes: Sequence[str]) -> tuple[App, str]:
        """Register a partner app; gives it with its secret, which is not kept."""
        client_id, secret = urlsafe_token(), urlsafe_token()
        self._store.execute(
            "INSERT INTO oauth_app (client_id, secret_digest, name, redirect_uris, scopes, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            *(client_id, digest(secret), name, json.dumps(list(redirect_uris)), json.dumps(list(scopes))),
            self._clock.now().isoformat(),
        )
        app = App(client_id=client_id, name=name, redirect_uris=tuple(redirect_uris), scopes=tuple(scopes))
        return app, secret

    def apps(self) -> list[App]:
        """Give all apps, the newest first."""
        return [_app(row) for row in self._store.all("SELECT * FROM oauth_app ORDER BY rowid DESC")]

    def app(self, client_id: str) -> App | None:
        """Give one app."""
        row = self._store.one("SELECT * FROM oauth_app WHERE client_id = ?", client_id)
        return None if row is None else _app(row)

    def identify(self, *, client_id: str, client_secret: str) -> App | None:
        """Give the app whose id and secret these are."""
        row = self._store.one("SELECT * FROM oauth_app WHERE client_id = ?", client_id)
        known = "" if row is None else row["secret_digest"]
        return _app(row) if hmac.compare_digest(known, digest(client_secret)) and row is not None else None

    def consent(
        self,
        *,
        client_id: str,
        company_id: str,
        person_id: str,
        scopes: Sequence[str],
        redirect_uri: str,
        challenge: str | None,
    ) -> str:
        """Write down a consent and give its code, good once for ten minutes; `challenge` is PKCE's S256."""
        grant_id, code, now = str(uuid4()), urlsafe_token(), self._clock.now()
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO oauth_grant (id, client_id, company_id, person_id, scopes, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                *(grant_id, client_id, company_id, person_id, json.dumps(list(scopes)), now.isoformat()),
            )
            self._store.execute(
                "INSERT INTO oauth_code (digest, grant_id, redirect_uri, challenge, expires_at) VALUES (?, ?, ?, ?, ?)",
                *(digest(code), grant_id, redirect_uri, challenge, (now + CODE_LIFE).isoformat()),
            )
        return code

    def exchange_code(self, *, app: App, code: str, redirect_uri: str, verifier: str | None) -> Pair:
        """Turn a code into tokens; a code that comes a second time revokes what the first one gave."""
        row = self._store.one(
            "SELECT c.*, g.client_id, g.revoked_at FROM oauth_code c JOIN oauth_grant g ON g.id = c.grant_id"
            " WHERE c.digest = ? AND g.client_id = ?",
            *(digest(code), app.client_id),
        )
        if row is None:
            raise GrantRefusedError("The code is unknown.")
        if row["used_at"] is not None:
            self.revoke(row["grant_id"])
            raise GrantRefusedError("The code was used before.")
        now = self._clock.now().isoformat()
        if row["revoked_at"] is not None or row["expires_at"] <= now:
            raise GrantRefusedError("The code has expired.")
        if row["redirect_uri"] != redirect_uri or not _proves(verifier, row["challenge"]):
            raise GrantRefusedError("The redirect address or the code verifier is not the one of the request.")
        with self._store.transaction():
            self._store.execute("UPDATE oauth_code SET used_at = ? WHERE digest = ?", now, row["digest"])
            return self._issue(row["grant_id"])

    def refresh(self, *, app: App, refresh_token: str) -> Pair:
        """Turn a refresh token into a new pair and end it; one that comes a second time revokes its whole family."""
        row = self._token(refresh_token, kind="refresh")
        if row is None or row["client_id"] != app.client_id or row["revoked_at"] is not None:
            raise GrantRefusedError("The refresh token is unknown or revoked.")
        if row["company_state"] in {"cancelled", "inactive"}:
            raise GrantRefusedError("The company that gave its consent is closed.")
        if row["ended_at"] is not None:
            self.revoke(row["grant_id"])
            raise GrantRefusedError("The refresh token was used before. All tokens that came of it are revoked.")
        with self._store.transaction():
            self._end(row["id"])
            return self._issue(row["grant_id"])

    def facts(self, token: str) -> TokenFacts | None:
        """Give what is known of a token, or None where it is not alive."""
        row = self._token(token, kind="access") or self._token(token, kind="refresh")
        if row is None or row["ended_at"] is not None or row["revoked_at"] is not None:
            return None
        expires_at = None if row["expires_at"] is None else datetime.fromisoformat(row["expires_at"])
        if expires_at is not None and expires_at <= self._clock.now():
            return None
        return TokenFacts(
            client_id=row["client_id"],
            company_id=row["company_id"],
            kind=row["kind"],
            scopes=tuple(json.loads(row["scopes"])),
            created_at=datetime.fromisoformat(row["created_at"]),
            expires_at=expires_at,
        )

    def revoke_token(self, *, app: App, token: str) -> None:
        """End an access token, or with a refresh token its whole family; unknown ones are passed over (RFC 7009)."""
        row = self._token(token, kind="access") or self._token(token, kind="refresh")
        if row is None or row["client_id"] != app.client_id:
            return
        if row["kind"] == "refresh":
            self.revoke(row["grant_id"])
        else:
            self._end(row["id"])

    def revoke(self, grant_id: str) -> None:
        """Revoke a consent with every token that came of it, and tell the company's webhooks."""
        now = self._clock.now()
        with self._store.transaction():
            revoked = self._store.execute(
                "UPDATE oauth_grant SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", now.isoformat(), grant_id
            )
            if revoked:
                self._tell_revoked(grant_id, now=now)

    def consents(self, company_id: str) -> list[Consent]:
        """Give a company's consents that stand, the newest first."""
        rows = self._store.all(
            "SELECT g.id, g.scopes, g.created_at, a.name FROM oauth_grant g JOIN oauth_app a USING (client_id)"
            " WHERE g.company_id = ? AND g.revoked_at IS NULL ORDER BY g.rowid DESC",
            company_id,
        )
        return [
            Consent(
                id=row["id"],
                app_name=row["name"],
                scopes=tuple(json.loads(row["scopes"])),
                created_at=datetime.fromisoformat(row["created_at"]),
            )
            for row in rows
        ]

    def _tell_revoked(self, grant_id: str, *, now: datetime) -> None:
        row = self._store.all(
            "SELECT g.company_id, a.client_id, a.name FROM oauth_grant g JOIN oauth_app a USING (client_id)"
            " WHERE g.id = ?",
            grant_id,
        )[0]
        publish(
            self._store,
            company_id=row["company_id"],
            environment="production",
            event_type="oauth_authorization_revoked",
            resource_type="oauth_application",
            resource_id=row["client_id"],
            data={
                "resource_owner_id": row["company_id"],
                "resource_owner_type": "Company",
                "name": row["name"],
                "revoked_at": timestamp(now),
            },
            at=now,
        )

    def _token(self, token: str, *, kind: str) -> sqlite3.Row | None:
        return self._store.one(
            "SELECT t.*, g.client_id, g.company_id, g.scopes, g.revoked_at, c.state AS company_state"
            " FROM oauth_token t JOIN oauth_grant g ON g.id = t.grant_id JOIN company c ON c.id = g.company_id"
            " WHERE t.digest = ? AND t.kind = ?",
            *(digest(token), kind),
        )

    def _issue(self, grant_id: str) -> Pair:
        now, access, refresh = self._clock.now(), urlsafe_token(), urlsafe_token()
        for token, kind, expires_at in (
            (access, "access", (now + ACCESS_LIFE).isoformat()),
            (refresh, "refresh", None),
        ):
            self._store.execute(
                "INSERT INTO oauth_token (digest, grant_id, kind, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
                *(digest(token), grant_id, kind, now.isoformat(), expires_at),
            )
        row = self._store.one("SELECT scopes FROM oauth_grant WHERE id = ?", grant_id)
        scopes = tuple(json.loads(row["scopes"])) if row is not None else ()
        return Pair(access_token=access, refresh_token=refresh, scopes=scopes, created_at=now)

    def _end(self, token_id: int) -> None:
        self._store.execute("UPDATE oauth_token SET ended_at = ? WHERE id = ?", self._clock.now().isoformat(), token_id)


def _proves(verifier: str | None, challenge: str | None) -> bool:
    """Tell whether a PKCE verifier belongs to an S256 challenge (RFC 7636, 4.6); one without the other is refused."""
    if challenge is None:
        return verifier is None
    made = base64.urlsafe_b64encode(hashlib.sha256((verifier or "").encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made.encode(), challenge.encode())


def _app(row: sqlite3.Row) -> App:
    return App(
        client_id=row["client_id"],
        name=row["name"],
        redirect_uris=tuple(json.loads(row["redirect_uris"])),
        scopes=tuple(json.loads(row["scopes"])),
    )
