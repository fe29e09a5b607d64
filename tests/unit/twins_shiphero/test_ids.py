import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock_twins.shiphero import ids


def test_ids_are_those_of_the_provider() -> None:
    """An id is the base64 text of type and number."""
    assert ids.encode("Order", 204159062) == "T3JkZXI6MjA0MTU5MDYy"
    assert ids.encode("Warehouse", 11790) == "V2FyZWhvdXNlOjExNzkw"
    assert ids.encode_or_none("Order", None) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("T3JkZXI6Nw==", 7),
        ("7", 7),
        (" 7 ", 7),
        ("V2FyZWhvdXNlOjExNzkw", None),
        ("", None),
        ("nonsense", None),
        ("²", None),
    ],
)
def test_ids_are_read(text: str, number: int | None) -> None:
    """The id of an order and a bare number name it; another type's id and nonsense do not."""
    assert ids.decode(text, "Order") == number


@given(st.text(max_size=60))
def test_no_text_upsets_the_reader(text: str) -> None:
    """Whatever is sent as an id is either a number or nothing."""
    number = ids.decode(text, "Order")

    assert number is None or number >= 0


def test_numbers_beyond_what_sqlite_holds_are_no_ids() -> None:
    """A number of nineteen digits or more names nothing."""
    assert ids.decode("9" * 19, "Order") is None


@given(st.integers(0, 10**12))
def test_cursors_lead_back(position: int) -> None:
    """A cursor gives its position again."""
    assert ids.position_of(ids.cursor(position)) == position


@pytest.mark.parametrize("text", [None, "", "garbage", "T3JkZXI6Nw=="])
def test_a_foreign_cursor_means_the_first_page(text: str | None) -> None:
    """What is no cursor of ours has no position."""
    assert ids.position_of(text) is None


def test_a_request_id_is_24_hexadecimal_digits() -> None:
    """Request ids look like the provider's, and differ."""
    first, second = ids.request_id(), ids.request_id()

    assert len(first) == 24
    assert int(first, 16) != int(second, 16)
