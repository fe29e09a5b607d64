"""The pages of connector profiles: what each is for, and with which application of the project's own."""

from __future__ import annotations

from starlette.responses import Response

from crossdock.accounts.model import Chosen, Integration
from crossdock.connectors.choice import EVERY, Choice
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.hub import deeds, logos, notices
from crossdock.hub.connectors import shown as connector_shown
from crossdock.hub.connectors.shown import Draft
from crossdock.hub.connectors.views import ProfileView
from crossdock.hub.desk import Desk
from crossdock.hub.forms import Form
from crossdock.hub.views_link import ProblemView
from crossdock.kernel.errors import CrossdockError


async def new(desk: Desk) -> Response:
    """Show the form of a new profile."""
    connector, method = _way(desk)
    return await _form(desk, connector, method, None, connector_shown.draft_of(connector, method, None), None)


async def create(desk: Desk) -> Response:
    """Make a profile; its secret is sealed."""
    connector, method = _way(desk)
    draft = _draft(desk.sent(), connector, method)
    try:
        made = await desk.ctx.integrations.create(
            project_id=desk.project_id,
            connector_key=connector.key,
            auth_method=method.key,
            setup=draft.setup,
            actor=desk.actor,
            chosen=_chosen(draft),
        )
    except CrossdockError as error:
        return await _form(desk, connector, method, None, draft, notices.problem(error))
    return desk.go(f"/profiles/{made.id}", notice="profile_made")


async def show(desk: Desk) -> Response:
    """Show a profile, to be changed."""
    held, connector, method = await _held(desk)
    return await _form(desk, connector, method, held, connector_shown.draft_of(connector, method, held), None)


async def save(desk: Desk) -> Response:
    """Change a profile, for the calls of its accounts from now on."""
    held, connector, method = await _held(desk)
    draft = _draft(desk.sent(), connector, method)
    try:
        await desk.ctx.integrations.update(
            project_id=desk.project_id,
            integration_id=held.id,
            actor=desk.actor,
            setup=draft.setup,
            chosen=_chosen(draft),
        )
    except CrossdockError as error:
        return await _form(desk, connector, method, held, draft, notices.problem(error))
    return desk.go(f"/profiles/{held.id}", notice="saved")


async def switch_on(desk: Desk) -> Response:
    """Allow linking and calls again."""
    await desk.ctx.integrations.switch_on(project_id=desk.project_id, integration_id=_id(desk), actor=desk.actor)
    return desk.go("/connectors", notice="switched_on")


async def switch_off(desk: Desk) -> Response:
    """Stop linking and calls."""
    await desk.ctx.integrations.switch_off(project_id=desk.project_id, integration_id=_id(desk), actor=desk.actor)
    return desk.go("/connectors", notice="switched_off")


async def make_default(desk: Desk) -> Response:
    """Offer this profile where a link names none."""
    await desk.ctx.integrations.update(
        project_id=desk.project_id, integration_id=_id(desk), actor=desk.actor, chosen=Chosen(standing="default")
    )
    return desk.go(f"/profiles/{_id(desk)}", notice="profile_default")


async def delete_form(desk: Desk) -> Response:
    """Ask whether to delete a profile."""
    held, _, _ = await _held(desk)
    texts, url = desk.texts, f"/dashboard/profiles/{held.id}"
    lines = [texts.text("Links that were made for it stop working.")]
    if held.setup_secrets:
        lines.append(texts.text("The secret of its application is erased."))
    return deeds.sure(
        desk,
        place="connectors",
        title=texts.text("Delete %(name)s?", name=held.name),
        explanation=texts.text("No account is linked through this profile. This cannot be undone."),
        consequences=lines,
        label=texts.text("Delete the profile"),
        url=f"{url}/delete",
        back=url,
    )


async def delete(desk: Desk) -> Response:
    """Delete a profile that no account uses."""
    await desk.ctx.integrations.delete(project_id=desk.project_id, integration_id=_id(desk), actor=desk.actor)
    return desk.go("/connectors", notice="profile_deleted")


def _id(desk: Desk) -> str:
    found: str = desk.request.path_params["id"]
    return found


def _way(desk: Desk) -> tuple[Connector, AuthMethod]:
    connector = desk.ctx.catalogue.get(desk.request.path_params["connector"])
    return connector, connector.auth_method(desk.request.path_params["method"])


async def _held(desk: Desk) -> tuple[Integration, Connector, AuthMethod]:
    held = await desk.ctx.integrations.get(project_id=desk.project_id, integration_id=_id(desk))
    connector = desk.ctx.catalogue.get(held.connector_key)
    return held, connector, connector.auth_method(held.auth_method)


def _draft(form: Form, connector: Connector, method: AuthMethod) -> Draft:
    """Read the form; a ticked area stands for each of its actions."""
    areas = frozenset(form.all("areas"))
    names = {*form.all("actions"), *(one.name for one in connector.actions.values() if one.area in areas)}
    globs = {line.strip() for line in form.get("patterns").splitlines() if line.strip()}
    actions = (EVERY,) if form.get("which") == "every" else tuple(sorted(names | globs))
    reach = connector_shown.CEILINGS.get(form.get("effects"), connector_shown.CEILINGS["read"])
    return Draft(
        name=form.clean("name"),
        environment=form.clean("environment"),
        setup={one.key: form.clean(one.key) for one in method.setup_fields if form.clean(one.key)},
        scopes=frozenset(form.all("scopes")),
        choice=Choice(actions=actions, effects=reach[0]),
    )


def _chosen(draft: Draft) -> Chosen:
    return Chosen(
        name=draft.name,
        environment=draft.environment,
        scopes=sorted(draft.scopes),
        actions=draft.choice.actions,
        effects=draft.choice.effects,
    )


async def _form(
    desk: Desk,
    connector: Connector,
    method: AuthMethod,
    held: Integration | None,
    draft: Draft,
    problem: ProblemView | None,
) -> Response:
    count = 0
    if held is not None:
        count = (await desk.ctx.integrations.uses(project_id=desk.project_id)).get(held.id, 0)
    place = f"/dashboard/profiles/{held.id}" if held else f"/dashboard/profiles/new/{connector.key}/{method.key}"
    asked = [one.removeprefix(connector.scope_prefix) for one in method.scopes]
    view = ProfileView(
        nav=desk.nav("connectors"),
        title=held.name if held else desk.texts.text("A new profile"),
        connector=connector.name,
        logo=logos.of(connector, assets=desk.ctx.renderer.assets),
        method=desk.texts.text(method.label),
        action=place,
        name=draft.name,
        environments=connector_shown.environments(desk, connector, method, draft),
        redirect_uri=desk.ctx.oauth.callback_url(connector.key) if method.kind == "oauth2" else None,
        fields=connector_shown.fields(desk, method, held, draft),
        scopes=connector_shown.scopes(desk, connector, draft),
        scopes_otherwise=", ".join(asked),
        asks_itself=method.kind == "oauth2",
        effects=connector_shown.ceilings(desk, draft),
        every=draft.choice.is_every_action,
        areas=connector_shown.areas(desk, connector, draft),
        patterns=connector_shown.patterns(connector, draft),
        said=connector_shown.said(desk, connector, draft.choice),
        held=connector_shown.held_view(desk, held, count) if held else None,
        problem=problem,
    )
    return desk.page("dashboard/profile.html", view, status=422 if problem else 200)
