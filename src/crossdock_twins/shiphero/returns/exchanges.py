"""Exchanges: what a customer gets for what comes back, sent as an order of its own without a price."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Operation, number_of, required
from crossdock_twins.shiphero.errors import invalid, not_found
from crossdock_twins.shiphero.orders.store import NewLine, NewOrder
from crossdock_twins.shiphero.products import store as products
from crossdock_twins.shiphero.returns import events, nodes, store

EXCHANGE, RETURN = "exchange", "return"
"""The types of an item: what the customer gets something else for, and what is only sent back."""
_TAG = "exchange"
_KEPT = ("shipping_address", "billing_address", "shipping_lines", "currency")
_ALREADY = "SELECT coalesce(sum(quantity), 0) AS n FROM return_exchange_items WHERE return_item_id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A product that the customer gets for an item that comes back."""

    item_id: int
    sku: str
    quantity: int


def return_exchange(call: Call, *, id: str) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `return_exchange`; error 5 where the caller sees no such exchange."""
    row = call.state.store.one(
        "SELECT e.*, r.account_id FROM return_exchanges e JOIN returns r ON r.id = e.return_id WHERE e.id = ?",
        number_of(id, "ReturnExchange"),
    )
    if row is None or row["account_id"] not in call.visible:
        raise not_found("Return exchange")
    return nodes.exchange(row, account_id=ids.encode("Account", row["account_id"]))


def return_create_exchange(call: Call, *, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `return_create_exchange`: an order for what the customer gets is made at once."""
    at, accounts = call.state.today(), call.accounts_of(data.get("customer_account_id"))
    row = store.read(call.state.store, number_of(data["return_id"], "Return"), accounts=accounts)
    swaps = [
        Swap(
            item_id=number_of(each["return_item_id"], "ReturnItem"),
            sku=required(each["exchange_product_sku"], "exchange_product_sku"),
            quantity=each["quantity"],
        )
        for each in data["exchange_items"]
        if each
    ]
    if not swaps:
        raise invalid("Name at least one exchange item")
    number = make(call, row["id"], swaps, at=at)
    events.updated(call.state, row["id"], at=at)
    return return_exchange(call, id=str(number))


def make(call: Call, return_id: int, swaps: Sequence[Swap], *, at: str) -> int:
    """Make an exchange with its order, and give its number; ApiError where more is wanted than comes back."""
    database = call.state.store
    row = database.all(
        "SELECT r.account_id, o.* FROM returns r JOIN orders o ON o.id = r.order_id WHERE r.id = ?", return_id
    )[0]
    lines = [_line(call, return_id, row["account_id"], swap, place) for place, swap in enumerate(swaps, start=1)]
    order_id = call.state.orders.create(_order(call, row, return_id, lines, at), by=call.user)
    number = store.insert(
        database, "return_exchanges", {"return_id": return_id, "order_id": order_id, "created_at": at}
    )
    for swap, line in zip(swaps, lines, strict=True):
        values = {"exchange_id": number, "return_item_id": swap.item_id, "sku": line.sku, "quantity": swap.quantity}
        store.insert(database, "return_exchange_items", values)
        database.execute("UPDATE return_items SET type = ?, updated_at = ? WHERE id = ?", EXCHANGE, at, swap.item_id)
    store.note(database, return_id, f"Exchange order {order_id} created", user_id=call.user.id, at=at)
    return number


def _line(call: Call, return_id: int, account_id: int, swap: Swap, place: int) -> NewLine:
    item = store.item(call.state.store, swap.item_id, return_id=return_id)
    product = products.find(call.state.store, account_id=account_id, sku=swap.sku)
    left = item["quantity"] - call.state.store.all(_ALREADY, item["id"])[0]["n"]
    if not 0 < swap.quantity <= left:
        raise invalid(f"quantity for {item['sku']} must be at least 1, and {left} can still be exchanged")
    return NewLine(
        sku=product["sku"],
        partner_line_item_id=f"rma-{return_id}-{item['id']}-{place}",
        quantity=swap.quantity,
        pending=swap.quantity,
        body={"price": "0.00", "product_name": product["name"]},
    )


def _order(call: Call, row: sqlite3.Row, return_id: int, lines: Sequence[NewLine], at: str) -> NewOrder:
    made = call.state.store.all("SELECT count(*) AS n FROM return_exchanges WHERE return_id = ?", return_id)[0]["n"]
    number = f"{row['order_number']}-E{return_id}" + (f"-{made + 1}" if made else "")
    body = json.loads(row["body"])
    amounts = dict.fromkeys(("subtotal", "total_tax", "total_discounts", "total_price"), "0.00")
    return NewOrder(
        account_id=row["account_id"],
        order_number=number,
        partner_order_id=number,
        shop_name=row["shop_name"],
        email=row["email"],
        profile=row["profile"],
        order_date=at,
        created_at=at,
        tags=[_TAG],
        lines=lines,
        body={**{name: body[name] for name in _KEPT if name in body}, **amounts, "source": "exchange"},
    )


QUERIES: dict[str, Operation] = {"return_exchange": return_exchange}
MUTATIONS: dict[str, Operation] = {"return_create_exchange": return_create_exchange}
ENTITIES = {"return_create_exchange": "return_exchange"}
