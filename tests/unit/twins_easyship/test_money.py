"""Automatic top-ups, taxes and long rate limits, apart from any request."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crossdock_twins.easyship.credit.rules import recharge_problems
from crossdock_twins.easyship.ratelimit import OWN, Limiter, Window
from crossdock_twins.easyship.rates.catalogue import SERVICES, linked_services, new_courier_id
from crossdock_twins.easyship.taxes.assess import Goods, Line, assess


@pytest.mark.parametrize(
    ("country", "amount", "fits"),
    [
        ("US", 50, True),
        ("US", 49, False),
        ("US", 2001, False),
        ("HK", 50, False),
        ("HK", 500, True),
        ("VN", 40_000_000, True),
    ],
)
def test_top_ups_have_limits_of_their_country(country: str, amount: int, fits: bool) -> None:  # noqa: FBT001 - a table
    """The largest is forty times the smallest."""
    assert (recharge_problems(threshold=10, amount=amount, country_alpha2=country) == []) is fits


def _goods(origin: str, destination: str, *, value: str, made_in: str, hs_code: str = "95030000") -> Goods:
    return Goods(
        origin=origin,
        destination=destination,
        freight=Decimal(20),
        insurance=Decimal(0),
        currency="USD",
        lines=[Line(origin=made_in, hs_code=hs_code, value=Decimal(value))],
    )


@pytest.mark.parametrize(
    ("goods", "tax", "duty"),
    [
        (_goods("US", "HK", value="1000", made_in="US"), "0", "0"),
        (_goods("GB", "US", value="100", made_in="CN"), "0.00", "0.00"),
        (_goods("US", "GB", value="100", made_in="US"), "24.00", "0.00"),
        (_goods("FR", "DE", value="1000", made_in="FR"), "0", "0"),
    ],
)
def test_taxes_follow_thresholds_and_unions(goods: Goods, tax: str, duty: str) -> None:
    """Nothing is asked below a threshold or inside a customs union."""
    found = assess(goods)

    assert found is not None
    assert (found.tax, found.duty) == (Decimal(tax), Decimal(duty))


@pytest.mark.parametrize(("origin", "destination"), [("US", "US"), ("US", "AQ")])
def test_some_ways_have_no_record(origin: str, destination: str) -> None:
    """Inside a country, and to places without people."""
    assert assess(_goods(origin, destination, value="10", made_in="US")) is None


def test_a_month_ends_with_the_calendar() -> None:
    """Whatever the number of its days, also at the end of a year."""
    window = Window(seconds=0, most=1, unit="month")
    limiter = Limiter([window])
    december = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)

    limiter.take("token", december)
    refused = limiter.take("token", december)
    january = limiter.take("token", datetime(2027, 1, 1, tzinfo=UTC))

    assert refused is not None
    assert refused.reset == int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())
    assert january is None


def test_taxes_keep_the_common_limits_too() -> None:
    """Ten a second, and a hundred a day."""
    assert {(window.unit, window.most) for window in OWN["/taxes_and_duties"]} == {
        ("month", 3000),
        ("day", 100),
        ("minute", 60),
        ("second", 10),
    }


def test_the_services_of_a_linked_account_are_found_by_their_ids() -> None:
    """Without a table of them; an id that only looks like one is not found."""
    courier_id = new_courier_id()
    offered = linked_services(
        courier_id, umbrella_name="DHL", country_alpha2="US", nickname="Ours", pickup_fee=Decimal(2)
    )

    found = [SERVICES[service.id] for service in offered]

    assert [service.name for service in offered] == ["Ours - DHL - Express Worldwide", "Ours - DHL - Domestic Express"]
    assert [(service.courier_id, service.linked) for service in found] == [(courier_id, True)] * 2
    assert courier_id not in SERVICES
    assert f"{courier_id[:-4]}ffff" not in SERVICES
    assert "nothing" not in SERVICES
