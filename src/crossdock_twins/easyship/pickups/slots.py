"""When a courier can come: the windows of the next days, in the time of the place.

Documented are eight dates from today on and a window of 12:00 to 16:00. Which windows there are, that nobody comes on a
Sunday, and that places have their country's standard time the year round are choices of the twin's own.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from crossdock_twins.easyship.rates.catalogue import Service
from crossdock_twins.easyship.reference.tables import load

PROVIDER = "Standard Pickup"

_DAYS = 8
_SUNDAY = 6
_WINDOWS = ((time(9), time(13)), (time(12), time(16)), (time(14), time(18)))
_HOURS_FROM_UTC: dict[str, int] = load("hours_from_utc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A window of one day, in local time."""

    id: str
    day: date
    start: time
    end: time


def picks_up(service: Service) -> bool:
    """Tell whether a service's courier comes for parcels at all."""
    return bool({"free_pickup", "paid_pickup"}.intersection(service.tariff.handover))


def local(moment: datetime, country_alpha2: str) -> datetime:
    """Give what the clocks of a country show at a moment, as a naive datetime."""
    return moment.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=_HOURS_FROM_UTC.get(country_alpha2, 0))


def moment(shown: datetime, country_alpha2: str) -> datetime:
    """Give the moment at which the clocks of a country show a time."""
    return (shown - timedelta(hours=_HOURS_FROM_UTC.get(country_alpha2, 0))).replace(tzinfo=UTC)


def days(service: Service, *, now: datetime) -> list[tuple[date, list[Slot]]]:
    """Give eight dates from today with the windows that have not begun; ids are the same whenever one asks."""
    here = local(now, service.country_alpha2)
    dates = [here.date() + timedelta(days=ahead) for ahead in range(_DAYS)]
    return [(day, [slot for slot in _slots(service, day) if datetime.combine(day, slot.start) > here]) for day in dates]


def _slots(service: Service, day: date) -> list[Slot]:
    if day.weekday() == _SUNDAY:
        return []
    return [
        Slot(
            id=str(uuid5(NAMESPACE_URL, f"easyship.twin/slot/{service.id}/{day}/{start}")),
            day=day,
            start=start,
            end=end,
        )
        for start, end in _WINDOWS
    ]
