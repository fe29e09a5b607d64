"""What a new twin holds: always the same people, and nothing, a small shop, a 3PL, a medium or a large shop."""

from collections.abc import Callable, Mapping
from functools import partial

from crossdock_twins.shiphero.seeds import large, logistics, small, world
from crossdock_twins.shiphero.seeds.world import (
    EVERYBODY,
    LOGISTICIAN,
    MERCHANT,
    OTHER_OWNER,
    OWNER,
    STAFF,
    TAKEN_EMAIL,
)
from crossdock_twins.shiphero.shipments import backlog
from crossdock_twins.shiphero.state import State

__all__ = ["EVERYBODY", "LOGISTICIAN", "MERCHANT", "OTHER_OWNER", "OWNER", "SEEDS", "STAFF", "TAKEN_EMAIL", "empty"]


def empty(state: State) -> None:
    """Fill in accounts, people and one warehouse each, and nothing to sell."""
    world.found(state)
    one, other = world.SHOP["warehouses"][:2]
    world.warehouses(state, {MERCHANT: [(one["identifier"], one)], LOGISTICIAN: [("Primary", other)]})


def _traded(fill: Callable[[State], None]) -> Callable[[State], None]:
    """Let parcels of the last days stand in their containers, and those under way arrive."""

    def filled(state: State) -> None:
        fill(state)
        backlog.catch_up(state)

    return filled


SEEDS: Mapping[str, Callable[[State], None]] = {
    "small-shop": _traded(small.fill),
    "empty": empty,
    "3pl": _traded(logistics.fill),
    "medium": _traded(partial(large.fill, orders=1_000)),
    "large": _traded(large.fill),
}
