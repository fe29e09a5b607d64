"""Shipments: list, show, create, change, buy the label, cancel, delete, return."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crossdock_twins.easyship.documents.attach import with_documents
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.insurance import policies
from crossdock_twins.easyship.insurance.store import standing
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import countless
from crossdock_twins.easyship.rates.catalogue import SERVICES
from crossdock_twins.easyship.replies import Rendered, Reply, success
from crossdock_twins.easyship.shipments import labels, making, planning, purchase, returns
from crossdock_twins.easyship.shipments.filters import read_filters
from crossdock_twins.easyship.shipments.making import NO_SOLUTIONS, Made
from crossdock_twins.easyship.shipments.patterns import answer_of
from crossdock_twins.easyship.shipments.store import Shipment, find, matching, save

NOT_BUYABLE = "Shipments not found or labels already requested: "
_NOT_CANCELLABLE = "This Shipment cannot be cancelled. Please contact our support."
_NOT_CHANGEABLE = "Shipments with generated labels cannot be updated"
_NOT_INSURABLE = "Shipment state, label state or insurance state is invalid"
_LABEL_WRITE = "public.label:write"


def index(call: Call) -> Reply:
    """List the company's shipments, newest first; without a state in the query the created and the cancelled."""
    filters = read_filters(call.query)

    def fetch(limit: int, offset: int) -> list[str]:
        rows = matching(call.store, owner=call.owner, filters=filters, limit=limit, offset=offset)
        return [answer_of(call.store, row) for row in rows]

    rows, page = countless(fetch, call.query)
    return Reply(members={"shipments": Rendered("[" + ",".join(rows) + "]")}, page=page)


def show(call: Call) -> Reply:
    """Show one shipment, its papers in the form that the query asks for."""
    return Reply(members={"shipment": with_documents(call.store, found(call), call.query)})


def create(call: Call) -> Reply:
    """Make a shipment, and buy its label where the call asks for that; 202 where that, or finding a courier, fails."""
    _may_buy(call)
    made = making.make(
        call.store, company=call.company, environment=call.grant.environment, body=call.body, now=call.now
    )
    return made_reply(call, made)


def update(call: Call) -> Reply:
    """Change a shipment whose label is not there, and buy it where the call asks for that."""
    _may_buy(call)
    shipment = found(call)
    if not labels.buyable(shipment.answer):
        raise Refusal("invalid_content", _NOT_CHANGEABLE)
    made = making.change(call.store, shipment, company=call.company, changes=call.body, now=call.now)
    return replace(made_reply(call, made), status=200)


def buy_label(call: Call) -> Reply:
    """Buy a shipment's label and wait for it; 202 where the courier refuses."""
    shipment = found(call)
    if not labels.buyable(shipment.answer):
        raise Refusal("invalid_content", f"{NOT_BUYABLE}{shipment.id}")
    service_id = call.body.get("courier_service_id")
    if service_id is not None and service_id.lower() not in SERVICES:
        raise not_found("Courier Service")
    if "printing_options" in call.body:
        settings = {**shipment.body.get("shipping_settings", {}), "printing_options": call.body["printing_options"]}
        shipment = replace(shipment, body={**shipment.body, "shipping_settings": settings})
    planned = making.replanned(call.store, shipment, company=call.company, courier_service_id=service_id)
    if planned.chosen is None:
        raise Refusal("invalid_content", NO_SOLUTIONS)
    with call.store.transaction():
        made = making.bought(call.store, shipment, planned, wanted="now", at=call.now)
    return made_reply(call, made)


def cancel(call: Call) -> Reply:
    """Call off a shipment whose label was asked for; its price is paid back when the courier has voided the label."""
    shipment = found(call)
    if not labels.cancellable(shipment.answer, call.now):
        raise Refusal("invalid_content", _NOT_CANCELLABLE)
    with call.store.transaction():
        purchase.cancel(call.store, shipment, at=call.now)
    return success("Shipment successfully cancelled")


def delete(call: Call) -> Reply:
    """Delete a shipment whose label nobody has asked for; any other is not found."""
    shipment = found(call)
    if not labels.deletable(shipment.answer):
        raise not_found("Shipment")
    save(call.store, replace(shipment, answer=labels.deleted(shipment.answer, at=call.now)))
    return success("Shipment successfully deleted")


def send_back(call: Call) -> Reply:
    """Make the shipment that brings another's parcels back."""
    body = returns.body_of(call.store, found(call), call.body)
    made = making.make(call.store, company=call.company, environment=call.grant.environment, body=body, now=call.now)
    return made_reply(call, made)


def insure(call: Call) -> Reply:
    """Insure a shipment whose label was bought without insurance."""
    shipment = found(call)
    insured = standing(call.store, owner=call.owner, shipment_id=shipment.id)
    if shipment.answer["shipment_state"] != "created" or not labels.insurable(shipment.answer) or insured is not None:
        raise Refusal("invalid_content", _NOT_INSURABLE)
    with call.store.transaction():
        policy = policies.insure(call.store, shipment, company=call.company, with_fee=True, at=call.now)
        if policy is None:
            raise Refusal("invalid_content", policies.NO_FUNDS)
        insurance = {**shipment.answer["insurance"], "is_insured": True}
        save(call.store, shipment.but(at=call.now, insurance=insurance))
    return replace(success("Shipment successfully insured"), status=201)


def found(call: Call) -> Shipment:
    """Give the shipment that the path names, or refuse with 404."""
    shipment_id = call.path.get("easyship_shipment_id") or call.path["shipment_id"]
    shipment = find(call.store, owner=call.owner, shipment_id=shipment_id)
    if shipment is None:
        raise not_found("Shipment")
    return shipment


def made_reply(call: Call, made: Made) -> Reply:
    """Answer with a shipment that was made: 201, or 202 where something of what was asked for is missing."""
    meta: dict[str, Any] = {}
    settings: Mapping[str, Any] = made.planned.body.get("courier_settings", {})
    if settings.get("list_unavailable_services", False) or made.planned.chosen is None:
        meta["unavailable_couriers"] = made.planned.offer.unavailable_json()
    if made.errors:
        meta |= {"errors": list(made.errors), "status": "partial_success"}
    answer = with_documents(call.store, made.shipment, {})
    return Reply(members={"shipment": answer}, status=202 if made.errors else 201, meta=meta)


def _may_buy(call: Call) -> None:
    if planning.purchase(call.body.get("shipping_settings", {})) != "none":
        call.require(_LABEL_WRITE)


HANDLERS: dict[str, Handler] = {
    "shipments_index": index,
    "shipments_create": create,
    "shipments_show": show,
    "shipments_update": update,
    "shipments_delete": delete,
    "shipments_cancel": cancel,
    "shipment_labels_create": buy_label,
    "return_shipments_create": send_back,
    "shipments_insure_create": insure,
}
