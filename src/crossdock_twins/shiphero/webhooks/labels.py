"""Generate Label, the one webhook that asks: a call-out for a label, whose answer comes back through the agenda.

An endpoint answers 200 with JSON: `label` is the address of a PNG or PDF and ends so; `tracking_number`,
`tracking_url`, `shipping_carrier`, `shipping_method`, `cost` and `customs_pdf` may stand beside it. Of the answer, only
the address and its ending are documented: the names are our choice.
"""

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from crossdock_twins.base import agenda, deliveries
from crossdock_twins.base.deliveries import Delivery, Outcome
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.webhooks import rules
from crossdock_twins.shiphero.webhooks.publish import moment_of, subscribers

ANSWERED = "webhooks.label_answered"
"""The kind on the agenda under which answers come: `key` is the asker's, `detail` what `read` gives."""

_ENDINGS = (".png", ".pdf")
_MEMBERS = ("tracking_number", "tracking_url", "shipping_carrier", "shipping_method", "cost", "customs_pdf")
_LONGEST_PROBLEM = 500


def ask(store: Store, *, account_id: int, payload: dict[str, Any], key: str, at: str) -> bool:
    """Ask the account's label webhook once, inside the caller's transaction; False where there is none.

    The payload is sent as it is: a call-out names no webhook type.
    """
    found = subscribers(store, account_id=account_id, name=rules.GENERATE_LABEL)
    if not found:
        return False
    number = deliveries.post(
        store,
        lane=str(found[0]),
        event=rules.GENERATE_LABEL,
        message_id=str(uuid4()),
        body=json.dumps(payload, ensure_ascii=False),
        at=moment_of(at),
    )
    store.execute("INSERT INTO label_requests (delivery_id, key) VALUES (?, ?)", number, key)
    return True


def answer(store: Store, delivery: Delivery, outcome: Outcome) -> bool:
    """Hand an endpoint's answer to whoever asked, and tell whether it holds a label."""
    row = store.one("SELECT key FROM label_requests WHERE delivery_id = ?", delivery.id)
    detail = read(outcome)
    if row is not None:
        store.execute("DELETE FROM label_requests WHERE delivery_id = ?", delivery.id)
        agenda.add(store, ANSWERED, due=delivery.due, key=row["key"], detail=detail)
    return detail["problem"] is None


def read(outcome: Outcome) -> dict[str, Any]:
    """Read an endpoint's answer: `label` or `problem` is None, the words of a problem are for the packer."""
    value = _object(outcome.body)
    nothing = {"label": None, **dict.fromkeys(_MEMBERS)}
    if outcome.status != rules.RECEIVED:
        return {**nothing, "problem": outcome.error or _words(value, outcome)}
    label = value.get("label")
    if not isinstance(label, str) or not urlsplit(label).path.lower().endswith(_ENDINGS):
        return {**nothing, "problem": "The label is not the address of a PNG or PDF that ends in .png or .pdf."}
    return {"label": label, **{name: value.get(name) for name in _MEMBERS}, "problem": None}


def _object(body: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _words(value: dict[str, Any], outcome: Outcome) -> str:
    said = next((value[name] for name in ("Message", "message", "error") if isinstance(value.get(name), str)), "")
    return (said or outcome.body.strip() or f"The label webhook answered {outcome.status}.")[:_LONGEST_PROBLEM]
