"""*My Account* -> *Webhooks*: what is registered, how healthy it is, and what it answered."""

import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.control_page import field
from crossdock_twins.base.deliveries import Deliveries
from crossdock_twins.base.pages import Pages
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.door import Door, Page, Visitor
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.webhooks import nodes, operations, rules, store

PLACE = "/my-account/webhooks"

_LOG_SPAN = timedelta(days=7)
_CALLS_SHOWN = 100

OwnPage = Callable[[Request, Visitor, sqlite3.Row], Awaitable[Response]]


def routes(*, state: State, pages: Pages, door: Door) -> list[BaseRoute]:
    """Give the routes of these pages; all are for administrators."""
    shelf = WebhookPages(state=state, pages=pages)
    each = f"{PLACE}/{{webhook:int}}"
    return [
        Route(PLACE, door.for_admins(shelf.all)),
        Route(each, door.for_admins(shelf.on_own(shelf.show))),
        Route(f"{each}/switch", door.for_admins(shelf.on_own(shelf.switch)), methods=["POST"]),
        Route(f"{each}/url", door.for_admins(shelf.on_own(shelf.move)), methods=["POST"]),
    ]


class WebhookPages:
    """The pages."""

    def __init__(self, *, state: State, pages: Pages) -> None:
        self._state = state
        self._pages = pages

    def on_own(self, page: OwnPage) -> Page:
        """Look up the webhook of the path; one of another account does not exist."""

        async def found(request: Request, visitor: Visitor) -> Response:
            row = store.get(self._state.store, request.path_params["webhook"], self._accounts(visitor))
            if row is None:
                return self._pages.render(request, "not_found.html", status=404, visitor=visitor)
            return await page(request, visitor, row)

        return found

    async def all(self, request: Request, visitor: Visitor) -> Response:
        """List the webhooks of the account and of its customers."""
        webhooks = [
            {**nodes.webhook(row), "account": self._name(account_id)}
            for account_id in self._accounts(visitor)
            for row in store.of_account(self._state.store, account_id)
        ]
        return self._pages.render(
            request,
            "webhooks.html",
            visitor=visitor,
            webhooks=webhooks,
            off=sorted(store.types_off(self._state.store, visitor.account.id)),
        )

    async def show(self, request: Request, visitor: Visitor, webhook: sqlite3.Row) -> Response:
        """Show one webhook with its calls of the last week and the e-mails about it."""
        now = self._state.now()
        found = store.calls(
            self._state.store, webhook["id"], since=now - _LOG_SPAN, until=now, start=0, size=_CALLS_SHOWN
        )
        return self._pages.render(
            request,
            "webhook.html",
            visitor=visitor,
            webhook={**nodes.webhook(webhook), "account": self._name(webhook["account_id"])},
            calls=[_call(row) for row in found.rows],
            more=found.more,
            notices=store.notices(self._state.store, webhook["id"]),
            waiting=Deliveries(self._state.store).waiting_of(str(webhook["id"])),
            tries=rules.TRIES,
        )

    async def switch(self, request: Request, _visitor: Visitor, webhook: sqlite3.Row) -> Response:
        """Enable or disable a webhook."""
        enabled = field(await self._pages.form(request), "enabled") == "on"
        store.switch(self._state.store, webhook["id"], enabled=enabled, at=self._state.today())
        sentence = "The webhook is enabled." if enabled else "The webhook is disabled. What waited for it is given up."
        return self._pages.redirect(request, f"{PLACE}/{webhook['id']}", flash=sentence)

    async def move(self, request: Request, _visitor: Visitor, webhook: sqlite3.Row) -> Response:
        """Send a webhook's messages elsewhere."""
        back, url = f"{PLACE}/{webhook['id']}", field(await self._pages.form(request), "url")
        if not operations.is_url(url):
            wrong = "That is not an address. Enter one that starts with http:// or https://."
            return self._pages.redirect(request, back, flash=wrong, tone="bad")
        store.move(self._state.store, webhook["id"], url=url, now=self._state.now())
        return self._pages.redirect(request, back, flash="Messages go to the new address from now on.")

    def _accounts(self, visitor: Visitor) -> tuple[int, ...]:
        return (visitor.account.id, *self._state.accounts.customers_of(visitor.account.id))

    def _name(self, account_id: int) -> str:
        account = self._state.accounts.get(account_id)
        return "" if account is None else account.username


def _call(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "at": dates.text_of(datetime.fromisoformat(row["at"])).replace("T", " "),
        "name": row["event"],
        "status": row["status"],
        "answer": row["error"] or row["answer"],
        "took": row["duration_ms"],
        "received": row["status"] == rules.RECEIVED,
    }
