"""Boxes by id and by slug: a company's own in the store, the couriers' in a table that never changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.records import Records, Where
from crossdock_twins.easyship.reference.tables import load
from crossdock_twins.easyship.state import Company, Owner

BOXES = Records("box")
_ACTIVE = Where(sql="is_active")


def _courier_box(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "courier": {"country_alpha2": row["country_alpha2"], "umbrella_name": row["umbrella_name"]},
        "name": row["name"],
        "outer_dimensions": {side: float(row[side]) for side in ("length", "width", "height")},
        "slug": row["slug"],
        "type": "flat_rate_box",
        "weight": float(row["weight"]),
    }


_COURIER_BOXES: Mapping[str, dict[str, Any]] = {row["id"]: _courier_box(row) for row in load("boxes")}


def courier_boxes(
    store: Store, owner: Owner, *, country_alpha2: str, umbrella_name: str | None
) -> list[dict[str, Any]]:
    """Give the couriers' boxes in a country that the company has not switched off."""
    off = {
        row["box_id"]
        for row in store.all(
            "SELECT box_id FROM courier_box_switch WHERE company_id = ? AND environment = ?",
            *(owner.company_id, owner.environment),
        )
    }
    return [
        box
        for box in _COURIER_BOXES.values()
        if box["id"] not in off
        and box["courier"]["country_alpha2"] == country_alpha2
        and umbrella_name in {None, box["courier"]["umbrella_name"]}
    ]


def own_boxes(store: Store, owner: Owner) -> list[dict[str, Any]]:
    """Give a company's own boxes that are switched on, newest first."""
    return BOXES.some(store, owner, _ACTIVE)


def box_by_slug(store: Store, *, company: Company, owner: Owner, slug: str) -> dict[str, Any] | None:
    """Give a box that is switched on by its slug: a company's own, else a courier's in its country, else any."""
    own = BOXES.first(store, owner, Where(sql="is_active AND slug = ?", values=(slug,)))
    if own is not None:
        return own
    near: Sequence[dict[str, Any]] = courier_boxes(
        store, owner, country_alpha2=company.country_alpha2, umbrella_name=None
    )
    return next((box for box in (*near, *_COURIER_BOXES.values()) if box["slug"] == slug), None)


def courier_box(box_id: str) -> dict[str, Any] | None:
    """Give a courier's box."""
    return _COURIER_BOXES.get(box_id.lower())


def switch(store: Store, owner: Owner, box: Mapping[str, Any], changes: Mapping[str, bool]) -> None:
    """Switch a box on or off, and its being chosen by itself; a courier's is only ever listed or not."""
    if "courier" not in box:
        BOXES.put(store, owner, box, **{name: int(value) for name, value in changes.items()})
    elif changes.get("is_active", True):
        store.execute(
            "DELETE FROM courier_box_switch WHERE box_id = ? AND company_id = ? AND environment = ?",
            *(box["id"], owner.company_id, owner.environment),
        )
    else:
        store.execute(
            "INSERT OR IGNORE INTO courier_box_switch (box_id, company_id, environment) VALUES (?, ?, ?)",
            *(box["id"], owner.company_id, owner.environment),
        )
