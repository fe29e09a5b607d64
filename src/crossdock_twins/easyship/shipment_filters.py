"""What `GET /shipments` can be limited by: the parameters in documented order, and what they mean."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from crossdock_twins.base.store import Value
from crossdock_twins.easyship.compose import timestamp
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.operations import PAGE, PER_PAGE, Parameter
from crossdock_twins.easyship.ruby import inspect
from crossdock_twins.easyship.shipment_store import Filters

_TIMES = ("created_at", "updated_at", "label_paid_at", "label_generated_at")
_LISTS: Mapping[str, Sequence[str]] = {
    "label_state": (
        *("not_created", "pending", "generating", "generated", "printed", "failed", "technical_failed", "reported"),
    ),
    "pickup_state": (
        *("not_requested", "pending_confirmation", "pending_drop_off", "request_failed", "requested", "completed"),
        "cancelled",
    ),
    "delivery_state": (
        *("not_created", "pending", "info_received", "in_transit_to_customer", "out_for_delivery", "delivered"),
        *("failed_attempt", "exception", "expired", "lost_by_courier", "returned_to_shipper"),
    ),
    "warehouse_state": ("pending", "created", "packed", "shipped"),
}
_COUNTRIES = ("origin_country_alpha2", "destination_country_alpha2")
_TRUE = frozenset({"true", "1"})


def _several(name: str, allowed: Sequence[str] = ()) -> Parameter:
    items: Any = {"type": "string", "enum": list(allowed)} if allowed else "string"
    return Parameter(name=name, schema={"type": "array", "items": items})


PARAMETERS = (
    PAGE,
    PER_PAGE,
    _several("easyship_shipment_id"),
    Parameter(name="platform_order_number"),
    *(Parameter(name=f"{name}_{bound}") for name in _TIMES for bound in ("from", "to")),
    Parameter(name="shipment_state", schema={"type": "string", "enum": ["created", "cancelled"]}),
    *(_several(name, allowed) for name, allowed in _LISTS.items()),
    *(_several(name) for name in _COUNTRIES),
    Parameter(name="return"),
)


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
    since = {name: _moment(f"{name}_from", query) for name in _TIMES if f"{name}_from" in query}
    until = {name: _moment(f"{name}_to", query) for name in _TIMES if f"{name}_to" in query}
    return Filters(columns=columns, since=since, until=until)


def _moment(name: str, query: Mapping[str, Any]) -> str:
    """Read an ISO 8601 date or time (without a zone: UTC)."""
    try:
        moment = datetime.fromisoformat(query[name])
        return timestamp(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        sentence = f"Invalid date format for {name} filter ({inspect(query[name])})."
        raise Refusal("invalid_url_param", sentence) from error
