"""The operations of 2023-01: each is the one of 2024-09, asked and answered in the old names.

The names are those that the client karrio-easyship sends and reads; the answer of `POST /labels` is the twin's own.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from crossdock_twins.easyship import contract
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.manifests import routes as manifests
from crossdock_twins.easyship.operations import OLD_VERSION, Call, Handler, Operation, operation
from crossdock_twins.easyship.pickups import routes as pickups
from crossdock_twins.easyship.rates import routes as rates
from crossdock_twins.easyship.replies import Rendered, Reply
from crossdock_twins.easyship.shipments import labels, making
from crossdock_twins.easyship.shipments import routes as shipments
from crossdock_twins.easyship.shipments.store import Shipment, find
from crossdock_twins.easyship.v2023 import names

Shape = Callable[[Mapping[str, Any]], dict[str, Any]]

_CREATED = 201
_NOT_BUYABLE = "Shipments not found or labels already requested: "


def buy_labels(call: Call) -> Reply:
    """Ask for the labels of shipments; they are made in a while."""
    asked = {each["easyship_shipment_id"]: each for each in call.body["shipments"]}
    found = {each: find(call.store, owner=call.owner, shipment_id=each) for each in asked}
    kept = {each: shipment for each, shipment in found.items() if shipment and labels.buyable(shipment.answer)}
    if unfit := [each for each in asked if each not in kept]:
        raise Refusal("invalid_content", f"{_NOT_BUYABLE}{', '.join(unfit)}")
    with call.store.transaction():
        bought = [_bought(call, shipment, asked[each].get("courier_id")) for each, shipment in kept.items()]
    return Reply(members={"labels": bought}, status=_CREATED)


def _bought(call: Call, shipment: Shipment, service_id: str | None) -> dict[str, Any]:
    planned = making.replanned(call.store, shipment, company=call.company, courier_service_id=service_id)
    made = making.bought(call.store, shipment, planned, wanted="later", at=call.now)
    if made.errors:
        raise Refusal("invalid_content", *made.errors)
    answer = made.shipment.answer
    return {
        "courier_id": answer["courier_service"]["id"],
        "easyship_shipment_id": made.shipment.id,
        "label_state": answer["label_state"],
        "tracking_page_url": answer["tracking_page_url"],
    }


def _plain(shown: Mapping[str, Any]) -> dict[str, Any]:
    return dict(shown)


def _in_old_names(handler: Handler, name: str, shape: Shape) -> Handler:
    """Make a handler that asks another one in the new names and answers in the old ones."""

    def handle(call: Call) -> Reply:
        reply = handler(_modern(call))
        if not isinstance(reply, Reply):
            raise TypeError(f"{name} waits for something.")
        return replace(reply, members={member: _shown(value, shape) for member, value in reply.members.items()})

    return handle


def _modern(call: Call) -> Call:
    """Give the call as 2024-09 would have it: a bare scope covers reading and writing."""
    scopes = {f"public.{scope}:{action}" for scope in call.grant.scopes for action in ("read", "write")}
    return replace(call, grant=replace(call.grant, scopes=frozenset(scopes)), body=names.read(call.body))


def _shown(value: Any, shape: Shape) -> Any:
    if isinstance(value, Rendered):
        value = json.loads(value.text)
    return [shape(each) for each in value] if isinstance(value, list) else shape(value)


_ANSWERS: Mapping[str, tuple[Mapping[str, Handler], Shape]] = {
    "rates_request": (rates.HANDLERS, names.rate),
    "shipments_index": (shipments.HANDLERS, names.shipment),
    "shipments_create": (shipments.HANDLERS, names.shipment),
    "shipments_show": (shipments.HANDLERS, names.shipment),
    "shipments_delete": (shipments.HANDLERS, _plain),
    "shipments_cancel": (shipments.HANDLERS, _plain),
    "pickups_create": (pickups.HANDLERS, names.pickup),
    "pickups_cancel": (pickups.HANDLERS, _plain),
    "manifests_create": (manifests.HANDLERS, names.manifest),
}


def _operations() -> tuple[Operation, ...]:
    handlers = {name: _in_old_names(known[name], name, shape) for name, (known, shape) in _ANSWERS.items()}
    handlers["labels_create"] = buy_labels
    described = contract.old_operations()
    return tuple(operation(name, each, handlers[name], version=OLD_VERSION) for name, each in described.items())


OPERATIONS = _operations()
