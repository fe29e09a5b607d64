"""The page on which a person lets an app in, or does not: which app, whose accounts, what it may do, for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from crossdock.accounts.model import Account
from crossdock.consents import asks, redirects
from crossdock.consents.errors import AppRefusedError
from crossdock.consents.model import EFFECTS, Ask, Client
from crossdock.hub import account_choices, csp, forms, notices
from crossdock.hub.account_choices import Owner
from crossdock.hub.desk import Desk
from crossdock.hub.forms import Form
from crossdock.hub.views_apps import AskerView, ConsentView, OwnerChoiceView, OwnersView
from crossdock.hub.views_dashboard import ChoiceView
from crossdock.hub.views_link import ButtonView, ProblemView
from crossdock.kernel.errors import ConflictError, UnprocessableError
from crossdock.projects import agents
from crossdock.projects.model import AgentGrant
from crossdock.projects.origins import origin_of

PATH: Final = "/dashboard/apps/allow"
_USUAL_DAYS: Final = "30"
_DAYS: Final = {"1": "1 day", "7": "7 days", "30": "30 days", "90": "90 days", "365": "1 year"}
_EFFECTS: Final = {
    "write": (
        "Create and change",
        "It may make orders, labels and pickups, and change what is there. That can cost money.",
    ),
    "destructive": ("Delete and cancel", "It may do what cannot be undone."),
}


async def show(desk: Desk) -> Response:
    """Show what an app asks for; where several customers have accounts, ask first whose are meant."""
    query = desk.request.query_params
    ask = await _ask(desk, asks.members(query.multi_items()))
    if isinstance(ask, Response):
        return ask
    accounts = await account_choices.linked(desk, owner_id=query.get("owner"))
    owners = account_choices.owners(accounts)
    if not owners:
        return _nothing(desk)
    if len(owners) > 1:
        return _owners(desk, ask, owners)
    return _consent(desk, ask, accounts, form=None, problem=None)


async def decide(desk: Desk) -> Response:
    """Let the app in as far as the form says, or refuse it; either way the browser goes back to the app."""
    form = desk.sent()
    ask = await _ask(desk, asks.members(form.pairs))
    if isinstance(ask, Response):
        return ask
    if form.get("decision") != "allow":
        return _back(await desk.ctx.consents.deny(project_id=desk.project_id, actor=desk.actor, ask=ask))
    accounts = await account_choices.linked(desk, owner_id=form.get("owner"))
    if not accounts:
        raise notices.not_found()
    try:
        address = await desk.ctx.consents.allow(
            project_id=desk.project_id, actor=desk.actor, ask=ask, grant=_grant(desk, form, accounts[0].origin_owner_id)
        )
    except UnprocessableError as error:
        return _consent(desk, ask, accounts, form=form, problem=notices.problem(error))
    return _back(address)


async def _ask(desk: Desk, asked: Mapping[str, str]) -> Ask | Response:
    """Return the app's request; where it is wrong, a page that says so and leads back to the app, if that is safe."""
    consents = desk.ctx.consents
    client = await consents.clients.find(client_id=asked.get("client_id", ""))
    redirect_uri = asks.redirect_uri(asked, client=client)
    try:
        return asks.read(asked, client=client, audience=consents.audience)
    except AppRefusedError as error:
        told = consents.told(redirect_uri, state=asked.get("state"), error=error.oauth)
        label = desk.texts.text("Back to %(name)s", name=client.name)
        return notices.page(desk.ctx.renderer, desk.request, error, button=ButtonView(label=label, url=told))


def _grant(desk: Desk, form: Form, owner_id: str) -> AgentGrant:
    chosen = form.all("accounts")
    if form.get("reach") != "all" and not chosen:
        raise UnprocessableError("No account is chosen.", remedy="Tick at least one account, or choose all of them.")
    days = form.get("days")
    return agents.granted(
        owner_id=owner_id,
        accounts=() if form.get("reach") == "all" else chosen,
        actions=(),
        effects=("read", *(effect for effect in form.all("effects") if effect in EFFECTS)),
        days=int(days) if days in _DAYS else int(_USUAL_DAYS),
        clock=desk.ctx.clock,
        may_request_links=form.get("may_request_links") == "yes",
    )


def _back(address: str) -> Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(address, status_code=303, headers=headers)


def _nothing(desk: Desk) -> Response:
    error = ConflictError(
        "An app works with linked accounts, and there is none yet.", remedy="Link one, then start again in the app."
    )
    button = ButtonView(label=desk.texts.text("Link an account"), url="/dashboard/accounts/link")
    return notices.page(desk.ctx.renderer, desk.request, error, button=button, title="Nothing is linked yet")


def _asker(client: Client, redirect_uri: str) -> AskerView:
    return AskerView(
        name=client.name,
        host=redirects.host_of(redirect_uri),
        on_this_machine=redirects.is_loopback(redirect_uri),
        document=client.client_id if client.kind == "document" else None,
    )


def _fields(ask: Ask) -> list[tuple[str, str]]:
    """Return the request as the form sends it back; it is judged anew then."""
    fields = {
        "response_type": "code",
        "client_id": ask.client.client_id,
        "redirect_uri": ask.redirect_uri,
        "code_challenge": ask.challenge,
        "code_challenge_method": "S256",
        "resource": ask.resource,
        "scope": " ".join(sorted(ask.effects)),
        "state": ask.state or "",
    }
    return [(name, value) for name, value in fields.items() if value]


def _owners(desk: Desk, ask: Ask, owners: list[Owner]) -> Response:
    texts, fields = desk.texts, _fields(ask)
    view = OwnersView(
        asker=_asker(ask.client, ask.redirect_uri),
        person=desk.person.email,
        project=desk.project,
        owners=[
            OwnerChoiceView(
                name=one.name,
                id=one.id,
                url=f"{PATH}?{urlencode([*fields, ('owner', one.id)])}",
                accounts=texts.count("%(num)s account", "%(num)s accounts", one.accounts),
            )
            for one in owners
        ],
    )
    return desk.page("dashboard/consent_owner.html", view)


def _consent(
    desk: Desk, ask: Ask, accounts: list[Account], *, form: Form | None, problem: ProblemView | None
) -> Response:
    """Show the form for the accounts of one owner, as it was sent where something in it was wrong."""
    texts, fields, owner = desk.texts, _fields(ask), accounts[0]
    ticked = {owner.id} if form is None and len(accounts) == 1 else set(form.all("accounts") if form else ())
    effects = form.all("effects") if form else ()
    days = form.get("days", _USUAL_DAYS) if form else _USUAL_DAYS
    is_chosen = form is not None or "owner" in desk.request.query_params
    view = ConsentView(
        asker=_asker(ask.client, ask.redirect_uri),
        person=desk.person.email,
        project=desk.project,
        csrf=forms.token_for(desk.token),
        action=PATH,
        fields=[*fields, ("owner", owner.origin_owner_id)],
        owner=owner.origin_owner_name,
        other_owner=f"{PATH}?{urlencode(fields)}" if is_chosen else None,
        accounts=[
            ChoiceView(value=one.id, label=account_choices.title(desk, one), chosen=one.id in ticked, help=one.id)
            for one in accounts
        ],
        every_account=form is not None and form.get("reach") == "all",
        effects=[
            ChoiceView(value=key, label=texts.text(label), help=texts.text(said), chosen=key in effects)
            for key, (label, said) in _EFFECTS.items()
            if key in ask.effects
        ],
        only_reading=ask.effects == {"read"},
        days=[ChoiceView(value=key, label=texts.text(said), chosen=key == days) for key, said in _DAYS.items()],
        may_request_links=form is not None and form.get("may_request_links") == "yes",
        problem=problem,
    )
    # The answer to this form leads to the app: browsers hold a form's redirects to the policy as well.
    openness = csp.Openness(form_targets=(origin_of(ask.redirect_uri) or "",))
    return desk.ctx.renderer.page(
        "dashboard/consent.html",
        view=view,
        locale=texts.locale,
        status=422 if problem else 200,
        openness=openness,
    )
