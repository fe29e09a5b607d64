"""What `GET /shipments` can be limited by, and what that means."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from crossdock_twins.base.store import Value
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.ruby import inspect
from crossdock_twins.easyship.shipments.store import Filters
from crossdock_twins.easyship.times import timestamp

_TIMES = ("created_at", "updated_at", "label_paid_at", "label_generated_at")
_LISTS = ("label_state", "pickup_state", "delivery_state", "warehouse_state")
_COUNTRIES = ("origin_country_alpha2", "destination_country_alpha2")
_TRUE = frozenset({"true", "1"})


def read_filters(query: Mapping[str, Any]) -> Filters:
    """Read the filters; a date that is none is refused in words of the model's own."""
    state = query.get("shipment_state")
    columns: dict[str, Sequence[Value]] = {"shipment_state": ("created", "cancelled") if state is None else (state,)}
    columns |= {name: query[name] for name in (*_LISTS, *_COUNTRIES) if name in query}
    if "easyship_shipment_id" in query:
        columns["id"] = query["easyship_shipment_id"]
    if "platform_order_number" in query:
        columns["platform_order_number"] = (query["platform_order_number"],)
    if "return" in query:
        columns["is_return"] = (int(query["return"].lower() in _TRUE),)
    since = {name: read_moment(f"{name}_from", query) for name in _TIMES if f"{name}_from" in query}
    until = {name: read_moment(f"{name}_to", query) for name in _TIMES if f"{name}_to" in query}
    return Filters(columns=columns, since=since, until=until)


def read_moment(name: str, query: Mapping[str, Any]) -> str:
    """Read a filter's ISO 8601 date or time (without a zone: UTC)."""
    try:
        moment = datetime.fromisoformat(query[name])
        return timestamp(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        sentence = f"Invalid date format for {name} filter ({inspect(query[name])})."
        raise Refusal("invalid_url_param", sentence) from error
