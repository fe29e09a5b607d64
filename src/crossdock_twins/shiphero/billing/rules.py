"""How bills live and what work costs. The provider publishes neither prices nor all states: they are chosen here.

Known are `queued` as the first state, `draft`, `paid` and `finalize` as what a bill can be set to, and the
categories `recurring` and `order`.
"""

from datetime import timedelta

QUEUED, DRAFT, FINALIZED, SUBMITTED, PAID = "queued", "draft", "finalized", "submitted", "paid"
SETTABLE = {"draft": DRAFT, "paid": PAID, "finalize": FINALIZED, "finalized": FINALIZED}
OPEN = frozenset({QUEUED, DRAFT})
"""The states in which a bill can still be reckoned anew."""

TALLIED_AFTER = timedelta(seconds=5)
PAYABLE_WITHIN = timedelta(days=30)

RECURRING, RECEIVING, STORAGE, ORDER, SHIPPING, RETURN, AD_HOC = (
    "recurring",
    "receiving",
    "storage",
    "order",
    "shipping",
    "return",
    "ad_hoc",
)
CATEGORIES = (RECURRING, RECEIVING, STORAGE, ORDER, SHIPPING, RETURN, AD_HOC)
LABELS = {
    RECURRING: "Account fee",
    RECEIVING: "Receiving",
    STORAGE: "Storage",
    ORDER: "Picking and packing",
    SHIPPING: "Shipping labels",
    RETURN: "Returns",
    AD_HOC: "Ad hoc charges",
}

FEES = {
    "recurring": "150.00",
    "receiving_order": "12.00",
    "receiving_piece": "0.15",
    "storage_bin_day": "0.04",
    "order": "2.10",
    "piece": "0.35",
    "label_markup": "0.08",
    "return": "3.25",
}
"""The fees of a profile that says nothing else: per bill, order, piece, bin and day, and a share of a label's cost."""
