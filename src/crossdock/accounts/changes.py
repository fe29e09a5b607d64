"""Word of changed accounts, for whoever keeps one in memory: at once in this process, by NOTIFY in all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

CHANNEL: Final = "accounts"
LINKED: Final = "accounts_linked"
"""Word of a new account: it may belong to lists that are kept, and nobody holds anything else of it yet."""


class Change(NamedTuple):
    """What changed: an account, any of a project where that is empty, or anything at all where both are."""

    project_id: str = ""
    account_id: str = ""

    @classmethod
    def read(cls, payload: str) -> Self:
        """Read a NOTIFY's payload; one that does not name a project, as after a gap, may be about anything."""
        project_id, space, account_id = payload.partition(" ")
        return cls(project_id, account_id) if space else cls()

    @property
    def payload(self) -> str:
        """The change as a NOTIFY carries it."""
        return f"{self.project_id} {self.account_id}"

    def concerns(self, project_id: str, account_id: str) -> bool:
        """Tell whether what is known of an account may have changed."""
        return self.project_id in {"", project_id} and self.account_id in {"", account_id}


@dataclass(frozen=True, slots=True)
class Changes:
    """Tells its listeners what changed."""

    listeners: list[Callable[[Change], None]] = field(default_factory=list)

    def subscribe(self, listener: Callable[[Change], None]) -> None:
        """Call the listener from now on with each change."""
        self.listeners.append(listener)

    def tell(self, change: Change) -> None:
        """Tell every listener of this process."""
        for listener in self.listeners:
            listener(change)
