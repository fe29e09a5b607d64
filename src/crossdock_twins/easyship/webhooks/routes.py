"""Webhooks: list, add, show, change, remove, switch on and off, test."""

import sqlite3
from typing import Any
from urllib.parse import urlsplit

from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.replies import Reply, success
from crossdock_twins.easyship.webhooks import shapes, store, trial
from crossdock_twins.easyship.webhooks.store import Wanted

_CREATED = 201
_LONGEST_ENDPOINT = 2000


def index(call: Call) -> Reply:
    """List the company's webhooks, the newest first."""
    rows, page = counted(store.of_owner(call.store, owner=call.owner), call.query)
    return Reply(members={"webhooks": [shapes.webhook(row) for row in rows]}, page=page)


def show(call: Call) -> Reply:
    """Show one webhook."""
    return _shown(_found(call))


def create(call: Call) -> Reply:
    """Add a webhook, which stays silent until it is activated."""
    wanted = _wanted(call.body, configuration=None)
    webhook_id = store.create(call.store, owner=call.owner, wanted=wanted, now=call.now)
    return _shown(store.get(call.store, owner=call.owner, webhook_id=webhook_id), status=_CREATED)


def update(call: Call) -> Reply:
    """Change a webhook; its state and its secret stay."""
    row = _found(call)
    wanted = _wanted(call.body, configuration=shapes.webhook(row)["configuration"])
    store.change(call.store, webhook_id=row["id"], wanted=wanted, now=call.now)
    return show(call)


def delete(call: Call) -> Reply:
    """Remove a webhook."""
    store.delete(call.store, webhook_id=_found(call)["id"])
    return success("Webhook successfully deleted")


def activate(call: Call) -> Reply:
    """Switch a webhook on, also one that had failed."""
    store.switch(call.store, webhook_id=_found(call)["id"], state="active", now=call.now)
    return success("Webhook successfully activated")


def deactivate(call: Call) -> Reply:
    """Switch a webhook off."""
    store.switch(call.store, webhook_id=_found(call)["id"], state="inactive", now=call.now)
    return success("Webhook successfully deactivated")


async def test(call: Call) -> Reply:
    """Send one sample of an event to a webhook and tell whether it was received."""
    problem = await trial.run(
        call.store, _found(call), event_type=call.body["event_type"], version=call.body["version"], now=call.now
    )
    if problem is not None:
        raise Refusal("api_error", problem)
    return success(trial.SUCCEEDED)


def endpoint_problems(endpoint: str) -> list[str]:
    """Tell what is wrong with an endpoint's address, in the model's words."""
    if not endpoint.strip():
        return ["Endpoint can't be blank"]
    try:
        parts = urlsplit(endpoint)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    is_plain = endpoint.isascii() and not any(letter.isspace() for letter in endpoint)
    return [] if sound and is_plain and len(endpoint) <= _LONGEST_ENDPOINT else ["Endpoint is invalid"]


def _wanted(body: dict[str, Any], *, configuration: dict[str, Any] | None) -> Wanted:
    problems = endpoint_problems(body["endpoint"])
    if problems:
        raise Refusal("invalid_content", *problems)
    return Wanted(
        endpoint=body["endpoint"],
        event_types=list(dict.fromkeys(body["event_types"])),
        version=body["version"],
        configuration=body.get("configuration", configuration),
    )


def _found(call: Call) -> sqlite3.Row:
    row = store.get(call.store, owner=call.owner, webhook_id=call.path["webhook_id"])
    if row is None:
        raise not_found("Webhook")
    return row


def _shown(row: sqlite3.Row | None, *, status: int = 200) -> Reply:
    if row is None:
        raise not_found("Webhook")
    return Reply(members={"webhook": shapes.webhook(row)}, status=status)


HANDLERS: dict[str, Handler] = {
    "webhooks_index": index,
    "webhooks_create": create,
    "webhooks_show": show,
    "webhooks_update": update,
    "webhooks_delete": delete,
    "webhooks_activate": activate,
    "webhooks_deactivate": deactivate,
    "webhooks_test": test,
}
