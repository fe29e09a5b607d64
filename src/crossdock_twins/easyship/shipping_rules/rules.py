"""What a rule needs beyond its schema: a name, a description, at least one part of each kind, and things that exist."""

from collections.abc import Iterator, Mapping
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.addresses.store import saved_address
from crossdock_twins.easyship.rates.catalogue import SERVICES
from crossdock_twins.easyship.reference.tables import category
from crossdock_twins.easyship.shipping_rules import store
from crossdock_twins.easyship.state import Owner

RESTRICTING = frozenset(
    {
        *("add_never_courier_service", "add_preferred_courier_service", "add_forced_delivery_time"),
        *("force_incoterms", "force_tracking_rating"),
    }
)
"""The actions that take couriers out of an offer, by which a rule is `checkout_restrictive`: the twin's own reading."""

_SERVICES = {
    "add_never_courier_service": "never_courier_service_ids",
    "add_preferred_courier_service": "preferred_courier_service_ids",
}
_BOXES = {
    "force_package": ("force_box_id", "force_flat_rate_box_id"),
    "reject_packages": ("never_package_ids",),
}


def problems(kept: Store, owner: Owner, rule: Mapping[str, Any]) -> list[str]:
    """Tell what is wrong with a rule, in Rails' words."""
    named = (("Name", "name"), ("Description", "description"), ("Conditions", "conditions"), ("Actions", "actions"))
    blank = [f"{label} can't be blank" for label, name in named if not rule[name] or rule[name] == rule[name][:0]]
    found = [each for place, action in enumerate(rule["actions"]) for each in _action(kept, owner, place, action)]
    found += [each for place, condition in enumerate(rule["conditions"]) for each in _condition(place, condition)]
    return [*blank, *found]


def _action(kept: Store, owner: Owner, place: int, action: Mapping[str, Any]) -> Iterator[str]:
    kind, options, path = action["type"], action.get("options", {}), f"actions[{place}].options"
    if kind in _SERVICES and any(each.lower() not in SERVICES for each in options[_SERVICES[kind]]):
        yield f"{path}.{_SERVICES[kind]} is invalid"
    if kind == "force_ship_from" and not _is_saved(kept, owner, options["origin_address_id"]):
        yield f"{path}.origin_address_id is invalid"
    for name in _BOXES.get(kind, ()):
        ids = options.get(name, [])
        named = ids if isinstance(ids, list) else [ids]
        if any(not isinstance(each, str) or store.box(kept, owner, each) is None for each in named):
            yield f"{path}.{name} is invalid"


def _is_saved(kept: Store, owner: Owner, address_id: str) -> bool:
    return saved_address(kept, owner=owner, address_id=address_id) is not None


def _condition(place: int, condition: Mapping[str, Any]) -> Iterator[str]:
    options, path = condition.get("options", {}), f"conditions[{place}].options"
    if condition["type"] == "match_category" and not all(_is_category(each) for each in options["category_ids"]):
        yield f"{path}.category_ids is invalid"


def _is_category(text: str) -> bool:
    return category(text) is not None or text.isdigit()
