"""What feedback are told in. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPage:
    """Some of what was said, the newest first; `next` leads to the next page, null at the end."""

    next: str | None
    data: Sequence[FeedbackTold]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackTaken:
    """That it was kept, and under which id."""

    message: str
    key: str
    submitted_at: str
    trace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackTold:
    """What somebody said."""

    key: str
    feedback: str
    account_id: str | None
    tool_names: Sequence[str]
    actor: str
    submitted_at: str
