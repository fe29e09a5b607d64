"""Errors and ends as pages: one message, what to do, one button."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crossdock.hub import csp
from crossdock.hub.render import Renderer
from crossdock.hub.views_link import ButtonView, FrameView, NoticeView, ProblemView, Tone
from crossdock.kernel.codes import SPECIAL
from crossdock.kernel.errors import CrossdockError, NotFoundError, WaitError
from crossdock.telemetry import logs

_log = logs.get("crossdock.hub")
_SERVER = 500


def not_found() -> NotFoundError:
    """Return the error of an address that leads nowhere."""
    return NotFoundError("There is no page at this address.", remedy="Check the address, or start from the beginning.")


def failed() -> CrossdockError:
    """Return the error of a failure that nobody foresaw; it tells nothing of the inside."""
    return CrossdockError(
        "Something inside Crossdock failed.",
        remedy="Try again. If it stays, tell the people who run this hub; the log has the reason.",
    )


def page(
    renderer: Renderer,
    request: Request,
    error: CrossdockError,
    *,
    button: ButtonView,
    frame: FrameView | None = None,
    openness: csp.Openness = csp.CLOSED,
    title: str | None = None,
) -> Response:
    """Show an error with its title, its case, its remedy and one button."""
    texts = renderer.language(request)
    tone: Tone = "warn" if isinstance(error, WaitError) else "bad"
    view = NoticeView(
        frame=frame,
        tone=tone,
        title=texts.text(title or title_of(error)),
        explanation=texts.text(error.message),
        remedy=texts.text(error.remedy),
        button=button,
        code="" if button.url == f"/errors/{error.error_code}" else error.error_code,
        csrf=frame.csrf if frame else "",
    )
    answer = renderer.page(
        "link/notice.html", view=view, locale=texts.locale, status=error.http_status, openness=openness
    )
    if isinstance(error, WaitError):
        answer.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return answer


def title_of(error: CrossdockError) -> str:
    """Return the title of the error's own code, where it has one, else that of its class."""
    special = SPECIAL.get(error.error_code)
    return special.title if special else error.title


def noted(error: Exception, request: Request) -> CrossdockError:
    """Return an error as one to show; log the server's own, with the address but without what it names.

    A link's address holds the token that opens it.
    """
    place = request.url.path
    for name, value in request.path_params.items():
        place = place.replace(f"/{value}", f"/{{{name}}}")
    if isinstance(error, CrossdockError):
        if error.http_status >= _SERVER:
            _log.warning("hub.page.failed", code=error.error_code, place=place)
        return error
    _log.error("hub.page.crashed", error=type(error).__name__, place=place, exc_info=error)
    return failed()


def problem(error: CrossdockError) -> ProblemView:
    """Return an error as the red box of a form."""
    return ProblemView(title=title_of(error), explanation=error.message, remedy=error.remedy, code=error.error_code)
