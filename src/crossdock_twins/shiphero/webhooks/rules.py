"""What the provider's webhooks keep to; what it does not publish is chosen here.

Documented: the types, five tries, 10 s to answer (20 s for a label), the health words, and that unhealthy webhooks are
switched off. Chosen: how far apart the tries are, what counts as received, how many lost messages make which health.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

Health = Literal["HEALTHY", "WARNING", "UNHEALTHY"]

GENERATE_LABEL = "Generate Label"
TYPES = (
    *("Inventory Update", "Inventory Change", "Shipment Update", "Automation Rules", "Order Canceled"),
    *("Capture Payment", "PO Update", "Return Update", "Tote Complete", "Tote Cleared", "Order Packed Out"),
    *("Package Added", "Print Barcode", "Order Allocated", "Order Deallocated", "Shipment ASN"),
    *(GENERATE_LABEL, "Product Update"),
)
BY_SUPPORT = frozenset({"Tote Complete", GENERATE_LABEL})
"""Types that support switches on for an account."""

TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
"""Between the first try and the second; every further wait is twice as long."""

SECONDS: Mapping[str, float] = {GENERATE_LABEL: 20}
DEFAULT_SECONDS = 10.0
RECEIVED = 200

WARNING_FROM = 1
UNHEALTHY_FROM = 5
"""Messages lost in a row, each after all its tries."""


def wait_after(tries: int) -> timedelta:
    """Give the time from one failed try to the next, after this many."""
    return FIRST_WAIT * (1 << (tries - 1))


def health_of(lost_in_a_row: int) -> Health:
    """Tell how healthy a webhook is that has lost so many messages in a row."""
    if lost_in_a_row >= UNHEALTHY_FROM:
        return "UNHEALTHY"
    return "WARNING" if lost_in_a_row >= WARNING_FROM else "HEALTHY"
