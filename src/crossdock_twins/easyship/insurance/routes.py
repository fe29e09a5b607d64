"""Insurance: list policies, insure what was labelled elsewhere, quote, turn a quote into a policy, cancel.

Known from the vendor's pages: the fees' examples, the 48 hours, the states, the sentences on the balance and on a
policy that is not cancellable. The sentences on quotes that cannot be used are the twin's own.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from crossdock_twins.easyship.errors import Kind, Refusal
from crossdock_twins.easyship.insurance import fees, policies, shapes, store
from crossdock_twins.easyship.insurance.store import Policy, Quote
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.reference.tables import category, exchange
from crossdock_twins.easyship.replies import Reply, success
from crossdock_twins.easyship.times import timestamp
from crossdock_twins.easyship.trackings import making
from crossdock_twins.easyship.trackings import store as trackings
from crossdock_twins.easyship.trackings.store import Tracking

_CREATED, _ACCEPTED, _NOT_FOUND = 201, 202, 404
_VALID_FOR = timedelta(hours=48)
_INSURABLE_FOR = timedelta(hours=24)
_CLAIMS_FROM, _CLAIMS_UNTIL = timedelta(days=20), timedelta(days=120)
_UNINSURABLE = frozenset({"documents", "jewelry"})
_COLUMNS = {"easyship_shipment_id": "shipment_id", "state": "state", "recipient": "recipient", "source": "source"}
_AWAITING = "Insurance has been set up. Awaiting tracking result."
_NO_POLICY = "The resource you are looking for does not exist."
_GONE = Kind(_NOT_FOUND, "resource_not_found_error", _NO_POLICY)


def index(call: Call) -> Reply:
    """List the company's policies, newest first."""
    columns = {column: call.query[name] for name, column in _COLUMNS.items() if name in call.query}
    shown, page = counted(store.matching(call.store, owner=call.owner, columns=columns), call.query)
    return Reply(members={"insurance_policies": [shapes.policy_json(each) for each in shown]}, page=page)


def create(call: Call) -> Reply:
    """Insure a shipment that was labelled elsewhere: at once if its courier has answered, else as soon as it does."""
    wanted = call.body["insurance"]
    value, currency = Decimal(str(wanted["insured_value"])), wanted["currency"]
    if value <= 0:
        raise Refusal("invalid_content", "Insured value must be greater than 0")
    fee = fees.fee(value, share=fees.ELSEWHERE, currency=currency)
    charged = policies.price(fee, currency=currency, company=call.company, owner=call.owner)
    if not policies.affordable(call.store, call.owner, charged):
        raise Refusal("invalid_content", policies.NO_FUNDS)
    with call.store.transaction():
        known = trackings.by_number(call.store, owner=call.owner, tracking_number=call.body["tracking_number"].strip())
        tracking = known or _followed(call)
        _check_insurable(call, tracking)
        policy = policies.open_policy(
            call.store,
            company=call.company,
            owner=call.owner,
            source="external",
            shipment_id=tracking.shipment_id,
            tracking_number=tracking.tracking_number,
            tracking_id=tracking.id,
            value=value,
            currency=currency,
            fee=fee,
            charged=charged,
            at=call.now,
        )
        if tracking.responded_at is None:
            policies.await_tracking(call.store, policy, at=call.now)
        else:
            policies.pay(call.store, policy, at=call.now)
    if tracking.responded_at is None:
        return Reply(members={"success": {"message": _AWAITING}}, status=_ACCEPTED)
    return Reply(members={"insurance_policy": shapes.policy_json(policy)}, status=_CREATED)


def cancel(call: Call) -> Reply:
    """Cancel a policy that still waits for the insurer."""
    policy = store.find(call.store, owner=call.owner, policy_id=call.path["policy_id"])
    if policy is None:
        raise Refusal("resource_not_found", _NO_POLICY, links_page=False, kind=_GONE)
    if policy.state != "pending_request":
        raise Refusal("invalid_content", "Insurance policy is not cancellable.", links_page=False)
    with call.store.transaction():
        policies.cancel(call.store, policy, at=call.now)
    return success("Insurance policy successfully cancelled")


def quote(call: Call) -> Reply:
    """Quote the insurance of products; good for 48 hours."""
    _check_country(call)
    wanted = call.body["quote"]
    currency, value = wanted["currency"], Decimal(str(wanted["insured_value"]))
    problems = [] if value > 0 else ["Insured value must be greater than 0"]
    problems += [
        f"Products[{place}] price must be greater than or equal to 0"
        for place, product in enumerate(wanted["products"])
        if product["price"] < 0
    ]
    if problems:
        raise Refusal("invalid_content", *problems)
    products = [_product(product, currency=currency) for product in wanted["products"]]
    eligible = any(product["insured_eligibility"] for product in products)
    raw = fees.raw_fee(value, share=fees.QUOTED, currency=currency) if eligible else Decimal()
    made = Quote(
        id=str(uuid4()),
        owner=call.owner,
        currency=currency,
        value=fees.in_cents(value),
        fee=fees.in_cents(raw),
        destination=wanted["destination_country"],
        valid_until=timestamp(call.now + _VALID_FOR),
    )
    store.add_quote(call.store, made)
    shown = {
        "insurance_fee_currency": currency,
        "products": products,
        "quote_id": made.id,
        "total_insurance_fee": made.fee / 100,
        "total_insurance_fee_raw": float(raw),
        "valid_until": made.valid_until,
    }
    return Reply(members={"insurance_quote": shown}, status=_CREATED)


def create_from_quote(call: Call) -> Reply:
    """Turn a quote into a policy and charge its fee."""
    _check_country(call)
    wanted = call.body["policy"]
    found = store.find_quote(call.store, owner=call.owner, quote_id=wanted["quote_id"])
    if found is None:
        raise Refusal("invalid_content", "Insurance quote was not found.")
    if problem := _unusable(found, wanted, now=call.now):
        raise Refusal("invalid_content", problem)
    fee = Decimal(found.fee) / 100
    charged = policies.price(fee, currency=found.currency, company=call.company, owner=call.owner)
    if not policies.affordable(call.store, call.owner, charged):
        raise Refusal("invalid_content", policies.NO_FUNDS)
    with call.store.transaction():
        policy = _from_quote(call, found, fee=fee, charged=charged)
        policies.pay(call.store, policy, at=call.now)
        store.use_quote(call.store, found.id, at=timestamp(call.now))
    return Reply(members={"insurance_policy": shapes.from_quote_json(policy)}, status=_CREATED)


def _from_quote(call: Call, found: Quote, *, fee: Decimal, charged: int) -> Policy:
    wanted = call.body["policy"]
    shipped = wanted.get("ship_date")
    start = call.now if shipped is None else datetime.fromisoformat(f"{shipped}T00:00:00+00:00")
    return policies.open_policy(
        call.store,
        company=call.company,
        owner=call.owner,
        source="external",
        recipient=wanted.get("policy_holder_type", "merchant"),
        shipment_id=store.next_shipment_id(call.store, found.destination),
        tracking_number=wanted["tracking_number"].strip(),
        value=Decimal(found.value) / 100,
        currency=found.currency,
        fee=fee,
        charged=charged,
        at=call.now,
        valid_from=timestamp(start),
        opens=timestamp(start + _CLAIMS_FROM),
        closes=timestamp(start + _CLAIMS_UNTIL),
    )


def _unusable(found: Quote, wanted: Mapping[str, Any], *, now: datetime) -> str | None:
    if found.used_at is not None:
        return "Insurance quote has already been used."
    if timestamp(now) > found.valid_until:
        return "Insurance quote has expired."
    if not found.fee:
        return "Insurance quote has no eligible products."
    return None if wanted["tracking_number"].strip() else "Tracking number can't be blank"


def _product(product: Mapping[str, Any], *, currency: str) -> dict[str, Any]:
    found = category(product["category"])
    reason = None
    if found is None:
        reason = "Category is not supported."
    elif found["slug"] in _UNINSURABLE:
        reason = f"{found['name']} cannot be insured."
    price = exchange(
        Decimal(str(product["price"])) * product.get("quantity", 1),
        source=product.get("currency", currency),
        target=currency,
    )
    return {
        "easyship_product_id": None,
        "insured_currency": currency,
        "insured_eligibility": reason is None,
        "insured_eligibility_failure_reason": reason,
        "insured_fee": fees.in_cents(price * fees.QUOTED) / 100 if reason is None else 0.0,
        "platform_product_id": product.get("platform_product_id"),
    }


def _followed(call: Call) -> Tracking:
    return making.make(call.store, call.body, company=call.company, owner=call.owner, at=call.now)


def _check_insurable(call: Call, tracking: Tracking) -> None:
    if store.standing(call.store, owner=call.owner, shipment_id=tracking.shipment_id) is not None:
        raise Refusal("invalid_content", "Shipment is already insured")
    if tracking.source == "easyship":
        raise Refusal("invalid_content", "Shipments with labels from Easyship cannot be insured here")
    answered = tracking.responded_at
    if answered is not None and call.now - datetime.fromisoformat(answered) > _INSURABLE_FOR:
        raise Refusal("invalid_content", "Tracking is not valid for insurance")


def _check_country(call: Call) -> None:
    if call.company.country_alpha2 != "US":
        raise Refusal("invalid_content", "Insurance quotes are only available for US entities.")


HANDLERS: dict[str, Handler] = {
    "insurances_policies_index": index,
    "insurances_policies_create": create,
    "insurances_policies_from_quote_create": create_from_quote,
    "insurances_policies_cancel": cancel,
    "insurances_quotes_create": quote,
}
