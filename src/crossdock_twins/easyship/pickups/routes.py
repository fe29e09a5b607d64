"""Pickups: list, book, show, call off, and the shipments of one."""

from dataclasses import replace
from typing import Any

from crossdock_twins.easyship.addresses.store import ADDRESSES
from crossdock_twins.easyship.credit import ledger
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted, countless
from crossdock_twins.easyship.pickups import progress, rules, shapes, slots, store
from crossdock_twins.easyship.pickups.slots import Slot
from crossdock_twins.easyship.pickups.store import Pickup
from crossdock_twins.easyship.rates.catalogue import SERVICES, Service
from crossdock_twins.easyship.rates.pricing import pickup_fee
from crossdock_twins.easyship.replies import Rendered, Reply, success
from crossdock_twins.easyship.shipments import store as shipments
from crossdock_twins.easyship.shipments.filters import read_filters
from crossdock_twins.easyship.shipments.patterns import answer_of
from crossdock_twins.easyship.shipments.store import Shipment

_CREATED = 201
_COLUMNS = {"pickup_date": "pickup_date", "courier": "umbrella_name", "pickup_state": "state"}


def index(call: Call) -> Reply:
    """List the company's pickups, newest first."""
    columns = {column: call.query[name] for name, column in _COLUMNS.items() if name in call.query}
    found = store.matching(call.store, owner=call.owner, columns=columns, shipment_id=call.query.get("shipment_id"))
    shown, page = counted(found, call.query)
    return Reply(members={"pickups": [pickup.answer for pickup in shown]}, page=page)


def show(call: Call) -> Reply:
    """Show one pickup."""
    return _shown(call, _found(call))


def create(call: Call) -> Reply:
    """Book a pickup for shipments of one courier service; its fee is taken off the balance."""
    service = SERVICES.get(call.body["courier_service_id"].lower())
    if service is None:
        raise not_found("Courier Service")
    if not slots.picks_up(service):
        raise Refusal("invalid_content", rules.NO_PICKUPS)
    taken, slot = _shipments(call, service), _slot(call, service)
    fee = _fee(call, service)
    with call.store.transaction():
        pickup = Pickup(
            owner=call.owner,
            fee=fee,
            answer=shapes.new_pickup(
                pickup_id=store.next_id(call.store, taken[0].answer["origin_address"]["country_alpha2"]),
                service=service,
                slot=slot,
                address=shapes.address(taken[0].answer["origin_address"], ADDRESSES.some(call.store, call.owner)),
                shipments=taken,
                fee=fee,
            ),
        )
        store.add(call.store, pickup, shipment_ids=[each.id for each in taken])
        _charge(call, pickup, cents_=-fee, adjustment_type=None)
        progress.mark(call.store, pickup, "pending_confirmation", at=call.now)
        progress.plan(call.store, pickup, now=call.now)
    return _shown(call, pickup, status=_CREATED)


def cancel(call: Call) -> Reply:
    """Call a pickup off before the courier has come; its fee is paid back."""
    pickup = _found(call)
    if pickup.is_over:
        raise Refusal("invalid_content", rules.NOT_CANCELLABLE)
    with call.store.transaction():
        store.save(call.store, pickup.but(pickup_state="cancelled"))
        _charge(call, pickup, cents_=pickup.fee, adjustment_type="Refund after Cancellation")
        progress.mark(call.store, pickup, "cancelled", at=call.now)
        progress.forget(call.store, pickup)
    return success("Pickup successfully cancelled")


def index_shipments(call: Call) -> Reply:
    """List the shipments of one pickup, newest first, with the filters of the shipments' own list."""
    pickup_id = call.path["pickup_id"]
    if store.find(call.store, owner=call.owner, pickup_id=pickup_id) is None:
        raise not_found("Pickup")
    filters = read_filters(call.query)
    columns = {**filters.columns, "id": store.shipment_ids(call.store, pickup_id)}

    def fetch(limit: int, offset: int) -> list[str]:
        rows = shipments.matching(
            call.store, owner=call.owner, filters=replace(filters, columns=columns), limit=limit, offset=offset
        )
        return [answer_of(call.store, row) for row in rows]

    rows, page = countless(fetch, call.query)
    return Reply(members={"shipments": Rendered("[" + ",".join(rows) + "]")}, page=page)


def _shipments(call: Call, service: Service) -> list[Shipment]:
    wanted = list(dict.fromkeys(call.body["easyship_shipment_ids"]))
    found = {each: shipments.find(call.store, owner=call.owner, shipment_id=each) for each in wanted}
    known = [each for each in found.values() if each is not None]
    unknown = [each for each, shipment in found.items() if shipment is None]
    problems = rules.shipment_problems(service, known, unknown=unknown)
    if not problems and (waiting := store.waiting(call.store, ids=wanted)):
        problems = [f"Shipments have a pickup already: {', '.join(waiting)}"]
    if problems:
        raise Refusal("invalid_content", *problems)
    return known


def _slot(call: Call, service: Service) -> Slot:
    slot, problems = rules.window(call.body, service, now=call.now)
    if slot is None:
        raise Refusal("invalid_content", *problems)
    return slot


def _fee(call: Call, service: Service) -> int:
    """Give what the courier asks for coming, in cents of the company's money; the sandbox asks for none."""
    if call.grant.environment == "sandbox":
        return 0
    fee = int(pickup_fee(service, call.company.currency) * 100)
    if fee > _available(call):
        raise Refusal("invalid_content", rules.NO_FUNDS)
    return fee


def _charge(call: Call, pickup: Pickup, *, cents_: int, adjustment_type: ledger.AdjustmentType | None) -> None:
    if cents_:
        ledger.record(
            call.store,
            company_id=call.company.id,
            environment=call.grant.environment,
            amount_cents=cents_,
            adjustment_type=adjustment_type,
            at=call.now,
            detail=f"Pickup {pickup.id}",
            kind="pickup",
        )


def _available(call: Call) -> int:
    return ledger.wallet(call.store, company_id=call.company.id, environment=call.grant.environment).available


def _found(call: Call) -> Pickup:
    pickup = store.find(call.store, owner=call.owner, pickup_id=call.path["easyship_pickup_id"])
    if pickup is None:
        raise not_found("Pickup")
    return pickup


def _shown(call: Call, pickup: Pickup, *, status: int = 200) -> Reply:
    meta: dict[str, Any] = {
        "available_balance": _available(call) / 100,
        "easyship_shipment_ids": store.shipment_ids(call.store, pickup.id),
    }
    return Reply(members={"pickup": pickup.answer}, meta=meta, status=status)


HANDLERS: dict[str, Handler] = {
    "pickups_index": index,
    "pickups_create": create,
    "pickups_show": show,
    "pickups_cancel": cancel,
    "pickups_shipments_index": index_shipments,
}
