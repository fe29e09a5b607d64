"""Shipping rules: list, add, show, change, remove, switch on and off, and the platforms that they can name."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.reference.tables import load
from crossdock_twins.easyship.replies import Page, Reply, success
from crossdock_twins.easyship.shipping_rules import recalculation, rules, store
from crossdock_twins.easyship.times import timestamp

_CREATED = 201
_PLATFORMS = [{"name": name} for name in load("platforms")]


def index(call: Call) -> Reply:
    """List the company's rules in the order in which they are asked."""
    return listed("shipping_rules", store.every(call.store, call.owner))


def show(call: Call) -> Reply:
    """Show one rule."""
    return _shown(found(call))


def create(call: Call) -> Reply:
    """Add a rule, which is on from the start."""
    body, now = call.body, timestamp(call.now)
    rule = {
        "accessible": True,
        "actions": [with_id(action) for action in body["actions"]],
        "active": True,
        "checkout_restrictive": True,
        "conditions": [with_id(condition) for condition in body["conditions"]],
        "created_at": now,
        "description": body["description"],
        "id": str(uuid4()),
        "name": body["name"],
        "priority": body.get("priority", 0),
        "updated_at": now,
    }
    keep(call, rule, recalculate=body.get("recalculate_shipments", False))
    return _shown(found(call, rule["id"]), status=_CREATED)


def update(call: Call) -> Reply:
    """Change a rule; conditions and actions are replaced as a whole, those with an id keep it."""
    rule, body = found(call), call.body
    changes: dict[str, Any] = {name: body[name] for name in ("name", "description", "priority") if name in body}
    for name in ("conditions", "actions"):
        if name in body:
            changes[name] = [with_id(part, part.get("id")) for part in body[name]]
    keep(call, {**rule, **changes}, recalculate=body.get("recalculate_shipments", False))
    return _shown(found(call))


def delete(call: Call) -> Reply:
    """Remove a rule."""
    store.RULES.drop(call.store, call.owner, found(call)["id"])
    return success("Shipping Rule successfully deleted")


def activate(call: Call) -> Reply:
    """Switch a rule on."""
    return _switched(call, active=True)


def deactivate(call: Call) -> Reply:
    """Switch a rule off."""
    return _switched(call, active=False)


def platforms(call: Call) -> Reply:
    """List the platforms that conditions can name."""
    shown, page = counted(_PLATFORMS, call.query)
    return Reply(members={"platforms": shown}, page=page)


def listed(name: str, rows: Sequence[Mapping[str, Any]]) -> Reply:
    """Show a whole list: these lists have no pages to ask for."""
    return Reply(members={name: list(rows)}, page=Page(page=1, next=None, count=len(rows)))


def found(call: Call, rule_id: str | None = None) -> dict[str, Any]:
    """Give the rule that a path names; 404 where there is none such."""
    wanted = rule_id or call.path.get("shipping_rule_id") or call.path["id"]
    rule = store.RULES.find(call.store, call.owner, wanted)
    if rule is None:
        raise not_found("Shipping Rule")
    return rule


def keep(call: Call, rule: Mapping[str, Any], *, recalculate: bool = False) -> None:
    """Keep a rule that passes the model's rules, and price the drafts anew where that is asked for."""
    if problems := rules.problems(call.store, call.owner, rule):
        raise Refusal("invalid_content", *problems)
    restricts = any(action["type"] in rules.RESTRICTING for action in rule["actions"])
    with call.store.transaction():
        changed = {**rule, "checkout_restrictive": restricts, "updated_at": timestamp(call.now)}
        store.keep(call.store, call.owner, changed)
        if recalculate:
            recalculation.ask(call.store, call.owner, now=call.now)


def with_id(part: Mapping[str, Any], part_id: str | None = None) -> dict[str, Any]:
    """Give a condition or an action as it is kept and shown."""
    shown: dict[str, Any] = {"id": part_id or str(uuid4())}
    if "options" in part:
        shown["options"] = part["options"]
    return {**shown, "type": part["type"]}


def _switched(call: Call, *, active: bool) -> Reply:
    """Switch a rule without looking at it again: what it names may be gone by now."""
    switched = {**found(call), "active": active, "updated_at": timestamp(call.now)}
    store.keep(call.store, call.owner, switched)
    return _shown(switched)


def _shown(rule: Mapping[str, Any], *, status: int = 200) -> Reply:
    return Reply(members={"shipping_rule": rule}, status=status)


HANDLERS: dict[str, Handler] = {
    "shipping_rules_index": index,
    "shipping_rules_create": create,
    "shipping_rule_platforms_index": platforms,
    "shipping_rule_activate": activate,
    "shipping_rule_deactivate": deactivate,
    "shipping_rules_show": show,
    "shipping_rules_update": update,
    "shipping_rules_delete": delete,
}
