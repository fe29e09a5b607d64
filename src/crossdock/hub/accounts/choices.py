"""The project's accounts to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crossdock.accounts.model import Account, AccountQuery
from crossdock.hub.desk import Desk
from crossdock.hub.link.shown import name_of
from crossdock.hub.views_dashboard import ChoiceView

_AT_ONCE: Final = 200
_MOST: Final = 1000
_TAIL: Final = 6


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody whose accounts are linked, and how many these are."""

    id: str
    name: str
    accounts: int


async def linked(desk: Desk, *, owner_id: str | None = None) -> list[Account]:
    """Return the newest accounts, a thousand at most, of one owner or of all."""
    found: list[Account] = []
    while len(found) < _MOST:
        query = AccountQuery(
            origin_owner_ids=() if owner_id is None else (owner_id,), limit=_AT_ONCE, offset=len(found)
        )
        page = await desk.ctx.accounts.list(project_id=desk.project_id, query=query)
        found += page.rows
        if not page.rows or len(found) >= page.total:
            break
    return found


def owners(accounts: Iterable[Account]) -> list[Owner]:
    """Return whose accounts these are, by name."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for account in accounts:
        names.setdefault(account.origin_owner_id, account.origin_owner_name)
        counts[account.origin_owner_id] = counts.get(account.origin_owner_id, 0) + 1
    return sorted((Owner(key, names[key], count) for key, count in counts.items()), key=lambda one: one.name.lower())


def title(desk: Desk, account: Account) -> str:
    """Say which account it is, in one line."""
    connector = desk.ctx.catalogue.get(account.connector_key)
    environment = connector.environment(account.environment)
    place = connector.name if environment.type == "production" else f"{connector.name} {environment.name}"
    name, owner = name_of(account), account.origin_owner_name
    return f"{name} · {place}" if name == owner else f"{name} · {place} · {owner}"


def titles(desk: Desk, accounts: Sequence[Account]) -> dict[str, str]:
    """Say of each account by its id which it is; what would read alike carries the end of its id."""
    said = {one.id: title(desk, one) for one in accounts}
    alike = Counter(said.values())
    return {key: f"{text} · …{key[-_TAIL:]}" if alike[text] > 1 else text for key, text in said.items()}


def choices(desk: Desk, accounts: Sequence[Account], *, chosen: str, nothing: str) -> list[ChoiceView]:
    """Offer accounts for choosing, after an option that names none."""
    said = titles(desk, accounts)
    return [
        ChoiceView(value="", label=desk.texts.text(nothing), chosen=not chosen),
        *(ChoiceView(value=one.id, label=said[one.id], chosen=one.id == chosen) for one in accounts),
    ]
