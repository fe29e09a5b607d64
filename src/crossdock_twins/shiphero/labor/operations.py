"""Operations on labour: who picked and packed what, what there is to do, and how people get on."""

from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.labor import jobs, nodes, people, performance
from crossdock_twins.shiphero.labor.pages import page_of
from crossdock_twins.shiphero.orders import access
from crossdock_twins.shiphero.paging import Conditions, Listing

_BY_DAY = "created_at, warehouse_id, user_id, id"
_SORTS = {name: name for name in ("id", "created_at", "warehouse_id", "user_id", "order_id")} | {"legacy_id": "id"}


def picks_per_day(call: Call, **asked: Any) -> Listing:
    """Answer `picks_per_day`: by date, warehouse and user."""
    where = _worked(call, asked)
    return Listing(
        store=call.state.store,
        table="picks",
        where=where,
        sorts={**_SORTS, "sku": "sku"},
        nodes=nodes.picks,
        default=_BY_DAY,
    )


def packs_per_day(call: Call, **asked: Any) -> Listing:
    """Answer `packs_per_day`: by date, warehouse and user."""
    where = _worked(call, asked)
    if asked.get("user_id"):
        where.add("user_id = ?", number_of(asked["user_id"], "User"))
    if asked.get("order_id"):
        where.add("order_id = ?", number_of(asked["order_id"], "Order"))
    if asked.get("order_number"):
        marks = ", ".join("?" * len(call.visible))
        where.add(
            f"order_id IN (SELECT o.id FROM orders o WHERE o.account_id IN ({marks}) AND o.order_number = ?)",
            *(*call.visible, asked["order_number"]),
        )
    return Listing(
        store=call.state.store, table="packages", where=where, sorts=_SORTS, nodes=nodes.packages, default=_BY_DAY
    )


def _worked(call: Call, asked: dict[str, Any]) -> Conditions:
    where = Conditions()
    if not asked.get("order_number"):
        where.among("account_id", call.visible)
    if asked.get("warehouse_id"):
        where.add("warehouse_id = ?", number_of(asked["warehouse_id"], "Warehouse"))
    where.compare("created_at", ">=", asked.get("date_from"))
    where.compare("created_at", "<=", asked.get("date_to"))
    return where


def labor_jobs(call: Call, *, warehouse_id: str, first: int | None = None, cursor: str | None = None) -> dict[str, Any]:
    """Answer `labor_jobs`: the kinds of work in a warehouse."""
    house = access.warehouse_seen(call, warehouse_id)
    return page_of(call, jobs.jobs(call.state, house), first=first, cursor=cursor)


def labor_workers(
    call: Call, *, warehouse_id: str, first: int | None = None, cursor: str | None = None
) -> dict[str, Any]:
    """Answer `labor_workers`: the people of a warehouse, and what each of them is doing."""
    house = access.warehouse_seen(call, warehouse_id)
    return page_of(call, people.workers(call.state, house), first=first, cursor=cursor)


def pickers_performance_dashboard(
    call: Call,
    *,
    warehouse_id: str,
    date_from: str | None = None,
    date_to: str | None = None,
    first: int | None = None,
    cursor: str | None = None,
) -> dict[str, Any]:
    """Answer `pickers_performance_dashboard`, without dates for today."""
    house = access.warehouse_seen(call, warehouse_id)
    span = performance.span(call.state, date_from, date_to)
    return page_of(call, performance.pickers(call.state, house["id"], span), first=first, cursor=cursor)


def packers_performance_dashboard(
    call: Call,
    *,
    warehouse_id: str,
    date_from: str | None = None,
    date_to: str | None = None,
    first: int | None = None,
    cursor: str | None = None,
) -> dict[str, Any]:
    """Answer `packers_performance_dashboard`, without dates for today."""
    house = access.warehouse_seen(call, warehouse_id)
    span = performance.span(call.state, date_from, date_to)
    return page_of(call, performance.packers(call.state, house["id"], span), first=first, cursor=cursor)


QUERIES: dict[str, Operation] = {
    "picks_per_day": picks_per_day,
    "packs_per_day": packs_per_day,
    "labor_jobs": labor_jobs,
    "labor_workers": labor_workers,
    "pickers_performance_dashboard": pickers_performance_dashboard,
    "packers_performance_dashboard": packers_performance_dashboard,
}
PAGES = frozenset({"PicksPerDayQueryResult", "PacksPerDayQueryResult"})
