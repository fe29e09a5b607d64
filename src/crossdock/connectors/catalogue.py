"""Every connector that this installation has, by key, and every action by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from crossdock.connectors.loader import load
from crossdock.connectors.model import Action, Connector
from crossdock.kernel.errors import MisconfiguredError, NotFoundError

DEFINITIONS = Path(__file__).parent / "definitions"


@dataclass(frozen=True, slots=True, repr=False)
class Catalogue:
    """The connectors in the order of their names."""

    by_key: Mapping[str, Connector]

    @classmethod
    def load(cls, *, origin_rewrites: Mapping[str, str] | None = None) -> Catalogue:
        """Load the connectors that come with Crossdock; ``origin_rewrites`` maps an origin to its stand-in."""
        return _loaded(tuple(sorted((origin_rewrites or {}).items())))

    @classmethod
    def read(cls, *, folder: Path, origin_rewrites: Mapping[str, str]) -> Catalogue:
        """Load every definition file of a folder; raise DefinitionError for the first that is wrong."""
        rewrites = {origin.rstrip("/"): target.rstrip("/") for origin, target in origin_rewrites.items()}
        found = [
            load(folder=folder, name=path.name, origin_rewrites=rewrites) for path in sorted(folder.glob("*.yaml"))
        ]
        by_key = {connector.key: connector for connector in sorted(found, key=lambda one: one.name)}
        if len(by_key) != len(found):
            raise MisconfiguredError(
                "Two definition files have the same `key`.", remedy=f"Rename one of the connectors in {folder}."
            )
        return cls(by_key)

    def connectors(self) -> tuple[Connector, ...]:
        """Return all connectors."""
        return tuple(self.by_key.values())

    def get(self, key: str) -> Connector:
        """Return the connector with this key; raise NotFoundError where there is none."""
        try:
            return self.by_key[key]
        except KeyError:
            raise NotFoundError(
                f"There is no connector `{key[:60]}`.", remedy="Use one of: " + ", ".join(self.by_key) + "."
            ) from None

    def action(self, name: str) -> tuple[Connector, Action]:
        """Return an action and its connector; raise NotFoundError where there is none of this name."""
        connector = self.by_key.get(name.partition("_")[0])
        action = connector.actions.get(name) if connector else None
        if connector is None or action is None:
            raise NotFoundError(
                f"There is no action `{name[:80]}`.", remedy="Look the names up with GET /actions or on the dashboard."
            )
        return connector, action


@lru_cache(maxsize=4)
def _loaded(rewrites: tuple[tuple[str, str], ...]) -> Catalogue:
    """Read the installed definitions once a process: they are values, and reading them takes most of a second."""
    return Catalogue.read(folder=DEFINITIONS, origin_rewrites=dict(rewrites))
