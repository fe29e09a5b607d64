"""The dashboard's orders: the list, and one order with all that has happened to it."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.pages import Pages
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.door import Door, Visitor
from crossdock_twins.shiphero.orders import nodes
from crossdock_twins.shiphero.paging import Conditions
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.state import State

PLACE = "/orders"
_SHOWN = 50
_SOUGHT = (
    "(order_number = ? OR partner_order_id = ? OR email = ?"
    " OR id IN (SELECT order_id FROM line_items WHERE sku_key = ?))"
)
_BELOW: Mapping[str, str] = {
    "lines": "SELECT l.*, l.body ->> '$.product_name' AS name, w.identifier AS warehouse FROM line_items l"
    " LEFT JOIN warehouses w ON w.id = l.warehouse_id WHERE l.order_id = ? ORDER BY l.id",
    "allocations": "SELECT a.*, w.identifier AS warehouse FROM order_allocations a"
    " JOIN warehouses w ON w.id = a.warehouse_id WHERE a.order_id = ? ORDER BY a.warehouse_id",
    "labels": "SELECT l.*, s.created_at AS shipped_at, s.voided, w.identifier AS warehouse FROM shipping_labels l"
    " JOIN shipments s ON s.id = l.shipment_id JOIN warehouses w ON w.id = l.warehouse_id"
    " WHERE l.order_id = ? ORDER BY l.id",
    "tags": "SELECT tag FROM order_tags WHERE order_id = ? ORDER BY place",
    "history": "SELECT * FROM order_history WHERE order_id = ? ORDER BY id DESC LIMIT 200",
}


def routes(*, state: State, pages: Pages, door: Door) -> list[BaseRoute]:
    """Give the routes of these pages."""
    shelf = OrderPages(state=state, pages=pages)
    return [
        Route(PLACE, door.for_people(shelf.all)),
        Route(f"{PLACE}/{{order:int}}", door.for_people(shelf.show)),
    ]


class OrderPages:
    """The pages."""

    def __init__(self, *, state: State, pages: Pages) -> None:
        self._state = state
        self._pages = pages

    async def all(self, request: Request, visitor: Visitor) -> Response:
        """List the newest orders of the account and of its customers, narrowed to what was asked for."""
        asked = {name: request.query_params.get(name, "").strip() for name in ("search", "status", "before")}
        where = Conditions()
        where.among("account_id", accounts_of(self._state, visitor))
        if asked["search"]:
            where.add(_SOUGHT, *(asked["search"],) * 3, sku_key(asked["search"]))
        if asked["status"]:
            where.add("fulfillment_status = ?", asked["status"])
        if asked["before"].isdecimal():
            where.add("id < ?", int(asked["before"]))
        rows = self._state.store.all(
            "SELECT o.*, (SELECT sum(quantity) FROM line_items l WHERE l.order_id = o.id) AS pieces"
            f" FROM orders o {where.sql} ORDER BY id DESC LIMIT ?",
            *(*where.values, _SHOWN + 1),
        )
        shown = rows[:_SHOWN]
        return self._pages.render(
            request,
            "orders.html",
            visitor=visitor,
            asked=asked,
            orders=[{**nodes.summary(row), "id": row["id"]} for row in shown],
            next=shown[-1]["id"] if len(rows) > _SHOWN else None,
        )

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show one order: lines, allocation, labels, tags and history."""
        order = self._state.store.one("SELECT * FROM orders WHERE id = ?", request.path_params["order"])
        if order is None or order["account_id"] not in accounts_of(self._state, visitor):
            return self._pages.render(request, "not_found.html", status=404, visitor=visitor)
        below = {name: self._state.store.all(sql, order["id"]) for name, sql in _BELOW.items()}
        return self._pages.render(
            request,
            "order.html",
            visitor=visitor,
            order=order,
            graphql_id=ids.encode("Order", order["id"]),
            address=_address(json.loads(order["body"]).get("shipping_address") or {}),
            total=json.loads(order["body"]).get("total_price") or "",
            below=below,
        )


def accounts_of(state: State, visitor: Visitor) -> tuple[int, ...]:
    """Give the accounts whose goods and orders a visitor sees: the own one, and for a 3PL its customers."""
    return (visitor.account.id, *state.accounts.customers_of(visitor.account.id))


def _address(sent: Mapping[str, Any]) -> list[str]:
    """Lay an address out in lines, without the empty ones."""
    name = f"{sent.get('first_name') or ''} {sent.get('last_name') or ''}".strip()
    place = " ".join(str(sent[part]) for part in ("city", "state", "zip") if sent.get(part))
    lines = [name, sent.get("company"), sent.get("address1"), sent.get("address2"), place, sent.get("country")]
    return [str(line) for line in lines if line]
