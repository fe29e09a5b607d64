"""The page on which a person lets an app in, or does not: which app, whose accounts, what it may do, for how long."""

from __future__ import annotations

from typing import Final

from starlette.responses import RedirectResponse, Response

from crossdock.accounts.model import Account
from crossdock.consents import asks
from crossdock.consents.model import EFFECTS, Ask
from crossdock.hub import forms, notices
from crossdock.hub.accounts import choices
from crossdock.hub.accounts.choices import Owner
from crossdock.hub.agents import consent_asked, consent_link
from crossdock.hub.agents.apps_views import ConsentView, OwnerChoiceView, OwnersView
from crossdock.hub.desk import Desk
from crossdock.hub.forms import Form
from crossdock.hub.views_dashboard import ChoiceView
from crossdock.hub.views_link import ProblemView
from crossdock.kernel.errors import UnprocessableError
from crossdock.projects import agents
from crossdock.projects.model import AgentGrant

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
    ask = await consent_asked.read(desk, asks.members(query.multi_items()))
    if isinstance(ask, Response):
        return ask
    accounts = await choices.linked(desk, owner_id=query.get("owner"))
    owners = choices.owners(accounts)
    if not owners:
        return await consent_link.form(desk, ask, owner_id=query.get("owner", "").strip())
    if len(owners) > 1:
        return _owners(desk, ask, owners)
    return _consent(desk, ask, accounts, form=None, problem=None)


async def decide(desk: Desk) -> Response:
    """Let the app in as far as the form says, or refuse it; either way the browser goes back to the app."""
    form = desk.sent()
    ask = await consent_asked.read(desk, asks.members(form.pairs))
    if isinstance(ask, Response):
        return ask
    if form.get("decision") != "allow":
        return _back(await desk.ctx.consents.deny(project_id=desk.project_id, actor=desk.actor, ask=ask))
    accounts = await choices.linked(desk, owner_id=form.get("owner"))
    if not accounts:
        raise notices.not_found()
    try:
        address = await desk.ctx.consents.allow(
            project_id=desk.project_id, actor=desk.actor, ask=ask, grant=_grant(desk, form, accounts[0].origin_owner_id)
        )
    except UnprocessableError as error:
        return _consent(desk, ask, accounts, form=form, problem=notices.problem(error))
    return _back(address)


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


def _owners(desk: Desk, ask: Ask, owners: list[Owner]) -> Response:
    texts = desk.texts
    view = OwnersView(
        asker=consent_asked.asker(ask),
        person=desk.person.email,
        project=desk.project,
        owners=[
            OwnerChoiceView(
                name=one.name,
                id=one.id,
                url=consent_asked.address(ask, owner=one.id),
                accounts=texts.count("%(num)s account", "%(num)s accounts", one.accounts),
            )
            for one in owners
        ],
        link=consent_asked.address(ask, "/link"),
    )
    return desk.page("dashboard/consent_owner.html", view)


def _consent(
    desk: Desk, ask: Ask, accounts: list[Account], *, form: Form | None, problem: ProblemView | None
) -> Response:
    """Show the form for the accounts of one owner, as it was sent where something in it was wrong."""
    texts, owner = desk.texts, accounts[0]
    ticked = {owner.id} if form is None and len(accounts) == 1 else set(form.all("accounts") if form else ())
    effects = form.all("effects") if form else ()
    days = form.get("days", _USUAL_DAYS) if form else _USUAL_DAYS
    is_chosen = form is not None or "owner" in desk.request.query_params
    view = ConsentView(
        asker=consent_asked.asker(ask),
        person=desk.person.email,
        project=desk.project,
        csrf=forms.token_for(desk.token),
        action=consent_asked.PATH,
        fields=[*consent_asked.fields(ask), ("owner", owner.origin_owner_id)],
        owner=owner.origin_owner_name,
        other_owner=consent_asked.address(ask) if is_chosen else None,
        link=consent_asked.address(ask, "/link", owner=owner.origin_owner_id),
        accounts=[
            ChoiceView(value=one.id, label=choices.title(desk, one), chosen=one.id in ticked, help=one.id)
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
    return consent_asked.page(desk, "dashboard/consent.html", view, ask, status=422 if problem else 200)
