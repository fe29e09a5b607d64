"""The Link requests page: which agents ask for an account, why in their own words, and the two ways to answer."""

from __future__ import annotations

from typing import Final, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from crossdock.hub import logos
from crossdock.hub.accounts.listing import go_link
from crossdock.hub.agents.requests_views import RequestRowView, RequestsView
from crossdock.hub.desk import Desk, Handler
from crossdock.hub.views_dashboard import BadgeView, ChoiceView, PagesView
from crossdock.hub.views_link import Tone
from crossdock.linking.asking import Listed, Standing

_ROWS: Final = 20
_MOST_PAGES: Final = 1000
_STANDINGS: Final[dict[Standing, tuple[Tone, str]]] = {
    "open": ("warn", "Waits"),
    "followed": ("info", "Opened"),
    "linked": ("good", "Linked"),
    "declined": ("quiet", "Declined"),
    "lapsed": ("quiet", "Lapsed"),
}


async def index(desk: Desk) -> Response:
    """Show the requests of one standing, or of all, newest first."""
    params = desk.request.query_params
    number = int(params.get("page", "1")) if params.get("page", "1").isdecimal() else 1
    number = min(max(number, 1), _MOST_PAGES)
    standing = next((one for one in get_args(Standing) if one == params.get("standing")), None)
    rows, total = await desk.ctx.link_requests.list(
        project_id=desk.project_id, standing=standing, limit=_ROWS, offset=(number - 1) * _ROWS
    )
    texts = desk.texts
    view = RequestsView(
        nav=desk.nav("requests"),
        rows=[_row(desk, one) for one in rows],
        standings=[
            ChoiceView(value="", label=texts.text("All requests"), chosen=standing is None),
            *(
                ChoiceView(value=key, label=texts.text(word), chosen=key == standing)
                for key, (_, word) in _STANDINGS.items()
            ),
        ],
        filtered=standing is not None,
        waiting=await desk.ctx.link_requests.waiting(project_id=desk.project_id),
        pages=_pages(desk, standing, number, shown=len(rows), total=total),
    )
    return desk.page("dashboard/requests.html", view)


async def follow(desk: Desk) -> Response:
    """Open the connect session here, for who looks at the list."""
    created = await desk.ctx.link_requests.follow(principal=desk.principal, request_id=desk.request.path_params["id"])
    return go_link(desk, created)


async def decline(desk: Desk) -> Response:
    """Say no."""
    await desk.ctx.link_requests.dismiss(
        project_id=desk.project_id, request_id=desk.request.path_params["id"], actor=desk.actor
    )
    return desk.go("/requests", notice="request_declined")


PAGES: Final[tuple[tuple[str, str, Handler, str], ...]] = (
    ("GET", "/requests", index, "accounts:read"),
    ("POST", "/requests/{id}/follow", follow, "connect_sessions:write"),
    ("POST", "/requests/{id}/decline", decline, "connect_sessions:write"),
)


def _row(desk: Desk, one: Listed) -> RequestRowView:
    texts, asked = desk.texts, one.request
    connector = desk.ctx.catalogue.get(asked.connector_key)
    tone, word = _STANDINGS[one.standing]
    may = desk.may("connect_sessions:write")
    path = f"/dashboard/requests/{asked.id}"
    is_app = asked.holder.startswith("oauth:")
    return RequestRowView(
        agent=asked.agent_name,
        kind=texts.text("A connected app") if is_app else texts.text("An agent with a key"),
        provider=connector.name,
        logo=logos.of(connector, assets=desk.ctx.renderer.assets),
        owner=asked.owner_name,
        owner_id=asked.owner_id if asked.owner_id != asked.owner_name else "",
        reason=asked.reason,
        asked=asked.created_at,
        ago=texts.relative(asked.created_at, now=desk.ctx.clock.now()),
        status=BadgeView(text=texts.text(word), tone=tone),
        note=_note(desk, one),
        account=f"/dashboard/accounts/{one.account_id}" if one.account_id else None,
        follow=f"{path}/follow" if may and one.standing == "open" else None,
        decline=f"{path}/decline" if may and one.standing in {"open", "followed"} else None,
    )


def _note(desk: Desk, one: Listed) -> str:
    """Say what the standing means, with the moment that goes with it."""
    texts, asked = desk.texts, one.request
    if one.standing == "open":
        return texts.text("Nobody has opened the link yet. It ends on %(when)s.", when=texts.moment(asked.expires_at))
    if one.standing == "followed" and asked.opened_at is not None:
        return texts.text(
            "Somebody opened the link on %(when)s, and has not linked an account so far.",
            when=texts.moment(asked.opened_at),
        )
    if one.standing == "linked":
        return texts.text("An account was linked. The agent was told its id.")
    if one.standing == "declined" and asked.declined_at is not None:
        return texts.text("Declined on %(when)s. The agent was told that.", when=texts.moment(asked.declined_at))
    return texts.text("Nobody answered within a day.")


def _pages(desk: Desk, standing: Standing | None, number: int, *, shown: int, total: int) -> PagesView:
    def url(page: int) -> str:
        query = [("standing", standing)] if standing else []
        return "/dashboard/requests?" + urlencode([*query, ("page", str(page))])

    first = (number - 1) * _ROWS + 1
    last = first + shown - 1
    return PagesView(
        said=desk.span(first=first, last=last, total=total, one="%(num)s request", many="%(num)s requests"),
        previous=url(number - 1) if number > 1 else None,
        next=url(number + 1) if last < total else None,
    )
