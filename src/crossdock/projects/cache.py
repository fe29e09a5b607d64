"""Keys that were looked up a moment ago, so that a warm request asks the database nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from crossdock.projects.model import Principal

SECONDS = 30.0
_MOST = 10_000


@dataclass(slots=True)
class KeyCache:
    """Principals by the digest of their key, for 30 s at most; a revocation drops them at once."""

    epoch: int = 0
    known: dict[bytes, tuple[str, Principal, float]] = field(default_factory=dict)

    def find(self, digest: bytes, *, now: float) -> Principal | None:
        """Return the principal, unless it was put here over 30 s ago; ``now`` in monotonic seconds."""
        found = self.known.get(digest)
        if found is None or found[2] <= now:
            return None
        return found[1]

    def put(self, digest: bytes, *, key_id: str, principal: Principal, epoch: int, now: float) -> None:
        """Keep a principal, unless something was dropped since ``epoch``: the look-up may be older than that."""
        if epoch != self.epoch:
            return
        if len(self.known) >= _MOST:
            self.known.clear()
        self.known[digest] = (key_id, principal, now + SECONDS)

    def drop(self, key_id: str) -> None:
        """Forget a key, or every key for an empty id: notifications may have been missed."""
        self.epoch += 1
        self.known = {digest: found for digest, found in self.known.items() if key_id and found[0] != key_id}
