"""When a shipment can be called off or deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crossdock_twins.easyship.shipments import labels

_NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _shipment(**members: Any) -> dict[str, Any]:
    states = {"shipment_state": "created", "label_state": "generated", "delivery_state": "not_created", "trackings": []}
    return {**states, "label_generated_at": "2026-11-20T00:00:00Z", **members}


@pytest.mark.parametrize(
    "label_state",
    ["pending", "generated", "printed", "shipping_document_generated", "failed", "technical_failed", "reported"],
)
@pytest.mark.parametrize("delivery_state", ["not_created", "pending", "info_received", "expired"])
def test_a_shipment_before_transit_can_be_cancelled(label_state: str, delivery_state: str) -> None:
    """Any label that was asked for and is not being made will do."""
    assert labels.cancellable(_shipment(label_state=label_state, delivery_state=delivery_state), _NOW)


@pytest.mark.parametrize(
    "members",
    [
        {"label_state": "not_created"},
        {"label_state": "generating"},
        {"label_state": "voided"},
        {"label_state": "void_failed"},
        {"delivery_state": "in_transit_to_customer"},
        {"delivery_state": "delivered"},
        {"shipment_state": "cancelled"},
        {"label_generated_at": (_NOW - timedelta(days=184)).isoformat()},
    ],
)
def test_any_other_cannot(members: dict[str, Any]) -> None:
    """Not without a label, not while it is made, not once moving, not twice, and not after six months."""
    assert not labels.cancellable(_shipment(**members), _NOW)


def test_a_failed_label_stays_failed_when_the_shipment_is_cancelled() -> None:
    """There is nothing to void."""
    assert labels.cancelled(_shipment(label_state="failed"), at=_NOW)["label_state"] == "failed"
    assert labels.cancelled(_shipment(), at=_NOW)["label_state"] == "voided"


def test_only_a_shipment_without_a_label_can_be_deleted() -> None:
    """Once a label is asked for it is cancelled instead."""
    assert labels.deletable(_shipment(label_state="not_created"))
    assert not labels.deletable(_shipment(label_state="pending"))
    assert not labels.deletable(_shipment(label_state="not_created", shipment_state="deleted"))
