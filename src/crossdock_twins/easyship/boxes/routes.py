"""Boxes: list, save, switch on and off, remove."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from crossdock_twins.easyship.account.preferences import company_units
from crossdock_twins.easyship.boxes import store as boxes
from crossdock_twins.easyship.boxes.rules import box_problems
from crossdock_twins.easyship.boxes.store import BOXES
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.records import Where
from crossdock_twins.easyship.replies import Reply, success

_SIDES = ("length", "width", "height")


def index(call: Call) -> Reply:
    """List the couriers' boxes and the company's own; a filter leaves the couriers' alone."""
    query = call.query
    filtered = "courier_country_alpha2" in query or "courier_umbrella_name" in query
    couriers = boxes.courier_boxes(
        call.store,
        call.owner,
        country_alpha2=query.get("courier_country_alpha2", call.company.country_alpha2),
        umbrella_name=query.get("courier_umbrella_name"),
    )
    rows, page = counted([*couriers, *([] if filtered else boxes.own_boxes(call.store, call.owner))], query)
    return Reply(members={"boxes": rows}, page=page)


def create(call: Call) -> Reply:
    """Save a box, sent in the units that the company has chosen; answers are in centimetres and kilograms."""
    body = call.body
    if problems := box_problems(body):
        raise Refusal("invalid_content", *problems)
    box = {**_measured(call, body), "id": str(uuid4()), "name": body["name"], "slug": _slug(call, body["name"])}
    BOXES.add(call.store, call.owner, dict(sorted(box.items())), slug=box["slug"])
    return Reply(members={"box": dict(sorted(box.items()))}, status=201)


def update(call: Call) -> Reply:
    """Switch a box on or off."""
    box = BOXES.find(call.store, call.owner, call.path["box_id"]) or boxes.courier_box(call.path["box_id"])
    if box is None:
        raise not_found("Box")
    boxes.switch(call.store, call.owner, box, call.body)
    return Reply(members={"box": box})


def delete(call: Call) -> Reply:
    """Remove one of the company's own boxes."""
    if not BOXES.drop(call.store, call.owner, call.path["box_id"]):
        raise not_found("Box")
    return success("Box successfully deleted")


def _measured(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    units = company_units(call.store, call.company.id)
    return {
        "outer_dimensions": {side: float(Decimal(str(body[f"outer_{side}"])) * units.length) for side in _SIDES},
        "type": "box",
        "weight": float(units.kilograms(body.get("weight", 0))),
    }


def _slug(call: Call, name: str) -> str:
    """Give a name in kebab case, with a number where another box has it already."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "box"
    taken = {box["slug"] for box in BOXES.some(call.store, call.owner, Where(sql="slug LIKE ?", values=(f"{plain}%",)))}
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := plain if number == 1 else f"{plain}-{number}") not in taken
    )


HANDLERS: dict[str, Handler] = {
    "boxes_index": index,
    "boxes_create": create,
    "boxes_update": update,
    "boxes_delete": delete,
}
