"""Operations on bills: make one for a customer's period, reckon it, send it, close it, throw it away."""

import csv
import io
import sqlite3
from collections.abc import Mapping
from typing import Any

from crossdock_twins.shiphero import dates, papers
from crossdock_twins.shiphero.billing import nodes, rules, tally
from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.paging import Conditions, Listing

_PROFILE = (
    "SELECT coalesce((SELECT r.billing_profile_id FROM relationships r WHERE r.customer_id = ?1"
    " AND (?2 IS NULL OR r.warehouse_id = ?2) AND r.billing_profile_id IS NOT NULL ORDER BY r.warehouse_id LIMIT 1),"
    " (SELECT min(p.id) FROM billing_profiles p WHERE p.account_id = ?3)) AS id"
)


def bills(call: Call, **asked: Any) -> Listing:
    """Answer `bills`: a 3PL sees those that it writes, a customer those that it gets."""
    where = Conditions()
    where.add("(account_id = ? OR customer_id = ?)", call.account.id, call.account.id)
    where.compare("created_at", ">=", asked.get("from_date"))
    where.compare("created_at", "<=", asked.get("to_date"))
    where.compare("status", "=", asked.get("status"))
    return Listing(store=call.state.store, table="bills", where=where, sorts=nodes.BILL_SORTS, nodes=nodes.bills)


def bill(call: Call, *, id: str) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `bill`; error 5 where the caller sees no such bill."""
    return nodes.bills(call, [_seen(call, id)])[0]


def bill_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `bill_create`: the bill is queued, and a draft once it has been reckoned."""
    customer, start, end = customer_of(call, data["customer_account_id"]), data["start_date"], data["end_date"]
    if end < start:
        raise invalid("end_date must not be before start_date")
    warehouse = warehouse_of(call, data.get("warehouse_id"))
    profile = call.state.store.all(_PROFILE, customer, warehouse, call.account.id)[0]["id"]
    if profile is None:
        raise invalid("The customer has no billing profile")
    now = call.state.today()
    number = call.state.store.insert(
        "INSERT INTO bills (account_id, customer_id, warehouse_id, billing_profile_id, status, period_start,"
        " period_end, amount, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, '0.00', ?, ?)",
        *(call.account.id, customer, warehouse, profile, rules.QUEUED, start, end, now, now),
    )
    tally.queue(call.state, number)
    return bill(call, id=str(number))


def bill_recalculate(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `bill_recalculate`: only what has not gone out can be reckoned anew."""
    row = _own(call, data)
    if row["status"] not in rules.OPEN:
        raise invalid(f"A bill that is {row['status']} cannot be recalculated")
    tally.queue(call.state, row["id"])
    return bill(call, id=str(row["id"]))


def bill_update(call: Call, *, data: Mapping[str, Any]) -> None:
    """Answer `bill_update`: set the state to draft, finalize or paid."""
    row = _own(call, data)
    status = rules.SETTABLE.get(data["status"].strip().lower())
    if status is None:
        raise invalid("Invalid status. Use draft, finalize or paid")
    if row["status"] == rules.QUEUED:
        raise invalid("The bill is still being calculated")
    _set(call, row["id"], status)


def bill_submit(call: Call, *, data: Mapping[str, Any]) -> None:
    """Answer `bill_submit`: the bill goes to the customer as a file, and is to be paid within thirty days."""
    row = _own(call, data)
    if row["status"] not in {rules.DRAFT, rules.FINALIZED}:
        raise invalid(f"A bill that is {row['status']} cannot be submitted")
    _set(call, row["id"], rules.SUBMITTED)
    due = dates.text_of(call.state.now() + rules.PAYABLE_WITHIN)
    call.state.store.execute("UPDATE bills SET due_date = ? WHERE id = ?", due, row["id"])
    name = papers.keep(
        call.state, account_id=call.account.id, media_type="text/csv", ending="csv", contents=_sheet(call, row)
    )
    call.state.store.execute(
        "INSERT INTO bill_exports (bill_id, status, file_name) VALUES (?, 'completed', ?)", row["id"], name
    )


def bill_delete(call: Call, *, data: Mapping[str, Any]) -> None:
    """Answer `bill_delete`: its charges are free for another bill again."""
    row = _own(call, data)
    if row["status"] not in {*rules.OPEN, rules.FINALIZED}:
        raise invalid(f"A bill that is {row['status']} cannot be deleted")
    call.state.store.execute("DELETE FROM bills WHERE id = ?", row["id"])


def customer_of(call: Call, named: str | None) -> int:
    """Give the customer that an input names; error 5 where it is none of the caller's."""
    number = number_of(named, "Account")
    if number == call.account.id or number not in call.visible:
        raise not_found("Account")
    return number


def warehouse_of(call: Call, named: str | None) -> int | None:
    """Give the caller's warehouse that an input names, or None."""
    if not named:
        return None
    number = number_of(named, "Warehouse")
    if (
        call.state.store.one("SELECT 1 FROM warehouses WHERE id = ? AND account_id = ?", number, call.account.id)
        is None
    ):
        raise not_found("Warehouse")
    return number


def own_bill(call: Call, named: str) -> sqlite3.Row:
    """Give a bill that the caller has written; error 5 otherwise."""
    row = _seen(call, named)
    if row["account_id"] != call.account.id:
        raise not_found("Bill")
    return row


def _own(call: Call, data: Mapping[str, Any]) -> sqlite3.Row:
    row = own_bill(call, data["id"])
    if data.get("customer_account_id") and row["customer_id"] != customer_of(call, data["customer_account_id"]):
        raise not_found("Bill")
    return row


def _seen(call: Call, named: str) -> sqlite3.Row:
    row = call.state.store.one("SELECT * FROM bills WHERE id = ?", number_of(named, "Bill"))
    if row is None or call.account.id not in {row["account_id"], row["customer_id"]}:
        raise not_found("Bill")
    return row


def _set(call: Call, number: int, status: str) -> None:
    call.state.store.execute(
        "UPDATE bills SET status = ?, updated_at = ? WHERE id = ?", status, call.state.today(), number
    )


def _sheet(call: Call, row: sqlite3.Row) -> bytes:
    """Write a bill as CSV: its categories, then its sum."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(["category", "label", "quantity", "amount"])
    found = call.state.store.all("SELECT * FROM bill_totals WHERE bill_id = ? ORDER BY id", row["id"])
    sheet.writerows([each["category"], each["label"], each["quantity"], each["amount"]] for each in found)
    sheet.writerow(["total", "", "", row["amount"]])
    return text.getvalue().encode()


QUERIES: dict[str, Operation] = {"bill": bill, "bills": bills}
MUTATIONS: dict[str, Operation] = {
    "bill_create": bill_create,
    "bill_delete": bill_delete,
    "bill_recalculate": bill_recalculate,
    "bill_submit": bill_submit,
    "bill_update": bill_update,
}
ENTITIES = {"bill_create": "bill", "bill_recalculate": "bill"}
PAGES = frozenset({"BillsQueryResult"})
