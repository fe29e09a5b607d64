"""The page on which people change their own password."""

from __future__ import annotations

from starlette.responses import Response

from crossdock.hub.desk import Desk
from crossdock.hub.project import sign_in
from crossdock.hub.project.views import PasswordView
from crossdock.hub.views_link import ProblemView
from crossdock.kernel.errors import RateLimitedError, UnauthenticatedError, UnprocessableError
from crossdock.kernel.secret import Secret


async def show(desk: Desk) -> Response:
    """Show the form."""
    return _form(desk, problem=None)


async def change(desk: Desk) -> Response:
    """Replace the password, end the person's other sessions, and stay signed in here."""
    form, projects, person = desk.sent(), desk.ctx.projects, desk.person
    fresh, address = Secret(form.get("fresh")), desk.request.client.host if desk.request.client else ""
    if form.get("fresh") != form.get("again"):
        return _refuse(desk, "The new password was typed in two ways.", "Type the same into both fields.")
    try:
        await projects.change_password(
            project_id=desk.project_id,
            person=person,
            present=Secret(form.get("present")),
            fresh=fresh,
            address=address,
        )
        _, token, _ = await projects.sign_in(email=person.email, password=fresh, address=address)
    except UnauthenticatedError:
        remedy = "Type it once more, or ask whoever runs this hub for a new one: crossdock people password."
        return _refuse(desk, "The present password is another one.", remedy)
    except (RateLimitedError, UnprocessableError) as error:
        return _refuse(desk, error.message, error.remedy)
    answer = desk.go("/password", notice="password_changed")
    sign_in.keep(desk.ctx, answer, token=token)
    return answer


def _refuse(desk: Desk, explanation: str, remedy: str) -> Response:
    texts = desk.texts
    problem = ProblemView(
        title=texts.text("Nothing was changed"), explanation=texts.text(explanation), remedy=texts.text(remedy)
    )
    return _form(desk, problem=problem)


def _form(desk: Desk, *, problem: ProblemView | None) -> Response:
    view = PasswordView(nav=desk.nav("password"), problem=problem)
    return desk.page("dashboard/password.html", view, status=422 if problem else 200)
