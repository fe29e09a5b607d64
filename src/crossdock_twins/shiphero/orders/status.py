"""The words for an order's state: what holds it, and what ends it."""

HOLDS = ("fraud_hold", "address_hold", "payment_hold", "operator_hold", "client_hold")
"""The holds that can be set and lifted; the one for the shipping method is worked out, never set."""

CLOSED = frozenset({"fulfilled", "canceled"})
"""The statuses that end an order; every other text, the account's own included, leaves it open."""
