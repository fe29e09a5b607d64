"""Where carriers tell how far a parcel is: their own pages, for labels that name no address."""

from collections.abc import Mapping
from urllib.parse import quote

_PAGES: Mapping[str, str] = {
    "ups": "https://www.ups.com/track?tracknum=",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr=",
    "dhl": "https://www.dhl.com/en/express/tracking.html?AWB=",
    "ontrac": "https://www.ontrac.com/tracking/?number=",
}


def tracking_page(carrier: str, tracking_number: str | None) -> str | None:
    """Give the page of a known carrier for a parcel; None for the others."""
    page = _PAGES.get(carrier.strip().lower().partition(" ")[0])
    return f"{page}{quote(tracking_number)}" if page and tracking_number else None
