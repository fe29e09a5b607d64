"""The Audit page: who did what, and the proof that nobody changed it afterwards."""

from __future__ import annotations

from starlette.responses import Response

from crossdock.hub.accounts import shown as account_shown
from crossdock.hub.desk import Desk
from crossdock.hub.views_dashboard import AuditView, PagesView
from crossdock.hub.views_link import Tone

_ROWS = 50


async def index(desk: Desk) -> Response:
    """Show the newest entries."""
    return await _page(desk, verdict=None)


async def verify(desk: Desk) -> Response:
    """Walk the whole chain and say whether it is whole."""
    async with desk.ctx.db.connection() as conn:
        found = await desk.ctx.trail.verify(conn, project_id=desk.project_id)
    if found.ok:
        said = desk.texts.count(
            "The chain is whole: %(num)s entry.", "The chain is whole: %(num)s entries.", found.checked
        )
        return await _page(desk, verdict=("good", said))
    said = desk.texts.text(
        "The chain is broken at entry %(number)s: %(reason)s. Keep the database as it is and tell who runs this hub.",
        number=found.broken_at,
        reason=found.reason,
    )
    return await _page(desk, verdict=("bad", said))


async def _page(desk: Desk, *, verdict: tuple[Tone, str] | None) -> Response:
    text = desk.request.query_params.get("before", "")
    before = int(text) if text.isdecimal() and len(text) < 19 else None  # noqa: PLR2004 - fits PostgreSQL's bigint
    async with desk.ctx.db.connection() as conn:
        entries = await desk.ctx.trail.entries(conn, project_id=desk.project_id, limit=_ROWS, before=before)
    older = f"/dashboard/audit?before={entries[-1].seq}" if len(entries) == _ROWS and entries[-1].seq > 1 else None
    names = await account_shown.names_of(desk)
    view = AuditView(
        nav=desk.nav("audit"),
        rows=[account_shown.entry(desk.texts, one, names=names) for one in entries],
        verdict=verdict,
        verify="/dashboard/audit/verify",
        pages=PagesView(
            said=desk.texts.count("%(num)s entry", "%(num)s entries", len(entries)),
            previous="/dashboard/audit" if before else None,
            next=older,
        ),
    )
    return desk.page("dashboard/audit.html", view)
