"""What the pages of settings and of the password show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossdock.hub.views_dashboard import NavView
from crossdock.hub.views_link import ProblemView


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeView:
    """One way to screen results."""

    value: str
    label: str
    explanation: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningView:
    """How results are screened; the classifier can be chosen only where it is there, and ``install`` brings it."""

    action: str
    modes: Sequence[ModeView]
    everyone: bool
    classifier: bool
    has_classifier: bool
    install: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """The project's settings."""

    nav: NavView
    action: str
    origins: str
    project_id: str
    screening: ScreeningView
    problem: ProblemView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordView:
    """The form that changes the own password."""

    nav: NavView
    problem: ProblemView | None = None
