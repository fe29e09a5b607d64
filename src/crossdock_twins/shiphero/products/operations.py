"""Operations on products: find them, read one."""

from typing import Any

from crossdock_twins.shiphero.call import Call, Operation, number_of
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.paging import Conditions, Listing
from crossdock_twins.shiphero.products import nodes
from crossdock_twins.shiphero.skus import sku_key

_TAGGED = "(SELECT product_id FROM product_tags WHERE tag IN ({marks}))"


def products(call: Call, **asked: Any) -> Listing:
    """Answer `products`: those of the caller's accounts that fit all that was asked."""
    where = Conditions()
    where.among("account_id", call.accounts_of(asked.get("customer_account_id")))
    where.compare("sku_key", "=", sku_key(asked["sku"]) if asked.get("sku") else None)
    where.compare("kit", "=", asked.get("has_kits") or None)
    for name, column in (("created", "created_at"), ("updated", "updated_at")):
        where.compare(column, ">=", asked.get(f"{name}_from"))
        where.compare(column, "<=", asked.get(f"{name}_to"))
    for name, operator in (("tag", "IN"), ("tag_not_in", "NOT IN")):
        tags = [tag for tag in asked.get(name) or () if tag]
        if tags:
            where.add(f"id {operator} {_TAGGED.format(marks=', '.join('?' * len(tags)))}", *tags)
    return nodes.product_listing(call, where)


def product(
    call: Call,
    *,
    id: str | None = None,  # noqa: A002 - the API's own argument
    sku: str | None = None,
    barcode: str | None = None,
    customer_account_id: str | None = None,
) -> dict[str, Any]:
    """Answer `product`, named by id, SKU or barcode; error 5 where the caller sees no such product."""
    where = Conditions()
    where.among("account_id", call.accounts_of(customer_account_id))
    if id:
        where.add("id = ?", number_of(id, "Product"))
    elif sku:
        where.add("sku_key = ?", sku_key(sku))
    elif barcode:
        where.add("barcode = ?", barcode.strip())
    else:
        raise invalid("Name the product by id, sku or barcode")
    row = call.state.store.one(f"SELECT * FROM products {where.sql} ORDER BY id LIMIT 1", *where.values)
    if row is None:
        raise not_found("Product")
    return nodes.products(call, [row])[0]


QUERIES: dict[str, Operation] = {"products": products, "product": product}
PAGES = frozenset({"ProductsQueryResult"})
