"""A rule's actions and conditions one by one: list, add, change, remove."""

from functools import partial
from typing import Any, Literal

from crossdock_twins.easyship.errors import not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.replies import Reply, success
from crossdock_twins.easyship.shipping_rules.routes import found, keep, listed, with_id

Part = Literal["action", "condition"]

_CREATED = 201


def index(part: Part, call: Call) -> Reply:
    """List a rule's parts."""
    return listed(f"{part}s", found(call)[f"{part}s"])


def create(part: Part, call: Call) -> Reply:
    """Add a part to a rule."""
    rule, made = found(call), with_id(call.body)
    keep(call, {**rule, f"{part}s": [*rule[f"{part}s"], made]})
    return Reply(members={part: made}, status=_CREATED)


def update(part: Part, call: Call) -> Reply:
    """Change a part of a rule; its id stays."""
    rule = found(call)
    known = _known(part, rule, call)
    changed = with_id(call.body, known["id"])
    keep(call, {**rule, f"{part}s": [changed if each == known else each for each in rule[f"{part}s"]]})
    return Reply(members={part: changed})


def delete(part: Part, call: Call) -> Reply:
    """Remove a part of a rule; the last one stays."""
    rule = found(call)
    known = _known(part, rule, call)
    keep(call, {**rule, f"{part}s": [each for each in rule[f"{part}s"] if each != known]})
    return success(f"{part.capitalize()} successfully deleted")


def _known(part: Part, rule: dict[str, Any], call: Call) -> dict[str, Any]:
    wanted = call.path[f"{part}_id"].lower()
    known = next((each for each in rule[f"{part}s"] if each["id"] == wanted), None)
    if known is None:
        raise not_found(part.capitalize())
    return dict(known)


def _of(part: Part) -> dict[str, Handler]:
    deeds = {"index": index, "create": create, "update": update, "delete": delete}
    return {f"shipping_rule_{part}_{name}": partial(deed, part) for name, deed in deeds.items()}


HANDLERS: dict[str, Handler] = _of("action") | _of("condition")
