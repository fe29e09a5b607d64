"""The one door to a company's money: every change of the balance has its row. Amounts are cents of that money.

Nothing shows how the vendor signs an amount but two documents, an invoice of -99.99 and a credit note of 99.99: a
charge is negative here, what is paid in or back is positive.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.state import Environment
from crossdock_twins.easyship.times import timestamp

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

OPENING_BALANCE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """What is settled, and what can be spent: holds and payments on their way make the difference."""

    balance: int
    available: int


def wallet(store: Store, *, company_id: str, environment: Environment) -> Wallet:
    """Give what a company has; it starts with 500.00, which nobody has paid in."""
    row = store.one(
        "SELECT balance, available FROM wallet WHERE company_id = ? AND environment = ?", company_id, environment
    )
    if row is None:
        return Wallet(balance=OPENING_BALANCE, available=OPENING_BALANCE)
    return Wallet(balance=row["balance"], available=row["available"])


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
    _open(store, company_id, environment)
    store.execute(
        "UPDATE wallet SET balance = balance + ?, available = available + ? WHERE company_id = ? AND environment = ?",
        *(amount_cents, amount_cents, company_id, environment),
    )
    moment = timestamp(at)
    store.execute(
        "INSERT INTO transaction_record (id, company_id, environment, kind, adjustment_type, amount, description,"
        " shipment_id, created_at, settled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(str(uuid4()), company_id, environment, kind, adjustment_type, amount_cents, detail),
        *(shipment_id, moment, moment),
    )


def _open(store: Store, company_id: str, environment: Environment) -> None:
    store.execute(
        "INSERT OR IGNORE INTO wallet (company_id, environment, balance, available) VALUES (?, ?, ?, ?)",
        *(company_id, environment, OPENING_BALANCE, OPENING_BALANCE),
    )
