"""When couriers come for parcels."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from crossdock_twins.easyship.pickups import slots
from crossdock_twins.easyship.rates.catalogue import SERVICES

_GROUND = SERVICES["4da3d8cf-d7e8-4d9b-9198-baf2029a92de"]
_FEDEX = SERVICES["84135827-1538-4be2-b26e-afd8b3f3b4bd"]
_MONDAY = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


def test_eight_days_from_today_are_offered() -> None:
    """Windows that have begun in the place's own time are gone; a Sunday has none; ids stay the same."""
    offered = slots.days(_GROUND, now=_MONDAY)

    assert [day for day, _ in offered] == [date(2026, 11, 23) + timedelta(days=ahead) for ahead in range(8)]
    assert [slot.start for slot in offered[0][1]] == [time(14)]
    assert [len(windows) for _, windows in offered] == [1, 3, 3, 3, 3, 3, 0, 3]
    assert offered[1:] == slots.days(_GROUND, now=_MONDAY + timedelta(hours=1))[1:]
    assert len({slot.id for _, windows in offered for slot in windows}) == 19


def test_not_every_courier_comes() -> None:
    """A service that wants parcels dropped off does not."""
    assert slots.picks_up(_GROUND)
    assert not slots.picks_up(_FEDEX)


@pytest.mark.parametrize(("country", "hour"), [("US", 13), ("GB", 18), ("HK", 2), ("XX", 18)])
def test_clocks_show_the_time_of_their_country(country: str, hour: int) -> None:
    """There and back again gives the same moment; an unknown country is taken for Greenwich."""
    shown = slots.local(_MONDAY, country)

    assert (shown.hour, shown.tzinfo) == (hour, None)
    assert slots.moment(shown, country) == _MONDAY
