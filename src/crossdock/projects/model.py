"""Projects, API keys, people, and whoever a request speaks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

Role = Literal["owner", "admin", "member", "viewer"]
ScreeningMode = Literal["off", "mark", "block"]


@dataclass(frozen=True, slots=True)
class Project:
    """A tenant: it owns accounts and keys; ``allowed_origins`` may embed the hub."""

    id: str
    name: str
    allowed_origins: Sequence[str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as lists show it: its first characters, never the key."""

    id: str
    project_id: str
    name: str
    prefix: str
    scopes: Sequence[str]
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentGrant:
    """What an agent may reach: an owner's accounts (none named means all), actions by glob, effects, until when.

    Without an owner it is every account of the project, and without an end it does not end. An agent that
    ``may_request_links`` may ask people to link further accounts of its owner.
    """

    owner_id: str | None = None
    accounts: frozenset[str] = frozenset()
    actions: tuple[str, ...] = ("*",)
    effects: frozenset[str] = frozenset({"read"})
    ends_at: datetime | None = None
    may_request_links: bool = False

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the grant in a row, whose columns are the same for agent keys and for apps."""
        return cls(
            owner_id=row["owner_id"],
            accounts=frozenset(row["accounts"]),
            actions=tuple(row["actions"]),
            effects=frozenset(row["effects"]),
            ends_at=row["expires_at"],
            may_request_links=row["may_request_links"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentKey:
    """An agent's key as lists show it: its first characters, never the key."""

    id: str
    project_id: str
    name: str
    prefix: str
    grant: AgentGrant
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """How results are looked over for text that gives orders to a model, before they are handed on.

    ``mark`` points at such text, ``block`` keeps the result back as well. It is done for agents, and with ``everyone``
    for API keys too; ``classifier`` adds a model to the patterns.
    """

    mode: ScreeningMode = "mark"
    everyone: bool = False
    classifier: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in, with the role held in one project."""

    id: str
    project_id: str
    email: str
    name: str
    role: Role
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person's session on the dashboard; it ends at ``expires_at`` at the latest."""

    person: Person
    project_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: the project, the actor as audit entries name it, and what that actor may do.

    ``grant`` binds it further, on top of its scopes and of what each account is linked for. ``name`` is what people
    called an agent, or what an app calls itself.
    """

    project_id: str
    actor: str
    scopes: frozenset[str]
    role: str | None = None
    grant: AgentGrant | None = None
    name: str = ""
