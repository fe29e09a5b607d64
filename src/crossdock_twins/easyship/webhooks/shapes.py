"""Webhooks as the API shows them."""

import json
import sqlite3
from typing import Any


def webhook(row: sqlite3.Row) -> dict[str, Any]:
    """Give a webhook, its secret included."""
    shown = {
        name: row[name] for name in ("created_at", "endpoint", "id", "secret_token", "state", "updated_at", "version")
    }
    shown |= {name: json.loads(row[name]) for name in ("configuration", "event_types")}
    return dict(sorted(shown.items()))
