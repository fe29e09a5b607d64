"""What a bill adds up to: each kind of work that was done for a customer in its period, times its fee."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.billing import rules
from crossdock_twins.shiphero.state import State

KIND = "shiphero.bill.tally"
CENT = Decimal("0.01")

_RECEIVED = (
    "SELECT count(DISTINCT o.id) AS orders, coalesce(sum(l.quantity_received), 0) AS pieces FROM purchase_orders o"
    " LEFT JOIN purchase_order_lines l ON l.purchase_order_id = o.id"
    " WHERE o.account_id = ?1 AND o.date_closed >= ?3 AND o.date_closed < ?4"
    " AND (?2 IS NULL OR o.warehouse_id = ?2)"
)
_BINS = (
    "SELECT count(DISTINCT i.location_id) AS bins FROM warehouse_products s JOIN item_locations i ON i.stock_id = s.id"
    " WHERE s.account_id = ?1 AND i.quantity > 0 AND (?2 IS NULL OR s.warehouse_id = ?2)"
)
_SHIPPED = (
    "SELECT count(DISTINCT s.id) AS shipments, coalesce(sum(i.quantity), 0) AS pieces FROM shipments s"
    " LEFT JOIN shipment_line_items i ON i.shipment_id = s.id WHERE s.account_id = ?1 AND NOT s.voided"
    " AND s.created_at >= ?3 AND s.created_at < ?4 AND (?2 IS NULL OR s.warehouse_id = ?2)"
)
_LABELS = (
    "SELECT count(*) AS labels, round(coalesce(sum(CAST(cost AS REAL)), 0), 2) AS cost FROM shipping_labels"
    " WHERE account_id = ?1 AND status = 'valid' AND created_at >= ?3 AND created_at < ?4"
    " AND (?2 IS NULL OR warehouse_id = ?2)"
)
_RETURNS = (
    "SELECT count(*) AS returns FROM returns WHERE account_id = ?1 AND created_at >= ?3"
    " AND created_at < ?4 AND (?2 IS NULL OR warehouse_id = ?2)"
)
_CHARGES = "SELECT unit_amount, rate FROM ad_hoc_charges WHERE bill_id = ?"
_TAKE_CHARGES = (
    "UPDATE ad_hoc_charges SET bill_id = ?1"
    " WHERE customer_id = ?2 AND bill_id IS NULL AND occurred_at >= ?3 AND occurred_at < ?4"
)


@dataclass(frozen=True, slots=True)
class Total:
    """One category of a bill."""

    category: str
    quantity: int
    amount: Decimal


def totals(store: Store, bill: sqlite3.Row) -> list[Total]:
    """Reckon a bill's categories from what happened in its period."""
    end = end_of(bill["period_end"])
    asked = (bill["customer_id"], bill["warehouse_id"], bill["period_start"], end)
    fees = _fees(store, bill["billing_profile_id"])
    received, shipped, labels, returned = (
        store.all(sql, *asked)[0] for sql in (_RECEIVED, _SHIPPED, _LABELS, _RETURNS)
    )
    bins = store.all(_BINS, *asked[:2])[0]
    bin_days = bins["bins"] * _days(bill["period_start"], end)
    charges = [Decimal(row["unit_amount"]) * Decimal(row["rate"]) for row in store.all(_CHARGES, bill["id"])]
    receiving = received["orders"] * fees["receiving_order"] + received["pieces"] * fees["receiving_piece"]
    packing = shipped["shipments"] * fees["order"] + shipped["pieces"] * fees["piece"]
    return [
        Total(rules.RECURRING, 1, fees["recurring"]),
        Total(rules.RECEIVING, received["pieces"], receiving),
        Total(rules.STORAGE, bin_days, bin_days * fees["storage_bin_day"]),
        Total(rules.ORDER, shipped["shipments"], packing),
        Total(rules.SHIPPING, labels["labels"], Decimal(str(labels["cost"])) * (1 + fees["label_markup"])),
        Total(rules.RETURN, returned["returns"], returned["returns"] * fees["return"]),
        Total(rules.AD_HOC, len(charges), sum(charges, Decimal())),
    ]


def queue(state: State, bill_id: int) -> None:
    """Queue a bill for reckoning, inside the caller's transaction: its totals are nought until then."""
    _write(state, bill_id, rules.QUEUED, [Total(category, 0, Decimal()) for category in rules.CATEGORIES])
    agenda.drop(state.store, KIND, str(bill_id))
    agenda.add(state.store, KIND, due=state.now() + rules.TALLIED_AFTER, key=str(bill_id), detail={})


def run(state: State, due: Due) -> None:
    """Reckon a bill whose time has come: it is a draft then, with the charges of its period on it."""
    bill = state.store.one("SELECT * FROM bills WHERE id = ?", int(due.key))
    if bill is None or bill["status"] != rules.QUEUED:
        return
    state.store.execute(
        _TAKE_CHARGES, bill["id"], bill["customer_id"], bill["period_start"], end_of(bill["period_end"])
    )
    write(state, bill["id"], rules.DRAFT)


def write(state: State, bill_id: int, status: str) -> None:
    """Reckon a bill now and set its state, inside the caller's transaction."""
    bill = state.store.all("SELECT * FROM bills WHERE id = ?", bill_id)[0]
    _write(state, bill_id, status, totals(state.store, bill))


def _write(state: State, bill_id: int, status: str, found: Sequence[Total]) -> None:
    amount = sum((total.amount.quantize(CENT) for total in found), Decimal())
    state.store.execute(
        "UPDATE bills SET status = ?, amount = ?, updated_at = ? WHERE id = ?",
        *(status, str(amount.quantize(CENT)), state.today(), bill_id),
    )
    state.store.execute("DELETE FROM bill_totals WHERE bill_id = ?", bill_id)
    for total in found:
        state.store.execute(
            "INSERT INTO bill_totals (bill_id, category, label, quantity, amount) VALUES (?, ?, ?, ?, ?)",
            *(bill_id, total.category, rules.LABELS[total.category], total.quantity, str(total.amount.quantize(CENT))),
        )


def _fees(store: Store, profile_id: int) -> dict[str, Decimal]:
    profile = store.all("SELECT fees FROM billing_profiles WHERE id = ?", profile_id)[0]
    return {name: Decimal(rate) for name, rate in {**rules.FEES, **json.loads(profile["fees"])}.items()}


def end_of(period_end: str) -> str:
    """Give the moment before which a period's work was done: a last day without a time counts whole."""
    if not period_end.endswith("T00:00:00"):
        return period_end
    return (datetime.fromisoformat(period_end) + timedelta(days=1)).isoformat()


def _days(start: str, end: str) -> int:
    return max(0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).days)


AGENDA = {KIND: run}
