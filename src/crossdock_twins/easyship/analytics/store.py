"""Counting shipments: those whose label was asked for and that were not called off, by the day they were made.

Which shipments count is the twin's choice; the vendor's pages show the figures only.
"""

from dataclasses import dataclass

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.state import Owner

DAY = "substr(created_at, 1, 10)"
COURIER = "umbrella_name"
COUNTRY = "destination_country_alpha2"
CHANNEL = "coalesce(nullif(platform_name, ''), 'Direct Sales')"
STATUS = """CASE
    WHEN delivery_state IN ('delivered', 'returned_to_shipper', 'lost_by_courier', 'expired') THEN 'completed'
    WHEN delivery_state = 'failed_attempt' THEN 'Failed Delivery Attempt'
    WHEN delivery_state = 'exception' THEN 'Exception'
    WHEN delivery_state IN ('in_transit_to_customer', 'out_for_delivery') THEN 'In Transit to Customer'
    WHEN label_state IN ('pending', 'generating') THEN 'Label Pending'
    WHEN label_state IN ('failed', 'technical_failed', 'void_failed') THEN 'Label Rejected'
    WHEN pickup_state IN ('pending_confirmation', 'requested', 'completed', 'pending_drop_off', 'pending_handover')
        THEN 'Pickup/Drop-off in Progress'
    ELSE 'Label Ready'
END"""
"""What shipments are counted by: SQL expressions over their table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From a day's first second to a day's last, as the API writes times."""

    start: str
    end: str


def counts(store: Store, owner: Owner, span: Span, *, by: str) -> dict[str, int]:
    """Give how many shipments there are of each kind, the most frequent first."""
    rows = store.all(
        f"SELECT {by} AS kind, count(*) AS count FROM shipment WHERE company_id = ? AND environment = ?"
        " AND shipment_state = 'created' AND label_state <> 'not_created' AND created_at BETWEEN ? AND ?"
        " GROUP BY kind ORDER BY count DESC, kind",
        *(owner.company_id, owner.environment, span.start, span.end),
    )
    return {row["kind"]: row["count"] for row in rows}
