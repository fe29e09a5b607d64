"""Integrations of a company: their names, scopes and tokens."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import uuid4

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import random_token
from crossdock_twins.easyship import scopes
from crossdock_twins.easyship.scopes import ApiVersion
from crossdock_twins.easyship.state import PREFIXES, Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One API integration; `tokens` holds one text per environment."""

    id: str
    company_id: str
    name: str
    api_version: ApiVersion
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    tokens: dict[Environment, str] = field(repr=False)


class Integrations:
    """The integrations in a twin's store."""

    def __init__(self, *, store: Store, clock: TwinClock) -> None:
        self._store = store
        self._clock = clock

    def create(
        self, *, company_id: str, name: str, api_version: ApiVersion, granted: Sequence[str], created_by: str
    ) -> Integration:
        """Make an integration with a token for each environment."""
        number, now = str(uuid4()), self._clock.now().isoformat()
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO integration (id, company_id, name, api_version, scopes, created_at, created_by)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                *(number, company_id, name, api_version, json.dumps(list(granted)), now, created_by),
            )
            for environment in PREFIXES:
                self._issue(number, environment)
        return cast("Integration", self.get(number))

    def of_company(self, company_id: str) -> list[Integration]:
        """Give a company's integrations, the newest first."""
        rows = self._store.all("SELECT * FROM integration WHERE company_id = ? ORDER BY rowid DESC", company_id)
        return [self._read(row) for row in rows]

    def get(self, integration_id: str) -> Integration | None:
        """Give one integration."""
        row = self._store.one("SELECT * FROM integration WHERE id = ?", integration_id)
        return None if row is None else self._read(row)

    def set_scopes(self, integration_id: str, granted: Sequence[str]) -> None:
        """Change what both existing tokens may do, at once."""
        self._store.execute("UPDATE integration SET scopes = ? WHERE id = ?", json.dumps(list(granted)), integration_id)

    def regenerate(self, integration_id: str, environment: Environment) -> str:
        """Replace the token of one environment; the old one is dead at once."""
        with self._store.transaction():
            self._store.execute(
                "DELETE FROM access_token WHERE integration_id = ? AND environment = ?", integration_id, environment
            )
            return self._issue(integration_id, environment)

    def delete(self, integration_id: str) -> bool:
        """Delete an integration and its tokens; False where there is none."""
        return self._store.execute("DELETE FROM integration WHERE id = ?", integration_id) > 0

    def _issue(self, integration_id: str, environment: Environment) -> str:
        token = random_token(prefix=PREFIXES[environment])
        self._store.execute(
            "INSERT INTO access_token (integration_id, environment, token, created_at) VALUES (?, ?, ?, ?)",
            *(integration_id, environment, token, self._clock.now().isoformat()),
        )
        return token

    def _read(self, row: sqlite3.Row) -> Integration:
        tokens = self._store.all("SELECT environment, token FROM access_token WHERE integration_id = ?", row["id"])
        return Integration(
            id=row["id"],
            company_id=row["company_id"],
            name=row["name"],
            api_version=row["api_version"],
            scopes=tuple(json.loads(row["scopes"])),
            created_at=datetime.fromisoformat(row["created_at"]),
            created_by=row["created_by"],
            tokens={token["environment"]: token["token"] for token in tokens},
        )


def ticked(wanted: Sequence[str], *, version: ApiVersion, kept: Sequence[str]) -> tuple[str, ...]:
    """Give what a form grants: the ticked standard and advanced scopes, and those of staff that were there before."""
    offered = {*scopes.standard(version), *scopes.advanced(version)}
    granted = (offered & set(wanted)) | (set(kept) - offered)
    return tuple(scope for scope in scopes.everything(version) if scope in granted)
