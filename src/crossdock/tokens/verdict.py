"""What a refusal means for an account: pure.

Weather is never a verdict. ``invalid_grant`` alone is none either: the second one in a row is, or one that follows a
refresh whose reply was lost, or one that comes when the token in use was refused too. A token that is refused right
after it was issued is a verdict on the account at the provider, not on the token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crossdock.accounts import health
from crossdock.accounts.health import Lifecycle
from crossdock.accounts.model import Account, SealedCredential, Status, StatusReason
from crossdock.connectors.model import Cause

INTERRUPTED = "refresh_interrupted"
"""The key of the cause that a rotating token was spent by a renewal whose answer got lost."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status an account gets, and why."""

    status: Status
    reason: StatusReason


def of_refusal(
    *, account: Account, credential: SealedCredential, lifecycle: Lifecycle, cause: Cause, lost: Cause, now: datetime
) -> Verdict | None:
    """Judge a refused refresh; None where it is not yet enough to judge by. ``lost`` tells of a lost answer."""
    if cause.verdict not in {"dead", "suspended"}:
        return None
    if lifecycle == "rotating_refresh" and credential.refresh_started_at is not None:
        return Verdict("error", health.reason(lost, now))
    witnesses = 1 + credential.refusals + (1 if credential.refused or account.refusals else 0)
    if witnesses < health.REFUSALS_TO_JUDGE and not account.needs_person:
        return None
    return Verdict("suspended" if cause.verdict == "suspended" else "error", health.reason(cause, now))


def of_fresh_token(*, cause: Cause, now: datetime) -> Verdict:
    """Judge a token that was refused right after the provider issued it."""
    return Verdict("suspended" if cause.verdict == "suspended" else "error", health.reason(cause, now))


def needs_second_look(*, account: Account, credential: SealedCredential) -> bool:
    """Tell whether a refused fresh token is the first refusal of all, so that a second look is fair."""
    return not (credential.refused or credential.refusals or account.refusals or account.needs_person)
