"""What a new twin holds: always the same people, and an empty account, a small shop, a 3PL or a large shop."""

from collections.abc import Callable, Mapping

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
from crossdock_twins.shiphero.state import State

__all__ = ["EVERYBODY", "LOGISTICIAN", "MERCHANT", "OTHER_OWNER", "OWNER", "SEEDS", "STAFF", "TAKEN_EMAIL", "empty"]


def empty(state: State) -> None:
    """Fill in accounts, people and one warehouse each, and nothing to sell."""
    world.found(state)
    one, other = world.SHOP["warehouses"][:2]
    world.warehouses(state, {MERCHANT: [(one["identifier"], one)], LOGISTICIAN: [("Primary", other)]})


SEEDS: Mapping[str, Callable[[State], None]] = {
    "small-shop": small.fill,
    "empty": empty,
    "3pl": logistics.fill,
    "large": large.fill,
}
