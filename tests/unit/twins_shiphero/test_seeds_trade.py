from collections import Counter
from datetime import UTC, datetime

import pytest

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import seeds
from crossdock_twins.shiphero.seeds import large
from crossdock_twins.shiphero.state import State

_SUMS = {
    "on hand is the sum of its changes": (
        "SELECT count(*) AS n FROM warehouse_products s WHERE on_hand <> coalesce("
        "(SELECT sum(change_in_on_hand) FROM inventory_changes c WHERE c.stock_id = s.id), 0)"
    ),
    "on hand is what lies in locations": (
        "SELECT count(*) AS n FROM warehouse_products s WHERE on_hand <> coalesce("
        "(SELECT sum(quantity) FROM item_locations i WHERE i.stock_id = s.id), 0)"
    ),
    "allocated is what lines hold, and is there": (
        "SELECT count(*) AS n FROM warehouse_products s WHERE allocated > on_hand OR allocated <> coalesce("
        "(SELECT sum(quantity) FROM line_allocations a WHERE a.stock_id = s.id), 0)"
    ),
    "backorder is what lines miss": (
        "SELECT count(*) AS n FROM warehouse_products s WHERE backorder <> coalesce("
        "(SELECT sum(backorder) FROM line_allocations a WHERE a.stock_id = s.id), 0)"
    ),
    "no line promises more than is pending": (
        "SELECT count(*) AS n FROM line_items WHERE quantity_allocated + backorder_quantity > quantity_pending"
    ),
    "an order ships once": (
        "SELECT count(*) AS n FROM (SELECT order_id FROM shipments GROUP BY order_id HAVING count(*) > 1)"
    ),
    "what was shipped stands in shipments": (
        "SELECT count(*) AS n FROM line_items l WHERE quantity_shipped <> coalesce("
        "(SELECT sum(quantity) FROM shipment_line_items i WHERE i.line_item_id = l.id), 0)"
    ),
    "each change follows the one before": (
        "SELECT count(*) AS n FROM (SELECT previous_on_hand AS seen, coalesce(sum(change_in_on_hand) OVER (PARTITION BY"
        " stock_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS was FROM inventory_changes)"
        " WHERE seen <> was OR seen < 0"
    ),
}


def _filled(name: str) -> State:
    store = Store(None)
    clock = TwinClock(store, system=lambda: datetime(2026, 5, 4, 9, 30, tzinfo=UTC))
    state = State(store=store, clock=clock, limits=Limits(store, started=True))
    with store.unchecked(), store.transaction():
        if name == "large":
            large.fill(state, orders=4000)
        else:
            seeds.SEEDS[name](state)
    return state


@pytest.fixture(scope="module", params=["small-shop", "3pl", "large"])
def state(request: pytest.FixtureRequest) -> State:
    """Give a twin's state with a seed; the large one with fewer orders, which takes the same path."""
    return _filled(request.param)


def _count(state: State, sql: str) -> int:
    return int(state.store.all(sql)[0]["n"])


@pytest.mark.parametrize("sum_of", _SUMS)
def test_the_arithmetic_holds_in_every_seed(state: State, sum_of: str) -> None:
    """What a seed writes in bulk adds up as if each thing had happened by itself."""
    assert _count(state, _SUMS[sum_of]) == 0


def test_every_reference_leads_somewhere(state: State) -> None:
    """Rows are written without checks, and none refers to what is not there."""
    assert state.store.all("PRAGMA foreign_key_check") == []


def test_nobody_is_told_of_a_seeds_stock(state: State) -> None:
    """A seed is no news: the first webhook speaks of what happens after it."""
    assert _count(state, "SELECT count(*) AS n FROM stock_news") == 0


def test_a_large_shop_has_what_a_shop_has() -> None:
    """Customers who come back, returns, cancellations, holds, backorders, and a purchase order where stock ran low."""
    state = _filled("large")
    buyers = Counter(row["email"] for row in state.store.all("SELECT email FROM orders"))
    statuses = Counter(row["s"] for row in state.store.all("SELECT fulfillment_status AS s FROM orders"))

    assert sum(statuses.values()) == 4000
    assert 0.3 < 1 - len(buyers) / 4000 < 0.6
    assert 0.9 < statuses["fulfilled"] / 4000 < 0.98
    assert 0.01 < statuses["canceled"] / 4000 < 0.04
    assert _count(state, "SELECT count(*) AS n FROM returns") > 100
    assert _count(state, "SELECT count(*) AS n FROM orders WHERE has_backorder") > 0
    assert _count(state, "SELECT count(*) AS n FROM purchase_orders") > 100
    assert _count(state, "SELECT count(*) AS n FROM fulfillment_invoices WHERE status = 'paid'") == 12


@pytest.mark.parametrize("name", ["3pl", "large"])
def test_the_same_seed_gives_the_same_data(name: str) -> None:
    """Two twins filled on the same day hold the same orders, lines, shipments and changes."""
    tables = ("accounts", "orders", "line_items", "shipments", "inventory_changes", "returns", "bills")

    first, second = (_filled(name) for _ in range(2))

    for table in tables:
        sql = f"SELECT * FROM {table}"
        assert [tuple(row) for row in first.store.all(sql)] == [tuple(row) for row in second.store.all(sql)]


def test_a_3pl_has_forty_customers_each_with_orders_and_stock() -> None:
    """No customer is without orders, without stock or without bills."""
    state = _filled("3pl")
    rows = state.store.all(
        "SELECT (SELECT count(*) FROM orders o WHERE o.account_id = a.id) AS orders,"
        " (SELECT sum(on_hand) FROM warehouse_products s WHERE s.account_id = a.id) AS pieces,"
        " (SELECT count(*) FROM bills b WHERE b.customer_id = a.id) AS bills FROM accounts a WHERE parent_id = 7601"
    )

    assert len(rows) == 40
    assert all(row["orders"] >= 25 and row["pieces"] > 0 and row["bills"] == 3 for row in rows)
