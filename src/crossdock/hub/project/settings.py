"""The settings page: which pages may embed the hub, and how results are screened before agents see them."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from crossdock.actions.screening import has_classifier
from crossdock.hub import notices
from crossdock.hub.desk import Desk
from crossdock.hub.project.views import ModeView, ScreeningView, SettingsView
from crossdock.hub.views_link import ProblemView
from crossdock.kernel.errors import CrossdockError
from crossdock.projects.model import Screening, ScreeningMode

_MODES: Final[tuple[tuple[ScreeningMode, str, str], ...]] = (
    ("mark", "Mark it", "The agent gets the result, and is told which fields read like orders."),
    ("block", "Keep it back", "The agent does not get a result with such text. The call itself has been made."),
    ("off", "Do nothing", "Results are handed on as they are, unless a call asks for screening."),
)
_INSTALL: Final = 'pip install "crossdock[classifier]"'


async def show(desk: Desk) -> Response:
    """Show the project's settings."""
    project = await desk.ctx.projects.get_project(project_id=desk.project_id)
    return await _page(desk, "\n".join(project.allowed_origins), problem=None)


async def keep_origins(desk: Desk) -> Response:
    """Keep which pages may embed the hub."""
    text = desk.sent().get("origins")
    origins = [line.strip().rstrip("/") for line in text.splitlines() if line.strip()]
    try:
        await desk.ctx.projects.set_allowed_origins(project_id=desk.project_id, origins=origins, actor=desk.actor)
    except CrossdockError as error:
        return await _page(desk, text, problem=notices.problem(error))
    return desk.go("/settings", notice="saved")


async def keep_screening(desk: Desk) -> Response:
    """Keep how results are screened; what is not there to choose is the usual."""
    form = desk.sent()
    mode = next((mode for mode, _, _ in _MODES if mode == form.get("mode")), Screening().mode)
    chosen = Screening(
        mode=mode,
        everyone=form.get("everyone") == "yes",
        classifier=form.get("classifier") == "yes" and has_classifier(),
    )
    await desk.ctx.projects.screening.choose(project_id=desk.project_id, screening=chosen, actor=desk.actor)
    return desk.go("/settings", notice="saved")


async def _page(desk: Desk, origins: str, *, problem: ProblemView | None) -> Response:
    held = await desk.ctx.projects.screening.of(project_id=desk.project_id)
    texts = desk.texts
    view = SettingsView(
        nav=desk.nav("settings"),
        action="/dashboard/settings",
        origins=origins,
        project_id=desk.project_id,
        screening=ScreeningView(
            action="/dashboard/settings/screening",
            modes=[
                ModeView(value=mode, label=texts.text(label), explanation=texts.text(said), chosen=mode == held.mode)
                for mode, label, said in _MODES
            ],
            everyone=held.everyone,
            classifier=held.classifier,
            has_classifier=has_classifier(),
            install=_INSTALL,
        ),
        problem=problem,
    )
    return desk.page("dashboard/settings.html", view, status=422 if problem else 200)
