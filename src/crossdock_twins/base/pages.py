"""Server-rendered pages of a twin: templates, sessions, form tokens, messages, and a strict content policy."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import urlsafe_token

_HERE = Path(__file__).parent
_SESSIONS_KEPT = 1000
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


class FormRefusedError(Exception):
    """A form came back without the token that its page carried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser; `user_id` is None until somebody signs in, `fresh` means that the browser has no cookie yet."""

    id: str = field(repr=False)
    csrf: str = field(repr=False)
    user_id: str | None
    fresh: bool = False


class Pages:
    """Renders a twin's pages; `folder` holds its `templates/` and `static/`, every template knows `shared`."""

    def __init__(self, *, store: Store, key: str, folder: Path, shared: Mapping[str, Any]) -> None:
        self._store = store
        self._cookie = f"{key}_twin_session"
        self._folder = folder
        self._newcomers: str | None = None
        self._templates = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder / "templates"), FileSystemLoader(_HERE / "templates")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(shared)

    def routes(self) -> list[Mount]:
        """Give the routes of the style sheets and scripts: `/static/base/...` and `/static/...`."""
        return [
            Mount("/static/base", StaticFiles(directory=_HERE / "static")),
            Mount("/static", StaticFiles(directory=self._folder / "static")),
        ]

    def session(self, request: Request) -> Session:
        """Give the browser's session, making one where there is none."""
        known: Session | None = getattr(request.state, "twin_session", None)
        if known is None:
            known = self._load(request.cookies.get(self._cookie, "")) or self._start(user_id=self._newcomers)
            request.state.twin_session = known
        return known

    def sign_in(self, request: Request, user_id: str) -> None:
        """Let somebody in under a new session id."""
        self.sign_out(request)
        request.state.twin_session = self._start(user_id=user_id)

    def sign_out(self, request: Request) -> None:
        """End the browser's session."""
        self._store.execute("DELETE FROM twin_session WHERE id = ?", self.session(request).id)
        request.state.twin_session = self._start(user_id=None)

    def let_newcomers_in(self, user_id: str | None) -> None:
        """Begin the session of each new browser with somebody signed in, or with nobody again."""
        self._newcomers = user_id

    def sign_everybody_out(self) -> None:
        """Keep the browsers' sessions, with nobody signed in."""
        self._newcomers = None
        self._store.execute("UPDATE twin_session SET user_id = NULL")

    async def form(self, request: Request) -> FormData:
        """Read a posted form; FormRefusedError where its `csrf` field is not this session's."""
        form = await request.form(max_files=0, max_fields=200)
        sent = form.get("csrf")
        if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), self.session(request).csrf.encode()):
            raise FormRefusedError
        return form

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        form_targets: Sequence[str] = (),
        **values: Any,
    ) -> Response:
        """Render a page; `form_targets` are other origins to which a form's answer may lead."""
        session = self.session(request)
        text = self._templates.get_template(template).render(
            request=request, session=session, csrf=session.csrf, flashes=self._take_flashes(session), **values
        )
        response = HTMLResponse(text, status_code=status)
        response.headers["Content-Security-Policy"] = " ".join([_POLICY, *form_targets])
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return self._with_cookie(response, session)

    def redirect(self, request: Request, url: str, *, flash: str = "", tone: str = "good") -> Response:
        """Send the browser on with 303, with a message for the next page; `tone` is `good` or `bad`."""
        session = self.session(request)
        if flash:
            self._add_flash(session, flash, tone)
        response = RedirectResponse(url, status_code=303)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return self._with_cookie(response, session)

    async def refused(self, request: Request, _error: Exception) -> Response:
        """Show the page for a form that was refused."""
        return self.render(request, "twin/refused.html", status=403)

    def _load(self, session_id: str) -> Session | None:
        row = self._store.one("SELECT id, csrf, user_id FROM twin_session WHERE id = ?", session_id)
        return None if row is None else Session(id=row["id"], csrf=row["csrf"], user_id=row["user_id"])

    def _start(self, *, user_id: str | None) -> Session:
        session = Session(id=urlsafe_token(), csrf=urlsafe_token(octets=24), user_id=user_id, fresh=True)
        number = self._store.insert(
            "INSERT INTO twin_session (id, csrf, user_id) VALUES (?, ?, ?)", session.id, session.csrf, user_id
        )
        self._store.execute("DELETE FROM twin_session WHERE rowid <= ?", number - _SESSIONS_KEPT)
        return session

    def _with_cookie(self, response: Response, session: Session) -> Response:
        if session.fresh:
            response.set_cookie(self._cookie, session.id, httponly=True, samesite="lax", path="/")
        return response

    def _add_flash(self, session: Session, text: str, tone: str) -> None:
        row = self._store.one("SELECT flashes FROM twin_session WHERE id = ?", session.id)
        flashes = [] if row is None else json.loads(row["flashes"])
        self._store.execute(
            "UPDATE twin_session SET flashes = ? WHERE id = ?",
            *(json.dumps([*flashes, {"text": text, "tone": tone}]), session.id),
        )

    def _take_flashes(self, session: Session) -> list[dict[str, str]]:
        row = self._store.one("SELECT flashes FROM twin_session WHERE id = ? AND flashes <> '[]'", session.id)
        if row is None:
            return []
        self._store.execute("UPDATE twin_session SET flashes = '[]' WHERE id = ?", session.id)
        flashes: list[dict[str, str]] = json.loads(row["flashes"])
        return flashes
