"""What couriers take."""

from decimal import Decimal
from typing import Any

import pytest

from crossdock_twins.easyship.rates import acceptance
from crossdock_twins.easyship.rates.measures import Parcel, Size


def _parcel(*items: dict[str, Any], length: int = 30) -> Parcel:
    size = Size(length=Decimal(length), width=Decimal(20), height=Decimal(10))
    return Parcel(weight=Decimal(1), size=size, sent={"items": list(items)})


@pytest.mark.parametrize(
    ("umbrella_name", "item", "words"),
    [
        ("HKPost", {"contains_liquids": True}, "liquids"),
        ("HKPost", {"category": "health_beauty"}, "liquids"),
        ("USPS", {"contains_battery_pi966": True}, "PI966"),
        ("USPS", {"category": "documents"}, "only supports shipping item(s) of the Mobile Phones, "),
    ],
)
def test_a_courier_refuses_what_it_does_not_take(umbrella_name: str, item: dict[str, Any], words: str) -> None:
    """By what an item says of itself, or else by its category."""
    assert words in (acceptance.refusal(umbrella_name, [_parcel(item)], by_post=False) or "")


@pytest.mark.parametrize(
    ("umbrella_name", "items"),
    [
        ("HKPost", [{"category": "health_beauty", "contains_liquids": False}]),
        ("FedEx", [{"contains_battery_pi966": True}, {"category": "documents"}]),
        ("USPS", [{"category": "documents"}, {"category": "fashion"}]),
        ("USPS", []),
    ],
)
def test_a_courier_takes_the_rest(umbrella_name: str, items: list[dict[str, Any]]) -> None:
    """What is denied counts for nothing, express takes more, and papers may lie beside goods."""
    assert acceptance.refusal(umbrella_name, [_parcel(*items)], by_post=True) is None


def test_long_parcels_do_not_go_by_post() -> None:
    """The post takes a metre and a half, others three metres; beyond 1.2 metres a parcel is oversized."""
    parcels = [_parcel({}, length=151), _parcel({}, length=119)]

    assert acceptance.refusal("USPS", parcels, by_post=True) == "This courier service takes parcels of up to 150 cm."
    assert acceptance.refusal("UPS", parcels, by_post=False) is None
    assert acceptance.oversized(parcels) == 1
