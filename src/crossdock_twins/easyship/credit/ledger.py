"""The one door to a company's money: every change of the balance has its row. Amounts are cents of that money.

Nothing shows how the vendor signs an amount but two documents, an invoice of -99.99 and a credit note of 99.99: a
charge is negative here, what is paid in or back is positive.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

from crossdock_twins.base import agenda
from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.state import Environment
from crossdock_twins.easyship.times import timestamp

RECHARGE = "credit.recharge"
"""The kind of agenda item that a charge leaves when the balance has fallen below what the company set."""

Kind = Literal["shipment", "pickup", "claim", "policy", "payment"]
AdjustmentType = Literal[
    "Refund after Cancellation",
    "Remote Area Surcharge (ODA Reconciliation)",
    "Declared Value Revaluation (Tax Reconciliation)",
    "Adjustment based on Weight (Weight Reconciliation)",
    "Payment of Tax & Duty on behalf of Consignee",
    "Return Fees",
    "Declared Value Revaluation",
    "Address Correction Fee",
    "Refund (100%)",
    "Residential Area Surcharge",
    "Charge After Refund",
    "Warehouse Handling Fee",
    "Refund for Fixed Shipment",
    "Charge for Fixed Shipment",
    "Refund (50%)",
    "Oversized Surcharge",
    "Refund - Damaged",
    "Refund - Lost",
    "Pay On Scan",
    "Account Consolidation",
    "Others",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """What is settled, and what can be spent: holds and payments on their way make the difference.

    `overdraft` is how far below nothing the company may go.
    """

    balance: int
    available: int
    overdraft: int


def wallet(store: Store, *, company_id: str, environment: Environment) -> Wallet:
    """Give what a company has; LookupError where it has no account yet."""
    row = store.one(
        "SELECT balance, available, overdraft FROM wallet WHERE company_id = ? AND environment = ?",
        *(company_id, environment),
    )
    if row is None:
        raise LookupError(f"{company_id} has no wallet.")
    return Wallet(balance=row["balance"], available=row["available"], overdraft=row["overdraft"])


def open_wallet(store: Store, *, company_id: str, environment: Environment) -> None:
    """Give a company an empty wallet."""
    store.execute(
        "INSERT INTO wallet (company_id, environment, balance, available) VALUES (?, ?, 0, 0)",
        *(company_id, environment),
    )


def record(
    store: Store,
    *,
    company_id: str,
    environment: Environment,
    amount_cents: int,
    adjustment_type: AdjustmentType | None,
    at: datetime,
    detail: str | None,
    shipment_id: str | None = None,
    kind: Kind = "shipment",
) -> None:
    """Change the balance by an amount that is settled at once, inside the caller's transaction.

    A charge is negative. `adjustment_type` is None for an ordinary charge, `detail` is the record's description.
    """
    _move(store, company_id, environment, balance=amount_cents, available=amount_cents)
    _write(
        store,
        *(company_id, environment, kind, adjustment_type, amount_cents, detail, shipment_id),
        *(timestamp(at), timestamp(at)),
    )
    if amount_cents < 0:
        _call_for_recharge(store, company_id, environment, at)


def take_off(store: Store, *, company_id: str, environment: Environment, amount_cents: int) -> None:
    """Take off the balance what rows that are written already say; for seeds, which write many rows at once."""
    _move(store, company_id, environment, balance=-amount_cents, available=-amount_cents)


def announce(
    store: Store,
    *,
    company_id: str,
    environment: Environment,
    amount_cents: int,
    spendable_cents: int,
    at: datetime,
    detail: str,
) -> str:
    """Write a payment that is still on its way, of which some can be spent already, and give the record's id."""
    _move(store, company_id, environment, balance=0, available=spendable_cents)
    return _write(
        store, *(company_id, environment, "payment", None, amount_cents, detail, None), *(timestamp(at), None)
    )


def settle(store: Store, *, record_id: str, spent_cents: int, at: datetime) -> None:
    """Let a payment arrive of which so much could be spent before."""
    row = store.one("SELECT * FROM transaction_record WHERE id = ? AND settled_at IS NULL", record_id)
    if row is None:
        return
    store.execute("UPDATE transaction_record SET settled_at = ? WHERE id = ?", timestamp(at), record_id)
    amount: int = row["amount"]
    _move(store, row["company_id"], row["environment"], balance=amount, available=amount - spent_cents)


def _call_for_recharge(store: Store, company_id: str, environment: str, at: datetime) -> None:
    low = store.one(
        "SELECT 1 FROM wallet WHERE company_id = ? AND environment = ?"
        " AND recharge_enabled AND available < recharge_threshold",
        *(company_id, environment),
    )
    if low is not None:
        detail = {"company_id": company_id, "environment": environment}
        agenda.add(store, RECHARGE, due=at, key=f"{environment}.{company_id}", detail=detail)


def _move(store: Store, company_id: str, environment: str, *, balance: int, available: int) -> None:
    store.execute(
        "UPDATE wallet SET balance = balance + ?, available = available + ? WHERE company_id = ? AND environment = ?",
        *(balance, available, company_id, environment),
    )


def _write(store: Store, *values: Value) -> str:
    record_id = str(uuid4())
    store.execute(
        "INSERT INTO transaction_record (id, company_id, environment, kind, adjustment_type, amount, description,"
        " shipment_id, created_at, settled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(record_id, *values),
    )
    return record_id
