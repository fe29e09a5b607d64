"""The filters of the request log: from the address to a query, and to the form that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode

from crossdock.actions.log_store import LogQuery
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import EFFECTS

ROWS: Final = 50
RESULTS: Final[Mapping[str, str]] = {
    "": "Any result",
    "yes": "Succeeded",
    "no": "Failed",
    "none": "No reply",
    **{code: code for code in ("400", "401", "403", "404", "409", "412", "422", "429", "500", "502", "503")},
}
RANGES: Final[Mapping[str, tuple[str, timedelta | None]]] = {
    "": ("Any time", None),
    "15m": ("Last 15 minutes", timedelta(minutes=15)),
    "1h": ("Last hour", timedelta(hours=1)),
    "24h": ("Last 24 hours", timedelta(hours=24)),
    "7d": ("Last 7 days", timedelta(days=7)),
    "30d": ("Last 30 days", timedelta(days=30)),
}
KINDS: Final[Mapping[str, str]] = {
    "key": "Any API key",
    "agent": "Any agent",
    "person": "Anybody on the dashboard",
    "system": "Crossdock itself",
}
_NAMES: Final = ("account", "connector", "action", "result", "who", "effect", "range", "since", "until", "id")
_SHOWN_AT_ONCE: Final = frozenset({"account", "action", "result", "range"})
_LONGEST: Final = 120
_EARLIEST: Final = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST: Final = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: texts by the filter's name, those that are empty left out."""

    texts: Mapping[str, str]

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Asked:
        """Read the query of an address; what is no filter is left alone."""
        found = {name: params.get(name, "").strip()[:_LONGEST] for name in _NAMES}
        return cls({name: text for name, text in found.items() if text})

    def get(self, name: str) -> str:
        """Return what a filter asks for, or nothing."""
        return self.texts.get(name, "")

    @property
    def is_deep(self) -> bool:
        """Whether a filter is used that stands behind the first ones."""
        return bool(self.texts.keys() - _SHOWN_AT_ONCE)

    def url(self, path: str, **more: str) -> str:
        """Return an address with these filters and more."""
        query = urlencode({**self.texts, **more})
        return f"{path}?{query}" if query else path


def query(asked: Asked, *, catalogue: Catalogue, now: datetime) -> LogQuery:
    """Return the query that the filters ask for; what cannot be is left out."""
    any_of: dict[str, list[str | int]] = {}
    for name, column in (("account", "account_id"), ("connector", "connector_key"), ("id", "id")):
        if asked.get(name):
            any_of[column] = [asked.get(name)]
    if asked.get("effect") in EFFECTS:
        any_of["effect"] = [asked.get("effect")]
    if asked.get("action"):
        any_of["action"] = [*_actions(asked.get("action"), catalogue)]
    result = asked.get("result")
    succeeded: Literal["yes", "no", "either"] = "yes" if result == "yes" else "no" if result == "no" else "either"
    if result == "none" or (result.isdecimal() and result in RESULTS):
        any_of["status"] = [0 if result == "none" else int(result)]
    length = RANGES.get(asked.get("range"), ("", None))[1]
    return LogQuery(
        any_of=any_of,
        actors=_actors(asked.get("who")),
        since=moment(asked.get("since")) or (now - length if length else None),
        until=moment(asked.get("until")),
        succeeded=succeeded,
        limit=ROWS,
    )


def moment(text: str) -> datetime | None:
    """Read a moment as forms and addresses write it, in UTC where it names no zone; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return min(max(found if found.tzinfo else found.replace(tzinfo=UTC), _EARLIEST), _LATEST)


def minute(text: str) -> str:
    """Write a moment as a field for date and time takes it, in UTC."""
    found = moment(text)
    return f"{found.astimezone(UTC):%Y-%m-%dT%H:%M}" if found else ""


def calls_about(*, account_id: str, at: datetime) -> str:
    """Return the address of an account's calls two minutes before and after a moment."""
    near, there = timedelta(minutes=2), at.astimezone(UTC)
    since, until = ((there + off).isoformat(timespec="seconds") for off in (-near, near))
    return f"/dashboard/logs?{urlencode({'account': account_id, 'since': since, 'until': until})}"


def _actions(text: str, catalogue: Catalogue) -> list[str]:
    """Return the names that a text means: the whole name, else every action whose name or label holds it."""
    wanted = text.lower()
    found = [
        action.name
        for connector in catalogue.connectors()
        for action in connector.actions.values()
        if wanted.replace(" ", "_") in action.name or wanted in action.label.lower()
    ]
    return [text, *found] if text not in found else [text]


def _actors(who: str) -> list[str]:
    kind, _, name = who.partition(":")
    return [f"{kind}:{name}"] if kind in KINDS else []
