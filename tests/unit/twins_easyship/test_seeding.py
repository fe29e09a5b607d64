"""A year of a large shop: its rhythm, its patterns, and that the same seed brings the same data."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import crossdock_twins.easyship
from crossdock_twins.base.store import Store
from crossdock_twins.easyship import seeds
from crossdock_twins.easyship.documents import links
from crossdock_twins.easyship.seeding import large, year
from crossdock_twins.easyship.shipments import patterns
from crossdock_twins.easyship.shipments import store as shipments
from crossdock_twins.easyship.state import Company

TABLES = Path(crossdock_twins.easyship.__file__).parent / "tables"
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
ORDERS = 3_000
COMPANY = Company(id="CUS000001", name="Harbour & Pine Supply", country_alpha2="US", currency="USD", state="active")


def filled() -> Store:
    store = Store(None)
    store.migrate([script.read_text(encoding="utf-8") for script in sorted(TABLES.iterdir())])
    links.take_over(store, {"production": "http://one.test", "sandbox": "http://two.test"})
    with store.transaction():
        seeds.companies(store, now=NOW)
        large.fill(store, COMPANY, now=NOW, tables=TABLES, orders=ORDERS)
    return store


@pytest.fixture(scope="module")
def shop() -> Store:
    return filled()


def test_a_year_has_a_shops_rhythm() -> None:
    """Every order has its day; Sundays are slow, the weeks before Christmas are not, and the shop grows."""
    days = dict(year.days(date(2026, 11, 20), 100_000))
    weekdays = Counter[int]()
    months = Counter[int]()
    for day, count in days.items():
        weekdays[day.weekday()] += count
        months[day.month] += count

    assert sum(days.values()) == 100_000
    assert len(days) == 365
    assert min(weekdays, key=weekdays.__getitem__) == 6
    assert weekdays[0] > 1.4 * weekdays[6]
    assert months[12] > 1.4 * months[7]
    assert all(count > 0 for count in days.values())


def test_orders_come_by_day_more_than_by_night() -> None:
    """A day's orders lie in their order, and most of them in waking hours."""
    moments = year.moments(date(2026, 5, 4), 400)

    assert moments == sorted(moments)
    assert sum(7 <= moment.hour <= 22 for moment in moments) > 360


def test_the_same_seed_brings_the_same_data(shop: Store) -> None:
    """Two twins that were filled at the same moment hold the same shipments, charges and steps to come."""
    again = filled()

    for table in ("shipment", "shipment_item", "agenda_item"):
        assert [tuple(row) for row in shop.all(f"SELECT * FROM {table}")] == [
            tuple(row) for row in again.all(f"SELECT * FROM {table}")
        ]


def test_every_order_is_there_with_its_states(shop: Store) -> None:
    """Old orders are delivered or called off, the newest are on their way or wait for a label."""
    rows = shop.all("SELECT created_at, shipment_state, label_state, delivery_state FROM shipment")
    old = [row for row in rows if datetime.fromisoformat(row["created_at"]) < NOW - timedelta(days=20)]
    states = Counter(row["delivery_state"] for row in rows)

    assert len(rows) == ORDERS
    assert {row["shipment_state"] for row in old} == {"created", "cancelled"}
    assert {row["delivery_state"] for row in old if row["shipment_state"] == "created"} == {"delivered"}
    assert states["in_transit_to_customer"] > 0
    assert Counter(row["shipment_state"] for row in rows)["cancelled"] > ORDERS // 50


def test_a_patterned_shipment_reads_as_one_that_is_kept_in_full(shop: Store) -> None:
    """Ids, order number, tracking number, name and times are the shipment's own, and nothing of the pattern is left."""
    rows = shop.all("SELECT * FROM shipment WHERE delivery_state = 'delivered' ORDER BY number LIMIT 2")
    first, second = (shipments.read(shop, row) for row in rows)

    assert first.answer["easyship_shipment_id"] == first.id
    assert first.answer["created_at"] == rows[0]["created_at"]
    assert first.answer["order_data"]["platform_order_number"] == rows[0]["platform_order_number"]
    assert first.answer["trackings"][0]["tracking_number"] != second.answer["trackings"][0]["tracking_number"]
    assert first.answer["parcels"][0]["id"] != second.answer["parcels"][0]["id"]
    assert "{{" not in json.dumps([first.answer, first.body])
    assert shop.one("SELECT number FROM shipment_item WHERE id = ?", first.answer["parcels"][0]["items"][0]["id"])
    checkpoints = shipments.checkpoints(shop, first.number)
    assert [each["order_number"] for each in checkpoints] == list(range(1, len(checkpoints) + 1))
    assert checkpoints[-1]["primary_status"] == "Delivered"
    assert first.answer["created_at"] < checkpoints[0]["checkpoint_time"] < checkpoints[-1]["checkpoint_time"]


def test_what_is_changed_is_kept_in_full() -> None:
    """Saving a patterned shipment writes it out, with its checkpoints, and the others stay as they are."""
    shop = filled()
    row = shop.one("SELECT * FROM shipment WHERE delivery_state = 'delivered' ORDER BY number DESC LIMIT 1")
    assert row is not None
    before = shipments.checkpoints(shop, row["number"])

    shipments.save(shop, shipments.read(shop, row).but(at=NOW, metadata={"seen": "yes"}))

    after = shop.one("SELECT * FROM shipment WHERE number = ?", row["number"])
    assert after is not None
    assert not patterns.is_patterned(after)
    assert json.loads(after["answer"])["metadata"] == {"seen": "yes"}
    assert shipments.checkpoints(shop, row["number"]) == before


def test_the_money_adds_up(shop: Store) -> None:
    """The balance is what the records of the company add up to."""
    wallet = shop.one("SELECT balance FROM wallet WHERE company_id = 'CUS000001' AND environment = 'production'")
    records = shop.one(
        "SELECT sum(amount) AS whole FROM transaction_record"
        " WHERE company_id = 'CUS000001' AND environment = 'production'"
    )

    assert wallet is not None
    assert records is not None
    assert wallet["balance"] == records["whole"]
