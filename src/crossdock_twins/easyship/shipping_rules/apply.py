"""What a company's active rules make of a shipment: a changed body, and limits to what couriers may be offered.

Rules are asked in the order of their priority. What one of them has forced no later one forces again; couriers and
boxes that are left out add up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.addresses.store import saved_address
from crossdock_twins.easyship.rates.limits import NO_LIMITS, Limits
from crossdock_twins.easyship.shipping_rules import store
from crossdock_twins.easyship.shipping_rules.conditions import meets
from crossdock_twins.easyship.state import Owner

Options = Mapping[str, Any]

_INCOTERMS = {"DDU_and_Best_DDP": ("DDU", "DDP"), "DDP_and_Best_DDU": ("DDP", "DDU")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The body as the rules want it, and the limits of the offer."""

    body: dict[str, Any]
    limits: Limits = NO_LIMITS


@dataclass(slots=True, kw_only=True)
class _Draft:
    kept: Store
    owner: Owner
    body: dict[str, Any]
    forced: set[str] = field(default_factory=set)
    limits: dict[str, Any] = field(default_factory=dict)


def apply(kept: Store, owner: Owner, body: Mapping[str, Any]) -> Ruling:
    """Apply the rules to a body that is complete and in metric measures, unless it asks for none of them."""
    settings = body.get("courier_settings") or {}
    draft = _Draft(kept=kept, owner=owner, body=dict(body))
    if settings.get("apply_shipping_rules", True):
        for rule in store.active(kept, owner):
            if all(meets(body, condition) for condition in rule["conditions"]):
                for action in rule["actions"]:
                    _take(draft, action)
    return Ruling(body=draft.body, limits=Limits(**draft.limits) if draft.limits else NO_LIMITS)


def _take(draft: _Draft, action: Mapping[str, Any]) -> None:
    kind, options = action["type"], action["options"]
    if kind in _ADDING:
        _ADDING[kind](draft, options)
    elif kind not in draft.forced:
        draft.forced.add(kind)
        _FORCING[kind](draft, options)


def _never(draft: _Draft, options: Options) -> None:
    ids = {each.lower() for each in options["never_courier_service_ids"]}
    draft.limits["never"] = draft.limits.get("never", frozenset()) | ids


def _preferred(draft: _Draft, options: Options) -> None:
    ids = {each.lower() for each in options["preferred_courier_service_ids"]}
    draft.limits["preferred"] = draft.limits.get("preferred", frozenset()) | ids


def _delivery_time(draft: _Draft, options: Options) -> None:
    draft.limits["days"] = (*draft.limits.get("days", ()), (options["operator"], options["value"]))


def _reject_packages(draft: _Draft, options: Options) -> None:
    """Take rejected boxes off parcels: they are packed by the sizes of their items instead."""
    rejected = {each.lower() for each in options["never_package_ids"]}
    slugs = {box["slug"] for box in (store.box(draft.kept, draft.owner, each) for each in rejected) if box}
    draft.body["parcels"] = [
        {name: value for name, value in parcel.items() if name != "box" or (value or {}).get("slug") not in slugs}
        for parcel in draft.body["parcels"]
    ]


def _incoterms(draft: _Draft, options: Options) -> None:
    first, other = _INCOTERMS.get(options["incoterms"], (options["incoterms"], None))
    draft.body["incoterms"] = first
    if other is not None:
        draft.limits["also"] = other


def _sort_by(draft: _Draft, options: Options) -> None:
    draft.limits["sort_by"] = options["sort_by"]


def _ratings(draft: _Draft, options: Options) -> None:
    draft.limits["ratings"] = frozenset(options["force_tracking_rating"])


def _insurance(draft: _Draft, options: Options) -> None:
    draft.body["insurance"] = {**(draft.body.get("insurance") or {}), "is_insured": options["insured"]}


def _residential(draft: _Draft, options: Options) -> None:
    draft.body["set_as_residential"] = options["set_as_residential"]


def _ship_from(draft: _Draft, options: Options) -> None:
    address = saved_address(draft.kept, owner=draft.owner, address_id=options["origin_address_id"])
    if address is not None:
        draft.body["origin_address"] = address


def _package(draft: _Draft, options: Options) -> None:
    box = store.box(draft.kept, draft.owner, options.get("force_box_id") or options["force_flat_rate_box_id"])
    if box is not None:
        draft.body["parcels"] = [
            {**parcel, "box": {"slug": box["slug"], **box["outer_dimensions"]}} for parcel in draft.body["parcels"]
        ]


def _automated_return(draft: _Draft, options: Options) -> None:
    """Ask for the draft of the return beside the shipment: the twin's reading of a return that is made by itself."""
    draft.body["automated_return"] = options["force_automated_return_requested"]


_ADDING: Mapping[str, Callable[[_Draft, Options], None]] = {
    "add_never_courier_service": _never,
    "add_preferred_courier_service": _preferred,
    "add_forced_delivery_time": _delivery_time,
    "reject_packages": _reject_packages,
}
_FORCING: Mapping[str, Callable[[_Draft, Options], None]] = {
    "force_incoterms": _incoterms,
    "force_sort_by": _sort_by,
    "force_insurance": _insurance,
    "force_tracking_rating": _ratings,
    "force_package": _package,
    "force_residential_surcharge": _residential,
    "force_ship_from": _ship_from,
    "force_automated_return_requested": _automated_return,
}
