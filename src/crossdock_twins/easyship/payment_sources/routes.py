"""Payment sources: list, save, confirm, make the default, remove; and the key for the card processor's script."""

from typing import Any

from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.payment_sources import processor
from crossdock_twins.easyship.payment_sources import store as sources
from crossdock_twins.easyship.payment_sources.store import ACTIVE, SOURCES, Intent
from crossdock_twins.easyship.replies import Reply, success

_LAST_CARD = "Can't delete the last credit card, please add a new one first."
_UNKNOWN_CARD = "No such token: '{}'"
_UNKNOWN_CHECK = "No such setupintent: '{}'"
_EXISTS = "Payment source already exists"
_US_ONLY = "Bank account is only available for US companies"
_BANK = {
    "bank_name": "STRIPE TEST BANK",
    "holder_name": "",
    "is_verified": False,
    "last_four_digits": "6789",
    "routing_number": "110000000",
}


def stripe(_call: Call) -> Reply:
    """Give the processor's publishable key."""
    return Reply(members={"stripe": {"public_key": processor.PUBLIC_KEY}})


def index(call: Call) -> Reply:
    """List the cards and bank accounts in use."""
    rows, page = counted(SOURCES.some(call.store, call.owner, ACTIVE, order="number"), call.query)
    return Reply(members={"payment_sources": rows}, page=page)


def create(call: Call) -> Reply:
    """Save a card, at once or after a check; a bank account has to be named at the processor first."""
    if call.body["type"] == "card":
        return _card(call)
    if call.company.country_alpha2 != "US":
        raise Refusal("invalid_content", _US_ONLY)
    intent = sources.open_intent(call.store, call.owner, purpose="bank_account", detail={})
    return required("require_bank_account_info", intent)


def confirm(call: Call) -> Reply:
    """Finish saving what the processor has checked; what it has not checked yet is asked for again."""
    intent = sources.get_intent(call.store, call.owner, call.body["intent_id"])
    if intent is None or intent.purpose == "top_up":
        raise Refusal("invalid_content", _UNKNOWN_CHECK.format(call.body["intent_id"]))
    if intent.state == "done":
        raise Refusal("invalid_content", _EXISTS)
    if intent.state == "proving":
        return _to_prove(intent)
    if intent.state == "waiting":
        card = intent.purpose == "card"
        return required("require_3ds_validation" if card else "require_bank_account_info", intent)
    return _confirmed_card(call, intent) if intent.purpose == "card" else _confirmed_bank(call, intent)


def update(call: Call) -> Reply:
    """Let shipments be paid with a source."""
    source = _found(call)
    sources.make_default(call.store, call.owner, source["id"])
    return Reply(members={"payment_source": source})


def delete(call: Call) -> Reply:
    """Take a source out of use, unless it is the last card."""
    source = _found(call)
    if source["payment_method_type"] == "card" and sources.cards(call.store, call.owner) == 1:
        raise Refusal("invalid_content", _LAST_CARD)
    sources.deactivate(call.store, call.owner, source["id"])
    return success("Payment source is deactivated")


def required(code: str, intent: Intent, **more: str) -> Reply:
    """Answer that the processor has to be dealt with first."""
    action = processor.action(code, intent_id=intent.id, secret=intent.secret, **more)
    return Reply(members={"action_required": action}, status=202)


def _card(call: Call) -> Reply:
    token, holder = call.body["stripe_token"], call.body.get("holder", {})
    card = processor.card(token)
    if card is None:
        raise Refusal("invalid_content", _UNKNOWN_CARD.format(token))
    if card.refusal:
        raise Refusal("invalid_content", card.refusal)
    shown = processor.card_json(token, card, holder_name=holder.get("name"))
    if card.checked or call.body.get("verify_3ds", False):
        detail = {"card": shown, "token": token}
        intent = sources.open_intent(call.store, call.owner, purpose="card", detail=detail)
        return required("require_3ds_validation", intent)
    source = sources.add_source(call.store, call.owner, kind="card", shown=shown, third_party=token)
    return Reply(members={"payment_source": source}, status=201)


def _confirmed_card(call: Call, intent: Intent) -> Reply:
    with call.store.transaction():
        source = sources.add_source(
            call.store, call.owner, kind="card", shown=intent.detail["card"], third_party=intent.detail["token"]
        )
        sources.set_intent(call.store, intent.id, "done")
    return Reply(members={"payment_source": source}, status=201)


def _confirmed_bank(call: Call, intent: Intent) -> Reply:
    shown = {**_BANK, "holder_name": call.company.name}
    with call.store.transaction():
        source = sources.add_source(call.store, call.owner, kind="bank_account", shown=shown, third_party=intent.id)
        sources.set_intent(call.store, intent.id, "proving", source_id=source["id"])
    return _to_prove(intent)


def _to_prove(intent: Intent) -> Reply:
    url = f"https://payments.stripe.com/microdeposit/{intent.id}"
    return required("require_micro_deposit_verification", intent, verification_url=url)


def _found(call: Call) -> dict[str, Any]:
    source = sources.get_source(call.store, call.owner, call.path["payment_source_id"])
    if source is None:
        raise not_found("Payment Source")
    return source


HANDLERS: dict[str, Handler] = {
    "stripes_show": stripe,
    "payment_sources_index": index,
    "payment_sources_create": create,
    "payment_sources_confrim_3ds_create": confirm,
    "payment_sources_update": update,
    "payment_sources_delete": delete,
}
