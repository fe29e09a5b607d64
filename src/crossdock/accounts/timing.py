"""When to look at a credential again: shares of its life, spread out so that no hour is crowded."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

MARGIN: Final = 0.20
"""The last share of a token's life, in which it is renewed."""
SPREAD: Final = 0.10
"""The share of the life, before the margin, over which renewals are spread."""

PROBE_EVERY: Final = timedelta(days=1)
RECHECK_EVERY: Final = timedelta(hours=1)
FIRST_RETRY: Final = timedelta(seconds=30)
LONGEST_RETRY: Final = timedelta(hours=1)
LONGEST_RETRY_EXPIRED: Final = timedelta(minutes=2)
FIRST_REPROBE: Final = timedelta(minutes=5)
LONGEST_REPROBE: Final = timedelta(hours=6)
NOTICE: Final = timedelta(days=7)


def spread(*keys: str) -> float:
    """Return a share in [0, 1) that is always the same for the same keys."""
    return int.from_bytes(hashlib.sha256("\0".join(keys).encode()).digest()[:6], "big") / 2**48


def refresh_at(*, account_id: str, issued_at: datetime, expires_at: datetime) -> datetime:
    """Return when to renew a token: after 70 to 80 % of its life, by a share of the account's own."""
    life = expires_at - issued_at
    share = 1 - MARGIN - SPREAD * spread("refresh", account_id, issued_at.isoformat())
    return issued_at + life * share


def in_margin(*, issued_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Tell whether a token has entered the last fifth of its life."""
    return now >= expires_at - (expires_at - issued_at) * MARGIN


def probe_at(*, account_id: str, now: datetime) -> datetime:
    """Return when to probe again after a probe that went well: 23 to 24 hours later."""
    return now + PROBE_EVERY - timedelta(hours=spread("probe", account_id, now.date().isoformat()))


def retry_at(*, failures: int, now: datetime, longest: timedelta = LONGEST_RETRY) -> datetime:
    """Return when to try a refresh again after weather: 30 seconds, then twice as long each time."""
    return now + min(FIRST_RETRY * 2.0 ** min(max(failures - 1, 0), 20), longest)


def reprobe_at(*, failures: int, now: datetime) -> datetime:
    """Return when to probe again after weather: 5 minutes, then twice as long each time, six hours at most."""
    return now + min(FIRST_REPROBE * 2.0 ** min(max(failures - 1, 0), 20), LONGEST_REPROBE)


def notice_from(*, issued_at: datetime, end: datetime) -> datetime:
    """Return from when an end that nothing renews is announced: a week before, or in the last fifth of a short life."""
    return end - min(NOTICE, (end - issued_at) * MARGIN)
