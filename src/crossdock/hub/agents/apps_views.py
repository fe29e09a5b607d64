"""What the pages about connected apps show: plain values, ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crossdock.hub.views_dashboard import BadgeView, ChoiceView, NavView
from crossdock.hub.views_link import ProblemView


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRowView:
    """What somebody allowed an app."""

    name: str
    host: str
    owner: str
    accounts: str
    may: Sequence[str]
    made: datetime
    by: str
    used: str
    status: BadgeView
    note: str
    revoke: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppsView:
    """The Connected apps page; ``address`` is what people type into an app."""

    nav: NavView
    rows: Sequence[AppRowView]
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskerView:
    """Which app asks, as far as anybody knows: its own word for its name, and where its answer goes.

    ``mixes_alphabets`` says that a word of the name has letters of several, as names have that are made to look alike.
    ``unnamed_server`` is the address of `/mcp` where the app did not say that it asks for that.
    """

    name: str
    host: str
    on_this_machine: bool
    document: str | None
    mixes_alphabets: bool
    unnamed_server: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerChoiceView:
    """Somebody whose accounts an app might get."""

    name: str
    id: str
    url: str
    accounts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersView:
    """For whom the app is to work: the first of two steps, where there are several."""

    asker: AskerView
    person: str
    project: str
    owners: Sequence[OwnerChoiceView]
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFirstView:
    """The account that an app lacks: whose it is to be; ``fields`` carry the app's request, ``deny`` takes a no."""

    asker: AskerView
    person: str
    project: str
    csrf: str
    action: str
    deny: str
    fields: Sequence[tuple[str, str]]
    back: str | None
    lead: str
    owner_id: str
    owner_name: str
    providers: Sequence[ChoiceView]
    problem: ProblemView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """What an app asks for, and what the person may give; ``fields`` carry the request itself."""

    asker: AskerView
    person: str
    project: str
    csrf: str
    action: str
    fields: Sequence[tuple[str, str]]
    owner: str
    other_owner: str | None
    link: str
    accounts: Sequence[ChoiceView]
    every_account: bool
    effects: Sequence[ChoiceView]
    only_reading: bool
    days: Sequence[ChoiceView]
    may_request_links: bool
    problem: ProblemView | None = None
