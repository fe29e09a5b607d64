"""What the request tester shows: plain values, ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crossdock.hub.calls.views import TextView
from crossdock.hub.views_dashboard import BadgeView, ChoiceView, NavView
from crossdock.hub.views_link import LogoView, ProblemView

Kind = Literal["text", "area", "number", "select", "date", "json", "object", "rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputView:
    """One input: a field, a group of inputs, or rows of them; ``name`` is its dotted place, such as ``query.next``.

    ``add`` names the place where another row goes, ``remove`` the row that this is.
    """

    name: str
    label: str
    kind: Kind
    required: bool
    help: str = ""
    value: str = ""
    placeholder: str = ""
    options: Sequence[ChoiceView] = ()
    inputs: Sequence[InputView] = ()
    add: str = ""
    remove: str = ""
    open: bool = False
    problem: str = ""

    @property
    def id(self) -> str:
        """The element's id on the page."""
        return f"in-{self.name.replace('.', '-')}"

    @property
    def is_used(self) -> bool:
        """Whether it is needed, filled in or wrong, so that a long form shows it at once."""
        return self.required or self.open or bool(self.value or self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRowView:
    """One action to choose; ``granted`` is False where the account is not linked for its effect."""

    url: str
    name: str
    label: str
    effect: BadgeView
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaView:
    """The actions of one part of a provider's API."""

    label: str
    actions: Sequence[ActionRowView]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickView:
    """The tester before an action is chosen."""

    nav: NavView
    accounts: Sequence[ChoiceView]
    account: str
    query: str
    areas: Sequence[AreaView]
    hits: Sequence[ActionRowView]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file that came back: its name, type and size, where to get it, and a picture of it where that can be shown."""

    name: str
    said: str
    url: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookView:
    """The action by which one sees whether an interrupted write happened, with its inputs as JSON."""

    action: str
    inputs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """What came of a call."""

    status: BadgeView
    milliseconds: int
    log: str | None
    call: str
    problem: ProblemView | None
    wrong: Sequence[tuple[str, str, str]]
    """Inputs that are wrong: the place, what is wrong, and the id of its field where the page has one."""
    warnings: Sequence[str]
    data: str
    left_out: int
    said: Sequence[TextView]
    file: FileView | None
    next: str
    look: LookView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SureView:
    """What a write is about to do, before it is sent."""

    title: str
    explanation: str
    data: str
    button: str
    is_final: bool
    once: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TesterView:
    """The tester with an action: its form, or the question before a write, and what came of the last call."""

    nav: NavView
    account_id: str
    account: str
    logo: LogoView
    action: str
    label: str
    description: str
    effect: BadgeView
    back: str
    docs: str | None
    mode: Literal["form", "json"]
    groups: Sequence[InputView]
    text: str
    text_problem: str
    examples: Sequence[ChoiceView]
    has_gaps: bool
    refused: str
    edit: str | None
    sure: SureView | None
    result: ResultView | None
    curl: str
    inputs: str
    """The inputs as JSON, for sending them again."""
