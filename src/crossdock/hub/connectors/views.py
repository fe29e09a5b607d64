"""What the pages of connectors and their profiles show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossdock.hub.views_dashboard import BadgeView, ChoiceView, MenuItemView, NavView
from crossdock.hub.views_link import LogoView, ProblemView


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRowView:
    """One profile in the list; ``said`` is what it is for, in a line."""

    name: str
    badges: Sequence[BadgeView]
    said: str
    edit: str | None
    toggle: MenuItemView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WayView:
    """One way of linking with its profiles; ``add`` leads to a new one."""

    method: str
    note: str
    profiles: Sequence[ProfileRowView]
    add: str | None
    needs_setup: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorView:
    """A connector with its ways of linking."""

    name: str
    logo: LogoView
    description: str
    version: str
    ways: Sequence[WayView]
    actions: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorsView:
    """The Connectors page."""

    nav: NavView
    connectors: Sequence[ConnectorView]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupFieldView:
    """A field of the own application; ``kept`` says that a secret is stored, which is never shown."""

    key: str
    label: str
    secret: bool
    help: str
    value: str
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeView:
    """A permission at the provider; ``advanced`` ones are off there until somebody ticks them."""

    key: str
    label: str
    advanced: bool
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """An action to choose."""

    name: str
    label: str
    effect: BadgeView
    chosen: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaView:
    """The actions of one part of the provider's API."""

    key: str
    label: str
    actions: Sequence[ActionView]
    chosen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """The form of a profile, new or held; ``said`` is what it lets through as it stands."""

    nav: NavView
    title: str
    connector: str
    logo: LogoView
    method: str
    action: str
    name: str
    environments: Sequence[ChoiceView]
    redirect_uri: str | None
    fields: Sequence[SetupFieldView]
    scopes: Sequence[ScopeView]
    scopes_otherwise: str
    asks_itself: bool
    effects: Sequence[ChoiceView]
    every: bool
    areas: Sequence[AreaView]
    patterns: str
    said: str
    held: ProfileHeldView | None = None
    problem: ProblemView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileHeldView:
    """What stands beside the form of a profile that is there already."""

    id: str
    badges: Sequence[BadgeView]
    used: str
    toggle: MenuItemView
    make_default: str | None
    delete: str | None
