"""What the pages of agent keys show: plain values, ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crossdock.hub.views_dashboard import BadgeView, ChoiceView, NavView
from crossdock.hub.views_link import ButtonView, ProblemView


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRowView:
    """One agent key, never the key itself."""

    name: str
    prefix: str
    owner: str
    owner_id: str
    accounts: Sequence[str]
    actions: Sequence[str]
    effects: Sequence[BadgeView]
    ends: datetime
    used: str
    status: BadgeView
    revoke: str | None
    logs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsView:
    """The Agent keys page."""

    nav: NavView
    rows: Sequence[AgentRowView]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerView:
    """An owner to choose."""

    id: str
    name: str
    url: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersView:
    """The first step of making a key: whose accounts it is for."""

    nav: NavView
    owners: Sequence[OwnerView]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachView:
    """How many tools of one effect the agent gets."""

    effect: BadgeView
    offered: int
    said: str
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFormView:
    """The second step of making a key: what it may reach."""

    nav: NavView
    owner_id: str
    owner: str
    name: str
    accounts: Sequence[ChoiceView]
    actions: str
    patterns: Sequence[str]
    effects: Sequence[ChoiceView]
    ends: str
    earliest: str
    latest: str
    reach: Sequence[ReachView]
    total: int
    unfit: str
    may_request_links: bool = False
    problem: ProblemView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMadeView:
    """A key that is shown this once, and what to put into a client's configuration."""

    nav: NavView
    secret: str
    configuration: str
    command: str
    url: str
    header: str
    facts: Sequence[tuple[str, str]]
    several: bool
    back: ButtonView
