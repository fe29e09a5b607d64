"""The six analytics, each over a span of days."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from crossdock_twins.easyship.analytics import store
from crossdock_twins.easyship.analytics.store import Span
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.reference.tables import COUNTRIES
from crossdock_twins.easyship.replies import Reply

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WRONG = "Invalid request: provide `from_date` and `to_date` fields in the `YYYY-MM-DD` format (`2023-01-31`)."
_ZONES = ("Europe", "Asia", "North America", "Africa", "Others", "South America", "Oceania")
_COMPLETED = "completed"
_SHARE_PLACES = 4


def shipments(call: Call) -> Reply:
    """Count shipments by day; without any there is no series."""
    span = _span(call)
    days = store.counts(call.store, call.owner, span, by=store.DAY)
    values = [{"datetime_int": _epoch(day), "series": 0, "total": count} for day, count in sorted(days.items())]
    series = {"data": {"key": "Shipments Count", "values": values}, "max": max(days.values(), default=0)}
    shown = {"shipments_count_by_date": series if values else None, "total_shipments_count": sum(days.values())}
    return _reply("analytics_shipments", span, shown)


def shipped(call: Call) -> Reply:
    """Tell whether anything was shipped at all, and in which money the company thinks."""
    span = _span(call)
    found = store.counts(call.store, call.owner, span, by=store.DAY)
    return _reply(
        "analytics_shipments_shipped", span, {"currency": call.company.currency, "has_ever_shipped": bool(found)}
    )


def status(call: Call) -> Reply:
    """Count shipments by status: those on their way one by one, those at their end together."""
    span = _span(call)
    found = store.counts(call.store, call.owner, span, by=store.STATUS)
    completed = found.pop(_COMPLETED, 0)
    shown = {
        "completed_shipments_count": completed,
        "in_progress_shipments": [{"count": count, "status": name} for name, count in found.items()],
        "in_progress_shipments_count": sum(found.values()),
    }
    return _reply("analytics_shipment_status", span, shown)


def couriers(call: Call) -> Reply:
    """Count shipments by courier."""
    span = _span(call)
    found = store.counts(call.store, call.owner, span, by=store.COURIER)
    return _reply(
        "analytics_top_couriers", span, {"couriers": _shares(found), "total_shipments_count": sum(found.values())}
    )


def sale_channels(call: Call) -> Reply:
    """Count shipments by sales channel: the platform that an order names, else direct sales."""
    span = _span(call)
    found = store.counts(call.store, call.owner, span, by=store.CHANNEL)
    return _reply(
        "analytics_sale_channels", span, {"channels": _shares(found), "total_shipments_count": sum(found.values())}
    )


def destinations(call: Call) -> Reply:
    """Count shipments by country and by continent."""
    span = _span(call)
    found = store.counts(call.store, call.owner, span, by=store.COUNTRY)
    zones = dict.fromkeys(_ZONES, 0)
    for alpha2, count in found.items():
        zones[COUNTRIES[alpha2].continent if alpha2 in COUNTRIES else "Others"] += count
    ordered = sorted(zones.items(), key=lambda entry: -entry[1])
    shown = {
        "shipments_count_by_country": [
            {"country_alpha2": row["name"], **row, "name": COUNTRIES[row["name"]].name} for row in _shares(found)
        ],
        "shipments_count_by_zone": [{"name": name, "shipments_count": count} for name, count in ordered],
        "total_shipments_count": sum(found.values()),
    }
    return _reply("analytics_top_shipments_destinations", span, shown)


def _shares(found: Mapping[str, int]) -> Sequence[dict[str, Any]]:
    """Show counts with their shares, from 0 to 1."""
    total = sum(found.values())
    return [
        {"name": name, "percentage": round(count / total, _SHARE_PLACES), "shipments_count": count}
        for name, count in found.items()
    ]


def _span(call: Call) -> Span:
    """Read the two days; anything but YYYY-MM-DD is refused in words of these operations' own."""
    days = [call.query["from_date"], call.query["to_date"]]
    try:
        if not all(_DATE.fullmatch(day) and date.fromisoformat(day) for day in days):
            raise Refusal("api_error", _WRONG)
    except ValueError as error:
        raise Refusal("api_error", _WRONG) from error
    return Span(start=f"{days[0]}T00:00:00Z", end=f"{days[1]}T23:59:59Z")


def _epoch(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def _reply(name: str, span: Span, shown: Mapping[str, Any]) -> Reply:
    return Reply(members={name: dict(sorted({"from_date": span.start, "to_date": span.end, **shown}.items()))})


HANDLERS: dict[str, Handler] = {
    "analytics_sale_channels_index": sale_channels,
    "analytics_shipment_status_index": status,
    "analytics_shipments_index": shipments,
    "analytics_shipment_shipped_index": shipped,
    "analytics_top_couriers_index": couriers,
    "analytics_top_shipments_destinations_index": destinations,
}
