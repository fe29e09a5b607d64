"""Word of changed accounts, for whoever keeps one in memory: at once in this process, by NOTIFY in all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

CHANNEL: Final = "accounts"
LINKED: Final = "accounts_linked"
"""Word of a new account: it may belong to lists that are kept, and nobody holds anything else of it yet."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Tells its listeners which account changed; an empty id means that any may have."""

    listeners: list[Callable[[str], None]] = field(default_factory=list)

    def subscribe(self, listener: Callable[[str], None]) -> None:
        """Call the listener from now on with the id of each changed account."""
        self.listeners.append(listener)

    def tell(self, account_id: str) -> None:
        """Tell every listener of this process."""
        for listener in self.listeners:
            listener(account_id)
