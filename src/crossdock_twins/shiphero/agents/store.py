"""Clients that have registered, codes on their way, and grants."""

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from crossdock_twins.base import tokens
from crossdock_twins.shiphero import dates, schema
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.scopes import PII
from crossdock_twins.shiphero.state import State

LIFE = timedelta(hours=1)
"""How long a grant lasts. The provider says short-lived and no more: the figure is this twin's choice."""

_CODE_LIFE = timedelta(minutes=2)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that has registered; it has no secret, so it proves itself with PKCE."""

    id: str
    name: str
    redirect_uris: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a person allows a program; `token` is the access token, known only while the grant is made."""

    id: str
    client_name: str
    user_id: int
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str
    revoked_at: str | None
    token: str = field(default="", repr=False)

    @property
    def writes(self) -> bool:
        """Whether it may change anything."""
        return any(scope.startswith("change:") for scope in self.scopes)


def read_only() -> tuple[str, ...]:
    """Give the scopes of reading everything but people."""
    return tuple(scope for scope in schema.all_scopes() if scope.startswith("view:") and scope != PII)


def is_sound_redirect(uri: str) -> bool:
    """Tell whether a code may be sent there: over HTTPS, or to a program on the person's own machine."""
    parts = urlsplit(uri)
    is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(parts.netloc) and not parts.fragment and (parts.scheme == "https" or is_local)


def register(state: State, *, name: str, redirect_uris: Sequence[str]) -> Client:
    """Make a client."""
    client = Client(id=tokens.random_id(), name=name, redirect_uris=tuple(redirect_uris))
    state.store.execute(
        "INSERT INTO agent_clients (id, name, redirect_uris, created_at) VALUES (?, ?, ?, ?)",
        *(client.id, name, json.dumps(client.redirect_uris), state.today()),
    )
    return client


def client(state: State, client_id: str) -> Client | None:
    """Give a client."""
    row = state.store.one("SELECT * FROM agent_clients WHERE id = ?", client_id)
    if row is None:
        return None
    return Client(id=row["id"], name=row["name"], redirect_uris=tuple(json.loads(row["redirect_uris"])))


def give_code(
    state: State, known: Client, *, user_id: int, redirect_uri: str, challenge: str, scopes: Sequence[str]
) -> str:
    """Make the code that a client may turn into a token, once and within two minutes; kept as a digest."""
    code = tokens.urlsafe_token()
    state.store.execute(
        "INSERT INTO agent_codes (code, client_id, user_id, redirect_uri, challenge, scopes, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(tokens.digest(code), known.id, user_id, redirect_uri, challenge, " ".join(scopes)),
        dates.text_of(state.now() + _CODE_LIFE),
    )
    return code


def take_code(state: State, *, code: str, client_id: str, redirect_uri: str, verifier: str) -> Grant | None:
    """Turn a code into a grant; None where the code, its client, its address or the proof do not fit."""
    with state.store.transaction():
        rows = state.store.all("DELETE FROM agent_codes WHERE code = ? RETURNING *", tokens.digest(code))
    if not rows:
        return None
    row = rows[0]
    fits = row["client_id"] == client_id and row["redirect_uri"] == redirect_uri and row["expires_at"] > state.today()
    known, user = client(state, row["client_id"]), state.accounts.user(row["user_id"])
    if not fits or not _proves(verifier, row["challenge"]) or known is None or user is None:
        return None
    return grant(state, client_id=known.id, client_name=known.name, user=user, scopes=row["scopes"].split())


def grant(state: State, *, client_id: str, client_name: str, user: User, scopes: Sequence[str]) -> Grant:
    """Make a grant with its access token, which nothing but the answer will know."""
    now, number = state.now(), tokens.random_id()
    made = Grant(
        id=number,
        client_name=client_name,
        user_id=user.id,
        scopes=tuple(scopes),
        created_at=dates.text_of(now),
        expires_at=dates.text_of(now + LIFE),
        revoked_at=None,
        token=state.tokens.issue(subject=user.subject, now=now, life=LIFE, scope=" ".join(scopes), grant=number),
    )
    state.store.execute(
        "INSERT INTO agent_grants (id, client_id, client_name, user_id, scopes, created_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(made.id, client_id, client_name, user.id, " ".join(scopes), made.created_at, made.expires_at),
    )
    return made


def living(state: State, grant_id: str) -> Grant | None:
    """Give a grant that is neither taken back nor over."""
    row = state.store.one("SELECT * FROM agent_grants WHERE id = ? AND revoked_at IS NULL", grant_id)
    return None if row is None or row["expires_at"] <= state.today() else _grant(row)


def all_of(state: State, account_id: int) -> list[tuple[Grant, User]]:
    """Give the grants of an account's people, newest first, with who gave them."""
    rows = state.store.all(
        "SELECT g.* FROM agent_grants g JOIN users u ON u.id = g.user_id WHERE u.account_id = ?"
        " ORDER BY g.created_at DESC, g.id",
        account_id,
    )
    found = [(_grant(row), state.accounts.user(row["user_id"])) for row in rows]
    return [(each, user) for each, user in found if user is not None]


def revoke(state: State, grant_id: str) -> bool:
    """Take a grant back; its token stops working at once. False where there is none to take back."""
    sql = "UPDATE agent_grants SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
    return state.store.execute(sql, state.today(), grant_id) > 0


def _grant(row: sqlite3.Row) -> Grant:
    return Grant(
        id=row["id"],
        client_name=row["client_name"],
        user_id=row["user_id"],
        scopes=tuple(row["scopes"].split()),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )


def _proves(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode(errors="replace")).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"="), challenge.encode(errors="replace"))
