"""What the pages of the link flow show: plain values, made from the domain's objects and ready to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Step = Literal["choose", "fill", "test", "confirm", "linked", "none"]
Tone = Literal["good", "warn", "bad", "info", "quiet"]
CheckState = Literal["waiting", "running", "ok", "warn", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoView:
    """A mark of our own drawing: the connector's picture, else one or two letters on one of twelve grounds."""

    letters: str
    hue: int
    image: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonView:
    """The one button: a link, which may lead ``outside`` into a tab of its own, or a form that posts."""

    label: str
    url: str
    posts: bool = False
    outside: bool = False
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameView:
    """What surrounds every page of the flow."""

    owner: str
    step: Step
    csrf: str
    home: str
    back: ButtonView | None = None
    relink: bool = False
    test_mode: bool = False
    framed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """A provider in the picker."""

    name: str
    url: str
    logo: LogoView
    category: str
    methods: tuple[str, ...]
    linked_as: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseView:
    """The picker."""

    frame: FrameView
    offers: Sequence[OfferView]
    query: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemView:
    """Why something does not work, in words, with the next click."""

    title: str
    explanation: str
    remedy: str
    button: ButtonView | None = None
    code: str | None = None
    tone: Tone = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One input; ``rules`` is JSON for the script that recognises a paste."""

    key: str
    label: str
    kind: Literal["text", "secret", "number", "select", "text_area"]
    required: bool
    description: str = ""
    placeholder: str = ""
    value: str = ""
    kept: str = ""
    options: tuple[tuple[str, str], ...] = ()
    rules: str = "[]"
    problem: ProblemView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStepView:
    """One step of the way through the provider's own pages."""

    key: str
    number: int
    title: str
    body: str
    image: str | None
    alt: str
    link: str | None
    link_text: str = ""
    variants: tuple[tuple[str, str], ...] = ()
    highlighted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessView:
    """The read-only switch and what it keeps off."""

    read_only: bool
    locked: bool
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    destructive: tuple[str, ...]
    destructive_on: bool = False
    caveat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodView:
    """One way to link the same provider."""

    label: str
    url: str
    current: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillView:
    """Guide and form side by side."""

    frame: FrameView
    name: str
    logo: LogoView
    action: str
    oauth: bool
    fields: Sequence[FieldView]
    steps: Sequence[GuideStepView]
    methods: Sequence[MethodView]
    access: AccessView
    twin: bool = False
    problem: ProblemView | None = None
    relink_label: str = ""
    ticket: str = ""
    scopes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One line of the visible test."""

    label: str
    state: CheckState
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestView:
    """The running test, and after a failure its cause."""

    __test__ = False  # a test runner would take the name for its own

    frame: FrameView
    name: str
    logo: LogoView
    checks: Sequence[CheckView]
    running: bool
    said: str
    problem: ProblemView | None = None
    provider_answer: str = ""
    waiting_elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmView:
    """What is about to be linked, before it is."""

    frame: FrameView
    name: str
    logo: LogoView
    identity: str
    facts: Sequence[tuple[str, str]]
    environment: str
    test_type: bool
    scopes_found: Sequence[str]
    scopes_missing: Sequence[str]
    access: AccessView
    life: str
    action: str
    cancel: str
    was: str | None = None
    already: bool = False
    token_could_write: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedView:
    """The receipt."""

    frame: FrameView
    name: str
    logo: LogoView
    identity: str
    account_id: str
    facts: Sequence[tuple[str, str]]
    life: str
    revoke: Sequence[str]
    revoke_link: str | None
    revoke_text: str
    back: ButtonView | None
    receipt_url: str
    message: str
    origins: str
    relinked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedView:
    """The door inside an app's page: title and text of each state that its script may show."""

    frame: None
    texts: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A page with one message and one button."""

    frame: FrameView | None
    tone: Tone
    title: str
    explanation: str
    remedy: str
    button: ButtonView | None
    code: str | None = None
    csrf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView:
    """An agent's request for an account: ``reason`` are the agent's words, and nobody else's."""

    agent: str
    owner: str
    name: str
    logo: LogoView
    reason: str
    ends: datetime
    csrf: str
    follow: str
    decline: str
