"""Billing documents. They follow from the records, so nothing of them is kept.

A week (Monday to Sunday) whose charges are settled has an invoice, one with refunds a credit note, each made when the
next week begins; a payment has a receipt when it arrives. The ids' form shows in examples: two letters, the country,
the day, a number. A month in which more metered calls were made than the plan holds ends with a subscription document.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.records import Where
from crossdock_twins.easyship.state import Company, Owner
from crossdock_twins.easyship.subscriptions.plans import plan_of
from crossdock_twins.easyship.times import timestamp

Type = Literal["receipt", "invoice", "credit_note", "subscription"]
_LETTERS: Mapping[Type, str] = {"receipt": "RE", "invoice": "IN", "credit_note": "CN", "subscription": "SU"}
_CALL_CENTS = 2
_WEEK = timedelta(days=7)
_WEEKS = (
    "SELECT date(settled_at, 'weekday 0', '-6 days') AS monday, amount < 0 AS charged, sum(amount) AS total"
    " FROM transaction_record WHERE company_id = ? AND environment = ? AND kind <> 'payment' AND settled_at < ?"
    " GROUP BY monday, charged"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document; `total` in cents is what it changed the balance by, `records` says which records are its lines."""

    id: str
    type: Type
    currency: str
    total: int
    first: date
    last: date
    generated_at: datetime
    records: Where

    def as_json(self) -> dict[str, Any]:
        """Show the document."""
        return {
            "currency": self.currency,
            "date_from": timestamp(datetime.combine(self.first, time(), UTC)),
            "date_to": timestamp(datetime.combine(self.last, time(23, 59, 59), UTC)),
            "generated_at": timestamp(self.generated_at),
            "id": self.id,
            "total": self.total / 100,
            "type": self.type,
        }


def documents(store: Store, company: Company, owner: Owner, *, now: datetime) -> list[Document]:
    """Give all documents that are made by now, newest first."""
    found = [
        *_weekly(store, company, owner, now),
        *_receipts(store, company, owner),
        *_subscriptions(store, company, owner, now),
    ]
    return sorted(found, key=lambda document: (document.generated_at, document.id), reverse=True)


def _weekly(store: Store, company: Company, owner: Owner, now: datetime) -> list[Document]:
    this_monday = (now - timedelta(days=now.weekday())).date()
    rows = store.all(_WEEKS, owner.company_id, owner.environment, this_monday.isoformat())
    return [_week(company, row) for row in rows]


def _week(company: Company, row: sqlite3.Row) -> Document:
    monday = date.fromisoformat(row["monday"])
    following = monday + _WEEK
    kind: Type = "invoice" if row["charged"] else "credit_note"
    return Document(
        id=f"{_LETTERS[kind]}{company.country_alpha2}{following:%Y%m%d}001",
        type=kind,
        currency=company.currency,
        total=row["total"],
        first=monday,
        last=following - timedelta(days=1),
        generated_at=datetime.combine(following, time(), UTC),
        records=Where(
            sql="kind <> 'payment' AND settled_at >= ? AND settled_at < ? AND (amount < 0) = ?",
            values=(monday.isoformat(), following.isoformat(), row["charged"]),
        ),
    )


def _receipts(store: Store, company: Company, owner: Owner) -> list[Document]:
    rows = store.all(
        "SELECT number, amount, settled_at FROM transaction_record WHERE company_id = ? AND environment = ?"
        " AND kind = 'payment' AND settled_at IS NOT NULL ORDER BY settled_at, number",
        *(owner.company_id, owner.environment),
    )
    receipts: list[Document] = []
    of_day: dict[date, int] = {}
    for row in rows:
        arrived = datetime.fromisoformat(row["settled_at"])
        day = arrived.date()
        of_day[day] = of_day.get(day, 0) + 1
        receipts.append(
            Document(
                id=f"{_LETTERS['receipt']}{company.country_alpha2}{day:%Y%m%d}{of_day[day]:03d}",
                type="receipt",
                currency=company.currency,
                total=row["amount"],
                first=day,
                last=day,
                generated_at=arrived,
                records=Where(sql="number = ?", values=(row["number"],)),
            )
        )
    return receipts


def _subscriptions(store: Store, company: Company, owner: Owner, now: datetime) -> list[Document]:
    rows = store.all(
        "SELECT month, sum(calls) AS calls FROM metered_usage WHERE company_id = ? AND environment = ? AND month < ?"
        " GROUP BY month",
        *(owner.company_id, owner.environment, f"{now:%Y-%m}"),
    )
    allowance = plan_of(store, company.id).allowance
    over = [row for row in rows if owner.environment == "production" and row["calls"] > allowance]
    return [_month(company, row["month"], row["calls"] - allowance) for row in over]


def _month(company: Company, month: str, calls: int) -> Document:
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return Document(
        id=f"{_LETTERS['subscription']}{company.country_alpha2}{following:%Y%m%d}001",
        type="subscription",
        currency=company.currency,
        total=-calls * _CALL_CENTS,
        first=first,
        last=following - timedelta(days=1),
        generated_at=datetime.combine(following, time(), UTC),
        records=Where(sql="0"),
    )
