"""Operations on cycle counts: have products, locations or earlier differences counted, and see how far it is."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.base import agenda
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.cycle_counts import jobs, nodes, selection, store
from crossdock_twins.shiphero.cycle_counts.store import NewCount
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.stock import houses

Input = Mapping[str, Any]

_OF_SKU = (
    "id IN (SELECT i.count_id FROM cycle_count_items i JOIN warehouse_products s ON s.id = i.stock_id"
    " JOIN products p ON p.id = s.product_id WHERE p.sku_key = ?)"
)
_HEAD = frozenset({"customer_account_id", "name", "warehouse_id", "due_date"})


def cycle_counts(call: Call, **asked: Any) -> Listing:
    """Answer `cycle_counts`: those of one warehouse that fit all that was asked."""
    where = Conditions()
    where.among("account_id", call.accounts_of(asked.get("customer_account_id")))
    where.add("warehouse_id = ?", houses.warehouse_of(call, asked["warehouse_id"]))
    if asked.get("sku"):
        where.add(_OF_SKU, sku_key(asked["sku"]))
    for name, column in (("status", "status"), ("count_type", "count_type")):
        wanted = [text for text in asked.get(name) or () if text]
        if wanted:
            where.among(column, wanted)
    where.compare("created_at", ">=", asked.get("date_from"))
    where.compare("created_at", "<=", asked.get("date_to"))
    return Listing(store=call.state.store, table="cycle_counts", where=where, sorts=nodes.SORTS, nodes=nodes.counts)


def cycle_count(call: Call, *, id: str) -> nodes.Node:  # noqa: A002 - the API's own argument
    """Answer `cycle_count`; error 5 where the caller has no such count."""
    number = ids.decode(id, "CycleCountBatch", "CycleCount")
    if number is None:
        raise not_found("Cycle count")
    return nodes.counts(call, [store.read(call.state.store, number, accounts=call.visible)])[0]


def cycle_count_items_create(call: Call, *, data: Input) -> nodes.Node:
    """Answer `cycle_count_items_create`: count products, wherever they lie."""
    return _create(call, data, "PRODUCTS")


def cycle_count_locations_create(call: Call, *, data: Input) -> nodes.Node:
    """Answer `cycle_count_locations_create`: count locations, whatever lies there."""
    return _create(call, data, "LOCATIONS")


def cycle_count_recount_create(call: Call, *, data: Input) -> nodes.Node:
    """Answer `cycle_count_recount_create`: count again where an earlier count found something else than the books."""
    return _create(call, data, "RECOUNT")


def _create(call: Call, data: Input, count_type: str) -> nodes.Node:
    asked = {name: value for name, value in data.items() if name not in _HEAD and value is not None}
    asked["sort_by"] = (data.get("sort_by") or "").strip().lower()
    if asked["sort_by"] not in store.ORDERS:
        raise invalid(f"sort_by must be one of {', '.join(name for name in store.ORDERS if name)}")
    if data.get("max_items") is not None and data["max_items"] < 1:
        raise invalid("max_items must be greater than 0")
    _check_exclusions(data)
    for text in data.get("assigned_user_ids") or ():
        _check_user(call, text)
    new = NewCount(
        account_id=call.account_for(data.get("customer_account_id")),
        warehouse_id=houses.warehouse_of(call, data["warehouse_id"]),
        name=required(data["name"], "name"),
        count_type=count_type,
        due_date=data.get("due_date"),
        body=asked,
    )
    number = store.insert(call.state.store, new, at=call.state.today())
    agenda.add(call.state.store, jobs.START, due=call.state.now() + jobs.STARTS_AFTER, key=str(number), detail={})
    return nodes.counts(call, [store.read(call.state.store, number, accounts=call.visible)])[0]


def _check_exclusions(data: Input) -> None:
    asked = (data.get("exclusion_filters") or {}).get("exclusion_parameters") or ()
    unknown = [text for text in asked if text and text.strip().lower() not in selection.PARAMETERS]
    if unknown:
        raise invalid(f"exclusion_parameters must be among {', '.join(selection.PARAMETERS)}")


def _check_user(call: Call, text: str | None) -> None:
    person = call.state.accounts.user(number_of(text, "User"))
    if person is None or person.account_id not in call.visible:
        raise not_found("User")


QUERIES: dict[str, Operation] = {"cycle_counts": cycle_counts, "cycle_count": cycle_count}
MUTATIONS: dict[str, Operation] = {
    "cycle_count_items_create": cycle_count_items_create,
    "cycle_count_locations_create": cycle_count_locations_create,
    "cycle_count_recount_create": cycle_count_recount_create,
}
ENTITIES = dict.fromkeys(MUTATIONS, "cycle_count")
PAGES = frozenset({"CycleCountsQueryResult"})
