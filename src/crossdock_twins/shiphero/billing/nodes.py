"""Bills, charges and units of work as the API's types."""

import sqlite3
from typing import Any

from crossdock_twins.shiphero import ids, papers
from crossdock_twins.shiphero.call import Call, Info, Resolver, Siblings
from crossdock_twins.shiphero.paging import Conditions, Listing

BILL_SORTS = {"id": "id", "legacy_id": "id", "status": "status", "created_at": "created_at", "due_date": "due_date"}
_TOTAL_SORTS = {"id": "id", "legacy_id": "id", "category": "category", "label": "label", "quantity": "quantity"}
_EXPORT_SORTS = {"id": "id", "legacy_id": "id", "status": "status"}


def bills(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of one page of bills."""
    siblings = Siblings([row["id"] for row in rows])
    return [_bill(row, siblings) for row in rows]


def _bill(row: sqlite3.Row, siblings: Siblings) -> dict[str, Any]:
    return {
        "id": ids.encode("Bill", row["id"]),
        "legacy_id": row["id"],
        "status": row["status"],
        "created_at": row["created_at"],
        "due_date": row["due_date"],
        "amount": row["amount"],
        "billing_period": {"start": _day(row["period_start"]), "end": _day(row["period_end"])},
        "_number": row["id"],
        "_siblings": siblings,
    }


def _day(text: str) -> str:
    """Write a moment as a day where it has no time, as the provider does for periods."""
    return text.removesuffix("T00:00:00")


def _names(bill: dict[str, Any], call: Call) -> sqlite3.Row:
    def load(numbers: list[int]) -> dict[int, sqlite3.Row]:
        rows = call.state.store.all(
            "SELECT b.id, a.username, p.name, p.frequency FROM bills b JOIN accounts a ON a.id = b.customer_id"
            " JOIN billing_profiles p ON p.id = b.billing_profile_id"
            f" WHERE b.id IN ({', '.join('?' * len(numbers))})",
            *numbers,
        )
        return {row["id"]: row for row in rows}

    row: sqlite3.Row = bill["_siblings"].below("names", bill["_number"], load)
    return row


def customer_name(bill: dict[str, Any], info: Info) -> str:
    """Resolve `Bill.customer_name`."""
    return str(_names(bill, info.context)["username"])


def profile_name(bill: dict[str, Any], info: Info) -> str:
    """Resolve `Bill.profile_name`."""
    return str(_names(bill, info.context)["name"])


def billing_frequency(bill: dict[str, Any], info: Info) -> str:
    """Resolve `Bill.billing_frequency`."""
    return str(_names(bill, info.context)["frequency"])


def totals(bill: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
    """Resolve `Bill.totals`: one row for each category."""
    call, where = info.context, Conditions()
    where.add("bill_id = ?", bill["_number"])
    listing = Listing(store=call.state.store, table="bill_totals", where=where, sorts=_TOTAL_SORTS, nodes=_totals)
    return listing.connection(call, **page)


def _totals(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    return [
        {
            "id": ids.encode("FeeCategoryTotal", row["id"]),
            "legacy_id": row["id"],
            "amount": row["amount"],
            "label": row["label"],
            "category": row["category"],
            "quantity": row["quantity"],
        }
        for row in rows
    ]


def bill_exports(bill: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
    """Resolve `Bill.bill_exports`: the files that were made of it."""
    call, where = info.context, Conditions()
    where.add("bill_id = ?", bill["_number"])
    listing = Listing(store=call.state.store, table="bill_exports", where=where, sorts=_EXPORT_SORTS, nodes=_exports)
    return listing.connection(call, **page)


def _exports(call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    return [
        {
            "id": ids.encode("BillExports", row["id"]),
            "legacy_id": row["id"],
            "status": row["status"],
            "file_url": papers.link(call.state, row["file_name"]),
        }
        for row in rows
    ]


def charges(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of ad hoc charges."""
    return [
        {
            "id": ids.encode("AdHocCharge", row["id"]),
            "legacy_id": row["id"],
            "name": row["name"],
            "description": row["description"],
            "occurred_at": row["occurred_at"],
            "labor_unit_id": ids.encode("LaborUnit", row["labor_unit_id"]),
            "unit_amount": row["unit_amount"],
            "rate": row["rate"],
            "bill_id": ids.encode_or_none("Bill", row["bill_id"]),
        }
        for row in rows
    ]


def labor_units(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the nodes of units of work."""
    return [
        {
            "id": ids.encode("LaborUnit", row["id"]),
            "legacy_id": row["id"],
            "name": row["name"],
            "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        }
        for row in rows
    ]


FIELDS: dict[tuple[str, str], Resolver] = {
    ("Bill", "customer_name"): customer_name,
    ("Bill", "profile_name"): profile_name,
    ("Bill", "billing_frequency"): billing_frequency,
    ("Bill", "totals"): totals,
    ("Bill", "bill_exports"): bill_exports,
}
