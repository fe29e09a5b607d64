"""Which accounts somebody reaches, as it was a moment ago, so that a warm request asks the database nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crossdock.accounts.model import Account, AccountQuery

SECONDS: Final = 30.0
_MOST: Final = 1000


@dataclass(slots=True)
class ReachCache:
    """Lists of accounts by project and query, for 30 s at most; any account that changes drops all of its project.

    A new account belongs to lists that it does not stand in yet, so none of the project's can be spared. ``epoch``
    counts the changes; ``changed`` has at which a project's last one was, those not in it at ``floor`` at the latest.
    """

    epoch: int = 0
    floor: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    known: dict[tuple[str, AccountQuery], tuple[tuple[Account, ...], float]] = field(default_factory=dict)

    def find(self, *, project_id: str, query: AccountQuery, now: float) -> tuple[Account, ...] | None:
        """Return the list, unless it was put here over 30 s ago; ``now`` in monotonic seconds."""
        found = self.known.get((project_id, query))
        return None if found is None or found[1] <= now else found[0]

    def put(
        self, *, project_id: str, query: AccountQuery, accounts: tuple[Account, ...], epoch: int, now: float
    ) -> None:
        """Keep a list, unless something of the project changed since ``epoch``: it may be older than that."""
        if epoch < self.changed.get(project_id, self.floor):
            return
        if len(self.known) >= _MOST:
            self.known.clear()
        self.known[project_id, query] = (accounts, now + SECONDS)

    def drop(self, project_id: str = "") -> None:
        """Forget every list of a project, or of all where none is named."""
        self.epoch += 1
        if not project_id or len(self.changed) >= _MOST:
            self.floor = self.epoch
            self.changed.clear()
            self.known.clear()
            return
        self.changed[project_id] = self.epoch
        for key in [key for key in self.known if key[0] == project_id]:
            del self.known[key]
