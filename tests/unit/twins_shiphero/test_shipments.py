import pytest

from crossdock_twins.shiphero.shipments.carriers import tracking_page
from crossdock_twins.shiphero.shipments.transit import next_collection


@pytest.mark.parametrize(
    ("at", "collected"),
    [
        ("2026-02-03T17:59:59", "2026-02-03T18:00:00+00:00"),
        ("2026-02-03T18:00:00", "2026-02-04T18:00:00+00:00"),
        ("2026-12-31T20:00:00", "2027-01-01T18:00:00+00:00"),
    ],
)
def test_parcels_wait_for_the_next_collection(at: str, collected: str) -> None:
    """What is packed after the day's last collection leaves on the next day."""
    assert next_collection(at).isoformat() == collected


@pytest.mark.parametrize(
    ("carrier", "number", "page"),
    [
        ("UPS", "1Z 9", "https://www.ups.com/track?tracknum=1Z%209"),
        ("usps Ground", "94", "https://tools.usps.com/go/TrackConfirmAction?tLabels=94"),
        ("Own van", "1", None),
        ("UPS", None, None),
    ],
)
def test_known_carriers_have_a_tracking_page(carrier: str, number: str | None, page: str | None) -> None:
    """The carrier's first word counts, in any case."""
    assert tracking_page(carrier, number) == page
