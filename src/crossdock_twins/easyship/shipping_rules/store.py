"""The shipping rules in a twin's store, and the boxes that they name."""

from collections.abc import Mapping
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.boxes.store import BOXES, courier_box
from crossdock_twins.easyship.records import Records, Where
from crossdock_twins.easyship.state import Owner

RULES = Records("shipping_rule")

_ACTIVE = Where(sql="active")
_IN_ORDER = "priority, number"


def every(store: Store, owner: Owner) -> list[dict[str, Any]]:
    """Give a company's rules in the order in which they are asked."""
    return RULES.some(store, owner, order=_IN_ORDER)


def active(store: Store, owner: Owner) -> list[dict[str, Any]]:
    """Give those of a company's rules that are switched on, in the order in which they are asked."""
    return RULES.some(store, owner, _ACTIVE, order=_IN_ORDER)


def keep(store: Store, owner: Owner, rule: Mapping[str, Any]) -> None:
    """Keep a new or a changed rule."""
    columns = {"priority": rule["priority"], "active": int(rule["active"])}
    if RULES.find(store, owner, rule["id"]) is None:
        RULES.add(store, owner, rule, **columns)
    else:
        RULES.put(store, owner, rule, **columns)


def box(store: Store, owner: Owner, box_id: str) -> dict[str, Any] | None:
    """Give a company's own box, or a courier's."""
    return BOXES.find(store, owner, box_id) or courier_box(box_id)
