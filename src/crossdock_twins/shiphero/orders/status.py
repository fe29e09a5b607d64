"""The words for an order's state: what holds it, and what ends it."""

HOLDS = ("fraud_hold", "address_hold", "payment_hold", "operator_hold", "client_hold")
"""The holds that can be set and lifted; the one for the shipping method is worked out, never set."""

MERGED = "merged"
CLOSED = frozenset({"fulfilled", "canceled", MERGED})
"""The statuses of orders that want no stock; every other text, the account's own included, leaves an order open."""
