"""When exports run: whole at midnight, what has changed every six hours, both in UTC; two weeks of them are kept."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crossdock_twins.base import tokens
from crossdock_twins.shiphero import dates

FULL, DELTA = "FULL", "DELTA"
EVERY = {FULL: timedelta(days=1), DELTA: timedelta(hours=6)}
KEPT = timedelta(days=14)
LINK_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One export: `at` is when it ran, `id` 24 hexadecimal digits that are the same each time."""

    kind: str
    at: datetime
    account_id: int

    @property
    def id(self) -> str:
        """Name the run."""
        return tokens.digest(f"{self.account_id}:{self.kind}:{self.text}")[:24]

    @property
    def text(self) -> str:
        """Give the moment as the API writes it."""
        return dates.text_of(self.at)

    @property
    def since(self) -> str:
        """Give the moment from which on a change belongs to this run; the beginning of time for a whole export."""
        return "" if self.kind == FULL else dates.text_of(self.at - EVERY[DELTA])


def latest(kind: str, account_id: int, *, now: datetime) -> Run:
    """Give the run before now."""
    step = EVERY[kind]
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Run(kind=kind, at=midnight + (now - midnight) // step * step, account_id=account_id)


def between(kind: str, account_id: int, *, start: str | None, end: str | None, now: datetime) -> Iterator[Run]:
    """Give the runs within two moments of the API, newest first; those that are kept no longer are gone."""
    run = latest(kind, account_id, now=now)
    while now - run.at <= KEPT:
        if (not end or run.text <= end) and (not start or run.text >= start):
            yield run
        run = Run(kind=kind, at=run.at - EVERY[kind], account_id=account_id)


def signature(key: str, path: str, expires: str) -> str:
    """Sign an address, so that nobody can make up another."""
    return hmac.new(key.encode(), f"{path}?{expires}".encode(), "sha256").hexdigest()
