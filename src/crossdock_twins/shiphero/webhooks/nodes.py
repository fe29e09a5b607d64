"""Webhooks and their calls as the API shows them."""

import json
import sqlite3
from datetime import datetime
from typing import Any

from crossdock_twins.shiphero import dates, ids
from crossdock_twins.shiphero.call import Call
from crossdock_twins.shiphero.webhooks.store import LogPage


def webhook(row: sqlite3.Row, *, secret: str | None = None) -> dict[str, Any]:
    """Give a webhook; its secret is only there in the answer that made it."""
    names = ("name", "url", "source", "health", "created_at", "updated_at", "last_enabled_change")
    return {
        "id": ids.encode("Webhook", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "shop_name": row["shop_name"],
        "enabled": bool(row["enabled"]),
        "shared_signature_secret": secret,
        **{name: row[name] for name in names},
    }


def webhooks(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Give the webhooks of a page."""
    return [webhook(row) for row in rows]


def log_page(page: LogPage, *, start: int) -> dict[str, Any]:
    """Give a page of calls, whose `page_info` is in snake case unlike that of every other list."""
    edges = [{"cursor": ids.cursor(start + place), "node": _call_log(row)} for place, row in enumerate(page.rows)]
    page_info = {
        "has_next_page": page.more,
        "has_previous_page": start > 0,
        "start_cursor": edges[0]["cursor"] if edges else None,
        "end_cursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "page_info": page_info}


def _call_log(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": ids.encode("WebhookCallLog", row["id"]),
        "webhook_type": row["event"],
        "url": row["url"],
        "timestamp": dates.text_of(datetime.fromisoformat(row["at"])),
        "status_code": row["status"],
        "response": response_of(row),
    }


def response_of(row: sqlite3.Row) -> dict[str, Any]:
    """Give an endpoint's answer as a JSON object, whatever it was."""
    if row["error"]:
        return {"error": row["error"]}
    try:
        value = json.loads(row["answer"])
    except ValueError:
        return {"body": row["answer"]}
    return value if isinstance(value, dict) else {"body": row["answer"]}
