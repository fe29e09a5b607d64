"""Batches and their items as the API and the webhooks show them."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

_BATCH = ("created_at", "finished_at", "id", "started_at", "state", "type", "updated_at")
_ITEM = ("created_at", "finished_at", "id", "record_id", "record_type", "reference_id", "state", "updated_at")


def batch_json(row: sqlite3.Row, counts: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Show a batch; the counters appear where it is shown alone."""
    shown = {name: row[name] for name in _BATCH}
    if counts is not None:
        shown |= {f"{state}_count": count for state, count in counts.items()}
        shown["total_count"] = sum(counts.values())
    return dict(sorted(shown.items()))


def item_json(row: sqlite3.Row, kind: str) -> dict[str, Any]:
    """Show an item of a batch of some type."""
    shown = {name: row[name] for name in _ITEM}
    errors = json.loads(row["processing_errors"])
    return dict(sorted({**shown, "processing_errors": errors, "type": f"{kind}_item"}.items()))


def item_told(row: sqlite3.Row) -> dict[str, Any]:
    """Tell subscribers of an item that is worked off."""
    names = ("batch_id", "started_at", "finished_at", "record_type", "record_id", "reference_id", "state")
    return {**{name: row[name] for name in names}, "processing_errors": json.loads(row["processing_errors"])}
