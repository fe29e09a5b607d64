"""The Agent keys page: keys with which agents call tools, each bound to what it may reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from crossdock.accounts.model import Account
from crossdock.connectors.model import Effect
from crossdock.hub import deeds, notices
from crossdock.hub.accounts import choices
from crossdock.hub.agents import reach
from crossdock.hub.agents import shown as agent_shown
from crossdock.hub.agents.views import AgentsView, OwnersView, OwnerView
from crossdock.hub.desk import Desk, Handler
from crossdock.hub.forms import Form
from crossdock.kernel.errors import CrossdockError, UnprocessableError
from crossdock.projects.agents import LONGEST
from crossdock.projects.model import AgentGrant

_USUAL: Final = timedelta(days=90)
_EFFECTS: Final[dict[str, frozenset[Effect]]] = {
    "read": frozenset({"read"}),
    "write": frozenset({"read", "write"}),
    "destructive": frozenset({"read", "write", "destructive"}),
}


async def index(desk: Desk) -> Response:
    """Show the keys."""
    keys = await desk.ctx.projects.agents.all(project_id=desk.project_id)
    known = await choices.linked(desk)
    rows = [agent_shown.row(desk, key, known) for key in keys]
    return desk.page("dashboard/agents.html", AgentsView(nav=desk.nav("agents"), rows=rows))


async def new(desk: Desk) -> Response:
    """Ask whose accounts the key is for, then what it may reach."""
    owner_id = desk.request.query_params.get("owner", "").strip()
    if owner_id:
        return await _form(desk, agent_shown.Draft.usual(owner_id=owner_id, ends=_usual_end(desk)), problem=None)
    owners = [
        OwnerView(
            id="" if one.id == one.name else one.id,
            name=one.name,
            url=f"/dashboard/agents/new?{urlencode({'owner': one.id})}",
            said=desk.texts.count("%(num)s account", "%(num)s accounts", one.accounts),
        )
        for one in choices.owners(await choices.linked(desk))
    ]
    return desk.page("dashboard/agent_owner.html", OwnersView(nav=desk.nav("agents"), owners=owners))


async def create(desk: Desk) -> Response:
    """Make a key and show it, this once; or show what it would reach."""
    form = desk.sent()
    draft = _draft(form)
    if form.get("deed") == "preview":
        return await _form(desk, draft, problem=None)
    try:
        known = await choices.linked(desk, owner_id=draft.owner_id)
        grant = _grant(draft, known)
        key, secret = await desk.ctx.projects.agents.create(
            project_id=desk.project_id, actor=desk.actor, name=draft.name, grant=grant
        )
    except CrossdockError as error:
        return await _form(desk, draft, problem=error)
    return desk.page("dashboard/agent_made.html", agent_shown.made(desk, key, secret, known))


async def revoke_form(desk: Desk) -> Response:
    """Ask whether to revoke a key."""
    texts, keys = desk.texts, await desk.ctx.projects.agents.all(project_id=desk.project_id)
    key = deeds.picked(desk, keys)
    return deeds.sure(
        desk,
        place="agents",
        title=texts.text("Revoke %(name)s?", name=key.name),
        explanation=texts.text("The agent that has this key is refused at once. This cannot be undone."),
        consequences=[
            texts.text("Last used: %(when)s", when=deeds.used(desk, key.last_used_at)),
            texts.text("What it did stays in the audit and in the request logs."),
        ],
        label=texts.text("Revoke the key"),
        url=f"/dashboard/agents/{key.id}/revoke",
        back="/dashboard/agents",
    )


async def revoke(desk: Desk) -> Response:
    """Revoke a key."""
    await desk.ctx.projects.agents.revoke(
        project_id=desk.project_id, key_id=desk.request.path_params["id"], actor=desk.actor
    )
    return desk.go("/agents", notice="agent_revoked")


PAGES: Final[tuple[tuple[str, str, Handler, str], ...]] = (
    ("GET", "/agents", index, "admin"),
    ("POST", "/agents", create, "admin"),
    ("GET", "/agents/new", new, "admin"),
    ("GET", "/agents/{id}/revoke", revoke_form, "admin"),
    ("POST", "/agents/{id}/revoke", revoke, "admin"),
)


async def _form(desk: Desk, draft: agent_shown.Draft, *, problem: CrossdockError | None) -> Response:
    known = await choices.linked(desk, owner_id=draft.owner_id)
    chosen = [one for one in known if one.id in draft.accounts] or known
    grant = AgentGrant(
        owner_id=draft.owner_id,
        actions=draft.actions or ("*",),
        effects=_EFFECTS.get(draft.effects, _EFFECTS["read"]),
    )
    found = reach.reach(catalogue=desk.ctx.catalogue, accounts=chosen, grant=grant)
    today = desk.ctx.clock.now().date()
    view = agent_shown.form(
        desk,
        draft,
        known=known,
        reach=found,
        days=(today + timedelta(days=1), today + LONGEST - timedelta(days=1)),
        problem=notices.problem(problem) if problem else None,
    )
    return desk.page("dashboard/agent_new.html", view, status=422 if problem else 200)


def _usual_end(desk: Desk) -> str:
    return (desk.ctx.clock.now() + _USUAL).date().isoformat()


def _draft(form: Form) -> agent_shown.Draft:
    return agent_shown.Draft(
        owner_id=form.clean("owner_id"),
        name=form.clean("name")[:100],
        accounts=frozenset(form.all("accounts")),
        actions=tuple(form.get("actions").replace(",", " ").split()),
        effects=form.get("effects"),
        ends=form.clean("ends"),
        may_request_links=form.get("may_request_links") == "yes",
    )


def _grant(draft: agent_shown.Draft, known: Sequence[Account]) -> AgentGrant:
    """Return what the form asks for; raise UnprocessableError for an account of somebody else, or no name or day."""
    if not draft.name:
        raise UnprocessableError("The key has no name.", remedy="Say which agent it is for.")
    if not draft.accounts <= {one.id for one in known}:
        raise UnprocessableError(
            "A chosen account is not one of this owner's.", remedy="Choose from the accounts that the page shows."
        )
    try:
        day = date.fromisoformat(draft.ends)
    except ValueError:
        raise UnprocessableError("The day on which it ends is missing.", remedy="Choose a day within a year.") from None
    return AgentGrant(
        owner_id=draft.owner_id,
        accounts=draft.accounts,
        actions=draft.actions or ("*",),
        effects=_EFFECTS.get(draft.effects, _EFFECTS["read"]),
        ends_at=datetime.combine(day, time(23, 59, 59), tzinfo=UTC),
        may_request_links=draft.may_request_links,
    )
