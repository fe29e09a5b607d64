"""Buying a shipment's label, making it on the twin's clock, and calling it off again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from crossdock_twins.base import agenda
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.credit import ledger
from crossdock_twins.easyship.documents import papers
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.insurance import policies
from crossdock_twins.easyship.rates.offer import bought_json
from crossdock_twins.easyship.rates.ranking import Ranked
from crossdock_twins.easyship.shipments import events, journey, labels, mishaps
from crossdock_twins.easyship.shipments.planning import Plan, service_json
from crossdock_twins.easyship.shipments.store import Shipment, by_key, save
from crossdock_twins.easyship.state import Owner

LABEL, CANCEL = "shipment.label", "shipment.cancel"
NO_FUNDS = "We were unable to generate a label as you do not have enough funds on your account."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A shipment after its label was bought; `errors` say why there is none."""

    shipment: Shipment
    errors: tuple[str, ...] = ()


def check_funds(store: Store, owner: Owner, cents: int) -> None:
    """Refuse with 402 what a company cannot pay; the sandbox asks for no money."""
    if owner.environment == "sandbox":
        return
    wallet = ledger.wallet(store, company_id=owner.company_id, environment=owner.environment)
    if cents > wallet.available + wallet.overdraft:
        raise Refusal("overdraft_limit") if wallet.overdraft else Refusal("payment_required", NO_FUNDS)


def buy_now(store: Store, shipment: Shipment, planned: Plan, chosen: Ranked, *, at: datetime) -> Bought:
    """Buy a label and wait for it, inside the caller's transaction."""
    shipment = _asked(store, shipment, planned, chosen, at=at)
    return finish(store, replace(shipment, answer=labels.generating(shipment.answer, at=at)), at=at)


def buy_later(store: Store, shipment: Shipment, planned: Plan, chosen: Ranked, *, at: datetime) -> Shipment:
    """Buy a label that is made in a while, inside the caller's transaction."""
    shipment = _asked(store, shipment, planned, chosen, at=at)
    save(store, shipment)
    agenda.add(store, LABEL, due=at + labels.PAID_AFTER, key=shipment.key, detail={})
    return shipment


def finish(store: Store, shipment: Shipment, *, at: datetime) -> Bought:
    """Make a label that is being generated, or fail at it; then the parcel is on its way."""
    failure = mishaps.label_failure(store, shipment.answer)
    if failure is not None:
        shipment = replace(shipment, answer=labels.failed(shipment.answer, failure, at=at))
        save(store, shipment)
        events.label_failed(store, shipment, at=at)
        return Bought(shipment=shipment, errors=(failure.content,))
    state = "printed" if papers.printing(shipment.body).format == "zpl" else "generated"
    environment = shipment.owner.environment
    answer = labels.generated(shipment.answer, number=shipment.number, environment=environment, at=at, state=state)
    answer["shipping_documents"] = papers.linked(
        store, answer, shipment.body, uuid=shipment.uuid, environment=environment
    )
    shipment = journey.begin(store, replace(shipment, answer=answer), at=at)
    save(store, shipment)
    events.label_created(store, shipment, at=at)
    policies.with_label(store, shipment, at=at)
    return Bought(shipment=shipment)


def go_on(store: Store, due: agenda.Due) -> None:
    """Bring a label that was bought a step further: it is paid, then it is made."""
    shipment = by_key(store, due.key)
    if shipment is None or shipment.answer["shipment_state"] != "created":
        return
    if shipment.answer["label_state"] == "pending":
        save(store, replace(shipment, answer=labels.generating(shipment.answer, at=due.at)))
        if not mishaps.label_hangs(shipment.answer):
            making = labels.MADE_AFTER - labels.PAID_AFTER
            agenda.add(store, LABEL, due=due.at + making, key=due.key, detail={})
    elif shipment.answer["label_state"] == "generating":
        finish(store, shipment, at=due.at)


def cancel(store: Store, shipment: Shipment, *, at: datetime) -> Shipment:
    """Call a shipment off, inside the caller's transaction: at once where there is no label to void yet."""
    agenda.drop(store, LABEL, shipment.key)
    if shipment.answer["label_generated_at"] is None:
        return _cancelled(store, shipment, at=at)
    shipment = replace(shipment, answer=labels.cancelling(shipment.answer, at=at))
    save(store, shipment)
    agenda.add(store, CANCEL, due=at + labels.VOIDED_AFTER, key=shipment.key, detail={})
    return shipment


def hear_courier(store: Store, due: agenda.Due) -> None:
    """Learn whether the courier has voided the label of a shipment that was called off."""
    shipment = by_key(store, due.key)
    if shipment is None or shipment.answer["shipment_state"] != "cancelling":
        return
    if mishaps.cancelling_fails(store, shipment.answer):
        save(store, replace(shipment, answer=labels.not_voided(shipment.answer, at=due.at)))
    else:
        _cancelled(store, shipment, at=due.at)


def _asked(store: Store, shipment: Shipment, planned: Plan, chosen: Ranked, *, at: datetime) -> Shipment:
    """Charge the price, or what it is beyond what was paid before, and ask for the label."""
    price = planned.price_of(chosen)
    check_funds(store, shipment.owner, price - shipment.paid)
    _charge(store, shipment, price - shipment.paid, at=at)
    answer = labels.asked(shipment.answer, at=at)
    answer |= {
        "courier_service": service_json(chosen),
        "rates": [bought_json(chosen, currency=planned.consigned.currency)],
    }
    paid = price if shipment.owner.environment == "production" else 0
    return replace(shipment, answer=answer, paid=paid)


def _charge(store: Store, shipment: Shipment, cents: int, *, at: datetime) -> None:
    if shipment.owner.environment == "production" and cents:
        _record(store, shipment, -cents, None if shipment.paid == 0 else "Others", "Shipment charge", at=at)


def _cancelled(store: Store, shipment: Shipment, *, at: datetime) -> Shipment:
    journey.stop(store, shipment)
    if shipment.paid:
        _record(store, shipment, shipment.paid, "Refund after Cancellation", "Shipment refund", at=at)
    shipment = replace(shipment, answer=labels.cancelled(shipment.answer, at=at), paid=0)
    save(store, shipment)
    events.cancelled(store, shipment, at=at)
    policies.void_of(store, shipment, at=at)
    return shipment


def _record(
    store: Store,
    shipment: Shipment,
    cents: int,
    adjustment_type: ledger.AdjustmentType | None,
    detail: str,
    *,
    at: datetime,
) -> None:
    ledger.record(
        store,
        company_id=shipment.owner.company_id,
        environment=shipment.owner.environment,
        amount_cents=cents,
        adjustment_type=adjustment_type,
        shipment_id=shipment.id,
        at=at,
        detail=detail,
    )


AGENDA: dict[str, Callable[[Store, agenda.Due], None]] = {
    LABEL: go_on,
    CANCEL: hear_courier,
    journey.KIND: journey.take_step,
}
"""What the twin's clock does to shipments."""
