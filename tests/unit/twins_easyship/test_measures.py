"""Weights, sizes and distances."""

from decimal import Decimal
from typing import Any

import pytest

from crossdock_twins.easyship.rates.measures import measure, units
from crossdock_twins.easyship.rates.zones import Place, one_customs_area, zone
from unit.twins_easyship.consignments import ANCHORAGE, LEEDS, LONDON, LOS_ANGELES, NEW_YORK, TORONTO

_METRIC = units({})


def _item(quantity: int = 1, **members: Any) -> dict[str, Any]:
    dimensions = {"length": 14.75, "width": 7.15, "height": 0.785}
    return {"quantity": quantity, "actual_weight": 0.5, "dimensions": dimensions, **members}


def test_two_equal_pieces_make_the_documented_box() -> None:
    """Two of 14.75 x 7.15 x 0.785 cm came back in a box of 21.9 x 14.75 x 0.785."""
    (parcel,) = measure([{"items": [_item(2)]}], _METRIC)

    assert parcel.size.as_json() == {"length": 21.9, "width": 14.75, "height": 0.785}
    assert parcel.weight == 1


def test_different_items_are_stacked() -> None:
    """The box is as long and wide as the largest, and as high as all together."""
    (parcel,) = measure([{"items": [_item(), _item(4)]}], _METRIC)

    assert parcel.size.as_json() == {"length": 21.9, "width": 14.75, "height": pytest.approx(0.785 * 3)}


def test_pounds_and_inches_come_back_in_kilograms_and_centimetres() -> None:
    """The request's units hold for the request alone."""
    imperial = units({"units": {"weight": "lb", "dimensions": "in"}})

    (parcel,) = measure(
        [{"total_actual_weight": 2, "box": {"length": 10, "width": 8, "height": 4}, "items": []}], imperial
    )

    assert parcel.weight == Decimal("0.90718474")
    assert parcel.size.as_json() == {"length": 25.4, "width": 20.32, "height": 10.16}


def test_the_given_weight_and_box_go_before_the_items() -> None:
    """What the sender measured is not worked out again."""
    (parcel,) = measure(
        [{"total_actual_weight": 3, "box": {"length": 1, "width": 2, "height": 3}, "items": [_item(9)]}], _METRIC
    )

    assert parcel.weight == 3
    assert parcel.size.volume == 6


@pytest.mark.parametrize(
    ("origin", "destination", "expected"),
    [
        (NEW_YORK, Place(country_alpha2="US", state="ny"), "near"),
        (NEW_YORK, LOS_ANGELES, "far"),
        (NEW_YORK, ANCHORAGE, "outlying"),
        (NEW_YORK, Place(country_alpha2="US"), "far"),
        (Place(country_alpha2="US"), Place(country_alpha2="US", postal_code="99501-1234"), "outlying"),
        (LONDON, Place(country_alpha2="GB", postal_code="bt1 1aa"), "outlying"),
        (LONDON, LEEDS, "far"),
        (NEW_YORK, TORONTO, "neighbour"),
        (LONDON, Place(country_alpha2="FR"), "region"),
        (LONDON, Place(country_alpha2="JP"), "world"),
        (LONDON, Place(country_alpha2="XK"), "world"),
    ],
)
def test_places_are_so_far_apart(origin: Place, destination: Place, expected: str) -> None:
    """Zones follow state and postal code inside a country, and continents beyond."""
    assert zone(origin, destination) == expected


def test_the_union_is_one_customs_area() -> None:
    """Goods from Germany to France pass no customs; to Britain they do."""
    germany = Place(country_alpha2="DE")

    assert one_customs_area(germany, Place(country_alpha2="FR"))
    assert not one_customs_area(germany, LONDON)
