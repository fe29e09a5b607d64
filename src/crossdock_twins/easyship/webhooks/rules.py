"""What the provider's webhooks keep to, and how its events are called.

Documented: the event types, any 2xx counts, thirty more tries a minute apart, then off until activated again, a note on
a low balance at most once a day. Chosen: how long an endpoint may take.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

Version = Literal["2023-01", "2024-09"]
State = Literal["active", "inactive", "failed"]

TRIES = 31
WAIT = timedelta(minutes=1)
SECONDS = 10.0
OK_STATUSES = range(200, 300)

COURIER_STATE_CHANGED = "courier_state_changed"
CREDIT_BALANCE_LOW = "credit_balance_low"
EXTERNAL_SHIPMENT_INSURED = "external_shipment_insured"

EVENT_TYPES = (
    *("shipment_label_created", "shipment_label_failed", "shipment_cancelled"),
    *("shipment_tracking_checkpoints_created", "shipment_tracking_status_changed", "shipment_warehouse_state_updated"),
    *("batch_started", "batch_finished", "batch_item_finished"),
    *(CREDIT_BALANCE_LOW, COURIER_STATE_CHANGED, EXTERNAL_SHIPMENT_INSURED, "oauth_authorization_revoked"),
)
"""As webhooks of 2024-09 name them."""

_OLD_NAMES: Mapping[str, str] = {COURIER_STATE_CHANGED: "courier_account_state_changed"}
_OLD_RESOURCES: Mapping[str, str] = {"courier": "courier_account"}
_OLD_MEMBERS: Mapping[str, str] = {"courier_service_id": "courier_id", "courier_id": "courier_account_id"}


def event_types(version: Version) -> tuple[str, ...]:
    """Give the event types that a webhook of a version may name."""
    return tuple(name_in(version, event_type) for event_type in EVENT_TYPES)


def name_in(version: Version, event_type: str) -> str:
    """Give a version's name of an event type."""
    return _OLD_NAMES.get(event_type, event_type) if version == "2023-01" else event_type


def plain_name(version: Version, event_type: str) -> str:
    """Give the name of 2024-09 for a version's name of an event type."""
    return next(name for name in EVENT_TYPES if name_in(version, name) == event_type)


def dotted(event_type: str) -> str:
    """Give the name that stands in a message: `shipment_label_created` becomes `shipment.label.created`."""
    return event_type.replace("_", ".")


def resource_in(version: Version, resource_type: str) -> str:
    """Give a version's name of a resource."""
    return _OLD_RESOURCES.get(resource_type, resource_type) if version == "2023-01" else resource_type


def member_in(version: Version, name: str) -> str:
    """Give a version's name of a member of `data`."""
    return _OLD_MEMBERS.get(name, name) if version == "2023-01" else name
