"""The network's invoices come by themselves: on the first of each month, for the month before."""

from datetime import datetime, timedelta
from decimal import Decimal

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.billing import invoices
from crossdock_twins.shiphero.state import State

KIND = "shiphero.invoice.month"

_LABELS = (
    "SELECT count(*) AS n, round(coalesce(sum(CAST(cost AS REAL)), 0), 2) AS cost FROM shipping_labels"
    " WHERE account_id = ? AND created_at >= ? AND created_at < ?"
)
_RETURNS = "SELECT count(*) AS n FROM returns WHERE account_id = ? AND created_at >= ? AND created_at < ?"
_STORED = "SELECT coalesce(sum(on_hand), 0) AS n FROM warehouse_products WHERE account_id = ?"
_NETWORK = "SELECT id FROM accounts WHERE settings ->> '$.fulfillment_network' AND state = 'active' ORDER BY id"


def start(store: Store, now: datetime) -> None:
    """Put the next first of a month on the agenda."""
    due = month_after(now)
    agenda.add(store, KIND, due=due, key=due.strftime("%Y-%m"), detail={})


def run(state: State, due: Due) -> None:
    """Write the invoices of the month that has ended, and wait for the next."""
    end = due.at.replace(hour=0, minute=0, second=0, microsecond=0)
    for row in state.store.all(_NETWORK):
        issue(state.store, row["id"], end=end, status="open")
    start(state.store, due.at)


def backfill(state: State, account_id: int, *, months: int) -> None:
    """Write the invoices of the months that have passed, all paid."""
    end = state.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends = [end]
    for _ in range(months - 1):
        ends.append((ends[-1] - timedelta(days=1)).replace(day=1))
    for each in reversed(ends):
        issue(state.store, account_id, end=each, status="paid")


def issue(store: Store, account_id: int, *, end: datetime, status: str) -> None:
    """Write an account's invoice of the month before `end`; where nothing left and nothing lay there is none."""
    first = (end - timedelta(days=1)).replace(day=1)
    month = (dates.text_of(first), dates.text_of(end))
    labels = store.all(_LABELS, account_id, *month)[0]
    returned = store.all(_RETURNS, account_id, *month)[0]["n"]
    stored = store.all(_STORED, account_id)[0]["n"]
    amount = Decimal(str(labels["cost"])) + labels["n"] * (invoices.PROCESSING + invoices.PICKING)
    amount += returned * (invoices.PICKING + invoices.INSPECTION + invoices.RESTOCKING)
    amount += stored * invoices.STORAGE_PER_PIECE
    if not amount:
        return
    store.execute(
        "INSERT OR IGNORE INTO fulfillment_invoices (account_id, period_start, period_end, amount, status, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        *(account_id, *month, str(amount.quantize(Decimal("0.01"))), status, month[1]),
    )


def month_after(moment: datetime) -> datetime:
    """Give midnight of the first day of the next month."""
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


AGENDA = {KIND: run}
