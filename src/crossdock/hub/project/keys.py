"""The API keys page."""

from __future__ import annotations

from starlette.responses import Response

from crossdock.hub import deeds, notices
from crossdock.hub.desk import Desk
from crossdock.hub.views_dashboard import BadgeView, ChoiceView, KeyRowView, KeysView
from crossdock.hub.views_link import ProblemView
from crossdock.kernel.errors import CrossdockError
from crossdock.projects import policy
from crossdock.projects.model import ApiKey

_USUAL = frozenset({"accounts:read", "connect_sessions:write", "actions:read"})


async def index(desk: Desk) -> Response:
    """Show the keys and the form that makes one."""
    return await _keys(desk, name="", chosen=_USUAL, problem=None)


async def create(desk: Desk) -> Response:
    """Make a key and show it, this once."""
    form, texts = desk.sent(), desk.texts
    name, chosen = form.clean("name"), frozenset(form.all("scopes"))
    try:
        key, secret = await desk.ctx.projects.create_key(
            project_id=desk.project_id, actor=desk.actor, name=name, scopes=chosen
        )
    except CrossdockError as error:
        return await _keys(desk, name=name, chosen=chosen, problem=notices.problem(error))
    return deeds.once(
        desk,
        place="keys",
        title=texts.text("The key is made"),
        explanation=texts.text("Copy it now. It is not shown again."),
        label=texts.text("API key"),
        secret=secret.reveal(),
        facts=[(texts.text("Name"), key.name), (texts.text("May"), ", ".join(key.scopes))],
        back=deeds.copied(desk, "/dashboard/keys"),
    )


async def revoke_form(desk: Desk) -> Response:
    """Ask whether to revoke a key."""
    texts, keys = desk.texts, await desk.ctx.projects.list_keys(project_id=desk.project_id)
    key = deeds.picked(desk, keys)
    return deeds.sure(
        desk,
        place="keys",
        title=texts.text("Revoke %(name)s?", name=key.name),
        explanation=texts.text("Whatever uses this key is refused at once. This cannot be undone."),
        consequences=[
            texts.text("Last used: %(when)s", when=deeds.used(desk, key.last_used_at)),
            texts.text("Make the new key first, if something still needs one."),
        ],
        label=texts.text("Revoke the key"),
        url=f"/dashboard/keys/{key.id}/revoke",
        back="/dashboard/keys",
    )


async def revoke(desk: Desk) -> Response:
    """Revoke a key."""
    await desk.ctx.projects.revoke_key(
        project_id=desk.project_id, key_id=desk.request.path_params["id"], actor=desk.actor
    )
    return desk.go("/keys", notice="revoked")


async def _keys(desk: Desk, *, name: str, chosen: frozenset[str], problem: ProblemView | None) -> Response:
    keys = await desk.ctx.projects.list_keys(project_id=desk.project_id)
    view = KeysView(
        nav=desk.nav("keys"),
        rows=[_row(desk, key) for key in keys],
        scopes=[
            ChoiceView(value=scope, label=desk.texts.text(said), chosen=scope in chosen)
            for scope, said in policy.SCOPES.items()
        ],
        problem=problem,
        name=name,
    )
    return desk.page("dashboard/keys.html", view, status=422 if problem else 200)


def _row(desk: Desk, key: ApiKey) -> KeyRowView:
    texts = desk.texts
    live = key.revoked_at is None
    return KeyRowView(
        name=key.name,
        prefix=key.prefix,
        scopes=tuple(key.scopes),
        created=key.created_at,
        used=deeds.used(desk, key.last_used_at),
        status=BadgeView(text=texts.text("Active"), tone="good") if live else BadgeView(text=texts.text("Revoked")),
        revoke=f"/dashboard/keys/{key.id}/revoke" if live else None,
    )
