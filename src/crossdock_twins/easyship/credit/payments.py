"""What comes into and goes out of a balance: top-ups by card or bank, automatic ones, and refunds."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from crossdock_twins.base import agenda as agendas
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.credit import ledger
from crossdock_twins.easyship.payment_sources import processor
from crossdock_twins.easyship.payment_sources.store import default_card, third_party_id
from crossdock_twins.easyship.state import Owner
from crossdock_twins.easyship.times import timestamp

_SETTLE = "credit.settle"
_CARD_TAKES = timedelta(hours=1)
_BANK_TAKES = timedelta(days=2)
_TOP_UP, _AUTO = "Credit top-up", "Automatic credit top-up"


def receive(store: Store, owner: Owner, *, source_id: str, amount_cents: int, at: datetime) -> None:
    """Take in a payment that has arrived already."""
    _note(store, owner, source_id, amount_cents, at)
    ledger.record(
        store,
        company_id=owner.company_id,
        environment=owner.environment,
        amount_cents=amount_cents,
        adjustment_type=None,
        at=at,
        detail=_TOP_UP,
        kind="payment",
    )


def top_up(
    store: Store, owner: Owner, *, source: Mapping[str, Any], amount_cents: int, at: datetime, detail: str = _TOP_UP
) -> None:
    """Take in a payment: a card's can be spent at once and is settled within the hour, a bank's takes two days."""
    by_card = source["payment_method_type"] == "card"
    spendable = amount_cents if by_card else 0
    with store.transaction():
        _note(store, owner, source["id"], amount_cents, at)
        record_id = ledger.announce(
            store,
            company_id=owner.company_id,
            environment=owner.environment,
            amount_cents=amount_cents,
            spendable_cents=spendable,
            at=at,
            detail=detail,
        )
        due = at + (_CARD_TAKES if by_card else _BANK_TAKES)
        agendas.add(store, _SETTLE, due=due, key=record_id, detail={"spent_cents": spendable})


def pay_back(store: Store, owner: Owner, *, amount_cents: int, at: datetime) -> dict[str, int]:
    """Pay out of the balance to where it came from, the latest payment first, and give the cents by source."""
    rows = store.all(
        "SELECT number, source_id, amount - refunded AS left FROM payment WHERE company_id = ? AND environment = ?"
        " AND refunded < amount ORDER BY number DESC",
        *(owner.company_id, owner.environment),
    )
    paid: dict[str, int] = {}
    for row in rows:
        part = min(row["left"], amount_cents - sum(paid.values()))
        if part:
            store.execute("UPDATE payment SET refunded = refunded + ? WHERE number = ?", part, row["number"])
            paid[row["source_id"]] = paid.get(row["source_id"], 0) + part
    if paid:
        ledger.record(
            store,
            company_id=owner.company_id,
            environment=owner.environment,
            amount_cents=-sum(paid.values()),
            adjustment_type=None,
            at=at,
            detail="Credit refund",
            kind="payment",
        )
    return paid


def _note(store: Store, owner: Owner, source_id: str, amount_cents: int, at: datetime) -> None:
    store.execute(
        "INSERT INTO payment (company_id, environment, source_id, amount, created_at) VALUES (?, ?, ?, ?, ?)",
        *(owner.company_id, owner.environment, source_id, amount_cents, timestamp(at)),
    )


def _settle(store: Store, due: Due) -> None:
    ledger.settle(store, record_id=due.key, spent_cents=due.detail["spent_cents"], at=due.at)


def _recharge(store: Store, due: Due) -> None:
    """Charge the default card with what the company set; a card that cannot be charged so is left alone."""
    owner = Owner(company_id=due.detail["company_id"], environment=due.detail["environment"])
    row = store.one(
        "SELECT recharge_amount FROM wallet WHERE company_id = ? AND environment = ?"
        " AND recharge_enabled AND available < recharge_threshold",
        *(owner.company_id, owner.environment),
    )
    source = default_card(store, owner)
    if row is None or source is None:
        return
    card = processor.card(third_party_id(store, source["id"]))
    if card is not None and not card.checked and not card.decline:
        top_up(store, owner, source=source, amount_cents=row["recharge_amount"], at=due.at, detail=_AUTO)


AGENDA: Mapping[str, Callable[[Store, Due], None]] = {_SETTLE: _settle, ledger.RECHARGE: _recharge}
