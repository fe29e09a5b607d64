"""Shipments: list, show, create, cancel, delete."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crossdock_twins.easyship.account.merchants import Merchant, get_merchant
from crossdock_twins.easyship.credit import ledger
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import countless
from crossdock_twins.easyship.replies import Rendered, Reply, success
from crossdock_twins.easyship.shipments import labels, planning
from crossdock_twins.easyship.shipments.compose import address
from crossdock_twins.easyship.shipments.filters import read_filters
from crossdock_twins.easyship.shipments.planning import Plan
from crossdock_twins.easyship.shipments.rules import shipment_problems
from crossdock_twins.easyship.shipments.store import (
    due_shipments,
    get_shipment,
    insert_shipment,
    list_shipments,
    replace_shipment,
)
from crossdock_twins.easyship.times import timestamp

_NO_SOLUTIONS = "Sorry, we couldn't find any shipping solutions based on the information provided."
_NO_FUNDS = "We were unable to generate a label as you do not have enough funds on your account."
_NOT_CANCELLABLE = "This Shipment cannot be cancelled. Please contact our support."
_ROLES = ("origin", "sender", "return")


def index(call: Call) -> Reply:
    """List the company's shipments, newest first; without a state in the query the created and the cancelled."""
    _settle(call)
    filters = read_filters(call.query)

    def fetch(limit: int, offset: int) -> list[str]:
        return list_shipments(call.store, owner=call.owner, filters=filters, limit=limit, offset=offset)

    rows, page = countless(fetch, call.query)
    return Reply(members={"shipments": Rendered("[" + ",".join(rows) + "]")}, page=page)


def show(call: Call) -> Reply:
    """Show one shipment."""
    _settle(call)
    _, shipment = _found(call)
    return Reply(members={"shipment": shipment})


def create(call: Call) -> Reply:
    """Make a shipment, and buy its label where the call asks for that; 202 where nobody can carry it."""
    body, merchant = call.body, get_merchant(call.store, call.company)
    if planning.purchase(body.get("shipping_settings", {})) != "none":
        call.require("public.label:write")
    body = _with_addresses(body, merchant)
    if problems := shipment_problems(body):
        raise Refusal("invalid_content", *problems)
    planned = planning.plan(
        body,
        origin=address(body.get("origin_address", merchant.address)),
        currency=call.company.currency,
        environment=call.grant.environment,
    )
    with call.store.transaction():
        price = _price(call, planned)
        shipment = insert_shipment(
            call.store,
            owner=call.owner,
            country_alpha2=body["destination_address"]["country_alpha2"],
            compose=lambda shipment_id, number: planning.compose(
                planned, shipment_id=shipment_id, number=number, now=call.now
            ),
            due_at=planned.due_at(call.now),
            paid=price,
        )
        _charge(call, price, shipment["easyship_shipment_id"])
    return _created(shipment, planned)


def cancel(call: Call) -> Reply:
    """Call off a shipment whose label was asked for; in production its price is paid back."""
    _settle(call)
    row, shipment = _found(call)
    if not labels.cancellable(shipment, call.now):
        raise Refusal("invalid_content", _NOT_CANCELLABLE)
    with call.store.transaction():
        if row["paid"]:
            ledger.record(
                call.store,
                company_id=call.company.id,
                environment=call.grant.environment,
                amount_cents=row["paid"],
                adjustment_type="Refund after Cancellation",
                shipment_id=row["id"],
                at=call.now,
                detail=f"Refund of the label of {row['id']}",
            )
        replace_shipment(call.store, number=row["number"], answer=labels.cancelled(shipment, call.now))
    return success("Shipment successfully cancelled")


def delete(call: Call) -> Reply:
    """Delete a shipment whose label nobody has asked for; any other is not found."""
    _settle(call)
    row, shipment = _found(call)
    if not labels.deletable(shipment):
        raise not_found("Shipment")
    replace_shipment(call.store, number=row["number"], answer=labels.deleted(shipment, call.now))
    return success("Shipment successfully deleted")


def _found(call: Call) -> tuple[sqlite3.Row, dict[str, Any]]:
    row = get_shipment(call.store, owner=call.owner, shipment_id=call.path["easyship_shipment_id"])
    if row is None:
        raise not_found("Shipment")
    return row, json.loads(row["answer"])


def _settle(call: Call) -> None:
    """Let the labels be made that are due at the twin's time: nothing runs between requests."""
    for row in due_shipments(call.store, now=timestamp(call.now)):
        made = datetime.fromisoformat(row["due_at"])
        answer = labels.generated(
            json.loads(row["answer"]),
            number=row["number"],
            environment=row["environment"],
            paid=made - labels.MADE_AFTER + labels.PAID_AFTER,
            made=made,
        )
        replace_shipment(call.store, number=row["number"], answer=answer)


def _with_addresses(body: dict[str, Any], merchant: Merchant) -> dict[str, Any]:
    """Put saved addresses in the place of their ids; the one that the twin knows is the company's."""
    for role in _ROLES:
        address_id = body.get(f"{role}_address_id")
        if address_id is None:
            continue
        if address_id.lower() != merchant.address["id"]:
            raise not_found("Address")
        body = {**body, f"{role}_address": merchant.address}
    return body


def _price(call: Call, planned: Plan) -> int:
    """Give the label's price in cents, or refuse where it cannot be paid; the sandbox asks for no money."""
    if call.grant.environment == "sandbox":
        return 0
    held = ledger.wallet(call.store, company_id=call.company.id, environment=call.grant.environment)
    if planned.price > held.available:
        raise Refusal("payment_required", _NO_FUNDS)
    return planned.price


def _charge(call: Call, price: int, shipment_id: str) -> None:
    if price:
        ledger.record(
            call.store,
            company_id=call.company.id,
            environment=call.grant.environment,
            amount_cents=-price,
            adjustment_type=None,
            shipment_id=shipment_id,
            at=call.now,
            detail=f"Label of {shipment_id}",
        )


def _created(shipment: Mapping[str, Any], planned: Plan) -> Reply:
    meta: dict[str, Any] = {}
    if planned.body.get("courier_settings", {}).get("list_unavailable_services", False) or planned.chosen is None:
        meta["unavailable_couriers"] = planned.offer.unavailable_json()
    if planned.chosen is not None:
        return Reply(members={"shipment": shipment}, status=201, meta=meta)
    return Reply(
        members={"shipment": shipment},
        status=202,
        meta=meta | {"status": "partial_success", "errors": [_NO_SOLUTIONS]},
    )


HANDLERS: dict[str, Handler] = {
    "shipments_index": index,
    "shipments_create": create,
    "shipments_show": show,
    "shipments_delete": delete,
    "shipments_cancel": cancel,
}
