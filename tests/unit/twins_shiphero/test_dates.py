from datetime import UTC, datetime

import pytest

from crossdock_twins.shiphero import dates


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2020-01-01", "2020-01-01T00:00:00"),
        ("2020-01-01 10:20:30", "2020-01-01T10:20:30"),
        ("2020-01-01T10:20:30", "2020-01-01T10:20:30"),
        ("2020-01-01T10:20:30Z", "2020-01-01T10:20:30"),
        ("2020-01-01 00:00:00+00:00", "2020-01-01T00:00:00"),
        ("2020-01-01 00:00:00 +02:00", "2019-12-31T22:00:00"),
        ("2020-01-01T10:20:30.123456-05:00", "2020-01-01T15:20:30"),
        (" 2020-01-01 ", "2020-01-01T00:00:00"),
    ],
)
def test_dates_come_in_many_forms(sent: str, kept: str) -> None:
    """Every form that clients send becomes one naive text in UTC."""
    assert dates.parse(sent) == kept


@pytest.mark.parametrize("sent", ["", "yesterday", "2020-13-01", "01/02/2020"])
def test_what_is_no_date_is_refused_with_the_forms(sent: str) -> None:
    """The error names the forms that are understood."""
    with pytest.raises(ValueError, match="Write YYYY-MM-DD"):
        dates.parse(sent)


def test_moments_go_out_without_a_zone() -> None:
    """A moment is written in whole seconds of UTC."""
    assert dates.text_of(datetime(2021, 7, 24, 2, 3, 1, 900, tzinfo=UTC)) == "2021-07-24T02:03:01"
