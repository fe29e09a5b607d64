"""What is packed into what: boxes, cases and pallets, read from JSON and written in the form that buyers get."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.errors import invalid

PALLET, UOM_PALLET, PACKAGE, CASE_PACK = "Pallet", "UOM Pallet", "Package", "CasePack"
_NESTED = "Box"
_ON_TOP = {PALLET, UOM_PALLET, PACKAGE}
_INSIDE = {PALLET: {PACKAGE, CASE_PACK}, PACKAGE: {PACKAGE, CASE_PACK}}
_MEASURES = ("height", "length", "width", "weight_in_oz")


class Layout:
    """A layout in the making: containers are numbered in the order in which they are read."""

    def __init__(self, lines: Sequence[sqlite3.Row], *, is_freight: bool) -> None:
        self._lines = lines
        self._is_freight = is_freight
        self._count = 0
        self.packed: Counter[int] = Counter()

    def read(self, sent: Any) -> list[dict[str, Any]]:
        """Give the containers of a packing layout; ApiError (invalid) says what is wrong with it."""
        value = _parsed(sent)
        containers = value.get("containers") if isinstance(value, dict) else None
        if not isinstance(containers, list) or not containers:
            raise invalid("packing_data must be an object with a list of containers")
        found = [self._container(each, allowed=_ON_TOP, on_top=True) for each in containers]
        for line in self._lines:
            if self.packed[line["id"]] > line["quantity"]:
                raise invalid(f"{self.packed[line['id']]} of {line['sku']} are packed, but {line['quantity']} ordered")
        return found

    def is_whole(self) -> bool:
        """Tell whether everything that was ordered is packed."""
        return all(self.packed[line["id"]] == line["quantity"] for line in self._lines)

    def _container(self, sent: Any, *, allowed: set[str], on_top: bool) -> dict[str, Any]:
        kind = sent.get("type") if isinstance(sent, dict) else None
        kind = PACKAGE if kind == _NESTED else kind
        if kind not in allowed:
            raise invalid(f"A container of type {kind} cannot stand here. Use one of: {', '.join(sorted(allowed))}")
        if kind in {PALLET, UOM_PALLET} and not self._is_freight:
            raise invalid("Pallets belong to freight orders")
        self._count += 1
        shown = {
            "type": kind if on_top or kind != PACKAGE else _NESTED,
            "details": self._details(sent.get("details")),
            "line_items": [self._item(item) for item in sent.get("line_items") or ()],
            "containers": [
                self._container(inner, allowed=_INSIDE.get(kind, set()), on_top=False)
                for inner in sent.get("containers") or ()
            ],
        }
        return {**shown, "shipping_details": None} if on_top else shown

    def _details(self, sent: Any) -> dict[str, Any]:
        if not isinstance(sent, dict):
            raise invalid("Every container needs details")
        measures = {name: _measure(sent.get(name), name) for name in _MEASURES}
        barcode = sent.get("sscc_barcode") or sent.get("barcode")
        return {
            **measures,
            "sscc_barcode": barcode,
            "barcode": barcode,
            "shipping_box_id": sent.get("shipping_box_id"),
            "container_number": self._count,
        }

    def _item(self, sent: Any) -> dict[str, Any]:
        line = self._line(sent) if isinstance(sent, dict) else None
        quantity = sent.get("quantity") if isinstance(sent, dict) else None
        if line is None:
            raise invalid("A line item of the layout is not one of the order's")
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
            raise invalid(f"The quantity of {line['sku']} in a container must be a whole number above 0")
        self.packed[line["id"]] += quantity
        return {
            "order_line_item_id": line["id"],
            "partner_line_item_id": line["partner_line_item_id"],
            "sku": line["sku"],
            "name": json.loads(line["body"]).get("product_name"),
            "quantity": quantity,
            "lot": None,
        }

    def _line(self, sent: Mapping[str, Any]) -> sqlite3.Row | None:
        wanted = sent.get("order_line_item_id") or sent.get("line_item_id")
        number = ids.decode(str(wanted), "LineItem") if wanted is not None else None
        for line in self._lines:
            if number is not None and line["id"] == number:
                return line
            if number is None and sent.get("sku") == line["sku"]:
                return line
        return None


def walk(containers: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Give every container, outer ones before inner ones."""
    for container in containers:
        yield container
        yield from walk(container["containers"])


def units(container: Mapping[str, Any]) -> Counter[int]:
    """Give the units of each line in a container and in all that it holds."""
    found: Counter[int] = Counter()
    for each in walk([container]):
        for item in each["line_items"]:
            found[item["order_line_item_id"]] += item["quantity"]
    return found


def _parsed(sent: Any) -> Any:
    if not isinstance(sent, str):
        return sent
    try:
        return json.loads(sent)
    except (ValueError, RecursionError) as error:
        raise invalid("packing_data is not JSON") from error


def _measure(value: Any, name: str) -> float:
    try:
        number = float(value or 0)
    except (TypeError, ValueError) as error:
        raise invalid(f"{name} must be a number") from error
    if not 0 <= number < float("inf"):
        raise invalid(f"{name} must be a number that is not negative")
    return number
