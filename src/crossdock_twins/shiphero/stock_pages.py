"""The dashboard's stock: what lies where, and what moved it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.pages import Pages
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.door import Door, Visitor
from crossdock_twins.shiphero.order_pages import accounts_of
from crossdock_twins.shiphero.paging import Conditions
from crossdock_twins.shiphero.skus import sku_key
from crossdock_twins.shiphero.state import State

PLACE = "/inventory"
_SHOWN = 50
_STOCK = (
    "SELECT s.*, w.identifier AS warehouse, s.on_hand - s.allocated - s.non_sellable_quantity AS available"
    " FROM warehouse_products s JOIN warehouses w ON w.id = s.warehouse_id WHERE s.product_id = ? ORDER BY w.id"
)
_PLACES = (
    "SELECT l.name, w.identifier AS warehouse, lots.name AS lot, i.quantity FROM item_locations i"
    " JOIN warehouse_products s ON s.id = i.stock_id JOIN locations l ON l.id = i.location_id"
    " JOIN warehouses w ON w.id = l.warehouse_id LEFT JOIN lots ON lots.id = i.lot_id"
    " WHERE s.product_id = ? AND i.quantity > 0 ORDER BY w.id, l.name"
)
_CHANGES = (
    "SELECT c.*, w.identifier AS warehouse, l.name AS location, u.email FROM inventory_changes c"
    " JOIN warehouses w ON w.id = c.warehouse_id LEFT JOIN locations l ON l.id = c.location_id"
    " LEFT JOIN users u ON u.id = c.user_id WHERE c.product_id = ? ORDER BY c.id DESC LIMIT 100"
)


def routes(*, state: State, pages: Pages, door: Door) -> list[BaseRoute]:
    """Give the routes of these pages."""
    shelf = StockPages(state=state, pages=pages)
    return [
        Route(PLACE, door.for_people(shelf.all)),
        Route(f"{PLACE}/{{product:int}}", door.for_people(shelf.show)),
    ]


class StockPages:
    """The pages."""

    def __init__(self, *, state: State, pages: Pages) -> None:
        self._state = state
        self._pages = pages

    async def all(self, request: Request, visitor: Visitor) -> Response:
        """List the products with their stock over all warehouses."""
        asked = {name: request.query_params.get(name, "").strip() for name in ("search", "after")}
        where = Conditions()
        where.among("p.account_id", accounts_of(self._state, visitor))
        if asked["search"]:
            where.add("(p.sku_key = ? OR p.barcode = ?)", sku_key(asked["search"]), asked["search"])
        if asked["after"].isdecimal():
            where.add("p.id > ?", int(asked["after"]))
        rows = self._state.store.all(
            "SELECT p.id, p.sku, p.name, p.kit, sum(s.on_hand) AS on_hand, sum(s.allocated) AS allocated,"
            " sum(s.backorder) AS backorder, sum(s.on_hand - s.allocated - s.non_sellable_quantity) AS available"
            f" FROM products p LEFT JOIN warehouse_products s ON s.product_id = p.id {where.sql}"
            " GROUP BY p.id ORDER BY p.id LIMIT ?",
            *(*where.values, _SHOWN + 1),
        )
        shown = rows[:_SHOWN]
        return self._pages.render(
            request,
            "inventory.html",
            visitor=visitor,
            asked=asked,
            products=shown,
            next=shown[-1]["id"] if len(rows) > _SHOWN else None,
        )

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show one product: its stock by warehouse and location, and the newest changes."""
        store = self._state.store
        product = store.one("SELECT * FROM products WHERE id = ?", request.path_params["product"])
        if product is None or product["account_id"] not in accounts_of(self._state, visitor):
            return self._pages.render(request, "not_found.html", status=404, visitor=visitor)
        return self._pages.render(
            request,
            "product.html",
            visitor=visitor,
            product=product,
            graphql_id=ids.encode("Product", product["id"]),
            stock=store.all(_STOCK, product["id"]),
            places=store.all(_PLACES, product["id"]),
            changes=store.all(_CHANGES, product["id"]),
        )
