"""Operations that change what stands at the head of an order: its fields, holds, notes and attachments."""

import mimetypes
import sqlite3
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from crossdock_twins.shiphero.call import Call, Operation
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.orders import access, allocation, closing, holding, nodes, tagging
from crossdock_twins.shiphero.orders.status import HOLDS
from crossdock_twins.shiphero.orders.store import is_sound_address

_COLUMNS = {
    **{name: name for name in ("order_number", "partner_order_id", "order_date", "required_ship_date", "profile")},
    "hold_until_date": "hold_until",
}
_ADDRESSES = ("shipping_address", "billing_address")
_KEPT = (
    *("total_tax", "subtotal", "total_discounts", "total_price", "box_name", "insurance_amount", "shipping_lines"),
    *_ADDRESSES,
    *("packing_note", "note_attributes", "gift_note", "gift_invoice", "require_signature", "alcohol", "insurance"),
    *("adult_signature_required", "allow_partial", "allow_split", "priority_flag", "incoterms", "tax_id", "tax_type"),
    *("ignore_address_validation_errors", "skip_address_validation", "custom_invoice_url", "auto_print_return_label"),
    *("dry_ice_weight_in_lbs", "ftr_exemption", "address_is_business", "tote_qa", "do_not_print_invoice"),
    *("ignore_payment_capture_errors", "service_point_id", "partner_source_name", "allocation_priority"),
    "hold_until_date",
)
"""All that order_update may set, but for tags and status; `ready_to_ship` is frozen, so it is taken and left alone."""


def order_update(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_update`: header fields only, a member that is null or left out stays as it is."""
    order, at = access.owned(call, data), call.state.today()
    given = {name: value for name, value in data.items() if value is not None}
    before = {**dict(order), **access.body_of(order)}
    columns = {column: given[name] for name, column in _COLUMNS.items() if name in given}
    body = {name: given[name] for name in _KEPT if name in given}
    if "ftr_exemption" in body:
        body["ftr_exemption_value"] = body["ftr_exemption"]
    if "insurance_amount" in body:
        body["insurance_amount"] = str(body["insurance_amount"])
    columns |= _address_hold(order, {**before, **body}, looks="shipping_address" in given)
    call.state.orders.update(order["id"], at=at, columns=columns, body=body)
    for information in _differences(before, {**columns, **body}):
        call.state.orders.note(order["id"], information, by=call.user, at=at)
    _update_more(call, order, given, at)
    return nodes.read(call, order["id"])


def _update_more(call: Call, order: sqlite3.Row, given: Mapping[str, Any], at: str) -> None:
    order_id = order["id"]
    if "tags" in given:
        tagging.replace(call.state.store, order_id, given["tags"])
        call.state.orders.note(order_id, f"Tags set to: {', '.join(tagging.tidy(given['tags']))}", by=call.user, at=at)
    if "hold_until_date" in given:
        holding.remember(call.state, order_id, given["hold_until_date"])
    if "history_entry" in given:
        _note(call, order_id, given["history_entry"], at)
    if given.get("fulfillment_status", order["fulfillment_status"]) != order["fulfillment_status"]:
        closing.set_status(call, order, given["fulfillment_status"], at=at)
    allocation.allocate(call.state, order_id=order_id, at=at)


def _address_hold(order: sqlite3.Row, after: Mapping[str, Any], *, looks: bool) -> dict[str, Any]:
    """Look at a new address; one that is sound lifts the hold that a bad one had set."""
    unchecked = after.get("skip_address_validation") or after.get("ignore_address_validation_errors")
    is_bad = not unchecked and not is_sound_address(after.get("shipping_address") or {})
    return {"address_hold": is_bad} if looks and is_bad != bool(order["address_hold"]) else {}


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    changed = [name for name, value in after.items() if (before.get(name) or None) != (value or None)]
    return [_told(name, after[name]) for name in changed if name not in {"ftr_exemption_value", "hold_until"}]


def _told(name: str, value: Any) -> str:
    if name in HOLDS:
        return f"{name.replace('_', ' ').capitalize()} {'added' if value else 'removed'}"
    return f"Updated {name}" if isinstance(value, dict | list) else f"Updated {name} to {_shown(value)}"


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def order_update_holds(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_update_holds`: the five that can be set, those left out stay; the shipping method's cannot be."""
    order, at = access.owned(call, data), call.state.today()
    wanted = {hold: data[hold] for hold in HOLDS if data.get(hold) is not None}
    changed = {hold: value for hold, value in wanted.items() if value != bool(order[hold])}
    if changed:
        call.state.orders.update(order["id"], at=at, columns=changed)
        for hold, value in changed.items():
            call.state.orders.note(order["id"], _told(hold, value), by=call.user, at=at)
        allocation.allocate(call.state, order_id=order["id"], at=at)
    return nodes.read(call, order["id"])


def order_add_history_entry(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_add_history_entry`: a line of one's own in the history."""
    order = access.owned(call, data)
    _note(call, order["id"], data.get("history_entry") or {}, call.state.today())
    return nodes.read(call, order["id"])


def _note(call: Call, order_id: int, entry: Mapping[str, Any], at: str) -> None:
    message = (entry.get("message") or "").strip()
    if not message:
        raise invalid("history_entry needs a message")
    call.state.orders.note(order_id, message, by=call.user, at=at, name=(entry.get("source") or "").strip())


def order_add_attachment(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `order_add_attachment`: a file that lies elsewhere; the twin notes its address and never fetches it."""
    order, at = access.owned(call, data), call.state.today()
    parts = urlsplit(str(data["url"]).strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise invalid("url must be an http or https address")
    filename = data.get("filename") or unquote(PurePosixPath(parts.path).name) or "attachment"
    guessed = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    values = {
        "order_id": order["id"],
        "account_id": order["account_id"],
        "url": str(data["url"]).strip(),
        "filename": filename,
        "file_type": data.get("file_type") or guessed,
        "description": data.get("description"),
        "created_at": at,
    }
    number = call.state.store.insert(
        f"INSERT INTO order_attachments ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", *values.values()
    )
    call.state.orders.update(order["id"], at=at)
    call.state.orders.note(order["id"], f"Attachment {filename} added", by=call.user, at=at)
    return nodes.attachment(call.state.store.all("SELECT * FROM order_attachments WHERE id = ?", number)[0])


MUTATIONS: dict[str, Operation] = {
    "order_update": order_update,
    "order_update_holds": order_update_holds,
    "order_add_history_entry": order_add_history_entry,
    "order_add_attachment": order_add_attachment,
}
ENTITIES = {
    "order_update": "order",
    "order_update_holds": "order",
    "order_add_history_entry": "order",
    "order_add_attachment": "attachment",
}
