"""`POST /account/redirects`, `POST /account/app_accesses`, and the page that follows such a link.

How long a link lives shows in one example of each: half a minute after the fixed time of the vendor's tests.
"""

from collections.abc import Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import urlsafe_token
from crossdock_twins.easyship.documents import links
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.times import timestamp

_LIVES = timedelta(seconds=30)
_NO_SHIPMENT = "Value is missing or invalid (Easyship Shipment ID was not found)"
_NO_TARGET = "Target is not included in the list"
_APP_TARGETS: Mapping[str, frozenset[str]] = {"lyoc": frozenset({"couriers"}), "enterprise_onboarding": frozenset()}
_PAGES: Mapping[str, str] = {
    "account_subscription": "/subscription",
    "account_team": "/people",
    "connect": "/integrations",
    "webhooks": "/webhooks",
}
"""Where the twin has a page for a target; any other leads to the dashboard's first."""

_PATHS = ("/redirect", "/apps/open")


def create(call: Call) -> Reply:
    """Make a link to a page of the dashboard, or to a shipment on it."""
    target, value = call.body["target"], call.body.get("value")
    if value is not None and not _is_shipment(call, value):
        raise Refusal("invalid_content", _NO_SHIPMENT)
    link = _link(call, path=_PATHS[0], target=target, back=call.body.get("redirect_back_url"))
    return Reply(members={"redirect": link})


def create_access(call: Call) -> Reply:
    """Make a link into an embedded app."""
    name, target = call.body["app_name"], call.body.get("target")
    if target is not None and target not in _APP_TARGETS[name]:
        raise Refusal("invalid_content", _NO_TARGET)
    link = _link(call, path=_PATHS[1], target=target or name, back=call.body.get("redirect_back_url"))
    return Reply(members={"app_access": link}, status=201)


def routes(store: Store, clock: TwinClock) -> list[Route]:
    """Give the pages that links lead to: on to the dashboard, once, while they are fresh."""

    async def follow(request: Request) -> Response:
        token = request.query_params.get("token", "")
        row = store.one(
            "SELECT target FROM signed_link WHERE token = ? AND expires_at >= ?", token, timestamp(clock.now())
        )
        store.execute("DELETE FROM signed_link WHERE token = ?", token)
        if row is None:
            return PlainTextResponse("The link is spent or too old. Ask the API for another.", status_code=410)
        return RedirectResponse(_PAGES.get(row["target"], "/"), status_code=303)

    return [Route(path, follow) for path in _PATHS]


def _is_shipment(call: Call, shipment_id: str) -> bool:
    row = call.store.one(
        "SELECT 1 FROM shipment WHERE id = ? AND company_id = ? AND environment = ? AND shipment_state <> 'deleted'",
        *(shipment_id, call.company.id, call.grant.environment),
    )
    return row is not None


def _link(call: Call, *, path: str, target: str, back: str | None) -> dict[str, str]:
    token, expires_at = urlsafe_token(), timestamp(call.now + _LIVES)
    call.store.execute(
        "INSERT INTO signed_link (token, company_id, target, back, expires_at) VALUES (?, ?, ?, ?, ?)",
        *(token, call.company.id, target, back, expires_at),
    )
    return {"expires_at": expires_at, "url": f"{links.host(call.store, 'production')}{path}?token={token}"}


HANDLERS: dict[str, Handler] = {
    "app_access_create": create_access,
    "redirects_create": create,
}
