"""Companies, their people, and what a bearer token stands for."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import digest
from crossdock_twins.base.twin import AccountLine

Environment = Literal["production", "sandbox"]
Refusal = Literal["invalid_token", "identity_unverified"]

STATES = ("active", "suspended", "cancelled", "inactive")
PREFIXES: dict[Environment, str] = {"production": "prod_", "sandbox": "sand_"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A merchant; ids look like `CUS000001`: C, the country, a number."""

    id: str
    name: str
    country_alpha2: str
    currency: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose records: a company's, in one of its two environments."""

    company_id: str
    environment: Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can sign in; only an `admin` may see the integration pages."""

    id: str
    company_id: str
    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token stands for; `token_id` tells tokens apart, `state` is the company's."""

    token_id: str
    kind: Literal["token", "oauth"]
    integration_id: str
    company_id: str
    company_name: str
    environment: Environment
    api_version: Literal["2024-09", "2023-01"]
    scopes: frozenset[str]
    state: str


def refusal(state: str) -> Refusal | None:
    """Tell how the API refuses a company in this state, or None where it serves it.

    The vendor documents neither. Our choice: a suspended company is asked to prove its identity (403), of the others
    no token works (401).
    """
    if state == "active":
        return None
    return "identity_unverified" if state == "suspended" else "invalid_token"


def company_of(store: Store, company_id: str) -> Company | None:
    """Give one company."""
    row = store.one("SELECT * FROM company WHERE id = ?", company_id)
    return None if row is None else _company(row)


class State:
    """The people and tokens in a twin's store, at the twin's time."""

    def __init__(self, *, store: Store, clock: TwinClock) -> None:
        self._store = store
        self._clock = clock

    def authenticate(self, token: str, *, environment: Environment) -> Grant | None:
        """Tell what a bearer token stands for on this environment's host; None where it is not good there."""
        if token.startswith(PREFIXES[environment]):
            return self._access_token(token, environment)
        return self._oauth_token(token) if environment == "production" else None

    def companies(self) -> list[Company]:
        """Give all companies, the first made first."""
        return [_company(row) for row in self._store.all("SELECT * FROM company ORDER BY rowid")]

    def company(self, company_id: str) -> Company | None:
        """Give one company."""
        return company_of(self._store, company_id)

    def accounts(self) -> Sequence[AccountLine]:
        """Give the companies as the control page lists them."""
        return [AccountLine(id=company.id, name=company.name, state=company.state) for company in self.companies()]

    def set_state(self, company_id: str, state: str) -> bool:
        """Set a company's state; False where there is no such company."""
        return self._store.execute("UPDATE company SET state = ? WHERE id = ?", state, company_id) > 0

    def people(self, company_id: str) -> list[Person]:
        """Give a company's people, admins first."""
        rows = self._store.all("SELECT * FROM person WHERE company_id = ? ORDER BY role, rowid", company_id)
        return [_person(row) for row in rows]

    def person(self, person_id: str) -> Person | None:
        """Give one person."""
        row = self._store.one("SELECT * FROM person WHERE id = ?", person_id)
        return None if row is None else _person(row)

    def sign_in(self, *, email: str, password: str) -> Person | None:
        """Give the person whom e-mail and password belong to."""
        row = self._store.one("SELECT * FROM person WHERE email = ? AND password = ?", email.strip(), password)
        return None if row is None else _person(row)

    def _access_token(self, token: str, environment: Environment) -> Grant | None:
        row = self._store.one(
            "SELECT t.id, t.integration_id, i.company_id, i.api_version, i.scopes, c.name, c.state"
            " FROM access_token t JOIN integration i ON i.id = t.integration_id JOIN company c ON c.id = i.company_id"
            " WHERE t.token = ? AND t.environment = ?",
            *(token, environment),
        )
        if row is None:
            return None
        return Grant(
            token_id=f"token:{row['id']}",
            kind="token",
            integration_id=row["integration_id"],
            company_id=row["company_id"],
            company_name=row["name"],
            environment=environment,
            api_version=row["api_version"],
            scopes=frozenset(json.loads(row["scopes"])),
            state=row["state"],
        )

    def _oauth_token(self, token: str) -> Grant | None:
        row = self._store.one(
            "SELECT t.id, t.grant_id, g.company_id, g.scopes, c.name, c.state"
            " FROM oauth_token t JOIN oauth_grant g ON g.id = t.grant_id JOIN company c ON c.id = g.company_id"
            " WHERE t.digest = ? AND t.kind = 'access' AND t.ended_at IS NULL AND t.expires_at > ?"
            " AND g.revoked_at IS NULL",
            *(digest(token), self._clock.now().isoformat()),
        )
        if row is None:
            return None
        return Grant(
            token_id=f"oauth:{row['id']}",
            kind="oauth",
            integration_id=row["grant_id"],
            company_id=row["company_id"],
            company_name=row["name"],
            environment="production",
            api_version="2024-09",
            scopes=frozenset(json.loads(row["scopes"])),
            state=row["state"],
        )


def _company(row: sqlite3.Row) -> Company:
    return Company(
        id=row["id"],
        name=row["name"],
        country_alpha2=row["country_alpha2"],
        currency=row["currency"],
        state=row["state"],
    )


def _person(row: sqlite3.Row) -> Person:
    return Person(id=row["id"], company_id=row["company_id"], name=row["name"], email=row["email"], role=row["role"])
