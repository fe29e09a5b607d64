"""Which places a cycle count looks at: what its input asks for, less what its input leaves out."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from crossdock_twins.shiphero import dates, ids
from crossdock_twins.shiphero.paging import Conditions
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.stock.places import name_key

_COUNTED = "EXISTS (SELECT 1 FROM cycle_count_items c WHERE c.stock_id = s.id AND c.location_id = l.id AND {})"
_DIFFERED = _COUNTED.format("c.counted IS NOT NULL AND c.counted <> c.expected")


def places(state: State, count: sqlite3.Row, asked: Mapping[str, Any]) -> Conditions:
    """Give the condition over stock records `s`, products `p`, item locations `i` and locations `l`."""
    where = Conditions()
    where.add("s.warehouse_id = ? AND l.deleted_at IS NULL", count["warehouse_id"])
    where.among("s.account_id", _accounts(state, count, asked))
    if count["count_type"] == "RECOUNT":
        where.add(_DIFFERED)
    _add_products(where, asked)
    _add_locations(where, asked)
    _leave_out(where, state, asked)
    return where


def _accounts(state: State, count: sqlite3.Row, asked: Mapping[str, Any]) -> tuple[int, ...]:
    own = (count["account_id"], *state.accounts.customers_of(count["account_id"]))
    wanted = _numbers(asked.get("client_ids"), "Account")
    return tuple(number for number in own if number in wanted) if wanted else own


def _add_products(where: Conditions, asked: Mapping[str, Any]) -> None:
    skus = [sku_key(sku) for sku in asked.get("skus") or () if sku]
    if skus:
        where.among("p.sku_key", skus)
    pairs = [pair for pair in asked.get("item_filters") or () if pair]
    if pairs:
        text = " OR ".join(["(p.sku_key = ? AND l.name_key = ?)"] * len(pairs))
        where.add(f"({text})", *(part for pair in pairs for part in (sku_key(pair["sku"]), name_key(pair["location"]))))
    vendors = _numbers(asked.get("vendor_ids"), "Vendor")
    if vendors:
        where.add(f"p.id IN (SELECT product_id FROM product_vendors WHERE vendor_id IN ({_marks(vendors)}))", *vendors)
    tags = [tag for tag in asked.get("tags") or () if tag]
    if tags:
        where.add(f"p.id IN (SELECT product_id FROM product_tags WHERE tag IN ({_marks(tags)}))", *tags)


def _add_locations(where: Conditions, asked: Mapping[str, Any]) -> None:
    prefixes = [name_key(prefix) for prefix in asked.get("prefixes") or () if prefix]
    if prefixes:
        text = " OR ".join(["substr(l.name_key, 1, ?) = ?"] * len(prefixes))
        where.add(f"({text})", *(part for prefix in prefixes for part in (len(prefix), prefix)))
    types = _numbers(asked.get("location_type_ids"), "LocationType")
    if types:
        where.among("l.location_type_id", types)


def _leave_out(where: Conditions, state: State, asked: Mapping[str, Any]) -> None:
    out = asked.get("exclusion_filters") or {}
    types = _numbers(
        [*(asked.get("exclude_location_type_ids") or ()), *(out.get("exclude_location_type_ids") or ())], "LocationType"
    )
    if types:
        where.add(f"coalesce(l.location_type_id, 0) NOT IN ({_marks(types)})", *types)
    if (out.get("last_n_days") or 0) > 0:
        since = dates.text_of(state.now() - timedelta(days=out["last_n_days"]))
        where.add(f"NOT {_COUNTED.format('c.counted_at >= ?')}", since)
    parameters = {text.strip().lower() for text in out.get("exclusion_parameters") or () if text}
    for name, condition in PARAMETERS.items():
        if name in parameters:
            where.add(f"NOT {condition}")


PARAMETERS = {
    "empty_locations": "(i.quantity = 0)",
    "non_sellable_locations": "(NOT l.sellable)",
    "non_pickable_locations": "(NOT l.pickable)",
    "inactive_products": "(coalesce(s.body ->> 'active', 1) = 0)",
    "kits": "p.kit",
}
"""What `exclusion_parameters` may name; the provider does not publish its words."""


def _numbers(texts: Sequence[str] | None, entity: str) -> list[int]:
    return [-1 if number is None else number for number in (ids.decode(text, entity) for text in texts or () if text)]


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
