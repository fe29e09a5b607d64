import pytest

from crossdock_twins.shiphero.orders.lines import subtotal
from crossdock_twins.shiphero.orders.store import is_sound_address
from crossdock_twins.shiphero.skus import sku_key

_SOUND = {"address1": "1 Main St", "city": "New York", "state": "NY", "zip": "10001", "country": "US"}


@pytest.mark.parametrize(
    ("change", "is_sound"),
    [
        ({}, True),
        ({"zip": "10001-1234"}, True),
        ({"zip": "1000"}, False),
        ({"zip": None}, False),
        ({"state": ""}, False),
        ({"state": "", "state_code": "NY"}, True),
        ({"address1": ""}, False),
        ({"country": "United States", "city": ""}, False),
        ({"country": "DE", "zip": "", "state": ""}, True),
    ],
)
def test_only_addresses_in_the_united_states_are_checked(change: dict[str, str | None], is_sound: bool) -> None:  # noqa: FBT001 - the expectation
    """Street, city, state and a ZIP code are wanted there, nothing elsewhere."""
    assert is_sound_address({**_SOUND, **change}) is is_sound


def test_skus_are_compared_without_case_and_blanks() -> None:
    """Two spellings of a SKU have one key."""
    assert sku_key(" BF-Bra-001 ") == sku_key("bf-bra-001")


@pytest.mark.parametrize(("price", "quantity", "total"), [("10.00", 2, "20.00"), ("free", 2, None), (None, 1, None)])
def test_the_subtotal_of_a_line(price: str | None, quantity: int, total: str | None) -> None:
    """Prices are texts; one that is no number has no subtotal."""
    assert subtotal(price, quantity) == total
