import json
from datetime import UTC, datetime

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import seeds
from crossdock_twins.shiphero.state import State


def _filled(name: str) -> State:
    store = Store(None)
    clock = TwinClock(store, system=lambda: datetime(2026, 5, 4, 9, 30, tzinfo=UTC))
    state = State(store=store, clock=clock, limits=Limits(store, started=True))
    seeds.SEEDS[name](state)
    return state


def _contents(state: State) -> str:
    tables = ("accounts", "warehouses", "products", "warehouse_products", "orders", "line_items", "order_tags")
    return json.dumps([[tuple(row) for row in state.store.all(f"SELECT * FROM {table}")] for table in tables])


def _count(state: State, table: str) -> int:
    return int(state.store.all(f"SELECT count(*) AS n FROM {table}")[0]["n"])


def test_the_same_seed_gives_the_same_shop() -> None:
    """Two twins filled on the same day hold the same data."""
    assert _contents(_filled("small-shop")) == _contents(_filled("small-shop"))


def test_the_small_shop_is_plausible() -> None:
    """It has three warehouses and another account's one, forty products or so, 120 orders in several states."""
    state = _filled("small-shop")

    statuses = {row["fulfillment_status"] for row in state.store.all("SELECT fulfillment_status FROM orders")}

    assert _count(state, "warehouses") == 4
    assert 35 <= _count(state, "products") <= 45
    assert _count(state, "orders") == 120
    assert {"pending", "fulfilled", "canceled"} < statuses
    assert _count(state, "orders WHERE has_backorder") > 0
    assert _count(state, "orders WHERE operator_hold OR fraud_hold OR payment_hold") > 0


def test_the_empty_seed_has_people_and_nothing_to_sell() -> None:
    """An empty twin has accounts, people and a warehouse each."""
    state = _filled("empty")

    assert [_count(state, table) for table in ("products", "orders", "line_items")] == [0, 0, 0]
    assert (_count(state, "accounts"), _count(state, "users"), _count(state, "warehouses")) == (4, 4, 2)


def test_the_arithmetic_of_the_seed_holds() -> None:
    """Stock set aside is what the lines have set aside, and nothing is promised that is not there."""
    state = _filled("small-shop")

    rows = state.store.all(
        "SELECT s.on_hand, s.allocated, s.backorder, coalesce(sum(l.quantity_allocated), 0) AS taken,"
        " coalesce(sum(l.backorder_quantity), 0) AS missing FROM warehouse_products s"
        " JOIN products p ON p.id = s.product_id"
        " LEFT JOIN line_items l ON l.sku_key = p.sku_key AND l.warehouse_id = s.warehouse_id GROUP BY s.id"
    )

    assert rows
    for row in rows:
        assert row["allocated"] == row["taken"] <= row["on_hand"]
        assert row["backorder"] == row["missing"]


def test_the_orders_end_yesterday() -> None:
    """The newest order is of the day before, so that the shop looks alive."""
    state = _filled("small-shop")

    newest = state.store.all("SELECT max(order_date) AS newest FROM orders")[0]["newest"]

    assert newest.startswith("2026-05-03")
