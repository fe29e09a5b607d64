"""Which of a connector's actions something is for: their names or globs, and the effects beyond which nothing goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from crossdock.connectors.model import EFFECTS, Action, Connector, Effect
from crossdock.kernel.errors import UnprocessableError

EVERY: Final = "*"
_MOST: Final = 500
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Actions by name or glob, and effects; as it comes it holds everything."""

    actions: tuple[str, ...] = (EVERY,)
    effects: frozenset[Effect] = frozenset(EFFECTS)

    @property
    def is_every_action(self) -> bool:
        """Whether no action is left out but by its effect, so that requests of one's own pass too."""
        return EVERY in self.actions

    def names(self, action: str) -> bool:
        """Tell whether an action is among the chosen ones, whatever its effect."""
        return self.is_every_action or action in self.actions or any(fnmatchcase(action, one) for one in self.actions)

    def allows(self, *, action: str, effect: Effect) -> bool:
        """Tell whether an action with this effect may be run."""
        return effect in self.effects and self.names(action)

    def of(self, connector: Connector) -> list[Action]:
        """Return the connector's actions that it holds, in the order of the definition."""
        return [one for one in connector.actions.values() if self.allows(action=one.name, effect=one.effect)]


EVERYTHING: Final = Choice()


def checked_actions(*, connector: Connector, actions: Iterable[str]) -> tuple[str, ...]:
    """Return names and globs in order and once each; raise UnprocessableError where one fits no action."""
    chosen = tuple(sorted({one.strip() for one in actions}))
    if not 1 <= len(chosen) <= _MOST:
        raise UnprocessableError(
            "No action is chosen." if not chosen else "These are too many names of actions.",
            remedy=f"Name 1 to {_MOST} actions, or `*` for every action, or globs as `{connector.key}_list_*`.",
        )
    if EVERY in chosen:
        return (EVERY,)
    strange = [one for one in chosen if not _fits(connector, one)]
    if strange:
        raise UnprocessableError(
            f"{connector.name} has no such action: {', '.join(one[:_LONGEST] for one in strange[:10])}.",
            remedy="Look the names up with GET /actions; a glob must fit at least one.",
        )
    return chosen


def checked_effects(effects: Iterable[Effect]) -> frozenset[Effect]:
    """Return the effects, `read` always among them."""
    return frozenset({"read", *effects})


def checked_scopes(*, connector: Connector, scopes: Iterable[str]) -> tuple[str, ...]:
    """Return the connector's scopes in its own order, without its prefix; UnprocessableError where one is not its."""
    wanted = {one.strip().removeprefix(connector.scope_prefix) for one in scopes}
    strange = sorted(wanted - connector.scopes.keys())
    if strange:
        raise UnprocessableError(
            f"{connector.name} has no such scope: {', '.join(one[:_LONGEST] for one in strange[:10])}.",
            remedy="Use the names of `scope_definitions` in GET /actions.",
        )
    return tuple(key for key in connector.scopes if key in wanted)


def wire_scopes(*, connector: Connector, scopes: Sequence[str], otherwise: Sequence[str]) -> tuple[str, ...]:
    """Return the scopes as the provider spells them; where none is chosen, what is asked for ``otherwise``."""
    return tuple(f"{connector.scope_prefix}{one}" for one in scopes) or tuple(otherwise)


def _fits(connector: Connector, glob: str) -> bool:
    return 0 < len(glob) <= _LONGEST and any(fnmatchcase(name, glob) for name in connector.actions)
