"""Batches: send addresses, shipments or labels to buy, and look how far they are."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.easyship.batches import shapes, store, work
from crossdock_twins.easyship.batches.store import Type
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted, fetched
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.shipments import labels, making, planning, purchase
from crossdock_twins.easyship.shipments.store import find

_MERGED = ("courier_settings", "shipping_settings")


def index(call: Call) -> Reply:
    """List the batches, newest first."""
    limits = {name: call.query[name] for name in ("state", "type") if name in call.query}
    rows, page = counted(store.matching(call.store, call.owner, limits), call.query)
    return Reply(members={"batches": [shapes.batch_json(row) for row in rows]}, page=page)


def show(call: Call) -> Reply:
    """Show a batch with its counters."""
    return Reply(members={"batch": _shown(call, call.path["batch_id"])})


def items(call: Call) -> Reply:
    """List what is in a batch, in the order in which it was sent."""
    batch = _found(call, call.path["batch_id"])

    def fetch(limit: int, offset: int) -> list[sqlite3.Row]:
        return store.items(call.store, batch["id"], limit=limit, offset=offset)

    total = sum(store.counts(call.store, batch["id"]).values())
    rows, page = fetched(total, fetch, call.query)
    return Reply(members={"batch_items": [shapes.item_json(row, batch["type"]) for row in rows]}, page=page)


def send_addresses(call: Call) -> Reply:
    """Take in addresses to save."""
    defaults = {name: value for name, value in call.body.get("defaults", {}).items() if value is not None}
    sent = [
        (
            address.get("reference_id"),
            {**defaults, **{name: value for name, value in address.items() if value is not None}},
        )
        for address in call.body["addresses"]
    ]
    return _queued(call, "address_batch", [(reference, {"country_alpha2": "", **body}) for reference, body in sent])


def send_shipments(call: Call) -> Reply:
    """Take in shipments to make."""
    defaults = call.body.get("defaults", {})
    bodies = [_with_defaults(shipment, defaults) for shipment in call.body.get("shipments", ())]
    if any(planning.purchase(body.get("shipping_settings", {})) != "none" for body in bodies):
        call.require("public.label:write")
    return _queued(call, "shipment_batch", [(None, body) for body in bodies])


def send_labels(call: Call) -> Reply:
    """Take in shipments whose labels are to be bought; all are refused where one has a label, or money lacks."""
    wanted = call.body["shipments"]
    found = [find(call.store, owner=call.owner, shipment_id=each["easyship_shipment_id"]) for each in wanted]
    unfit = [
        each["easyship_shipment_id"]
        for each, shipment in zip(wanted, found, strict=True)
        if shipment is None or not labels.buyable(shipment.answer)
    ]
    if unfit:
        raise Refusal("invalid_content", f"{work.NOT_BUYABLE}{', '.join(unfit)}")
    total = 0
    for each, shipment in zip(wanted, found, strict=True):
        if shipment is not None:
            service_id = each.get("courier_service_id")
            planned = making.replanned(call.store, shipment, company=call.company, courier_service_id=service_id)
            total += 0 if planned.chosen is None else planned.price_of(planned.chosen) - shipment.paid
    purchase.check_funds(call.store, call.owner, total)
    return _queued(call, "label_batch", [(each["easyship_shipment_id"], each) for each in wanted])


def _queued(call: Call, kind: Type, sent: Sequence[tuple[str | None, Mapping[str, Any]]]) -> Reply:
    with call.store.transaction():
        batch_id = store.add(call.store, call.owner, kind=kind, items=sent, at=call.now)
        work.begin(call.store, batch_id, at=call.now)
    return Reply(members={"batch": _shown(call, batch_id)}, status=202)


def _with_defaults(shipment: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    merged = {name: {**defaults.get(name, {}), **shipment.get(name, {})} for name in _MERGED}
    return {**defaults, **shipment, **{name: value for name, value in merged.items() if value}}


def _shown(call: Call, batch_id: str) -> dict[str, Any]:
    return shapes.batch_json(_found(call, batch_id), store.counts(call.store, batch_id.lower()))


def _found(call: Call, batch_id: str) -> sqlite3.Row:
    row = store.find(call.store, call.owner, batch_id)
    if row is None:
        raise not_found("Batch")
    return row


HANDLERS: dict[str, Handler] = {
    "batches_index": index,
    "batches_show": show,
    "batch_items_index": items,
    "batch_addresses_create": send_addresses,
    "batch_shipments_create": send_shipments,
    "batch_labels_create": send_labels,
}
