"""The Connected apps page: what people allowed apps, and its end."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from crossdock.consents.model import App
from crossdock.hub import deeds
from crossdock.hub.accounts import shown as account_shown
from crossdock.hub.agents.apps_views import AppRowView, AppsView
from crossdock.hub.desk import Desk
from crossdock.hub.views_dashboard import BadgeView

_WORDS = {"read": "Read", "write": "Create and change", "destructive": "Delete and cancel"}


async def index(desk: Desk) -> Response:
    """Show every app that somebody let in, and the address that lets another one ask."""
    names = await account_shown.names_of(desk)
    apps = await desk.ctx.consents.all(project_id=desk.project_id)
    view = AppsView(
        nav=desk.nav("apps"),
        rows=[_row(desk, app, by=account_shown.actor(desk.texts, app.created_by, names=names)) for app in apps],
        address=desk.ctx.consents.audience,
    )
    return desk.page("dashboard/apps.html", view)


async def revoke_form(desk: Desk) -> Response:
    """Ask whether to end what an app is allowed."""
    texts, apps = desk.texts, await desk.ctx.consents.all(project_id=desk.project_id)
    app = deeds.picked(desk, apps)
    return deeds.sure(
        desk,
        place="apps",
        title=texts.text("Disconnect %(name)s?", name=app.client_name),
        explanation=texts.text("The app is refused at once. This cannot be undone."),
        consequences=[
            texts.text("Last used: %(when)s", when=deeds.used(desk, app.last_used_at)),
            texts.text("The app can ask again, and you decide again."),
        ],
        label=texts.text("Disconnect"),
        url=f"/dashboard/apps/{app.id}/revoke",
        back="/dashboard/apps",
    )


async def revoke(desk: Desk) -> Response:
    """End what an app is allowed."""
    await desk.ctx.consents.revoke(project_id=desk.project_id, app_id=desk.request.path_params["id"], actor=desk.actor)
    return desk.go("/apps", notice="disconnected")


def _row(desk: Desk, app: App, *, by: str) -> AppRowView:
    texts, grant = desk.texts, app.grant
    count = len(grant.accounts)
    may = [texts.text(word) for effect, word in _WORDS.items() if effect in grant.effects]
    live = app.revoked_at is None and _ends(app) > desk.ctx.clock.now()
    status, note = _status(desk, app, live=live)
    return AppRowView(
        name=app.client_name,
        host=app.redirect_host,
        owner=grant.owner_id or "",
        accounts=texts.count("%(num)s account", "%(num)s accounts", count) if count else texts.text("All accounts"),
        may=[*may, texts.text("Ask for accounts")] if grant.may_request_links else may,
        made=app.created_at,
        by=by,
        used=deeds.used(desk, app.last_used_at),
        status=status,
        note=note,
        revoke=f"/dashboard/apps/{app.id}/revoke" if live else None,
    )


def _status(desk: Desk, app: App, *, live: bool) -> tuple[BadgeView, str]:
    """Say how it stands, in a word and in a few."""
    texts = desk.texts
    if live:
        return BadgeView(text=texts.text("Connected"), tone="good"), texts.text(
            "until %(day)s", day=texts.day(_ends(app))
        )
    if app.revoked_why in {"code_reused", "refresh_reused"}:
        return BadgeView(text=texts.text("Stopped"), tone="bad"), texts.text("A token of it was used twice.")
    if app.revoked_why == "app":
        return BadgeView(text=texts.text("Disconnected")), texts.text("by the app")
    return BadgeView(text=texts.text("Disconnected") if app.revoked_at else texts.text("Ended")), ""


def _ends(app: App) -> datetime:
    return app.grant.ends_at or app.created_at
