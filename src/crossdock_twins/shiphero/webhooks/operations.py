"""Operations on webhooks: register, list, switch, move and remove them, and see what they answered."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import ApiError, Code, invalid, not_found
from crossdock_twins.shiphero.paging import DEFAULT_SIZE, Conditions, Listing
from crossdock_twins.shiphero.webhooks import nodes, rules, store
from crossdock_twins.shiphero.webhooks.publish import moment_of

_SORTS = {
    name: name for name in ("id", "name", "shop_name", "url", "enabled", "health", "created_at", "updated_at")
} | {"legacy_id": "id"}
_LOG_BACK = timedelta(hours=1)
_LOG_SPAN = timedelta(days=7)
_GRACE = timedelta(minutes=1)
"""For a week that was counted back from now before the request was sent."""

_LONGEST_URL = 2000


def webhooks(call: Call, *, customer_account_id: str | None = None) -> Listing:
    """Answer `webhooks`: those of the caller's accounts."""
    where = Conditions()
    where.among("account_id", call.accounts_of(customer_account_id))
    return Listing(store=call.state.store, table="webhooks", where=where, sorts=_SORTS, nodes=nodes.webhooks)


def webhooks_call_logs(
    call: Call,
    *,
    webhook_id: str,
    date_from: str | None = None,
    date_to: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> dict[str, Any]:
    """Answer `webhooks_call_logs`: the last hour's calls unless dates say otherwise, over a week at most."""
    number = _webhook(call, webhook_id)
    until = call.state.now() if date_to is None else moment_of(date_to)
    since = until - _LOG_BACK if date_from is None else moment_of(date_from)
    _check_span(since, until)
    if first is not None and first < 0:
        raise invalid("first must not be negative")
    reached = ids.position_of(after)
    start = 0 if reached is None else reached + 1
    size = DEFAULT_SIZE if first is None else first
    page = store.calls(call.state.store, number, since=since, until=until, start=start, size=size)
    call.rows += len(page.rows)
    return nodes.log_page(page, start=start)


def webhook_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `webhook_create`: the only answer that shows the secret."""
    name = required(data["name"], "name")
    if name not in rules.TYPES:
        raise invalid(f"{name} is not a webhook type. Use one of: {', '.join(rules.TYPES)}")
    enabled = data.get("enabled")
    new = store.NewWebhook(
        account_id=call.account_for(data.get("customer_account_id")),
        name=name,
        url=_url(data["url"]),
        shop_name=(data.get("shop_name") or "").strip(),
        enabled=True if enabled is None else enabled,
        source="api",
    )
    number = store.create(call.state.store, new, now=call.state.now())
    if number is None:
        raise ApiError(Code.TAKEN, f"There is a {name} webhook for this shop_name already")
    row = _row(call, number)
    return nodes.webhook(row, secret=row["secret"])


def webhook_delete(call: Call, *, data: Mapping[str, Any]) -> None:
    """Answer `webhook_delete`: by name and shop, or every webhook of that name where no shop is named."""
    removed = store.delete(
        call.state.store,
        account_id=call.account_for(data.get("customer_account_id")),
        name=required(data["name"], "name"),
        shop_name=data.get("shop_name"),
    )
    if not removed:
        raise not_found("Webhook")


def webhook_enable(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `webhook_enable`."""
    number = _webhook(call, data["webhook_id"])
    store.switch(call.state.store, number, enabled=True, at=call.state.today())
    return nodes.webhook(_row(call, number))


def webhook_disable(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `webhook_disable`."""
    number = _webhook(call, data["webhook_id"])
    store.switch(call.state.store, number, enabled=False, at=call.state.today())
    return nodes.webhook(_row(call, number))


def webhook_update_url(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `webhook_update_url`."""
    number = _webhook(call, data["webhook_id"])
    store.move(call.state.store, number, url=_url(data["new_url"]), now=call.state.now())
    return nodes.webhook(_row(call, number))


def _webhook(call: Call, webhook_id: str) -> int:
    number = number_of(webhook_id, "Webhook")
    _row(call, number)
    return number


def _row(call: Call, number: int) -> Any:
    row = store.get(call.state.store, number, call.visible)
    if row is None:
        raise not_found("Webhook")
    return row


def is_url(text: str) -> bool:
    """Tell whether messages could be sent to an address."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    return sound and len(text) <= _LONGEST_URL and text.isascii() and not any(letter.isspace() for letter in text)


def _url(text: str) -> str:
    url = required(text, "url")
    if not is_url(url):
        raise invalid(f"{url[:_LONGEST_URL]} is not a valid URL")
    return url


def _check_span(since: datetime, until: datetime) -> None:
    if since > until:
        raise invalid("date_from must be before date_to")
    if until - since > _LOG_SPAN + _GRACE:
        raise invalid("The date range cannot be longer than 1 week")


QUERIES: dict[str, Operation] = {"webhooks": webhooks, "webhooks_call_logs": webhooks_call_logs}
MUTATIONS: dict[str, Operation] = {
    "webhook_create": webhook_create,
    "webhook_delete": webhook_delete,
    "webhook_enable": webhook_enable,
    "webhook_disable": webhook_disable,
    "webhook_update_url": webhook_update_url,
}
ENTITIES = {
    "webhook_create": "webhook",
    "webhook_enable": "webhook",
    "webhook_disable": "webhook",
    "webhook_update_url": "webhook",
}
PAGES = frozenset({"WebhooksQueryResult"})
