"""Products: list, save, change, remove."""

from typing import Any
from uuid import uuid4

from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import fetched
from crossdock_twins.easyship.products.rules import product_problems
from crossdock_twins.easyship.products.store import PRODUCTS, product_by_sku
from crossdock_twins.easyship.records import Where
from crossdock_twins.easyship.reference.tables import CATEGORIES, category
from crossdock_twins.easyship.replies import Reply, success
from crossdock_twins.easyship.times import timestamp

_NUMBERS = ("length", "width", "height", "weight", "cost_price", "selling_price")
_TEXTS = (
    *("store_id", "comments", "platform_product_id", "manufacturer_part_number", "global_trade_item_number"),
    *("cost_price_currency", "selling_price_currency", "image_url", "pick_location", "origin_country_alpha2"),
    *("hs_code", "contains_liquids", "contains_battery_pi966", "contains_battery_pi967"),
)


def index(call: Call) -> Reply:
    """List the products, newest first; by SKU, by category's name or slug."""
    where = _where(call)

    def fetch(limit: int, offset: int) -> list[dict[str, Any]]:
        return PRODUCTS.some(call.store, call.owner, where, limit=limit, offset=offset)

    rows, page = fetched(PRODUCTS.count(call.store, call.owner, where), fetch, call.query)
    return Reply(members={"products": rows}, page=page)


def create(call: Call) -> Reply:
    """Save a product under a new id."""
    now = timestamp(call.now)
    blank: dict[str, Any] = {**dict.fromkeys((*_NUMBERS, *_TEXTS)), "item_category": None}
    product = _changed(call, {**blank, "id": str(uuid4()), "input_type": "api", "created_at": now})
    PRODUCTS.add(call.store, call.owner, product, **_columns(product))
    return Reply(members={"product": product}, status=201)


def update(call: Call) -> Reply:
    """Change a product; what is left out stays."""
    known = PRODUCTS.find(call.store, call.owner, call.path["product_id"])
    if known is None:
        raise not_found("Product")
    product = _changed(call, known)
    PRODUCTS.put(call.store, call.owner, product, **_columns(product))
    return Reply(members={"product": product})


def delete(call: Call) -> Reply:
    """Remove a product."""
    if not PRODUCTS.drop(call.store, call.owner, call.path["product_id"]):
        raise not_found("Product")
    return success("Product successfully deleted")


def _where(call: Call) -> Where:
    clauses, values = ["1"], []
    if "sku" in call.query:
        clauses.append("sku = ?")
        values.append(call.query["sku"])
    if "category" in call.query:
        found = category(call.query["category"])
        clauses.append("category_id = ?")
        values.append(None if found is None else found["id"])
    return Where(sql=" AND ".join(clauses), values=values)


def _changed(call: Call, known: dict[str, Any]) -> dict[str, Any]:
    body = call.body
    sku = body.get("identifier", known.get("identifier"))
    other = None if not sku else product_by_sku(call.store, owner=call.owner, sku=sku)
    taken = other is not None and other["id"] != known["id"]
    if problems := product_problems({**body, "identifier": sku}, sku_is_taken=taken):
        raise Refusal("invalid_content", *problems)
    numbers = {name: _rounded(body[name]) for name in _NUMBERS if name in body}
    texts = {name: body[name] for name in (*_TEXTS, "input_type") if name in body}
    product = {**known, **numbers, **texts, "identifier": sku, "updated_at": timestamp(call.now)}
    product["name"] = body.get("name", known.get("name", sku))
    if "item_category_id" in body:
        row = next(row for row in CATEGORIES if row["id"] == body["item_category_id"])
        product["item_category"] = {"id": row["id"], "name": row["name"]}
    return dict(sorted(product.items()))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _columns(product: dict[str, Any]) -> dict[str, Any]:
    found = product["item_category"]
    return {"sku": product["identifier"], "category_id": None if found is None else found["id"]}


HANDLERS: dict[str, Handler] = {
    "products_index": index,
    "products_create": create,
    "products_update": update,
    "products_delete": delete,
}
