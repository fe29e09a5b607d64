"""Payment sources and what the card processor waits for, in a twin's store."""

import json
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import random_id
from crossdock_twins.easyship.payment_sources.processor import new_id
from crossdock_twins.easyship.records import Records, Where
from crossdock_twins.easyship.state import Owner

SOURCES = Records("payment_source")
ACTIVE = Where(sql="is_active")
_CARDS = Where(sql="is_active AND kind = 'card'")
_BEST = "is_default DESC, number"

Purpose = Literal["top_up", "card", "bank_account"]
IntentState = Literal["waiting", "passed", "proving", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A check that the processor asks for; `detail` says what happens once it is done."""

    id: str
    purpose: Purpose
    state: IntentState
    secret: str
    detail: dict[str, Any]


def get_source(store: Store, owner: Owner, source_id: str) -> dict[str, Any] | None:
    """Give an active payment source."""
    return SOURCES.first(store, owner, Where(sql="is_active AND id = ?", values=(source_id.lower(),)))


def default_card(store: Store, owner: Owner) -> dict[str, Any] | None:
    """Give the card that is charged when nothing is said: the default one, else the oldest."""
    return SOURCES.first(store, owner, _CARDS, order=_BEST)


def cards(store: Store, owner: Owner) -> int:
    """Count the active cards."""
    return SOURCES.count(store, owner, _CARDS)


def third_party_id(store: Store, source_id: str) -> str:
    """Give the processor's name of a source."""
    row = store.one("SELECT third_party_id FROM payment_source WHERE id = ?", source_id)
    return "" if row is None else str(row["third_party_id"])


def known(store: Store, owner: Owner, third_party: str) -> bool:
    """Tell whether a processor's name is saved already."""
    where = Where(sql="is_active AND third_party_id = ?", values=(third_party,))
    return SOURCES.count(store, owner, where) > 0


def add_source(
    store: Store, owner: Owner, *, kind: Literal["card", "bank_account"], shown: dict[str, Any], third_party: str
) -> dict[str, Any]:
    """Save a payment source under a new id."""
    source = {kind: dict(sorted(shown.items())), "id": str(uuid4()), "payment_method_type": kind}
    SOURCES.add(store, owner, dict(sorted(source.items())), kind=kind, third_party_id=third_party)
    return source


def make_default(store: Store, owner: Owner, source_id: str) -> None:
    """Let shipments be paid with a source."""
    store.execute(
        "UPDATE payment_source SET is_default = (id = ?) WHERE company_id = ? AND environment = ?",
        *(source_id, owner.company_id, owner.environment),
    )


def deactivate(store: Store, owner: Owner, source_id: str) -> None:
    """Take a source out of use; payments made with it still name it."""
    store.execute(
        "UPDATE payment_source SET is_active = 0, is_default = 0 WHERE company_id = ? AND environment = ? AND id = ?",
        *(owner.company_id, owner.environment, source_id),
    )


def open_intent(store: Store, owner: Owner, *, purpose: Purpose, detail: dict[str, Any]) -> Intent:
    """Ask for a check."""
    intent_id = new_id("pi" if purpose == "top_up" else "seti")
    secret = f"{intent_id}_secret_{random_id()}"
    store.execute(
        "INSERT INTO payment_intent (id, company_id, environment, purpose, state, secret, detail)"
        " VALUES (?, ?, ?, ?, 'waiting', ?, ?)",
        *(intent_id, owner.company_id, owner.environment, purpose, secret, json.dumps(detail)),
    )
    return Intent(id=intent_id, purpose=purpose, state="waiting", secret=secret, detail=detail)


def get_intent(store: Store, owner: Owner, intent_id: str) -> Intent | None:
    """Give a check that was asked for."""
    row = store.one(
        "SELECT * FROM payment_intent WHERE company_id = ? AND environment = ? AND id = ?",
        *(owner.company_id, owner.environment, intent_id),
    )
    if row is None:
        return None
    return Intent(
        id=row["id"],
        purpose=row["purpose"],
        state=row["state"],
        secret=row["secret"],
        detail=json.loads(row["detail"]),
    )


def set_intent(store: Store, intent_id: str, state: IntentState, **detail: str) -> None:
    """Note how far a check has come."""
    store.execute(
        "UPDATE payment_intent SET state = ?, detail = json_patch(detail, ?) WHERE id = ?",
        *(state, json.dumps(detail), intent_id),
    )


def pass_check(store: Store, intent_id: str) -> bool:
    """Do what the customer does at the card processor: pass the check; False where none is waiting.

    A bank account is named first, and proven by small deposits after it was confirmed.
    """
    row = store.one("SELECT * FROM payment_intent WHERE id = ? AND state IN ('waiting', 'proving')", intent_id)
    if row is None:
        return False
    with store.transaction():
        if row["state"] == "waiting":
            set_intent(store, intent_id, "passed")
            return True
        set_intent(store, intent_id, "done")
        store.execute(
            "UPDATE payment_source SET answer = json_set(answer, '$.bank_account.is_verified', json('true'))"
            " WHERE id = ?",
            json.loads(row["detail"])["source_id"],
        )
    return True
