"""An agent asks for an account: a person sees its reason as its own words, and the agent learns the outcome alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from crossdock.kernel.errors import ConflictError, ForbiddenError, UnauthenticatedError, UnprocessableError
from crossdock.kernel.words import plain
from crossdock.projects.model import AgentGrant, Principal

Status = Literal["pending", "linked", "declined", "expired"]
Standing = Literal["open", "followed", "linked", "declined", "lapsed"]
"""How people see a request: nobody opened its link yet, somebody did, and the three ends."""

STANDINGS: Final[Mapping[Standing, Status]] = MappingProxyType(
    {"open": "pending", "followed": "pending", "linked": "linked", "declined": "declined", "lapsed": "expired"}
)
"""What the agent learns of each."""

LIFE: Final = timedelta(hours=24)
KEPT: Final = timedelta(days=30)
MOST_OPEN: Final = 5
LONGEST_REASON: Final = 300
# A scheme, a mailbox, or two words tied by a dot: what programs make a link of, and people type.
_ADDRESS: Final = re.compile(
    r"(?i)//|\bhttps?:|\bwww\.|@|[^\W_]\.[^\W\d_]{2}|\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[0-9a-f:.]+\]"
)
_DOTS: Final = str.maketrans("\u3002\uff0e\uff61\u2024", "....")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """One request: which agent asks for which connector and why; ``opened_at`` is when a person followed the link."""

    id: str
    project_id: str
    holder: str
    agent_name: str
    owner_id: str
    owner_name: str
    connector_key: str
    reason: str
    created_at: datetime
    expires_at: datetime
    session_id: int | None = None
    opened_at: datetime | None = None
    declined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A request, how it stands, and the account that was linked for it."""

    request: LinkRequest
    standing: Standing
    account_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A new request, and the link for a person."""

    request: LinkRequest
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an agent learns of its request: how it stands, and the account's id once there is one."""

    request_id: str
    status: Status
    account_id: str | None = None


def grant_of(principal: Principal) -> tuple[AgentGrant, str]:
    """Return the grant and owner for whom an agent may ask; raise ForbiddenError unless a person allowed that."""
    grant = principal.grant
    if grant is None or grant.owner_id is None or not grant.may_request_links:
        raise ForbiddenError(
            "This agent may not ask for accounts.",
            remedy="Ask a person for a key or connection that may request links, or to link the account for you.",
            code="links_not_granted",
        )
    return grant, grant.owner_id


def reason_of(text: object) -> str:
    """Return an agent's reason as people are shown it; raise UnprocessableError for none, or one with an address."""
    said = plain(text, longest=LONGEST_REASON + 1) if isinstance(text, str) else ""
    if not said or len(said) > LONGEST_REASON or _ADDRESS.search(_unhidden(said)):
        raise UnprocessableError(
            "`reason` is a text for a person: one to 300 characters, without web addresses.",
            remedy="Say in one or two sentences what you need the account for.",
            detail={"errors": [{"field": "reason", "message": "is empty, too long, or holds a web address"}]},
        )
    return said


def _unhidden(text: str) -> str:
    """Return a text with the dots and slashes that its signs stand for, written also as `evil [.] example`."""
    plain_signs = unicodedata.normalize("NFKC", text.translate(_DOTS))
    return re.sub(r"\s*[\[({]\s*(?:\.|dot)\s*[\])}]\s*", ".", plain_signs, flags=re.IGNORECASE)


def too_many() -> ConflictError:
    """Return the error of an agent that asks on and on."""
    return ConflictError(
        f"{MOST_OPEN} requests of this agent wait for an answer.",
        remedy="Wait until a person has answered one of them, or until they end after a day.",
        code="links_pending",
    )


def answered() -> ConflictError:
    """Return the error of a request that somebody on the dashboard would answer, and that is answered or over."""
    return ConflictError(
        "This request has been answered, or its day is over.",
        remedy="Load the list again to see how it stands.",
    )


def not_there() -> UnauthenticatedError:
    """Return the error of a link that belongs to no request, or to one that somebody has answered."""
    return UnauthenticatedError(
        "This link is not known here, or it has been opened or answered before.",
        remedy="Ask for a new one where you got it.",
        code="link_unknown",
    )
