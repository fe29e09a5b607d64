"""Operations on boxes: find them, count them, price them, keep boxes of one's own."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crossdock_twins.base.store import Value
from crossdock_twins.shiphero.account.nodes import houses
from crossdock_twins.shiphero.boxes import nodes
from crossdock_twins.shiphero.boxes.nodes import Shelf
from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found

_House = Mapping[str, Any]


def carrier_boxes(call: Call, **asked: Any) -> Shelf:
    """Answer `carrier_boxes`: every carrier's boxes, once for each warehouse asked for."""
    chosen = _houses(call, number=asked.get("warehouse_id"), identifier=asked.get("warehouse_identifier"))
    found = [_carrier_box(call, code, house) for house in chosen for code in nodes.CATALOGUE]
    carrier = (asked.get("carrier") or "").strip().lower()
    kept = [box for box in found if not carrier or carrier in {box["carrier"].lower(), box["carrier_code"]}]
    return Shelf(_only(kept, asked))


def carrier_box(call: Call, *, box_code: str, warehouse_identifier: str | None = None) -> dict[str, Any]:
    """Answer `carrier_box`, in the first warehouse unless one is named; error 5 where there is no such box."""
    chosen = _houses(call, number=None, identifier=warehouse_identifier)
    if not chosen or box_code not in nodes.CATALOGUE:
        raise not_found("Carrier box")
    return _carrier_box(call, box_code, chosen[0])


def carrier_box_update(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `carrier_box_update`: how many there are in a warehouse, and what one costs."""
    house, code = _house(call, data["warehouse_id"]), data["box_code"]
    if code not in nodes.CATALOGUE:
        raise not_found("Carrier box")
    before = _carrier_box(call, code, house)
    on_hand = _count(data.get("on_hand"), before["on_hand"])
    price = _price(data.get("price"), before["price"])
    call.state.store.execute(
        "INSERT OR REPLACE INTO carrier_box_settings (warehouse_id, box_code, on_hand, active, price)"
        " VALUES (?, ?, ?, ?, ?)",
        *(house["legacy_id"], code, on_hand, before["active"], price),
    )
    return _carrier_box(call, code, house)


def custom_boxes(call: Call, **asked: Any) -> Shelf:
    """Answer `custom_boxes`: the account's own boxes."""
    chosen = {each["legacy_id"]: each for each in _houses(call, number=asked.get("warehouse_id"), identifier=None)}
    marks = ", ".join("?" * len(chosen))
    rows = call.state.store.all(f"SELECT * FROM custom_boxes WHERE warehouse_id IN ({marks}) ORDER BY id", *chosen)
    return Shelf(_only([nodes.custom_box(row, chosen[row["warehouse_id"]]) for row in rows], asked))


def custom_box(call: Call, *, id: str | None = None) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `custom_box`; error 5 where the account has no such box."""
    number = number_of(id, "CustomBox")
    row = call.state.store.one("SELECT * FROM custom_boxes WHERE id = ?", number)
    house = None if row is None else _seen(call).get(row["warehouse_id"])
    if row is None or house is None:
        raise not_found("Custom box")
    return nodes.custom_box(row, house)


def custom_box_create(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `custom_box_create`; a new box is active unless it is said not to be."""
    house = _house(call, data["warehouse_id"])
    active = data.get("active")
    number = call.state.store.insert(
        "INSERT INTO custom_boxes (account_id, warehouse_id, name, barcode, packaging_type, dimensions, active,"
        " on_hand, price) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(call.account.id, house["legacy_id"], required(data["name"], "name"), (data.get("barcode") or "").strip()),
        *(data.get("packaging_type") or "box", json.dumps(nodes.sizes(data["dimensions"]))),
        *(active is None or active, _count(data.get("on_hand"), 0), _price(data.get("price"), "0.00")),
    )
    return custom_box(call, id=str(number))


def custom_box_update(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `custom_box_update`: what is left out stays as it is."""
    box = custom_box(call, id=data["custom_box_id"])
    values: dict[str, Value] = {
        name: required(data[name], name) for name in ("name", "packaging_type") if data.get(name) is not None
    }
    if data.get("barcode") is not None:
        values["barcode"] = data["barcode"].strip()
    if data.get("active") is not None:
        values["active"] = data["active"]
    if data.get("warehouse_id"):
        values["warehouse_id"] = _house(call, data["warehouse_id"])["legacy_id"]
    if data.get("dimensions") is not None:
        values["dimensions"] = json.dumps(nodes.sizes({**box["dimensions"], **data["dimensions"]}))
    values["on_hand"] = _count(data.get("on_hand"), box["on_hand"])
    values["price"] = _price(data.get("price"), box["price"])
    call.state.store.execute(
        f"UPDATE custom_boxes SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?",
        *(*values.values(), box["legacy_id"]),
    )
    return custom_box(call, id=str(box["legacy_id"]))


def custom_box_delete(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `custom_box_delete`."""
    box = custom_box(call, id=data["custom_box_id"])
    call.state.store.execute("DELETE FROM custom_boxes WHERE id = ?", box["legacy_id"])
    return {"ok": True}


def _seen(call: Call) -> dict[int, dict[str, Any]]:
    """Give the warehouses of the caller's account by number."""
    return {house["legacy_id"]: house for house in houses(call, call.account)}


def _house(call: Call, named: str) -> _House:
    found = _seen(call).get(number_of(named, "Warehouse"))
    if found is None:
        raise not_found("Warehouse")
    return found


def _houses(call: Call, *, number: str | None, identifier: str | None) -> list[_House]:
    if number:
        return [_house(call, number)]
    found = list(_seen(call).values())
    return [house for house in found if not identifier or house["identifier"] == identifier.strip()]


def _carrier_box(call: Call, code: str, house: _House) -> dict[str, Any]:
    setting = call.state.store.one(
        "SELECT * FROM carrier_box_settings WHERE warehouse_id = ? AND box_code = ?", house["legacy_id"], code
    )
    return nodes.carrier_box(nodes.CATALOGUE[code], house, setting)


def _only(boxes: list[dict[str, Any]], asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    active = [box for box in boxes if box["active"] or not asked.get("only_active")]
    return [box for box in active if box["on_hand"] > 0 or not asked.get("only_in_stock")]


def _count(sent: int | None, before: int) -> int:
    if sent is not None and sent < 0:
        raise invalid("on_hand must not be negative")
    return before if sent is None else sent


def _price(sent: str | None, before: str) -> str:
    if sent is not None and not (Decimal(sent).is_finite() and Decimal(sent) >= 0):
        raise invalid("price must be an amount that is not negative")
    return before if sent is None else sent


QUERIES: dict[str, Operation] = {
    "carrier_box": carrier_box,
    "carrier_boxes": carrier_boxes,
    "custom_box": custom_box,
    "custom_boxes": custom_boxes,
}
MUTATIONS: dict[str, Operation] = {
    "carrier_box_update": carrier_box_update,
    "custom_box_create": custom_box_create,
    "custom_box_delete": custom_box_delete,
    "custom_box_update": custom_box_update,
}
ENTITIES = {
    "carrier_box_update": "carrier_box",
    "custom_box_create": "custom_box",
    "custom_box_update": "custom_box",
}
PAGES = frozenset({"CarrierBoxesQueryResult", "CustomBoxesQueryResult"})
