"""The balance: read it, top it up, let it be topped up by itself, and pay it back out."""

from typing import Any

from crossdock_twins.easyship.credit import ledger, payments
from crossdock_twins.easyship.credit.rules import recharge_problems
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.payment_sources import processor
from crossdock_twins.easyship.payment_sources import store as sources
from crossdock_twins.easyship.payment_sources.routes import required
from crossdock_twins.easyship.replies import Reply

_LARGEST, _BEYOND = 1_000_000, 10**12
_TOO_LITTLE = "Amount must be greater than 0"
_TOO_MUCH = "Refund amount must be less than or equal to company balance"
_NO_REFUND = "Refund amount must be greater than 0"
_UNPROVEN = "The bank account must be verified before it can be used."
_CONFIRMED = "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
_NO_INTENT = "No such payment_intent: '{}'"


def show(call: Call) -> Reply:
    """Show the balance."""
    return Reply(members={"credit": credit_json(call)})


def credit_json(call: Call) -> dict[str, Any]:
    """Give the balance as the API shows it."""
    held = ledger.wallet(call.store, company_id=call.company.id, environment=call.grant.environment)
    return {
        "available_balance": held.available / 100,
        "balance": held.balance / 100,
        "currency": call.company.currency,
    }


def create(call: Call) -> Reply:
    """Top the balance up from a saved card or bank account."""
    source = sources.get_source(call.store, call.owner, call.body["payment_source_id"])
    if source is None:
        raise not_found("Payment Source")
    if call.body["amount"] >= _LARGEST:
        raise Refusal("invalid_content", f"Amount must be less than {_LARGEST}")
    amount = _cents(call.body["amount"])
    if amount <= 0:
        raise Refusal("invalid_content", _TOO_LITTLE)
    if source["payment_method_type"] == "bank_account" and not source["bank_account"]["is_verified"]:
        raise Refusal("invalid_content", _UNPROVEN)
    card = processor.card(sources.third_party_id(call.store, source["id"]))
    if card is not None and card.decline:
        raise Refusal("invalid_content", card.decline)
    if card is not None and card.checked:
        detail = {"source_id": source["id"], "amount_cents": amount}
        return required(
            "require_3ds_validation", sources.open_intent(call.store, call.owner, purpose="top_up", detail=detail)
        )
    payments.top_up(call.store, call.owner, source=source, amount_cents=amount, at=call.now)
    return Reply(members={"credit": credit_json(call)}, status=201)


def confirm(call: Call) -> Reply:
    """Finish a top-up whose card was checked; one that was not is asked for again."""
    intent = sources.get_intent(call.store, call.owner, call.body["intent_id"])
    if intent is None or intent.purpose != "top_up":
        raise Refusal("invalid_content", _NO_INTENT.format(call.body["intent_id"]))
    if intent.state == "done":
        raise Refusal("invalid_content", _CONFIRMED)
    if intent.state == "waiting":
        return required("require_3ds_validation", intent)
    source = sources.SOURCES.find(call.store, call.owner, intent.detail["source_id"])
    if source is None:
        raise not_found("Payment Source")
    with call.store.transaction():
        payments.top_up(call.store, call.owner, source=source, amount_cents=intent.detail["amount_cents"], at=call.now)
        sources.set_intent(call.store, intent.id, "done")
    return Reply(members={"credit": credit_json(call)}, status=201)


def refund(call: Call) -> Reply:
    """Pay the balance, or some of it, back to the cards and banks that it came from."""
    held = ledger.wallet(call.store, company_id=call.company.id, environment=call.grant.environment)
    most = max(0, min(held.balance, held.available))
    asked = call.body.get("amount")
    amount = most if asked is None else _cents(asked)
    if asked is not None and amount <= 0:
        raise Refusal("invalid_content", _NO_REFUND)
    if amount > most:
        raise Refusal("invalid_content", _TOO_MUCH)
    with call.store.transaction():
        paid = payments.pay_back(call.store, call.owner, amount_cents=amount, at=call.now)
    refunded = sum(paid.values())
    refunds = [
        {"amount": cents / 100, "currency": call.company.currency, "payment_source_id": source_id}
        for source_id, cents in paid.items()
    ]
    meta = {"total_refunded": refunded / 100, "total_non_refunded": (amount - refunded) / 100}
    return Reply(members={"refunds": refunds}, status=201, meta=meta)


def show_recharge(call: Call) -> Reply:
    """Show the rule for automatic top-ups."""
    return Reply(members={"auto_recharge": _recharge(call)})


def update_recharge(call: Call) -> Reply:
    """Change the rule for automatic top-ups; what is left out stays."""
    rule = {**_recharge(call), **call.body}
    set_up = rule["enabled"] or "amount" in call.body or "threshold_amount" in call.body
    problems = recharge_problems(
        threshold=rule["threshold_amount"], amount=rule["amount"], country_alpha2=call.company.country_alpha2
    )
    if set_up and problems:
        raise Refusal("invalid_content", *problems)
    call.store.execute(
        "UPDATE wallet SET recharge_enabled = ?, recharge_threshold = ?, recharge_amount = ?"
        " WHERE company_id = ? AND environment = ?",
        *(rule["enabled"], _cents(rule["threshold_amount"]), _cents(rule["amount"])),
        *(call.company.id, call.grant.environment),
    )
    return show_recharge(call)


def _recharge(call: Call) -> dict[str, Any]:
    row = call.store.one(
        "SELECT * FROM wallet WHERE company_id = ? AND environment = ?", call.company.id, call.grant.environment
    )
    if row is None:
        raise LookupError(f"{call.company.id} has no wallet.")
    return {
        "amount": row["recharge_amount"] / 100,
        "enabled": bool(row["recharge_enabled"]),
        "threshold_amount": row["recharge_threshold"] / 100,
    }


def _cents(amount: float) -> int:
    """Turn an amount into cents; one beyond all bounds stays beyond them, and countable."""
    return round(max(-_BEYOND, min(_BEYOND, amount)) * 100)


HANDLERS: dict[str, Handler] = {
    "credits_show": show,
    "credits_create": create,
    "credit_auto_recharge_show": show_recharge,
    "credit_auto_recharge_update": update_recharge,
    "credit_confrim_3ds_create": confirm,
    "credit_refund_create": refund,
}
