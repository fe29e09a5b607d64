import pytest

from crossdock_twins.shiphero import errors
from crossdock_twins.shiphero.errors import Shortage


def test_an_item_has_everything_at_its_top_level() -> None:
    """Code, operation, field and request_id stand beside the message."""
    item = errors.item(errors.not_found("Order"), operation="order_update", field="order_update", request_id="5da7")

    assert item == {
        "message": "Order not found",
        "operation": "order_update",
        "field": "order_update",
        "request_id": "5da7",
        "code": 5,
    }


def test_missing_scopes_are_named_in_the_words_of_the_provider() -> None:
    """The message of code 7 lists the scopes."""
    error = errors.missing_scopes("view:orders", "view:pii")

    assert (int(error.code), error.message) == (7, "Missing required scope(s): view:orders, view:pii")


def test_a_shortage_says_what_the_provider_says() -> None:
    """Code 30 has the documented sentence and the figures that clients read."""
    error = Shortage(required=1301, remaining=263, seconds=18).as_error()

    assert error.message == (
        "There are not enough credits to perform the requested operation, which requires 1301 credits, "
        "but there are only 263 left. In 18 seconds you will have enough credits to perform the operation"
    )
    assert error.details == {"required_credits": 1301, "remaining_credits": 263, "time_remaining": "18 seconds"}


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Cannot query field 'x' on type 'Order'.", 'Cannot query field "x" on type "Order".'),
        ("It's odd", "It's odd"),
        ("plain", "plain"),
    ],
)
def test_names_stand_in_double_quotes(message: str, shown: str) -> None:
    """Pairs of single quotes become double ones; a lone apostrophe stays."""
    assert errors.quoted(message) == shown
