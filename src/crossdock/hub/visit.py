"""A person in the link flow: the session behind the cookie, and what surrounds each of its pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crossdock.hub import csp, forms, notices
from crossdock.hub.context import HubContext
from crossdock.hub.forms import Form
from crossdock.hub.i18n import Texts
from crossdock.hub.views_link import ButtonView, FrameView, Step
from crossdock.kernel.errors import UnauthenticatedError
from crossdock.linking.session import ConnectSession

_COOKIE_LIFE = 30 * 24 * 3600
_FRAMES = frozenset({"iframe", "frame", "embed", "object"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of the link flow."""

    ctx: HubContext
    request: Request
    session: ConnectSession
    token: str
    texts: Texts
    openness: csp.Openness
    form: Form | None = None

    @property
    def home(self) -> str:
        """The address of the flow's first page."""
        return f"/link/s/{self.session.id}"

    @property
    def csrf(self) -> str:
        """The token that each form of this session carries."""
        return forms.token_for(self.token)

    @property
    def ended(self) -> bool:
        """Whether the session's time ran out before anything was linked."""
        return self.session.finished_at is None and self.session.expires_at <= self.ctx.clock.now()

    @property
    def spent(self) -> bool:
        """Whether the session has linked the one account that it was for."""
        return self.session.finished_at is not None and not self.session.multiple

    @property
    def framed(self) -> bool:
        """Whether the browser shows the page inside another one (Fetch Metadata)."""
        return self.request.headers.get("sec-fetch-dest") in _FRAMES

    def sent(self) -> Form:
        """Return the posted form."""
        if self.form is None:
            raise notices.not_found()
        return self.form

    def frame(self, step: Step, *, back: str | None = None) -> FrameView:
        """Return what surrounds the page."""
        return FrameView(
            owner=self.session.origin_owner_name,
            step=step,
            csrf=self.csrf,
            home=self.home,
            back=ButtonView(label=self.texts.text("Back"), url=back) if back else None,
            relink=self.session.account_id is not None,
            test_mode=self.session.type == "test",
            framed=self.framed,
        )

    def page(self, template: str, view: object, *, status: int = 200, form_targets: tuple[str, ...] = ()) -> Response:
        """Render a page that the session's own origins may frame."""
        openness = csp.Openness(self.openness.ancestors, form_targets)
        return self.ctx.renderer.page(template, view=view, locale=self.texts.locale, status=status, openness=openness)

    def go(self, path: str) -> Response:
        """Send the browser on to another page of this flow."""
        return RedirectResponse(f"{self.home}{path}", status_code=303, headers={"Cache-Control": "no-store"})


Handler: TypeAlias = Callable[[Visit], Awaitable[Response]]


def cookie_name(ctx: HubContext, session_id: int) -> str:
    """Return the name of the cookie that holds the session's token."""
    return f"{'__Secure-' if ctx.https else ''}crossdock_link_{session_id}"


def keep_token(ctx: HubContext, answer: Response, *, session: ConnectSession, token: str) -> None:
    """Put the session's token into a cookie that only this session's pages see; in a foreign page's frame too.

    Partitioned cookies (CHIPS) are what third-party frames get; Starlette has no switch for them before Python 3.14, so
    the attribute is added by hand.
    """
    answer.set_cookie(
        cookie_name(ctx, session.id),
        token,
        max_age=_COOKIE_LIFE,
        path=f"/link/s/{session.id}",
        secure=ctx.https,
        httponly=True,
        samesite="none" if ctx.https else "lax",
    )
    if ctx.https:
        name, value = answer.raw_headers[-1]
        answer.raw_headers[-1] = (name, value + b"; Partitioned")


async def openness(ctx: HubContext, session: ConnectSession) -> csp.Openness:
    """Return who may frame this session's pages: the origins it names, else the project's."""
    if session.allowed_origins:
        return csp.Openness(session.allowed_origins)
    project = await ctx.projects.get_project(project_id=session.project_id)
    return csp.Openness(tuple(project.allowed_origins))


def page(
    ctx: HubContext, handler: Handler, *, over: Literal["turn_away", "let_in"] = "turn_away"
) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of a handler: session and form checked, errors as pages; ``over`` is for ended sessions."""

    async def endpoint(request: Request) -> Response:
        visit: Visit | None = None
        try:
            visit = await _arrive(ctx, request)
            if over == "turn_away" and visit.ended:
                return visit.go("/expired")
            return await handler(visit)
        except Exception as error:  # noqa: BLE001 - the outermost place: whatever happened becomes a page, and is logged
            return refuse(ctx, request, error, visit=visit)

    return endpoint


def refuse(ctx: HubContext, request: Request, error: Exception, *, visit: Visit | None) -> Response:
    """Show an error inside the flow, with the way back into it; without a session, the way to the error's page."""
    shown = notices.noted(error, request)
    texts = ctx.renderer.language(request)
    if visit is None:
        button = ButtonView(label=texts.text("What this means"), url=f"/errors/{shown.error_code}")
        return notices.page(ctx.renderer, request, shown, button=button)
    button = ButtonView(label=texts.text("Back to the start"), url=visit.home)
    return notices.page(ctx.renderer, request, shown, button=button, frame=visit.frame("none"), openness=visit.openness)


async def _arrive(ctx: HubContext, request: Request) -> Visit:
    """Find the session by the cookie, or by the ticket of a form that left a frame for a window of its own."""
    forms.check_address(request)
    form = await forms.read(request, hub_url=ctx.hub_url) if request.method == "POST" else None
    number = int(request.path_params["sid"])
    token = request.cookies.get(cookie_name(ctx, number)) or (form.get("ticket") if form else "")
    session = await ctx.sessions.of_token(token=token) if token else None
    if session is None or session.id != number or session.revoked_at is not None:
        raise UnauthenticatedError(
            "This browser does not hold the link.",
            remedy="Open the link that you were given once more.",
            code="link_unknown",
        )
    visit = Visit(
        ctx=ctx,
        request=request,
        session=session,
        token=token,
        texts=ctx.renderer.language(request),
        openness=await openness(ctx, session),
        form=form,
    )
    if form is not None:
        forms.check_token(form, token=token)
    return visit
