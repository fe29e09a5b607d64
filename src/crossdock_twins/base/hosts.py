"""Where a twin is reached, and who may sign in there."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinUrls:
    """Base addresses without a trailing slash; `sandbox` is empty for a provider that has none."""

    production: str
    dashboard: str
    sandbox: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A made-up person who may open a twin's dashboard."""

    email: str
    password: str = field(repr=False)
    role: str
