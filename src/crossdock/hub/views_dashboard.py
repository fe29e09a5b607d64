"""What the dashboard's pages show: plain values, made from the domain's objects and ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from crossdock.hub.views_link import ButtonView, LogoView, ProblemView, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class NavView:
    """What surrounds every page of the dashboard; ``items`` are key, label, address and icon."""

    current: str
    person: str
    role: str
    project: str
    csrf: str
    items: Sequence[tuple[str, str, str, str]]
    notice: tuple[Tone, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeView:
    """A word on a coloured ground."""

    text: str
    tone: Tone = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItemView:
    """One deed of a row's menu: a link, or a form that posts."""

    label: str
    url: str
    posts: bool = False
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRowView:
    """One account of the table."""

    id: str
    url: str
    title: str
    provider: str
    logo: LogoView
    environment: str
    test_type: bool
    owner: str
    owner_id: str
    status: BadgeView
    reason: str
    health: str
    last_success: str
    access: BadgeView
    menu: Sequence[MenuItemView]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    """One option of a filter or form."""

    value: str
    label: str
    chosen: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesView:
    """Where a list goes on."""

    said: str
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsView:
    """The Accounts page."""

    nav: NavView
    rows: Sequence[AccountRowView]
    query: str
    owner: str
    statuses: Sequence[ChoiceView]
    providers: Sequence[ChoiceView]
    filtered: bool
    may_link: bool
    pages: PagesView
    attention: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeMarkView:
    """A point of the life line; ``x`` runs from 0 to 100."""

    x: float
    kind: Literal["linked", "renewed", "bad", "good", "now", "next", "end"]
    title: str
    when: datetime
    said: str
    future: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeView:
    """The life of an account: one sentence, and its points in time."""

    sentence: str
    now_x: float
    marks: Sequence[LifeMarkView]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRowView:
    """One entry of a trail."""

    title: str
    when: datetime
    actor: str
    detail: str
    number: int = 0
    subject: str = ""
    subject_url: str | None = None
    calls_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRowView:
    """One call that passed through an account."""

    url: str
    action: str
    effect: BadgeView
    status: BadgeView
    cause: str
    milliseconds: int
    actor: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """The page of one account."""

    nav: NavView
    row: AccountRowView
    problem: ProblemView | None
    life: LifeView
    facts: Sequence[tuple[str, str]]
    scopes_found: Sequence[str]
    scopes_missing: Sequence[str]
    calls: Sequence[CallRowView]
    events: Sequence[EventRowView]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditView:
    """The form that edits an account."""

    nav: NavView
    title: str
    action: str
    back: str
    label: str
    owner_id: str
    owner_name: str
    effects: Sequence[ChoiceView]
    problem: ProblemView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SureView:
    """Are you sure: what will happen, and the two ways out."""

    nav: NavView
    title: str
    explanation: str
    consequences: Sequence[str]
    button: ButtonView
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFormView:
    """The form that starts linking from the dashboard."""

    nav: NavView
    providers: Sequence[ChoiceView]
    owner_id: str = ""
    owner_name: str = ""
    problem: ProblemView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOnceView:
    """A secret or link that is shown this once, for copying."""

    nav: NavView
    title: str
    explanation: str
    label: str
    secret: str
    facts: Sequence[tuple[str, str]]
    back: ButtonView


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRowView:
    """One API key, never the key itself."""

    name: str
    prefix: str
    scopes: Sequence[str]
    created: datetime
    used: str
    status: BadgeView
    revoke: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysView:
    """The API keys page."""

    nav: NavView
    rows: Sequence[KeyRowView]
    scopes: Sequence[ChoiceView]
    problem: ProblemView | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRowView:
    """One webhook."""

    url: str
    page: str
    description: str
    events: Sequence[str]
    status: BadgeView


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhooksView:
    """The Webhooks page."""

    nav: NavView
    rows: Sequence[WebhookRowView]
    events: Sequence[ChoiceView]
    problem: ProblemView | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRowView:
    """One delivery of one event."""

    event: str
    status: BadgeView
    attempts: int
    said: str
    when: datetime
    replay: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookView:
    """The page of one webhook."""

    nav: NavView
    row: WebhookRowView
    menu: Sequence[MenuItemView]
    deliveries: Sequence[DeliveryRowView]
    disabled: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    """The audit trail."""

    nav: NavView
    rows: Sequence[EventRowView]
    verdict: tuple[Tone, str] | None
    verify: str
    pages: PagesView


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInView:
    """The sign-in."""

    csrf: str
    email: str
    next: str
    problem: ProblemView | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntryView:
    """One error of the catalogue."""

    code: str
    title: str
    explanation: str
    remedy: str
    disposition: str
    status: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueView:
    """The error catalogue: all of it, or one entry with the places where it occurs."""

    entries: Sequence[CatalogueEntryView]
    single: bool
    code: str = ""
