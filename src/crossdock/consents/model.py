"""Apps, what each asks for, and what a person allowed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from crossdock.kernel.secret import Secret
from crossdock.projects.model import AgentGrant

Kind = Literal["registered", "document"]
AuthMethod = Literal["none", "client_secret_basic", "client_secret_post"]
Why = Literal["person", "app", "code_reused", "refresh_reused"]

CODE_LIFE: Final = timedelta(seconds=60)
ACCESS_LIFE: Final = timedelta(hours=1)
EFFECTS: Final = ("read", "write", "destructive")
"""What an app may ask for, as OAuth scopes; the person who allows it may give less."""

ACCESS: Final = "cdat"
REFRESH: Final = "cdrt"
CODE: Final = "cdac"
CLIENT_SECRET: Final = "cdcs"  # noqa: S105 - how such a secret begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An app as it describes itself: ``client_id`` is its own row's id, or the address of its document."""

    id: str
    client_id: str
    kind: Kind
    name: str
    redirect_uris: tuple[str, ...]
    auth_method: AuthMethod
    refreshes: bool
    created_at: datetime
    fresh_until: datetime | None = None
    secret_hash: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """An authorization request, checked: where its answer goes, for which audience, and the effects it asks for.

    Apps of MCP 2025-03-26 do not name the audience (``is_unnamed``): where they ask is where they want to get in.
    """

    client: Client
    redirect_uri: str
    challenge: str
    resource: str
    effects: frozenset[str]
    state: str | None
    is_unnamed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What a person allowed an app, as lists show it; it counts from ``begun_at``, its first token, on."""

    id: str
    project_id: str
    client: str
    client_name: str
    redirect_host: str
    grant: AgentGrant
    created_at: datetime
    created_by: str
    begun_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_why: Why | None

    @property
    def actor(self) -> str:
        """The name under which its deeds stand in the audit trail: the app, and what it was allowed."""
        return f"oauth:{self.client}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """New tokens; ``scope`` names the effects that the person allowed."""

    access: Secret
    refresh: Secret | None
    seconds: int
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code as it stands in the database: for which app, address, verifier and audience it is."""

    project_id: str
    grant_id: str
    client: str
    redirect_uri: str
    challenge: str
    resource: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it stands in the database; a refresh token with ``used_at`` has been exchanged before.

    Then its successor follows from ``salt``, and ``in_grace`` says whether it may still come again.
    """

    project_id: str
    grant_id: str
    client: str
    kind: Literal["access", "refresh"]
    resource: str
    expires_at: datetime
    used_at: datetime | None = None
    salt: bytes | None = field(default=None, repr=False)
    in_grace: bool = False
