"""Policies and quotes as the API shows them."""

from typing import Any

from crossdock_twins.easyship.insurance.store import Policy

_STATUSES = {
    "pending_request": "awaiting",
    "confirmed": "active",
    "failed": "failed",
    "pending_void": "cancelling",
    "voided": "cancelled",
}


def policy_json(policy: Policy) -> dict[str, Any]:
    """Show a policy as lists do."""
    return {
        "claim_state": policy.claim_state,
        "currency": policy.currency,
        "easyship_insurance_id": policy.id,
        "easyship_shipment_id": policy.shipment_id,
        "insurance_fee": policy.fee / 100,
        "recipient": policy.recipient,
        "source": policy.source,
        "state": policy.state,
        "total_insured_value": policy.value / 100,
        "tracking_id": policy.tracking_id,
        "tracking_number": policy.tracking_number,
    }


def from_quote_json(policy: Policy) -> dict[str, Any]:
    """Show a policy that came of a quote, in the words of that operation."""
    return {
        "claim_window_closes": policy.closes,
        "claim_window_opens": policy.opens,
        "currency": policy.currency,
        "insurance_fee": policy.fee / 100,
        "insurance_valid_from": policy.valid_from,
        "insured_value": policy.value / 100,
        "policy_id": policy.id,
        "status": _STATUSES[policy.state],
        "tracking_number": policy.tracking_number,
    }
