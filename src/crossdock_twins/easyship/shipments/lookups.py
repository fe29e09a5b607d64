"""What else can be asked of shipments: where they are, what they cost, and who cannot carry them."""

import sqlite3
from typing import Any

from crossdock_twins.base.store import Store, Value
from crossdock_twins.easyship.credit import records
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted, countless
from crossdock_twins.easyship.rates.offer import offer
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.shipments import making
from crossdock_twins.easyship.shipments.routes import found
from crossdock_twins.easyship.shipments.status import status
from crossdock_twins.easyship.shipments.store import Filters, checkpoints, matching, read

_SHOWN = ("created", "cancelling", "cancelled")
_NAMED = {"easyship_shipment_id": "id", "platform_order_number": "platform_order_number"}


def trackings(call: Call) -> Reply:
    """List where shipments are, newest first; their checkpoints where the query asks for them."""
    columns: dict[str, Any] = {column: call.query[name] for name, column in _NAMED.items() if name in call.query}
    filters = Filters(columns={"shipment_state": _SHOWN, **columns}, since={}, until={})

    def fetch(limit: int, offset: int) -> list[sqlite3.Row]:
        return matching(call.store, owner=call.owner, filters=filters, limit=limit, offset=offset)

    rows, page = countless(fetch, call.query)
    with_checkpoints = call.query.get("include_checkpoints", False)
    shown = [
        _tracked(call.store, row, checkpoints(call.store, row["number"]) if with_checkpoints else None) for row in rows
    ]
    return Reply(members={"shipments": shown}, page=page)


def unavailable(call: Call) -> Reply:
    """List the services that cannot carry a shipment, with the reasons."""
    planned = making.replanned(call.store, found(call), company=call.company, courier_service_id=None)
    everybody = offer(planned.consigned, sandbox=call.grant.environment == "sandbox")
    rows, page = counted(everybody.unavailable_json(), call.query)
    return Reply(members={"unavailable_couriers": rows}, page=page)


def charges(call: Call) -> Reply:
    """List what a shipment has cost, newest first."""
    shipment = found(call)

    def fetch(limit: int, offset: int) -> list[sqlite3.Row]:
        return records.of_shipment(call.store, call.owner, shipment.id, limit=limit, offset=offset)

    rows, page = countless(fetch, call.query)
    return Reply(members={"transaction_records": [records.record_json(row) for row in rows]}, page=page)


def _tracked(store: Store, row: sqlite3.Row, seen: list[dict[str, Value]] | None) -> dict[str, Any]:
    shipment = read(store, row)
    answer = shipment.answer
    return {
        "checkpoints": seen,
        "destination_country_alpha2": row["destination_country_alpha2"],
        "easyship_shipment_id": shipment.id,
        "eta_date": None if shipment.eta is None else f"{shipment.eta}T00:00:00Z",
        "origin_country_alpha2": row["origin_country_alpha2"],
        "platform_order_number": row["platform_order_number"],
        "status": status(answer),
        "tracking_page_url": answer["tracking_page_url"],
        "trackings": answer["trackings"],
    }


HANDLERS: dict[str, Handler] = {
    "shipments_trackings_index": trackings,
    "shipments_transaction_records_index": charges,
    "shipment_unavailable_couriers_index": unavailable,
}
