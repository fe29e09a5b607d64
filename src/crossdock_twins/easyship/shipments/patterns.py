"""Shipments that are kept as a pattern and what is their own: written out in full when they are read.

In a pattern's text `{{id}}`, `{{uuid}}`, `{{order}}`, `{{tracking}}`, `{{name}}` and `{{email}}` stand for what is the
shipment's own, `{{new:place}}` for an id made out of the shipment's, and `{{at:n}}` for n seconds after its creation.
"""

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from weakref import WeakKeyDictionary

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.times import timestamp

MARK = "pattern"
_SIGN = f'{{"{MARK}":'
_KEPT: WeakKeyDictionary[Store, dict[int, dict[str, str]]] = WeakKeyDictionary()
_TOKEN = re.compile(r"\{\{(\w+)(?::([^}]*))?\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is a patterned shipment's own."""

    id: str
    uuid: str
    order: str
    tracking: str
    name: str
    email: str
    created: datetime


def made_id(*parts: object) -> str:
    """Make a UUID out of what it stands for, so that the same seed has the same ids."""
    return str(uuid5(NAMESPACE_URL, "/".join(("easyship.twin", *map(str, parts)))))


def answer_of(store: Store, row: sqlite3.Row) -> str:
    """Give a shipment's answer as JSON text; the row is a whole one of the table."""
    return _written(store, row, "answer")


def body_of(store: Store, row: sqlite3.Row) -> str:
    """Give what the sender of a shipment decided, as JSON text."""
    return _written(store, row, "body")


def checkpoints_of(store: Store, row: sqlite3.Row) -> list[dict[str, Any]]:
    """Give a patterned shipment's checkpoints, the oldest first; none where it is kept in full."""
    kept: list[dict[str, Any]] = json.loads(_written(store, row, "checkpoints")) if is_patterned(row) else []
    return kept


def is_patterned(row: sqlite3.Row) -> bool:
    """Tell whether a shipment is kept as a pattern."""
    return str(row["answer"]).startswith(_SIGN)


def _written(store: Store, row: sqlite3.Row, column: str) -> str:
    if not is_patterned(row):
        return str(row[column])
    own = json.loads(row["answer"])
    return write(_pattern(store, own[MARK])[column], _own(row, own))


def forget(store: Store) -> None:
    """Read a store's patterns anew from now on: they have been changed."""
    _KEPT.pop(store, None)


def _pattern(store: Store, number: int) -> Mapping[str, str]:
    kept = _KEPT.setdefault(store, {})
    if number not in kept:
        row = store.one("SELECT answer, body, checkpoints FROM shipment_pattern WHERE number = ?", number)
        if row is None:
            raise LookupError(f"There is no pattern {number}.")
        kept[number] = dict(row)
    return kept[number]


def write(text: str, own: Own) -> str:
    """Write a pattern's text out for one shipment."""
    parts = list(_compiled(text))
    for place, (name, detail) in enumerate(_tokens(text)):
        parts[2 * place + 1] = _value(own, name, detail)
    return "".join(parts)


@lru_cache(maxsize=512)
def _compiled(text: str) -> tuple[str, ...]:
    """Cut a text at its tokens, with an empty place for each."""
    pieces = _TOKEN.split(text)
    plain = pieces[::3]
    return tuple(part for piece in plain for part in (piece, ""))[:-1]


@lru_cache(maxsize=512)
def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, detail) for name, detail in _TOKEN.findall(text))


def _value(own: Own, name: str, detail: str) -> str:
    if name == "at":
        return timestamp(own.created + timedelta(seconds=int(detail)))
    if name == "new":
        return made_id(own.id, *detail.split("/"))
    return str(getattr(own, name))


def _own(row: sqlite3.Row, kept: Mapping[str, Any]) -> Own:
    trackings = kept.get("trackings") or [{}]
    return Own(
        id=row["id"],
        uuid=row["uuid"],
        order=row["platform_order_number"] or "",
        tracking=trackings[0].get("tracking_number") or "",
        name=kept["name"],
        email=kept["email"],
        created=datetime.fromisoformat(row["created_at"]),
    )
