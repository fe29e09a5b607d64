"""How an account fares after what has just been seen: pure, an account goes in and the account as it is then comes out.

Weather never changes a status. One refusal is a suspicion, the second one in a row is a verdict. A credential that
renews itself is judged by its refresh alone, so a probe only asks for one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from crossdock.accounts import timing
from crossdock.accounts.identity import identity_key
from crossdock.accounts.model import Account, Identity, Status, StatusReason
from crossdock.connectors.model import Cause

ProbeOutcome = Literal["alive", "dead", "suspended", "weather", "scope"]
Lifecycle = Literal["static", "fixed_refresh", "rotating_refresh"]

REFUSALS_TO_JUDGE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What a probe saw; the provider's status and body are those of the reply that decided, the body redacted."""

    outcome: ProbeOutcome
    cause: Cause | None = None
    identity: Identity | None = None
    scopes_found: frozenset[str] = field(default_factory=frozenset)
    scopes_missing: frozenset[str] = field(default_factory=frozenset)
    provider_status: int | None = None
    provider_body: str | None = None


def reason(cause: Cause, now: datetime) -> StatusReason:
    """Write a connector's cause as the reason of a status."""
    return StatusReason(now, cause.key, f"{cause.title.rstrip('.')}. {cause.explanation}".strip())


def with_status(account: Account, status: Status, *reasons: StatusReason, now: datetime) -> Account:
    """Give the account a status; where status and cause are the same as before, the first date stands."""
    same = status == account.status and [one.code for one in reasons] == [one.code for one in account.status_reasons]
    if same:
        return account
    since = account.status_since if status == account.status else now
    return replace(account, status=status, status_reasons=reasons, status_since=since)


def after_probe(account: Account, seen: ProbeResult, *, lifecycle: Lifecycle, now: datetime) -> Account:
    """Return the account after a probe of the credential in use."""
    account = replace(account, probed_at=now)
    if seen.outcome == "weather":
        failures = account.failures + 1
        return replace(account, failures=failures, next_probe_at=timing.reprobe_at(failures=failures, now=now))
    if seen.outcome in {"dead", "suspended"}:
        return _refused(account, seen, lifecycle=lifecycle, now=now)
    return _accepted(account, seen, lifecycle=lifecycle, now=now)


def after_call(account: Account, cause: Cause | None, *, now: datetime) -> Account:
    """Return the account after a call that passed through; a call alone never declares it dead."""
    verdict = cause.verdict if cause else None
    if cause is None:
        return replace(account, failures=0, refusals=0, succeeded_at=now)
    if verdict == "weather":
        return replace(account, failures=account.failures + 1)
    if verdict in {"dead", "suspended"}:
        soon = account.next_probe_at if account.needs_person else now
        return replace(account, refusals=account.refusals + 1, next_probe_at=soon)
    return replace(account, failures=0, refusals=0)


def after_refresh(
    account: Account,
    *,
    lifecycle: Lifecycle,
    issued_at: datetime,
    expires_at: datetime | None,
    hard_end_at: datetime | None,
    now: datetime,
) -> Account:
    """Return the account after its credential was renewed and proven, or linked anew: healthy, the next dates set."""
    due = None
    if lifecycle != "static" and expires_at is not None:
        due = timing.refresh_at(account_id=account.id, issued_at=issued_at, expires_at=expires_at)
    account = replace(
        account,
        failures=0,
        refusals=0,
        probed_at=now,
        succeeded_at=now,
        expires_at=expires_at,
        hard_end_at=hard_end_at,
        next_probe_at=timing.probe_at(account_id=account.id, now=now),
        next_refresh_at=due,
    )
    return after_time(with_status(account, "active", now=now), issued_at=issued_at, now=now)


def after_refresh_weather(account: Account, *, failures: int, now: datetime) -> Account:
    """Return the account after a refresh that weather stopped; more often retried where the token has expired."""
    expired = account.expires_at is not None and account.expires_at <= now
    longest = timing.LONGEST_RETRY_EXPIRED if expired else timing.LONGEST_RETRY
    return replace(account, next_refresh_at=timing.retry_at(failures=failures, now=now, longest=longest))


def after_verdict(
    account: Account, status: Status, why: StatusReason, *, lifecycle: Lifecycle, now: datetime
) -> Account:
    """Return the account after it was judged: a suspended one is looked at every hour, a dead one is left in peace."""
    again = now + timing.RECHECK_EVERY if status == "suspended" else None
    account = replace(
        account,
        next_refresh_at=None if lifecycle == "static" else again,
        next_probe_at=again if lifecycle == "static" else None,
    )
    return with_status(account, status, why, now=now)


def after_time(account: Account, *, issued_at: datetime, now: datetime) -> Account:
    """Return the account as the calendar alone makes it: near or past an end that nothing renews."""
    end = account.hard_end_at
    if end is None or account.needs_person:
        return account
    if now >= end:
        text = "The credential has come to its end. Link the account again."
        ended = replace(account, next_probe_at=None, next_refresh_at=None)
        return with_status(ended, "expired", StatusReason(now, "credential_ended", text), now=now)
    soon = timing.notice_from(issued_at=issued_at, end=end)
    if account.next_probe_at is not None:
        checkpoint = end if now >= soon else soon
        account = replace(account, next_probe_at=min(account.next_probe_at, checkpoint))
    if now < soon:
        return with_status(account, "active", now=now) if account.status == "expiring" else account
    text = f"The credential ends on {end.date().isoformat()} and cannot renew itself. Link the account again before."
    return with_status(account, "expiring", StatusReason(now, "credential_ending", text), now=now)


def _accepted(account: Account, seen: ProbeResult, *, lifecycle: Lifecycle, now: datetime) -> Account:
    key = identity_key(seen.identity)
    same = account.identity is None or (key is not None and account.identity_key in {None, key})
    account = replace(
        account,
        failures=0,
        refusals=0,
        succeeded_at=now,
        identity=(seen.identity or account.identity) if same else account.identity,
        identity_key=(key or account.identity_key) if same else account.identity_key,
        scopes_found=(account.scopes_found - seen.scopes_missing) | seen.scopes_found,
        scopes_missing=(account.scopes_missing - seen.scopes_found) | seen.scopes_missing,
        next_probe_at=timing.probe_at(account_id=account.id, now=now),
    )
    if not account.needs_person:
        return account
    if lifecycle != "static":
        return replace(account, next_probe_at=None)
    return with_status(account, "active", now=now)


def _refused(account: Account, seen: ProbeResult, *, lifecycle: Lifecycle, now: datetime) -> Account:
    account = replace(account, refusals=account.refusals + 1)
    if account.needs_person:
        again = account.next_probe_at
        if account.status == "suspended" and lifecycle == "static":
            again = now + timing.RECHECK_EVERY
        return replace(account, next_probe_at=again)
    if lifecycle != "static":
        return replace(account, next_refresh_at=now, next_probe_at=timing.probe_at(account_id=account.id, now=now))
    if account.refusals < REFUSALS_TO_JUDGE or seen.cause is None:
        return replace(account, next_probe_at=now)
    status: Status = "suspended" if seen.outcome == "suspended" else "error"
    return after_verdict(account, status, reason(seen.cause, now), lifecycle="static", now=now)
