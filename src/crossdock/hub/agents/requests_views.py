"""What the page of agents' link requests shows: plain values, ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crossdock.hub.views_dashboard import BadgeView, ChoiceView, NavView, PagesView
from crossdock.hub.views_link import LogoView


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRowView:
    """One request: ``reason`` are the agent's words, and nobody else's; ``note`` says what its standing means."""

    agent: str
    kind: str
    provider: str
    logo: LogoView
    owner: str
    owner_id: str
    reason: str
    asked: datetime
    ago: str
    status: BadgeView
    note: str
    account: str | None
    follow: str | None
    decline: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsView:
    """The Link requests page."""

    nav: NavView
    rows: Sequence[RequestRowView]
    standings: Sequence[ChoiceView]
    filtered: bool
    waiting: int
    pages: PagesView
