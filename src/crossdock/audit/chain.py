"""The pure part of the chain: what an entry's hash covers."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crossdock.kernel.clock import iso

GENESIS = b"\x00" * 32


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: ``subject`` is the id of what it happened to, ``actor`` who did it."""

    project_id: str
    seq: int
    at: datetime
    actor: str
    event: str
    subject: str
    detail: Mapping[str, Any]
    previous: bytes
    hash: bytes


def plain(value: Any) -> Any:
    """Return the value as the JSON that PostgreSQL gives back unchanged; raise TypeError for a Secret or an object.

    Fractions become text, because jsonb writes numbers its own way and the hash must survive the round trip.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str | float | datetime):
        return _text(value)
    if isinstance(value, Mapping):
        return {_text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"an audit detail holds texts, numbers and lists, not {type(value).__name__}")


def _text(value: str | float | datetime) -> str:
    if isinstance(value, datetime):
        return iso(value)
    return str(value).replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def link(
    *,
    project_id: str,
    seq: int,
    at: datetime,
    actor: str,
    event: str,
    subject: str,
    detail: Mapping[str, Any],
    previous: bytes,
) -> bytes:
    """Return the entry's SHA-256 over the hash before it and its content as canonical JSON."""
    content = [project_id, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, event, subject, detail]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(previous + canonical.encode()).digest()


def fault(entry: Entry, *, seq: int, previous: bytes) -> str | None:
    """Return why an entry does not follow number ``seq - 1`` with the hash ``previous``, or None where it does."""
    if entry.seq != seq:
        return f"entry {seq} is missing"
    if not hmac.compare_digest(entry.previous, previous):
        return "the entry does not follow the one before it"
    expected = link(
        project_id=entry.project_id,
        seq=entry.seq,
        at=entry.at,
        actor=entry.actor,
        event=entry.event,
        subject=entry.subject,
        detail=entry.detail,
        previous=previous,
    )
    return None if hmac.compare_digest(entry.hash, expected) else "the entry was changed"
