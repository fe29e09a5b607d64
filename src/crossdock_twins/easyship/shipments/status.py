"""A shipment's status in one display text, as the list of trackings and the webhooks have it."""

from collections.abc import Mapping
from typing import Any

_DELIVERY = {
    "info_received": "Tracking Info Received",
    "in_transit_to_customer": "In Transit to Customer",
    "out_for_delivery": "Out for Delivery",
    "delivered": "Delivered",
    "failed_attempt": "Failed Delivery Attempt",
    "exception": "Exception",
    "expired": "No Recent Tracking Updates",
    "lost_by_courier": "Lost by Courier",
    "returned_to_shipper": "Returned To Sender",
}
_WAREHOUSE = {
    "pending": "Awaiting Confirmation by Warehouse",
    "created": "Order Received by Warehouse",
    "failed": "Order Failed to Create at Warehouse",
    "packed": "Order Packed",
    "shipped": "Order Collected",
    "cancelled": "Cancelled",
    "cancelled_no_stock": "Cancelled (No Stock)",
    "backorder_no_stock": "Backorder (No Stock)",
    "returned": "Returned To Sender",
    "awaiting_dispatch": "Awaiting Dispatch by Warehouse",
}
_PICKUP = {
    "pending_confirmation": "Awaiting Pickup Confirmation by Courier",
    "requested": "Pickup Scheduled",
    "completed": "Pickup Complete",
    "request_failed": "Pickup Request Failed",
}
_LABEL = {
    "pending": "Label Pending",
    "generating": "Label Pending",
    "generated": "Label Ready",
    "reported": "Label Ready",
    "printed": "Label Printed",
    "failed": "Label Rejected",
    "technical_failed": "Label Rejected",
    "void_failed": "Cancellation Request Failed",
}
_SHIPMENT = {"cancelling": "Cancellation Requested", "cancelled": "Cancelled by Company", "draft": "Draft"}
_BY_STATE: Mapping[str, Mapping[str, str]] = {
    "shipment_state": _SHIPMENT,
    "delivery_state": _DELIVERY,
    "warehouse_state": _WAREHOUSE,
    "pickup_state": _PICKUP,
    "label_state": _LABEL,
}


def status(answer: Mapping[str, Any]) -> str:
    """Give the status: the farthest that a shipment has come."""
    texts = (known.get(answer.get(state, "")) for state, known in _BY_STATE.items())
    return next((text for text in texts if text is not None), "Created")
