"""Saved products by id and by SKU, which is what `identifier` is called everywhere else."""

from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.records import Records, Where
from crossdock_twins.easyship.state import Owner

PRODUCTS = Records("product")


def product_by_sku(store: Store, *, owner: Owner, sku: str) -> dict[str, Any] | None:
    """Give a saved product by its SKU."""
    return PRODUCTS.first(store, owner, Where(sql="sku = ?", values=(sku,)))


def product_by_id(store: Store, *, owner: Owner, product_id: str) -> dict[str, Any] | None:
    """Give a saved product by its id."""
    return PRODUCTS.find(store, owner, product_id)
