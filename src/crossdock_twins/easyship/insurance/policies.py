"""A policy's life: asked for, confirmed by the insurer, voided. The twin's clock is the insurer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.credit import ledger
from crossdock_twins.easyship.insurance import fees, store
from crossdock_twins.easyship.insurance.store import Policy, Recipient, Source
from crossdock_twins.easyship.reference.tables import exchange
from crossdock_twins.easyship.shipments.store import Shipment
from crossdock_twins.easyship.state import Company, Owner, company_of
from crossdock_twins.easyship.times import timestamp
from crossdock_twins.easyship.webhooks.publish import publish

NO_FUNDS = "Insufficient balance to purchase the insurance"
CONFIRM, SET_UP, VOID = "insurance.confirm", "insurance.set_up", "insurance.void"

_CONFIRMED_AFTER = timedelta(minutes=10)
_RESPONSE_AFTER = timedelta(minutes=40)
_VOIDED_AFTER = timedelta(minutes=10)


def price(fee: Decimal, *, currency: str, company: Company, owner: Owner) -> int:
    """Give what a fee takes off the balance, in cents of the company's money; the sandbox asks for none."""
    if owner.environment == "sandbox":
        return 0
    return fees.in_cents(exchange(fee, source=currency, target=company.currency))


def affordable(kept: Store, owner: Owner, charged: int) -> bool:
    """Tell whether a company can pay for a policy."""
    wallet = ledger.wallet(kept, company_id=owner.company_id, environment=owner.environment)
    return charged <= wallet.available


def open_policy(
    kept: Store,
    *,
    company: Company,
    owner: Owner,
    source: Source,
    shipment_id: str,
    tracking_number: str | None,
    value: Decimal,
    currency: str,
    fee: Decimal,
    charged: int,
    at: datetime,
    recipient: Recipient = "merchant",
    **more: Any,
) -> Policy:
    """Keep a policy that waits for the insurer's word, inside the caller's transaction; nothing is charged yet."""
    policy = Policy(
        id=store.next_id(kept, company.country_alpha2),
        owner=owner,
        source=source,
        recipient=recipient,
        state="pending_request",
        claim_state="not_filed",
        shipment_id=shipment_id,
        tracking_id=more.pop("tracking_id", None),
        tracking_number=tracking_number,
        currency=currency,
        value=fees.in_cents(value),
        fee=fees.in_cents(fee),
        charged=charged,
        created_at=timestamp(at),
        **more,
    )
    store.add(kept, policy)
    return policy


def insure(kept: Store, shipment: Shipment, *, company: Company, with_fee: bool, at: datetime) -> Policy | None:
    """Insure a shipment labelled here for what its `insurance` says, inside the caller's transaction.

    `with_fee` says whether the fee is charged now (it stands in the label's price otherwise); None without the money.
    """
    wanted = shipment.answer["insurance"]
    value, currency = Decimal(str(wanted["insured_amount"])), wanted["insured_currency"]
    fee = fees.fee(value, share=fees.QUOTED, currency=currency)
    charged = price(fee, currency=currency, company=company, owner=shipment.owner) if with_fee else 0
    if not affordable(kept, shipment.owner, charged):
        return None
    tracks = shipment.answer["trackings"]
    policy = open_policy(
        kept,
        company=company,
        owner=shipment.owner,
        source="cloud",
        shipment_id=shipment.id,
        tracking_number=tracks[0]["tracking_number"] if tracks else None,
        value=value,
        currency=currency,
        fee=fee,
        charged=charged,
        at=at,
    )
    pay(kept, policy, at=at)
    return policy


def with_label(kept: Store, shipment: Shipment, *, at: datetime) -> None:
    """Insure a shipment whose label was bought with insurance, inside the caller's transaction."""
    company = company_of(kept, shipment.owner.company_id)
    wanted = shipment.answer["insurance"]["is_insured"]
    if wanted and company is not None and store.standing(kept, owner=shipment.owner, shipment_id=shipment.id) is None:
        insure(kept, shipment, company=company, with_fee=False, at=at)


def pay(kept: Store, policy: Policy, *, at: datetime) -> None:
    """Take a policy's price off the balance and ask the insurer to confirm it."""
    _record(kept, policy, -policy.charged, None, at=at)
    agenda.add(kept, CONFIRM, due=at + _CONFIRMED_AFTER, key=policy.id, detail={})


def await_tracking(kept: Store, policy: Policy, *, at: datetime) -> None:
    """Set a policy up once its courier has answered for the parcel."""
    agenda.add(kept, SET_UP, due=at + _RESPONSE_AFTER, key=policy.id, detail={})


def void_of(kept: Store, shipment: Shipment, *, at: datetime) -> None:
    """Give back the policy of a shipment that was called off, inside the caller's transaction."""
    policy = store.standing(kept, owner=shipment.owner, shipment_id=shipment.id)
    if policy is not None:
        agenda.drop(kept, CONFIRM, policy.id)
        store.save(kept, replace(policy, state="pending_void"))
        agenda.add(kept, VOID, due=at + _VOIDED_AFTER, key=policy.id, detail={"paid": True})


def cancel(kept: Store, policy: Policy, *, at: datetime) -> None:
    """Void a policy that is still waiting, and pay back what was charged, inside the caller's transaction."""
    was_paid = agenda.drop(kept, CONFIRM, policy.id) > 0
    agenda.drop(kept, SET_UP, policy.id)
    _void(kept, policy, was_paid=was_paid, at=at)


def confirm(kept: Store, due: Due) -> None:
    """Hear from the insurer that a policy stands; of shipments labelled elsewhere subscribers are told."""
    policy = store.by_id(kept, due.key)
    if policy is None or policy.state != "pending_request":
        return
    policy = replace(policy, state="confirmed")
    store.save(kept, policy)
    if policy.source == "external":
        _tell(kept, policy, at=due.at)


def set_up(kept: Store, due: Due) -> None:
    """Charge a policy whose courier has answered; without the money it fails."""
    policy = store.by_id(kept, due.key)
    if policy is None or policy.state != "pending_request":
        return
    if affordable(kept, policy.owner, policy.charged):
        pay(kept, policy, at=due.at)
    else:
        store.save(kept, replace(policy, state="failed"))


def void(kept: Store, due: Due) -> None:
    """Hear from the insurer that a policy is void."""
    policy = store.by_id(kept, due.key)
    if policy is not None and policy.state == "pending_void":
        _void(kept, policy, was_paid=due.detail["paid"], at=due.at)


def _tell(kept: Store, policy: Policy, *, at: datetime) -> None:
    publish(
        kept,
        company_id=policy.owner.company_id,
        environment=policy.owner.environment,
        event_type="external_shipment_insured",
        resource_type="shipment",
        resource_id=policy.shipment_id,
        data={
            "easyship_insurance_id": policy.id,
            "easyship_shipment_id": policy.shipment_id,
            "insurance_fee": policy.fee / 100,
            "total_insured_value": policy.value / 100,
            "tracking_number": policy.tracking_number,
        },
        at=at,
    )


def _void(kept: Store, policy: Policy, *, was_paid: bool, at: datetime) -> None:
    store.save(kept, replace(policy, state="voided", claim_state="voided"))
    if was_paid:
        _record(kept, policy, policy.charged, "Refund after Cancellation", at=at)


def _record(
    kept: Store, policy: Policy, cents: int, adjustment_type: ledger.AdjustmentType | None, *, at: datetime
) -> None:
    if cents:
        ledger.record(
            kept,
            company_id=policy.owner.company_id,
            environment=policy.owner.environment,
            amount_cents=cents,
            adjustment_type=adjustment_type,
            at=at,
            detail=f"Insurance policy {policy.id}",
            kind="policy",
        )


AGENDA: Mapping[str, Callable[[Store, Due], None]] = {CONFIRM: confirm, SET_UP: set_up, VOID: void}
