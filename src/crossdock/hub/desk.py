"""A person at the dashboard: who is signed in, what the role allows, and what surrounds each page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crossdock.hub import forms, notices
from crossdock.hub.context import HubContext
from crossdock.hub.forms import Bounds, Form
from crossdock.hub.i18n import Texts
from crossdock.hub.views_dashboard import NavView
from crossdock.hub.views_link import ButtonView, Tone
from crossdock.kernel.errors import CrossdockError, UnauthenticatedError
from crossdock.projects import policy
from crossdock.projects.model import Person, Principal

_ITEMS = (
    ("accounts", "Accounts", "/dashboard/accounts", "link", "accounts:read"),
    ("requests", "Link requests", "/dashboard/requests", "ask", "accounts:read"),
    ("connectors", "Connectors", "/dashboard/connectors", "plug", "accounts:read"),
    ("tester", "Request tester", "/dashboard/tester", "play", "actions:read"),
    ("logs", "Request logs", "/dashboard/logs", "pulse", "logs:read"),
    ("keys", "API keys", "/dashboard/keys", "key", "admin"),
    ("agents", "Agent keys", "/dashboard/agents", "spark", "admin"),
    ("apps", "Connected apps", "/dashboard/apps", "shield", "admin"),
    ("webhooks", "Webhooks", "/dashboard/webhooks", "bell", "webhooks:write"),
    ("audit", "Audit", "/dashboard/audit", "list", "logs:read"),
    ("settings", "Settings", "/dashboard/settings", "cog", "admin"),
)
_NOTICES: dict[str, tuple[Tone, str]] = {
    "works": ("good", "Tested: it works."),
    "fails": ("warn", "Tested: it does not work. The reason stands with the account."),
    "relinked": ("good", "The account is linked again."),
    "paused": ("good", "The account is paused. Its calls are refused until you resume it."),
    "resumed": ("good", "The account is on again."),
    "saved": ("good", "Saved."),
    "password_changed": ("good", "The password is changed. Other browsers are signed out."),
    "deleted": ("good", "The account is deleted and its credential erased."),
    "profile_made": ("good", "The profile is made. Links can name it by its id."),
    "profile_default": ("good", "It is the default now: links that name no profile offer this one."),
    "profile_deleted": ("good", "The profile is deleted."),
    "switched_on": ("good", "The connector is on."),
    "switched_off": ("good", "The connector is off. Its accounts stay, but their calls are refused."),
    "revoked": ("good", "The key is revoked. It stops working at once."),
    "agent_revoked": ("good", "The key is revoked. The agent that has it is refused at once."),
    "disconnected": ("good", "The app is disconnected. It is refused at once."),
    "request_declined": ("good", "Declined. The agent is told that, and nothing else."),
    "webhook_deleted": ("good", "The webhook is deleted."),
    "test_delivered": ("good", "The test arrived."),
    "test_failed": ("warn", "The test did not arrive. The answer stands below."),
    "replayed": ("good", "It is sent again now."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One request of a person who is signed in."""

    ctx: HubContext
    request: Request
    person: Person
    principal: Principal
    project: str
    token: str
    texts: Texts
    form: Form | None = None

    @property
    def project_id(self) -> str:
        """The project that the person looks at."""
        return self.principal.project_id

    @property
    def actor(self) -> str:
        """The person as audit entries name them."""
        return self.principal.actor

    def may(self, scope: str) -> bool:
        """Tell whether the role allows something."""
        return policy.may(self.principal, scope)

    def sent(self) -> Form:
        """Return the posted form."""
        if self.form is None:
            raise notices.not_found()
        return self.form

    def nav(self, current: str) -> NavView:
        """Return what surrounds the page."""
        known = _NOTICES.get(self.request.query_params.get("notice", ""))
        return NavView(
            current=current,
            person=self.person.email,
            role=self.texts.text(self.person.role),
            project=self.project,
            csrf=forms.token_for(self.token),
            items=[
                (key, self.texts.text(label), url, icon) for key, label, url, icon, scope in _ITEMS if self.may(scope)
            ],
            notice=(known[0], self.texts.text(known[1])) if known else None,
        )

    def page(self, template: str, view: object, *, status: int = 200) -> Response:
        """Render a page that nobody may frame."""
        return self.ctx.renderer.page(template, view=view, locale=self.texts.locale, status=status)

    def span(self, *, first: int, last: int, total: int, one: str, many: str) -> str:
        """Say which rows of how many the page shows; ``one`` and ``many`` count them where it shows all."""
        if not total:
            return self.texts.text("None yet")
        if first == 1 and last >= total:
            return self.texts.count(one, many, total)
        return self.texts.text("%(first)s to %(last)s of %(total)s", first=first, last=last, total=total)

    def go(self, path: str, *, notice: str | None = None) -> Response:
        """Send the browser on, with a notice for the next page."""
        query = f"?{urlencode({'notice': notice})}" if notice else ""
        return RedirectResponse(f"/dashboard{path}{query}", status_code=303, headers={"Cache-Control": "no-store"})


Handler: TypeAlias = Callable[[Desk], Awaitable[Response]]


def cookie_name(ctx: HubContext) -> str:
    """Return the name of the cookie that holds the session's token."""
    return f"{'__Host-' if ctx.https else ''}crossdock_sign_in"


def page(
    ctx: HubContext, handler: Handler, *, scope: str, bounds: Bounds = forms.USUAL
) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of a handler: signed in, form checked, scope held; errors shown as pages."""

    async def endpoint(request: Request) -> Response:
        try:
            desk = await _sit_down(ctx, request, bounds)
            if desk is None:
                return _to_the_door(request)
            policy.require(desk.principal, scope)
            return await handler(desk)
        except Exception as error:  # noqa: BLE001 - the outermost place: whatever happened becomes a page, and is logged
            return refuse(ctx, request, error)

    return endpoint


def refuse(ctx: HubContext, request: Request, error: Exception) -> Response:
    """Show an error with the way back to the accounts."""
    texts = ctx.renderer.language(request)
    shown = notices.noted(error, request)
    button = ButtonView(label=texts.text("Go to Accounts"), url="/dashboard/accounts")
    return notices.page(ctx.renderer, request, shown, button=button, title=_title(shown))


def _title(error: CrossdockError) -> str:
    return "This form is too old" if error.error_code == "csrf" else notices.title_of(error)


async def _sit_down(ctx: HubContext, request: Request, bounds: Bounds) -> Desk | None:
    """Find who is signed in; None where nobody is."""
    forms.check_address(request)
    form = await forms.read(request, hub_url=ctx.hub_url, bounds=bounds) if request.method == "POST" else None
    token = request.cookies.get(cookie_name(ctx), "")
    try:
        signed_in = await ctx.projects.current_sign_in(token=token)
        principal = await ctx.projects.authenticate_sign_in(token=token)
    except UnauthenticatedError:
        return None
    if form is not None:
        forms.check_token(form, token=token)
    project = await ctx.projects.get_project(project_id=signed_in.project_id)
    return Desk(
        ctx=ctx,
        request=request,
        person=signed_in.person,
        principal=principal,
        project=project.name,
        token=token,
        texts=ctx.renderer.language(request),
        form=form,
    )


def _to_the_door(request: Request) -> Response:
    """Ask to sign in; a page that was only looked at is shown again afterwards."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    query = f"?next={quote(path, safe='')}" if request.method == "GET" and request.url.path != "/dashboard" else ""
    return RedirectResponse(f"/dashboard/sign-in{query}", status_code=303, headers={"Cache-Control": "no-store"})
