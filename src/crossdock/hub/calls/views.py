"""What the pages of the request log show: plain values, ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crossdock.hub.views_dashboard import BadgeView, ChoiceView, NavView
from crossdock.hub.views_link import LogoView, ProblemView


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """Options that stand together under a heading."""

    label: str
    choices: Sequence[ChoiceView]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiltersView:
    """The form that narrows the log; ``since`` and ``until`` are minutes in UTC."""

    accounts: Sequence[ChoiceView]
    connectors: Sequence[ChoiceView]
    results: Sequence[ChoiceView]
    effects: Sequence[ChoiceView]
    ranges: Sequence[ChoiceView]
    whos: Sequence[GroupView]
    action: str
    call: str
    since: str
    until: str
    used: int
    more_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRowView:
    """One call; ``share`` is its duration as a share of the longest on the page, from 0 to 100."""

    url: str
    action: str
    label: str
    account: str
    account_url: str
    logo: LogoView
    effect: BadgeView
    status: BadgeView
    cause: str
    milliseconds: int
    share: float
    actor: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsView:
    """The request log; ``first_call`` is a command that makes one."""

    nav: NavView
    rows: Sequence[LogRowView]
    filters: FiltersView
    here: str
    clear: str
    newest: str | None
    older: str | None
    export: str
    first_call: str
    tester: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    """A part of a request or answer: a heading and its text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideView:
    """What went one way: headers and texts."""

    headers: Sequence[tuple[str, str]]
    texts: Sequence[TextView]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One exchange; ``start`` and ``width`` place it in the whole call, from 0 to 100."""

    number: int
    title: str
    method: str
    url: str
    status: BadgeView
    milliseconds: int
    start: float
    width: float
    when: datetime
    problem: ProblemView | None
    sent: SideView
    got: SideView
    opened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """The page of one call."""

    nav: NavView
    id: str
    action: str
    label: str
    logo: LogoView
    status: BadgeView
    effect: BadgeView
    milliseconds: int
    when: datetime
    facts: Sequence[tuple[str, str, str]]
    """Label, value, and the address that it leads to, empty for none."""
    problem: ProblemView | None
    steps: Sequence[StepView]
    nothing_sent: str
    repeat_of: tuple[str, str] | None
    """Id and address of the call whose kept answer this one got."""
    wrong: Sequence[str]
    """Names of the inputs that were wrong, where it was refused for such."""
    again: str | None
    back: str
