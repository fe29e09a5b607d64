"""What an agent key would offer: how many tools of which effect its patterns fit, and how many of these it may use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from crossdock.accounts.model import Account
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.choice import EVERYTHING, Choice
from crossdock.connectors.model import EFFECTS, Effect
from crossdock.projects.model import AgentGrant

SHOWN: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The tools of one effect: how many the patterns fit, how many the agent gets, and the names of some of these.

    ``kept_back`` says what keeps the others back: the key itself, or what the accounts are linked for.
    """

    effect: Effect
    fitting: int
    offered: int
    names: tuple[str, ...]
    kept_back: str


def reach(*, catalogue: Catalogue, accounts: Iterable[Account], grant: AgentGrant) -> list[Reach]:
    """Return what a grant reaches by effect, over the connectors of these accounts, or of all where there is none."""
    granted: dict[str, list[Choice]] = {}
    for account in accounts:
        own = Choice(actions=account.choice.actions, effects=account.effects & account.choice.effects)
        granted.setdefault(account.connector_key, []).append(own)
    if not granted:
        granted = {connector.key: [EVERYTHING] for connector in catalogue.connectors()}
    return [_of_effect(catalogue, granted, grant, effect) for effect in EFFECTS]


def unfit(*, catalogue: Catalogue, globs: Iterable[str]) -> list[str]:
    """Return the patterns that fit no action at all."""
    names = [name for connector in catalogue.connectors() for name in connector.actions]
    return [glob for glob in globs if not any(fnmatchcase(name, glob) for name in names)]


def _of_effect(catalogue: Catalogue, granted: dict[str, list[Choice]], grant: AgentGrant, effect: Effect) -> Reach:
    fitting = [
        (key, action.name)
        for key in sorted(granted)
        for action in catalogue.get(key).actions.values()
        if action.effect == effect and any(fnmatchcase(action.name, glob) for glob in grant.actions)
    ]
    in_key = effect in grant.effects
    offered = [
        name for key, name in fitting if in_key and any(one.allows(action=name, effect=effect) for one in granted[key])
    ]
    kept_back = "" if len(offered) == len(fitting) else "accounts" if in_key else "key"
    return Reach(
        effect=effect,
        fitting=len(fitting),
        offered=len(offered),
        names=tuple(offered[:SHOWN]),
        kept_back=kept_back,
    )
