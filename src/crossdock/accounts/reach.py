"""Which accounts somebody reaches, as it was a moment ago, so that a warm request asks the database nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crossdock.accounts.model import Account, AccountQuery

SECONDS: Final = 30.0
_MOST: Final = 1000


@dataclass(slots=True)
class ReachCache:
    """Lists of accounts by project and query, for 30 s at most; any account that changes drops them all at once.

    A new account belongs to lists that it does not stand in yet, so no list can be spared.
    """

    epoch: int = 0
    known: dict[tuple[str, AccountQuery], tuple[tuple[Account, ...], float]] = field(default_factory=dict)

    def find(self, *, project_id: str, query: AccountQuery, now: float) -> tuple[Account, ...] | None:
        """Return the list, unless it was put here over 30 s ago; ``now`` in monotonic seconds."""
        found = self.known.get((project_id, query))
        return None if found is None or found[1] <= now else found[0]

    def put(
        self, *, project_id: str, query: AccountQuery, accounts: tuple[Account, ...], epoch: int, now: float
    ) -> None:
        """Keep a list, unless something changed since ``epoch``: it may be older than that."""
        if epoch != self.epoch:
            return
        if len(self.known) >= _MOST:
            self.known.clear()
        self.known[project_id, query] = (accounts, now + SECONDS)

    def drop(self) -> None:
        """Forget every list."""
        self.epoch += 1
        self.known.clear()
