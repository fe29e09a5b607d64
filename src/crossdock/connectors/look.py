"""How a write's outcome is found out: which action shows it, with which inputs, and which row is what it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from crossdock.connectors.matching import at, first

# By so much the provider's clock may be behind ours.
CLOCKS_APART: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An action that shows what a write made or changed.

    ``by`` maps inputs of that action to inputs of the write, both as dotted paths; ``always`` are inputs that it gets
    besides. ``match`` maps members of a row to inputs of the write: a row in which all that are given are equal is what
    the write made. ``fresh`` is the member with the time at which a row was made, where older rows may look the same.
    """

    action: str
    by: Mapping[str, str] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)
    match: Mapping[str, str] = field(default_factory=dict)
    fresh: str | None = None

    def inputs(self, *, given: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the inputs of the action that looks, by place; ``schema`` is its JSON Schema."""
        asked: dict[str, dict[str, Any]] = {}
        for target, value in self.always.items():
            place, _, name = target.partition(".")
            asked.setdefault(place, {})[name] = value
        for target, source in self.by.items():
            place, _, name = target.partition(".")
            value = first(given, source)
            if value is None:
                continue
            wanted = schema["properties"][place]["properties"][name]
            is_list = wanted.get("type") == "array" and not isinstance(value, list)
            asked.setdefault(place, {})[name] = [value] if is_list else value
        return asked

    def key(self, given: Mapping[str, Any]) -> dict[str, str]:
        """Return what tells the row apart from others, empty where the inputs do not hold it."""
        told = {member: first(given, source) for member, source in self.match.items()}
        return {member: _plain(value) for member, value in told.items() if value not in (None, "", [])}

    def fitting(
        self, *, given: Mapping[str, Any], rows: Sequence[Any], since: datetime | None
    ) -> list[Mapping[str, Any]]:
        """Return the rows that the write can have made; ``since`` is when it began, None for at any time."""
        key = self.key(given)
        return [
            row
            for row in rows
            if key
            and all(value in {_plain(one) for one in at(row, member)} for member, value in key.items())
            and (since is None or self._is_fresh(row, since))
        ]

    def _is_fresh(self, row: Any, since: datetime) -> bool:
        """Tell whether a row was made since then; one whose time cannot be read may have been."""
        if self.fresh is None:
            return True
        try:
            made = datetime.fromisoformat(str(first(row, self.fresh)))
        except ValueError:
            return True
        return (made if made.tzinfo else made.replace(tzinfo=UTC)) >= since - CLOCKS_APART


def _plain(value: Any) -> str:
    """Return a value as it is compared: providers trim texts, and change their capitals."""
    return str(value).strip().casefold()
