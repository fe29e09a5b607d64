"""The states of a wholesale order, and what each of them allows.

Known: picking needs an allocation and a staging location, packing comes after picking, and an order that is packed
outside can be fulfilled only while it is packing, with an empty layout and no labels. The words are this twin's.
"""

from crossdock_twins.shiphero.errors import ApiError, invalid

PENDING, READY_TO_PICK, PICKING, PACKING, PACKED = "pending", "ready_to_pick", "picking", "packing", "packed"
GENERATING, READY_TO_PRINT, PRINTED = "generating_labels", "ready_to_print", "printed"
FULFILLED, CANCELED = "fulfilled", "canceled"

BEFORE_PICKING = frozenset({PENDING})
PICKABLE = frozenset({READY_TO_PICK, PICKING})
AFTER_PACKING = frozenset({PACKED, GENERATING, READY_TO_PRINT, PRINTED, FULFILLED})
"""The states in which the layout is told."""

LEAVING = frozenset({PACKED, READY_TO_PRINT, PRINTED})
CLOSED = frozenset({FULFILLED, CANCELED})

COURIER, FREIGHT = "COURIER", "FREIGHT"
DESKTOP = "DESKTOP"
AWAITING, COMPLETE = "AWAITING_SCHEDULE", "COMPLETE"


def wrong_state(action: str, status: str, *, wanted: str) -> ApiError:
    """Say that a wholesale order is in no state for an action."""
    return invalid(f"Wholesale order cannot be {action} while it is {status}: it must be {wanted}")
