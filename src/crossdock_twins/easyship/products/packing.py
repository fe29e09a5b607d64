"""Parcels completed from what a company has saved: boxes by their slug, items by a product's id or SKU."""

from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.boxes.store import box_by_slug
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.products.store import product_by_id, product_by_sku
from crossdock_twins.easyship.state import Company, Owner

_SIDES = ("length", "width", "height")
_FLAGS = ("contains_battery_pi966", "contains_battery_pi967", "contains_liquids")
_SAME = (
    *("platform_product_id", "manufacturer_part_number", "global_trade_item_number", "hs_code"),
    *("origin_country_alpha2", *_FLAGS),
)


def packed(
    store: Store, *, company: Company, owner: Owner, parcels: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Give parcels in centimetres and kilograms with their boxes and products filled in; what is sent goes first.

    Refuses (422) where a slug or a product is not known. A box keeps its `id`, `name`, `slug`, `type` and `weight`.
    """
    return [_parcel(store, company, owner, parcel, f"parcels[{place}]") for place, parcel in enumerate(parcels)]


def _parcel(store: Store, company: Company, owner: Owner, parcel: Mapping[str, Any], path: str) -> dict[str, Any]:
    filled = dict(parcel)
    if (parcel.get("box") or {}).get("slug"):
        box = box_by_slug(store, company=company, owner=owner, slug=parcel["box"]["slug"])
        if box is None:
            raise Refusal("invalid_content", f"{path}.box must exist")
        about = {name: box[name] for name in ("id", "name", "slug", "type", "weight")}
        filled["box"] = {**about, **box["outer_dimensions"], **parcel["box"]}
    if "items" in parcel:
        filled["items"] = [
            _item(store, owner, item, f"{path}.items[{place}]") for place, item in enumerate(parcel["items"])
        ]
    return filled


def _item(store: Store, owner: Owner, item: Mapping[str, Any], path: str) -> dict[str, Any]:
    sent = {name: value for name, value in item.items() if name != "product"}
    named = item.get("product")
    if named is None:
        known = product_by_sku(store, owner=owner, sku=item["sku"]) if item.get("sku") else None
        return sent if known is None else {**_of_product(known), **sent}
    if named.get("id"):
        known = product_by_id(store, owner=owner, product_id=named["id"])
    else:
        known = product_by_sku(store, owner=owner, sku=named.get("sku", ""))
    if known is None:
        raise Refusal("invalid_content", f"{path}.product must exist")
    return {**_of_product(known), **sent}


def _of_product(product: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: product[name] for name in _SAME if product[name] is not None}
    known |= {"description": product["name"], "sku": product["identifier"]}
    if product["item_category"] is not None:
        known["category"] = product["item_category"]["name"]
    if product["weight"]:
        known["actual_weight"] = product["weight"]
    if all(product[side] for side in _SIDES):
        known["dimensions"] = {side: product[side] for side in _SIDES}
    price = product["selling_price"] or product["cost_price"]
    currency = product["selling_price_currency"] or product["cost_price_currency"]
    if price and currency:
        known |= {"declared_currency": currency, "declared_customs_value": price}
    return known
