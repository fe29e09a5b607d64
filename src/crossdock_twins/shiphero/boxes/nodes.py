"""Boxes as the API's types."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any

from crossdock_twins.shiphero import ids, paging
from crossdock_twins.shiphero.call import Call
from crossdock_twins.shiphero.errors import invalid

SIZES = ("weight", "height", "width", "length")

CATALOGUE: Mapping[str, Mapping[str, Any]] = {
    box["box_code"]: box for box in json.loads(files(__package__).joinpath("carriers.json").read_text(encoding="utf-8"))
}
"""The carriers' boxes by code; measures in inches."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A short list of nodes that is in memory already, to be read page by page."""

    nodes: list[dict[str, Any]]

    def connection(self, call: Call, **page: Any) -> dict[str, Any]:
        """Give one page."""
        return paging.connection_of(call, self.nodes, **page)


def carrier_box(box: Mapping[str, Any], house: Mapping[str, Any], setting: sqlite3.Row | None) -> dict[str, Any]:
    """Give the node of a carrier's box in one warehouse; `area` is that of its floor, in square inches."""
    return {
        "account_id": house["account_id"],
        "box_code": box["box_code"],
        "warehouse_identifier": house["identifier"],
        "warehouse_id": house["id"],
        "on_hand": 0 if setting is None else setting["on_hand"],
        "active": box["active"] if setting is None else bool(setting["active"]),
        "price": box["price"] if setting is None else setting["price"],
        "carrier": box["carrier"],
        "carrier_code": box["carrier_code"],
        "name": box["name"],
        "area": str(Decimal(box["length"]) * Decimal(box["width"])),
        "dimensions": {name: box[name] for name in SIZES},
        "international": box["international"],
        "barcode": f"{box['carrier_code'].upper()}-{box['box_code']}",
    }


def custom_box(row: sqlite3.Row, house: Mapping[str, Any]) -> dict[str, Any]:
    """Give the node of a box of the account's own; what it costs is its price."""
    return {
        "id": ids.encode("CustomBox", row["id"]),
        "legacy_id": row["id"],
        "account_id": ids.encode("Account", row["account_id"]),
        "warehouse_id": house["id"],
        "warehouse_identifier": house["identifier"],
        "barcode": row["barcode"],
        "name": row["name"],
        "dimensions": json.loads(row["dimensions"]),
        "active": bool(row["active"]),
        "on_hand": row["on_hand"],
        "cost": row["price"],
        "packaging_type": row["packaging_type"],
        "price": row["price"],
    }


def sizes(dimensions: Mapping[str, Any]) -> dict[str, str]:
    """Read dimensions from an input: texts of numbers that are not negative."""
    read = {}
    for name in SIZES:
        text = str(dimensions.get(name) or "0.00").strip()
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise invalid(f"{name} must be a number") from error
        if not number.is_finite() or number < 0:
            raise invalid(f"{name} must be a number that is not negative")
        read[name] = text
    return read
