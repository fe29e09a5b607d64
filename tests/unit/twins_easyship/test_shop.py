import pytest

from crossdock_twins.easyship import shop
from crossdock_twins.easyship.shipments.rules import shipment_problems


@pytest.mark.parametrize("index", range(28))
def test_the_shops_own_requests_pass_the_rules(index: int) -> None:
    """What the seed holds could have been sent by a customer of the API."""
    assert shipment_problems(shop.body(index, buy_label=True)) == []
