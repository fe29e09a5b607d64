"""What an app asks, as the pages about it know it: read from the address or the form, shown, and sent on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from crossdock.consents import asks, redirects
from crossdock.consents.errors import AppRefusedError
from crossdock.consents.model import Ask
from crossdock.hub import csp, notices
from crossdock.hub.agents.apps_views import AskerView
from crossdock.hub.desk import Desk
from crossdock.hub.views_link import ButtonView
from crossdock.kernel import words
from crossdock.projects.origins import origin_of

PATH: Final = "/dashboard/apps/allow"


async def read(desk: Desk, asked: Mapping[str, str]) -> Ask | Response:
    """Return the app's request; where it is wrong, a page that says so and leads back to the app, if that is safe."""
    consents = desk.ctx.consents
    client = await consents.clients.find(client_id=asked.get("client_id", ""))
    redirect_uri = asks.redirect_uri(asked, client=client)
    try:
        return asks.read(asked, client=client, audience=consents.audience)
    except AppRefusedError as error:
        told = consents.told(redirect_uri, state=asked.get("state"), error=error.oauth)
        label = desk.texts.text("Back to %(name)s", name=client.name)
        return notices.page(desk.ctx.renderer, desk.request, error, button=ButtonView(label=label, url=told))


def asker(ask: Ask) -> AskerView:
    """Return who asks, as far as anybody knows."""
    return AskerView(
        name=ask.client.name,
        host=redirects.host_of(ask.redirect_uri),
        on_this_machine=redirects.is_loopback(ask.redirect_uri),
        mixes_alphabets=words.mixes_alphabets(ask.client.name),
        document=ask.client.client_id if ask.client.kind == "document" else None,
        unnamed_server=ask.resource if ask.is_unnamed else None,
    )


def fields(ask: Ask) -> list[tuple[str, str]]:
    """Return the request as a form sends it back; it is judged anew then."""
    found = {
        "response_type": "code",
        "client_id": ask.client.client_id,
        "redirect_uri": ask.redirect_uri,
        "code_challenge": ask.challenge,
        "code_challenge_method": "S256",
        **(dict([asks.UNNAMED]) if ask.is_unnamed else {"resource": ask.resource}),
        "scope": " ".join(sorted(ask.effects)),
        "state": ask.state or "",
    }
    return [(name, value) for name, value in found.items() if value]


def address(ask: Ask, path: str = "", *, owner: str | None = None) -> str:
    """Return the address of a page about this request, within the hub."""
    more = [] if owner is None else [("owner", owner)]
    return f"{PATH}{path}?{urlencode([*fields(ask), *more])}"


def page(desk: Desk, template: str, view: object, ask: Ask, *, status: int = 200) -> Response:
    """Render a page whose form's answer may lead to the app: browsers hold a form's redirects to the policy as well."""
    openness = csp.Openness(form_targets=(origin_of(ask.redirect_uri) or "",))
    return desk.ctx.renderer.page(template, view=view, locale=desk.texts.locale, status=status, openness=openness)
