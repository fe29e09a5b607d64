"""Working a batch off on the twin's clock: it begins a second after it was sent, and takes a fifth of one per item."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.addresses import store as book
from crossdock_twins.easyship.addresses.rules import address_problems
from crossdock_twins.easyship.addresses.validations import corrected, validation
from crossdock_twins.easyship.batches import shapes, store
from crossdock_twins.easyship.batches.store import Outcome
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.shipments import labels, making
from crossdock_twins.easyship.shipments.store import find
from crossdock_twins.easyship.state import Company, Owner, company_of
from crossdock_twins.easyship.webhooks.publish import publish

START, ITEM = "batch.start", "batch.item"
NOT_BUYABLE = "Shipments not found or labels already requested: "

_BEGINS_AFTER = timedelta(seconds=1)
_TAKES = timedelta(seconds=0.2)
_NEEDED = ("line_1", "city", "contact_name", "contact_phone", "country_alpha2")
_ADDRESS = (
    *("city", "company_name", "contact_email", "contact_name", "contact_phone", "country_alpha2"),
    *("line_1", "line_2", "postal_code", "state"),
)


def begin(kept: Store, batch_id: str, *, at: datetime) -> None:
    """Put a new batch on the agenda, inside the caller's transaction."""
    agenda.add(kept, START, due=at + _BEGINS_AFTER, key=batch_id, detail={})


def _start(kept: Store, due: Due) -> None:
    store.started(kept, due.key, at=due.at)
    batch = store.by_id(kept, due.key)
    if batch is not None:
        counts = store.counts(kept, due.key)
        _tell(kept, batch, "batch_started", {"started_at": batch["started_at"], "items": sum(counts.values())}, due.at)
        agenda.add(kept, ITEM, due=due.at + _TAKES, key=due.key, detail={})


def _work_on(kept: Store, due: Due) -> None:
    """Work the next item off; behind the last one the batch is done."""
    batch, item = store.by_id(kept, due.key), store.next_item(kept, due.key)
    if batch is None:
        return
    if item is None:
        _finish(kept, batch, at=due.at)
        return
    store.worked_off(kept, item["id"], _outcome(kept, batch, item, at=due.at), at=due.at)
    done = kept.one("SELECT * FROM batch_item WHERE id = ?", item["id"])
    if done is not None:
        _tell(kept, batch, "batch_item_finished", shapes.item_told(done), due.at, of_item=done["id"])
    agenda.add(kept, ITEM, due=due.at + _TAKES, key=due.key, detail={})


def _finish(kept: Store, batch: sqlite3.Row, *, at: datetime) -> None:
    counts = store.counts(kept, batch["id"])
    all_failed = counts["failed"] > 0 and counts["processed"] == 0
    store.finished(kept, batch["id"], state="failed" if all_failed else "processed", at=at)
    ended = store.by_id(kept, batch["id"])
    if ended is not None:
        told = {name: ended[name] for name in ("started_at", "finished_at", "state")}
        told |= {"items": sum(counts.values()), "failed_items": counts["failed"]}
        _tell(kept, ended, "batch_finished", told, at)


def _outcome(kept: Store, batch: sqlite3.Row, item: sqlite3.Row, *, at: datetime) -> Outcome:
    company = company_of(kept, batch["company_id"])
    if company is None:
        return Outcome(errors=("The company is gone.",))
    owner = Owner(company_id=company.id, environment=batch["environment"])
    try:
        return _WORKERS[batch["type"]](kept, company, owner, json.loads(item["body"]), at)
    except Refusal as refused:
        return Outcome(errors=refused.details)


def _address(kept: Store, _company: Company, owner: Owner, body: Mapping[str, Any], _at: datetime) -> Outcome:
    if problems := address_problems(body, needed=_NEEDED):
        return Outcome(errors=problems)
    address: dict[str, Any] = {name: body.get(name) for name in _ADDRESS}
    address["state"] = address["state"] or ""
    if body.get("validate"):
        better = corrected(address)
        if body.get("replace_with_validation_result"):
            address |= {name: better[name] for name in _ADDRESS if name in better}
        address["validation"] = validation(body, better)
    saved = book.keep(kept, owner=owner, address={**address, "id": str(uuid4()), "status": "active"}, roles={})
    return Outcome(record_type="Address", record_id=saved["id"])


def _shipment(kept: Store, company: Company, owner: Owner, body: Mapping[str, Any], at: datetime) -> Outcome:
    made = making.make(kept, company=company, environment=owner.environment, body=body, now=at)
    return Outcome(
        reference_id=made.shipment.id, record_type="Shipment", record_id=made.shipment.uuid, errors=made.errors
    )


def _label(kept: Store, company: Company, owner: Owner, body: Mapping[str, Any], at: datetime) -> Outcome:
    shipment_id = body["easyship_shipment_id"]
    shipment = find(kept, owner=owner, shipment_id=shipment_id)
    if shipment is None or not labels.buyable(shipment.answer):
        return Outcome(errors=(f"{NOT_BUYABLE}{shipment_id}",))
    planned = making.replanned(kept, shipment, company=company, courier_service_id=body.get("courier_service_id"))
    made = making.bought(kept, shipment, planned, wanted="now", at=at)
    if made.errors:
        return Outcome(errors=made.errors)
    return Outcome(record_type="Shipment", record_id=shipment.uuid)


def _tell(
    kept: Store, batch: sqlite3.Row, event_type: str, told: dict[str, Any], at: datetime, *, of_item: str = ""
) -> None:
    publish(
        kept,
        company_id=batch["company_id"],
        environment=batch["environment"],
        event_type=event_type,
        resource_type=f"{batch['type']}_item" if of_item else batch["type"],
        resource_id=of_item or batch["id"],
        data=told,
        at=at,
    )


_WORKERS: Mapping[str, Callable[[Store, Company, Owner, Mapping[str, Any], datetime], Outcome]] = {
    "address_batch": _address,
    "shipment_batch": _shipment,
    "label_batch": _label,
}
AGENDA: dict[str, Callable[[Store, Due], None]] = {START: _start, ITEM: _work_on}
"""What the twin's clock does to batches."""
