"""What a box must be to be saved. The inner sides follow from the outer: what is wrong with one is with both."""

from collections.abc import Iterator, Mapping
from typing import Any

_SIDES = ("length", "width", "height")
_LARGEST = 1_000_000_000


def box_problems(body: Mapping[str, Any]) -> list[str]:
    """Tell what keeps a box from being saved, in the order of the vendor's example."""
    named = [] if (body.get("name") or "").strip() else ["Name can't be blank"]
    return [*named, *_sides(body, "Outer"), *_sides(body, "Inner"), *_weight(body.get("weight", 0))]


def _sides(body: Mapping[str, Any], which: str) -> Iterator[str]:
    for side in _SIDES:
        value = body.get(f"outer_{side}")
        if value is None:
            yield f"{which} {side} can't be blank"
            yield f"{which} {side} is not a number"
        elif value <= 0:
            yield f"{which} {side} must be greater than 0"
        elif value >= _LARGEST:
            yield f"{which} {side} must be less than {_LARGEST}"


def _weight(value: float) -> Iterator[str]:
    if value < 0:
        yield "Weight must be greater than or equal to 0"
    elif value >= _LARGEST:
        yield f"Weight must be less than {_LARGEST}"
