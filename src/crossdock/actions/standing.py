"""What has become of a write that was sent with an Idempotency-Key, for whoever lost its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from crossdock.actions import idempotency, idempotency_store
from crossdock.actions.model import HALF, REFUSAL
from crossdock.db.pool import Database, Row
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import NotFoundError, OutcomeUnknownError
from crossdock.projects.model import Principal

_FAILED: Final = 400
State = Literal["running", "answered", "outcome_unknown"]
Outcome = Literal["ok", "partial", "found", "error"]

_REMEDIES: Final[Mapping[State, str]] = {
    "running": "It is under way. Ask again in a moment.",
    "answered": "Send the same request with the same key, and this answer comes again.",
    "outcome_unknown": "Send the same request with the same key: Crossdock looks first where it can. Where it cannot, "
    "look at the provider before you send it under a new key; `look_with` names the action where there is one.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer that is kept: its status, and where it is an error its code; ``outcome`` as calls tell theirs."""

    at: datetime | None
    status: int
    outcome: Outcome
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one write stands: what it is, who sent it when, and what came of it.

    ``settles_at`` is until when a write of which nobody knows can still happen, or one under way may run.
    """

    key: str
    state: State
    account_id: str
    action: str
    call_id: str | None
    holder: str
    sent_at: datetime
    settles_at: datetime | None
    expires_at: datetime
    answer: Answered | None
    look_with: Mapping[str, Any] | None

    @property
    def remedy(self) -> str:
        """What to do next."""
        return _REMEDIES[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """Looks writes up by their keys."""

    db: Database
    clock: Clock

    async def of(self, *, principal: Principal, account_id: str, key: str) -> Standing:
        """Return where the write under a key stands; raise NotFoundError.

        A key's own writes come first. One that another API key of the project sent is found as well, by whoever is not
        an agent: an agent sees its own alone.
        """
        chosen, now = idempotency.key_in(key) or key, self.clock.now()
        async with self.db.connection() as conn:
            found = await idempotency_store.find_keys(
                conn,
                project_id=principal.project_id,
                key=chosen,
                account_id=account_id,
                holder=principal.actor if principal.grant else None,
                now=now,
            )
        if not found:
            raise NotFoundError(
                "Nothing is kept under this Idempotency-Key for this account.",
                remedy="It was not sent, surely did nothing, or is older than a day. Within the day it is safe to send "
                "it with this key.",
            )
        own = next((row for row in found if row["holder"] == principal.actor), found[0])
        return _standing(chosen, own, now)


def _standing(key: str, row: Row, now: datetime) -> Standing:
    error = row["error"] or {}
    state: State = "answered" if row["is_answered"] else "running"
    if error.get("code") == OutcomeUnknownError.code or (state == "running" and row["running_until"] <= now):
        state = "outcome_unknown"
    detail = error.get("detail", {})
    return Standing(
        key=key,
        state=state,
        account_id=row["account_id"],
        action=row["action"],
        call_id=row["call_id"],
        holder=row["holder"],
        sent_at=row["created_at"],
        settles_at=None if state == "answered" else row["running_until"],
        expires_at=row["expires_at"],
        answer=_answered(row, error) if state == "answered" else None,
        look_with=detail.get("look_with", row["look_with"]) if state == "outcome_unknown" else None,
    )


def _answered(row: Row, error: Mapping[str, Any]) -> Answered:
    at = row["answered_at"]
    if error:
        return Answered(at=at, status=error["status"], outcome="error", code=error["code"])
    return Answered(at=at, status=row["status"], outcome=_outcome(row))


def _outcome(row: Row) -> Outcome:
    """Tell how an answer came out; one that was passed on is told by its status and by the marks on its head."""
    marks = {tuple(one) for one in row["headers"]} if isinstance(row["headers"], list) else set()
    if row["status"] >= _FAILED or row["is_refused"] or REFUSAL in marks:
        return "error"
    if row["is_found"]:
        return "found"
    return "partial" if row["has_errors"] or HALF in marks else "ok"
