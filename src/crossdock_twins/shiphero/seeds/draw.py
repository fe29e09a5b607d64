"""Choices that look random and are the same each time."""

from collections.abc import Sequence
from random import Random
from typing import Any

from crossdock_twins.base import tokens


def pick(options: Sequence[Any], *place: object) -> Any:
    """Choose one of the options by where it is wanted: the same choice each time, and no visible pattern."""
    return options[spread(*place) % len(options)]


def spread(*place: object) -> int:
    """Give a number that depends on nothing but where it is wanted."""
    return int(tokens.fingerprint(repr(place)), 16)


def dice(*place: object) -> Random:
    """Give dice that fall the same way each time, for where `spread` would be too slow."""
    return Random(spread(*place))  # noqa: S311 - made-up shops, no secrets
