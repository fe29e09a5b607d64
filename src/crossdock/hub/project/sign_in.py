"""In and out of the dashboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crossdock.hub import desk, forms, notices
from crossdock.hub.context import HubContext
from crossdock.hub.views_dashboard import SignInView
from crossdock.hub.views_link import ProblemView
from crossdock.kernel.errors import CrossdockError, RateLimitedError, UnauthenticatedError, UnprocessableError
from crossdock.kernel.secret import Secret

Endpoint = Callable[[Request], Awaitable[Response]]

_WEEK = 7 * 24 * 3600
_DOOR_LIFE = 3600


def door_name(ctx: HubContext) -> str:
    """Return the name of the cookie that ties the sign-in form to this browser, before anybody is signed in."""
    return f"{'__Host-' if ctx.https else ''}crossdock_door"


def show(ctx: HubContext) -> Endpoint:
    """Make the endpoint that shows the sign-in form."""

    async def endpoint(request: Request) -> Response:
        return _form(ctx, request, email="", following=request.query_params.get("next", ""), error=None)

    return endpoint


def sign_in(ctx: HubContext) -> Endpoint:
    """Make the endpoint that takes e-mail and password."""

    async def endpoint(request: Request) -> Response:
        try:
            form = await forms.read(request, hub_url=ctx.hub_url)
            forms.check_token(form, token=request.cookies.get(door_name(ctx), ""))
        except Exception as error:  # noqa: BLE001 - the outermost place: whatever happened becomes a page, and is logged
            return desk.refuse(ctx, request, error)
        try:
            return await _let_in(ctx, request, form)
        except (UnauthenticatedError, RateLimitedError, UnprocessableError) as error:
            return _form(ctx, request, email=form.clean("email"), following=form.get("next"), error=error)
        except Exception as error:  # noqa: BLE001 - the same
            return desk.refuse(ctx, request, error)

    return endpoint


def sign_out(ctx: HubContext) -> Endpoint:
    """Make the endpoint that ends the session."""

    async def endpoint(request: Request) -> Response:
        try:
            token = request.cookies.get(desk.cookie_name(ctx), "")
            form = await forms.read(request, hub_url=ctx.hub_url)
            forms.check_token(form, token=token)
            await ctx.projects.sign_out(token=token)
        except Exception as error:  # noqa: BLE001 - the outermost place: whatever happened becomes a page, and is logged
            return desk.refuse(ctx, request, error)
        answer = RedirectResponse("/dashboard/sign-in", status_code=303, headers={"Cache-Control": "no-store"})
        answer.delete_cookie(desk.cookie_name(ctx), path="/", secure=ctx.https, httponly=True, samesite="lax")
        return answer

    return endpoint


async def _let_in(ctx: HubContext, request: Request, form: forms.Form) -> Response:
    held = request.cookies.get(desk.cookie_name(ctx))
    _, token, _ = await ctx.projects.sign_in(
        email=form.get("email"),
        password=Secret(form.get("password")),
        address=request.client.host if request.client else "",
        replaces=held,
    )
    answer = RedirectResponse(inner_path(form.get("next")), status_code=303, headers={"Cache-Control": "no-store"})
    keep(ctx, answer, token=token)
    answer.delete_cookie(door_name(ctx), path="/", secure=ctx.https, httponly=True, samesite="lax")
    return answer


def keep(ctx: HubContext, answer: Response, *, token: Secret) -> None:
    """Put the token of a session into the cookie by which the dashboard knows its person."""
    answer.set_cookie(
        desk.cookie_name(ctx),
        token.reveal(),
        max_age=_WEEK,
        path="/",
        secure=ctx.https,
        httponly=True,
        samesite="lax",
    )


def inner_path(following: str) -> str:
    """Return where to go after signing in: a page of the dashboard, never another site."""
    path = following.partition("?")[0]
    plain = following.isascii() and following.isprintable() and "\\" not in following and "//" not in path
    return following if plain and following.startswith("/dashboard/") else "/dashboard/accounts"


def _form(ctx: HubContext, request: Request, *, email: str, following: str, error: CrossdockError | None) -> Response:
    texts = ctx.renderer.language(request)
    token = request.cookies.get(door_name(ctx)) or ctx.projects.ids.token("door")
    problem: ProblemView | None = None
    if error is not None:
        problem = notices.problem(error)
        problem = ProblemView(
            title=texts.text("You are not signed in"), explanation=problem.explanation, remedy=problem.remedy
        )
    notice = texts.text("Sign in to go on to the page that you wanted.") if following and error is None else ""
    view = SignInView(csrf=forms.token_for(token), email=email, next=following, problem=problem, notice=notice)
    status = error.http_status if error else 200
    answer = ctx.renderer.page("dashboard/sign_in.html", view=view, locale=texts.locale, status=status)
    answer.set_cookie(
        door_name(ctx), token, max_age=_DOOR_LIFE, path="/", secure=ctx.https, httponly=True, samesite="lax"
    )
    return answer
