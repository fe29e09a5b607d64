"""The dashboard's plain pages: signing in and out, the overview, the account and its people."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.control_page import field
from crossdock_twins.base.pages import Pages
from crossdock_twins.shiphero import seeds
from crossdock_twins.shiphero.door import Door, Visitor, local_path
from crossdock_twins.shiphero.orders import nodes
from crossdock_twins.shiphero.state import State

_RECENT = 12


def routes(*, state: State, pages: Pages, door: Door) -> list[BaseRoute]:
    """Give the routes of these pages."""
    dashboard = Dashboard(state=state, pages=pages)
    return [
        Route("/", door.for_people(dashboard.overview)),
        Route("/sign-in", dashboard.sign_in, methods=["GET", "POST"]),
        Route("/sign-out", dashboard.sign_out, methods=["POST"]),
        Route("/my-account", door.for_people(dashboard.account)),
        Route("/my-account/people", door.for_people(dashboard.people)),
    ]


class Dashboard:
    """The pages."""

    def __init__(self, *, state: State, pages: Pages) -> None:
        self._state = state
        self._pages = pages

    async def overview(self, request: Request, visitor: Visitor) -> Response:
        """Show what the account has: orders by status, products, stock, the newest orders."""
        account_id = visitor.account.id
        recent = self._state.store.all(
            "SELECT o.*, (SELECT sum(quantity) FROM line_items l WHERE l.order_id = o.id) AS pieces"
            " FROM orders o WHERE account_id = ? ORDER BY order_date DESC, id DESC LIMIT ?",
            *(account_id, _RECENT),
        )
        return self._pages.render(
            request,
            "overview.html",
            visitor=visitor,
            figures=self._figures(account_id),
            statuses=self._statuses(account_id),
            orders=[{**nodes.summary(row), "id": row["id"]} for row in recent],
            warehouses=self._warehouses(visitor),
        )

    async def account(self, request: Request, visitor: Visitor) -> Response:
        """Show the account itself."""
        customers = [
            self._state.accounts.get(number) for number in self._state.accounts.customers_of(visitor.account.id)
        ]
        return self._pages.render(
            request, "account.html", visitor=visitor, customers=customers, warehouses=self._warehouses(visitor)
        )

    async def people(self, request: Request, visitor: Visitor) -> Response:
        """Show who can sign in, and as what."""
        people = self._state.accounts.users(visitor.account.id, developers=False)
        return self._pages.render(request, "people.html", visitor=visitor, people=people)

    async def sign_in(self, request: Request) -> Response:
        """Ask for e-mail and password, and let in whoever they belong to; developers are not people."""
        if request.method == "GET":
            return self._ask(request, back=local_path(request.query_params.get("next", "/")))
        form = await self._pages.form(request)
        back, email = local_path(field(form, "next")), field(form, "email")
        user = self._state.accounts.user_of_login(email, field(form, "password"))
        if user is None or user.is_developer:
            return self._ask(request, back=back, email=email, failed=True)
        self._pages.sign_in(request, str(user.id))
        return self._pages.redirect(request, back)

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        await self._pages.form(request)
        self._pages.sign_out(request)
        return self._pages.redirect(request, "/sign-in", flash="You have signed out.")

    def _ask(self, request: Request, *, back: str, email: str = "", failed: bool = False) -> Response:
        return self._pages.render(
            request,
            "sign_in.html",
            status=422 if failed else 200,
            back=back,
            email=email,
            failed=failed,
            everybody=seeds.EVERYBODY,
        )

    def _warehouses(self, visitor: Visitor) -> list[dict[str, str]]:
        owner = visitor.account.parent_id or visitor.account.id
        rows = self._state.store.all(
            "SELECT id, identifier, body ->> '$.address.city' AS city, body ->> '$.address.state' AS state,"
            " (SELECT coalesce(sum(on_hand), 0) FROM warehouse_products s WHERE s.warehouse_id = w.id) AS pieces"
            " FROM warehouses w WHERE account_id = ? ORDER BY id",
            owner,
        )
        return [dict(row) for row in rows]

    def _statuses(self, account_id: int) -> list[dict[str, str | int]]:
        rows = self._state.store.all(
            "SELECT fulfillment_status AS status, count(*) AS orders FROM orders WHERE account_id = ?"
            " GROUP BY fulfillment_status ORDER BY count(*) DESC, fulfillment_status",
            account_id,
        )
        return [dict(row) for row in rows]

    def _figures(self, account_id: int) -> dict[str, int]:
        row = self._state.store.all(
            "SELECT (SELECT count(*) FROM orders WHERE account_id = ?1) AS orders,"
            " (SELECT count(*) FROM products WHERE account_id = ?1) AS products,"
            " (SELECT coalesce(sum(on_hand), 0) FROM warehouse_products WHERE account_id = ?1) AS pieces,"
            " (SELECT count(*) FROM users WHERE account_id = ?1 AND is_developer) AS developers",
            account_id,
        )[0]
        return dict(row)
