"""An account's budget as numbers: what is granted to whom, and when the next grant can be made; nothing waits here.

A ledger holds grants. A grant is so many calls, at so many a second, and so many credits, for a few seconds; what was
not used of it comes back with the next one. A call counts for a minute after its grant's end, so no window of a minute,
wherever it begins, holds more calls than the provider takes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

GRANT_SECONDS: Final = 10.0
_MINUTE: Final = 60.0
_ROUNDS: Final = 6
# A grant's last calls are still on their way when it ends: so long nobody else gets their part of the second.
_LINGERS: Final = 3.0
# Calls under way reach the provider later than they are counted here: this share of the bucket is for them.
_RESERVE: Final = 0.05
_UNBOUNDED: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a provider takes; 0 where it names no such limit. Credits are those of a bucket that fills by the second."""

    per_second: float = 0
    per_minute: float = 0
    bucket: float = 0
    refill: float = 0

    @property
    def free(self) -> bool:
        """Whether there is nothing to keep to."""
        return not (self.per_second or self.per_minute or self.bucket)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What became of the grant before: calls made, credits left over, and how long the provider asked to wait."""

    calls: int = 0
    credits: float = 0
    asked_to_wait: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What may be used for ``GRANT_SECONDS``; ``wait`` is in how many seconds to ask again, 0 for granted."""

    calls: int = 0
    rate: float = 0
    credits: float = 0
    wait: float = 0


def grant(
    *,
    ledger: Mapping[str, Any],
    rules: Rules,
    owner: str,
    used: Used,
    calls: int,
    worth: float,
    cost: float,
    now: float,
) -> tuple[Grant, dict[str, Any]]:
    """Return a grant for an owner and the ledger after it.

    ``calls`` and their ``worth`` in credits are what waits, ``cost`` what the first in line needs; ``now`` is in
    seconds since 1970.
    """
    entries = [
        _closed(entry, used, now) if entry["owner"] == owner and entry["until"] > now else entry
        for entry in ledger.get("grants", [])
        if entry["until"] + _MINUTE > now
    ]
    wished = {name: at for name, at in ledger.get("wishes", {}).items() if at + GRANT_SECONDS > now and name != owner}
    running = [entry for entry in entries if entry["until"] > now]
    level = _level(ledger, rules, running, now, used)
    not_before = max(ledger.get("not_before", 0), now + used.asked_to_wait if used.asked_to_wait else 0)
    sharers = len({entry["owner"] for entry in running} | wished.keys() | {owner})
    lingering = _lingering(entries, owner, now)
    room = _Room(
        calls=(rules.per_minute or _UNBOUNDED) - sum(entry["calls"] for entry in entries),
        rate=(rules.per_second or _UNBOUNDED) - sum(lingering.values()),
        level=level,
    )
    wait = max(not_before - now, _wait(room, rules, entries, lingering, cost, now))
    kept: dict[str, Any] = {"level": level, "at": now, "not_before": not_before, "wishes": wished, "grants": entries}
    if wait > 0:
        kept["wishes"] = {**wished, owner: now}
        return Grant(wait=wait), kept
    given = _sized(room, rules, sharers, calls, worth, cost)
    kept["level"] = level - given.credits
    entry = {
        "owner": owner,
        "calls": given.calls,
        "rate": given.rate,
        "credits": given.credits,
        "until": now + GRANT_SECONDS,
    }
    kept["grants"] = [*entries, entry]
    return given, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """What nobody holds."""

    calls: float
    rate: float
    level: float


def _closed(entry: Mapping[str, Any], used: Used, now: float) -> dict[str, Any]:
    """End a grant: the calls that were not made are there for others at once."""
    return {**entry, "calls": min(used.calls, entry["calls"]), "credits": 0, "until": now}


def _lingering(entries: list[dict[str, Any]], owner: str, now: float) -> dict[str, float]:
    """Return by owner how many calls a second others send, or have just sent; an owner watches over its own."""
    rates: dict[str, float] = {}
    for entry in entries:
        if entry["owner"] != owner and entry["until"] + _LINGERS > now:
            rates[entry["owner"]] = max(entry["rate"], rates.get(entry["owner"], 0))
    return rates


def _level(ledger: Mapping[str, Any], rules: Rules, running: list[dict[str, Any]], now: float, used: Used) -> float:
    """Return the credits in the bucket that nobody holds."""
    if not rules.bucket:
        return 0
    full = rules.bucket * (1 - _RESERVE)
    if used.asked_to_wait:
        return 0
    filled = ledger.get("level", full) + max(0.0, now - ledger.get("at", now)) * rules.refill + used.credits
    return float(min(filled, full - sum(entry["credits"] for entry in running)))


def _wait(
    room: _Room,
    rules: Rules,
    entries: list[dict[str, Any]],
    lingering: Mapping[str, float],
    cost: float,
    now: float,
) -> float:
    """Return the seconds until the first in line can be served, 0 for now."""
    waits = [0.0]
    if room.calls < 1:
        waits.append(min((entry["until"] + _MINUTE - now for entry in entries if entry["calls"]), default=1.0))
    if rules.per_second and room.rate < min(1.0, rules.per_second) / 4:
        ends = [entry["until"] + _LINGERS - now for entry in entries if entry["owner"] in lingering and entry["rate"]]
        waits.append(min((end for end in ends if end > 0), default=1.0))
    needed = min(cost, rules.bucket * (1 - _RESERVE))
    if rules.bucket and room.level < needed:
        waits.append((needed - room.level) / rules.refill)
    return max(waits)


def _sized(room: _Room, rules: Rules, sharers: int, calls: int, worth: float, cost: float) -> Grant:
    """Share what is there among those who ask: a sixth of the minute, or what waits where that is more."""
    most = max(calls, math.ceil((rules.per_minute or _UNBOUNDED) / _ROUNDS))
    return Grant(
        calls=max(1, min(most, math.ceil(room.calls / sharers), math.floor(room.calls))),
        rate=min(room.rate, (rules.per_second or _UNBOUNDED) / sharers) if rules.per_second else 0,
        credits=max(cost, min(room.level / sharers, max(worth, rules.bucket / _ROUNDS))) if rules.bucket else 0,
    )
