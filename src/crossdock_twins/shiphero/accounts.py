"""Accounts and their users, people and developers alike."""

import hmac
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crossdock_twins.base import tokens
from crossdock_twins.base.store import Store, Value
from crossdock_twins.shiphero import dates

STATES = ("active", "suspended", "cancelled", "inactive")
_REFRESH_OCTETS = 33
_ROWS_END = 2**63


class EmailTakenError(Exception):
    """Somebody on the platform, in this account or another, has the e-mail address already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A merchant or a 3PL; `parent_id` is the 3PL whose customer a merchant is, `settings` what it has switched on."""

    id: int
    username: str
    email: str
    state: str
    is_3pl: bool
    parent_id: int | None
    created_at: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        """Whether the API serves this account."""
        return self.state == "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who signs in, or a developer whose tokens call the API; `scopes` None stands for all of them."""

    id: int
    account_id: int
    subject: str
    email: str
    first_name: str
    last_name: str
    is_admin: bool
    is_developer: bool
    scopes: tuple[str, ...] | None
    refresh_token: str | None = field(repr=False)
    has_password: bool
    created_at: str
    updated_at: str
    is_active: bool = True
    default_warehouse_id: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """What makes a user; `subject` and `refresh_token` are random unless a seed fixes them."""

    account_id: int
    email: str
    first_name: str
    last_name: str
    password: str | None = field(default=None, repr=False)
    is_admin: bool = False
    is_developer: bool = False
    scopes: Sequence[str] | None = None
    subject: str = ""
    refresh_token: str = field(default="", repr=False)


class Accounts:
    """Reads and changes accounts and users; times are the twin's."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def all(self) -> list[Account]:
        """Give all accounts of the platform."""
        return [account_of(row) for row in self._store.all("SELECT * FROM accounts ORDER BY id")]

    def get(self, account_id: int) -> Account | None:
        """Give an account."""
        row = self._store.one("SELECT * FROM accounts WHERE id = ?", account_id)
        return None if row is None else account_of(row)

    def customers_of(self, account_id: int) -> list[int]:
        """Give the accounts that a 3PL acts for."""
        rows = self._store.all("SELECT id FROM accounts WHERE parent_id = ? ORDER BY id", account_id)
        return [row["id"] for row in rows]

    def set_state(self, account_id: int, state: str) -> bool:
        """Set an account's state; False where there is no such account."""
        return self._store.execute("UPDATE accounts SET state = ? WHERE id = ?", state, account_id) > 0

    def create_user(self, new: NewUser) -> User:
        """Add a user; EmailTakenError where the address is in use anywhere on the platform."""
        now = dates.text_of(self._now())
        subject = new.subject or f"auth0|{tokens.random_id()[:24]}"
        refresh = new.refresh_token or (tokens.urlsafe_token(octets=_REFRESH_OCTETS) if new.is_developer else None)
        values: dict[str, Value] = {
            "account_id": new.account_id,
            "subject": subject,
            "email": new.email,
            "first_name": new.first_name,
            "last_name": new.last_name,
            "password": tokens.digest(new.password) if new.password else None,
            "is_admin": new.is_admin,
            "is_developer": new.is_developer,
            "scopes": None if new.scopes is None else " ".join(new.scopes),
            "refresh_token": refresh,
            "created_at": now,
            "updated_at": now,
        }
        try:
            self._store.execute(
                f"INSERT INTO users ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", *values.values()
            )
        except sqlite3.IntegrityError as error:
            raise EmailTakenError(new.email) from error
        return user_of(self._store.all("SELECT * FROM users WHERE subject = ?", subject)[0])

    def user(self, user_id: int) -> User | None:
        """Give a user by number; a number that no row can have is nobody's."""
        return self._user("id = ?", user_id) if user_id < _ROWS_END else None

    def user_of_subject(self, subject: str) -> User | None:
        """Give a user by the subject that stands in a token."""
        return self._user("subject = ?", subject)

    def user_of_refresh_token(self, refresh_token: str) -> User | None:
        """Give the user to whom a refresh token belongs."""
        return self._user("refresh_token = ?", refresh_token)

    def user_of_login(self, email: str, password: str) -> User | None:
        """Give the user who has this e-mail address and this password."""
        row = self._store.one("SELECT * FROM users WHERE email = ?", email.strip())
        if row is None or not hmac.compare_digest(row["password"] or "", tokens.digest(password)):
            return None
        return user_of(row)

    def users(self, account_id: int, *, developers: bool) -> list[User]:
        """Give an account's developers, or its people."""
        rows = self._store.all(
            "SELECT * FROM users WHERE account_id = ? AND is_developer = ? ORDER BY id", account_id, developers
        )
        return [user_of(row) for row in rows]

    def refresh_token_of(self, user: User) -> str:
        """Give a user's refresh token, made on first need; it stays the same from then on."""
        if user.refresh_token is not None:
            return user.refresh_token
        fresh = tokens.urlsafe_token(octets=_REFRESH_OCTETS)
        self._store.execute("UPDATE users SET refresh_token = ? WHERE id = ?", fresh, user.id)
        return fresh

    def set_scopes(self, user_id: int, scopes: Sequence[str] | None) -> None:
        """Narrow what a developer's tokens may do, at once; None allows everything again."""
        kept = None if scopes is None else " ".join(scopes)
        self._store.execute("UPDATE users SET scopes = ? WHERE id = ?", kept, user_id)

    def change(self, user: User, values: Mapping[str, Value], settings: Mapping[str, Any]) -> None:
        """Change columns and settings of a user; EmailTakenError where the new address is in use on the platform."""
        kept = {
            **values,
            "settings": json.dumps({**user.settings, **settings}),
            "updated_at": dates.text_of(self._now()),
        }
        try:
            self._store.execute(
                f"UPDATE users SET {', '.join(f'{name} = ?' for name in kept)} WHERE id = ?", *kept.values(), user.id
            )
        except sqlite3.IntegrityError as error:
            raise EmailTakenError(str(values.get("email"))) from error

    def remove(self, user_id: int) -> None:
        """Delete a user; the tokens stop working and the e-mail address is free again."""
        self._store.execute("DELETE FROM users WHERE id = ?", user_id)

    def keep_for_one_look(self, *, session_id: str, user_id: int, access_token: str) -> None:
        """Keep an access token until this browser has seen it."""
        self._store.execute("INSERT OR REPLACE INTO reveals VALUES (?, ?, ?)", session_id, user_id, access_token)

    def take_look(self, *, session_id: str, user_id: int) -> str | None:
        """Give the access token that this browser may see now, and forget it."""
        rows = self._store.all(
            "DELETE FROM reveals WHERE session_id = ? AND user_id = ? RETURNING access_token", session_id, user_id
        )
        return str(rows[0]["access_token"]) if rows else None

    def _user(self, condition: str, *params: str | int) -> User | None:
        row = self._store.one(f"SELECT * FROM users WHERE {condition}", *params)
        return None if row is None else user_of(row)


def account_of(row: sqlite3.Row) -> Account:
    """Read a row of the table of accounts."""
    return Account(
        id=row["id"],
        username=row["username"],
        email=row["email"],
        state=row["state"],
        is_3pl=bool(row["is_3pl"]),
        parent_id=row["parent_id"],
        created_at=row["created_at"],
        settings=json.loads(row["settings"]),
    )


def user_of(row: sqlite3.Row) -> User:
    """Read a row of the table of users."""
    return User(
        id=row["id"],
        account_id=row["account_id"],
        subject=row["subject"],
        email=row["email"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        is_admin=bool(row["is_admin"]),
        is_developer=bool(row["is_developer"]),
        scopes=None if row["scopes"] is None else tuple(row["scopes"].split()),
        refresh_token=row["refresh_token"],
        has_password=row["password"] is not None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        is_active=bool(row["is_active"]),
        default_warehouse_id=row["default_warehouse_id"],
        settings=json.loads(row["settings"]),
    )
