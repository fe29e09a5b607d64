"""The display text of a shipment's states."""

import pytest

from crossdock_twins.easyship.shipments.status import status

_NEW = {
    "shipment_state": "created",
    "delivery_state": "not_created",
    "warehouse_state": "none",
    "pickup_state": "not_requested",
    "label_state": "not_created",
}


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ({}, "Created"),
        ({"label_state": "generating"}, "Label Pending"),
        ({"label_state": "generated"}, "Label Ready"),
        ({"label_state": "generated", "pickup_state": "requested"}, "Pickup Scheduled"),
        ({"label_state": "printed", "warehouse_state": "packed"}, "Order Packed"),
        ({"label_state": "generated", "delivery_state": "pending"}, "Label Ready"),
        ({"label_state": "generated", "delivery_state": "out_for_delivery"}, "Out for Delivery"),
        ({"delivery_state": "delivered", "pickup_state": "completed"}, "Delivered"),
        ({"shipment_state": "cancelling", "label_state": "generated"}, "Cancellation Requested"),
        ({"shipment_state": "cancelled", "label_state": "voided"}, "Cancelled by Company"),
        ({"label_state": "void_failed"}, "Cancellation Request Failed"),
    ],
)
def test_the_farthest_state_gives_the_text(states: dict[str, str], text: str) -> None:
    """Cancelling goes before moving, moving before the warehouse, the pickup and the label."""
    assert status(_NEW | states) == text
