"""Operations on what a 3PL charges for by hand: work by the hour, the piece or the pallet."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crossdock_twins.base.store import Value
from crossdock_twins.shiphero.billing import bills, nodes, rules
from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.paging import Conditions, Listing

_CHARGE_SORTS = {name: name for name in ("id", "name", "occurred_at")} | {"legacy_id": "id"}
_UNIT_SORTS = {name: name for name in ("id", "name")} | {"legacy_id": "id"}


def ad_hoc_charges(call: Call, *, ids: list[str | None]) -> Listing:
    """Answer `ad_hoc_charges`: those of these numbers that the caller has made, or gets."""
    where = Conditions()
    where.among("id", [number_of(text, "AdHocCharge") for text in ids if text])
    where.add("(account_id = ? OR customer_id = ?)", call.account.id, call.account.id)
    return Listing(
        store=call.state.store, table="ad_hoc_charges", where=where, sorts=_CHARGE_SORTS, nodes=nodes.charges
    )


def labor_units(call: Call, *, warehouse_id: str | None = None) -> Listing:
    """Answer `labor_units`: what the caller's warehouses charge work by."""
    where = Conditions()
    where.add("account_id = ?", call.account.id)
    where.compare("warehouse_id", "=", bills.warehouse_of(call, warehouse_id))
    return Listing(store=call.state.store, table="labor_units", where=where, sorts=_UNIT_SORTS, nodes=nodes.labor_units)


def bill_add_ad_hoc_charge(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `bill_add_ad_hoc_charge`: onto a bill that is still open, or onto the next one of its period."""
    customer = bills.customer_of(call, data["customer_account_id"])
    number = call.state.store.insert(
        "INSERT INTO ad_hoc_charges (account_id, customer_id, warehouse_id, bill_id, labor_unit_id, name, description,"
        " occurred_at, unit_amount, rate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(call.account.id, customer, bills.warehouse_of(call, data.get("warehouse_id"))),
        *(_bill(call, data.get("bill_id"), customer), _unit(call, data["labor_unit_id"])),
        *(required(data["name"], "name"), data["description"], data["occurred_at"]),
        *(_amount(data["unit_amount"], "unit_amount"), _amount(data["rate"], "rate")),
    )
    return _node(call, number)


def bill_update_ad_hoc_charge(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `bill_update_ad_hoc_charge`: a charge on a bill that has gone out stays as it is."""
    number = number_of(data["adhoc_charge_id"], "AdHocCharge")
    row = call.state.store.one("SELECT * FROM ad_hoc_charges WHERE id = ?", number)
    named = data.get("customer_account_id")
    if row is None or row["account_id"] != call.account.id:
        raise not_found("Ad-hoc charge")
    if named and row["customer_id"] != bills.customer_of(call, named):
        raise not_found("Ad-hoc charge")
    if row["bill_id"] is not None:
        _bill(call, str(row["bill_id"]), row["customer_id"])
    values: dict[str, Value] = {
        name: data[name] for name in ("description", "occurred_at") if data.get(name) is not None
    }
    if data.get("name") is not None:
        values["name"] = required(data["name"], "name")
    if data.get("labor_unit_id"):
        values["labor_unit_id"] = _unit(call, data["labor_unit_id"])
    values |= {name: _amount(data[name], name) for name in ("unit_amount", "rate") if data.get(name) is not None}
    if values:
        call.state.store.execute(
            f"UPDATE ad_hoc_charges SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?",
            *(*values.values(), number),
        )
    return _node(call, number)


def _node(call: Call, number: int) -> dict[str, Any]:
    return nodes.charges(call, call.state.store.all("SELECT * FROM ad_hoc_charges WHERE id = ?", number))[0]


def _bill(call: Call, named: str | None, customer: int) -> int | None:
    if not named:
        return None
    row = bills.own_bill(call, named)
    if row["customer_id"] != customer:
        raise not_found("Bill")
    if row["status"] not in rules.OPEN:
        raise invalid(f"The charges of a bill that is {row['status']} cannot be changed")
    return int(row["id"])


def _unit(call: Call, named: str) -> int:
    number = number_of(named, "LaborUnit")
    if (
        call.state.store.one("SELECT 1 FROM labor_units WHERE id = ? AND account_id = ?", number, call.account.id)
        is None
    ):
        raise not_found("Labor unit")
    return number


def _amount(text: str, name: str) -> str:
    if not Decimal(text).is_finite():
        raise invalid(f"{name} must be a number")
    return text


QUERIES: dict[str, Operation] = {"ad_hoc_charges": ad_hoc_charges, "labor_units": labor_units}
MUTATIONS: dict[str, Operation] = {
    "bill_add_ad_hoc_charge": bill_add_ad_hoc_charge,
    "bill_update_ad_hoc_charge": bill_update_ad_hoc_charge,
}
ENTITIES = {"bill_add_ad_hoc_charge": "charge", "bill_update_ad_hoc_charge": "charge"}
PAGES = frozenset({"AdHocChargesQueryResult", "LaborUnitsQueryResult"})
