"""On the way of letting an app in: link the account that it needs first, and come back to the question."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from crossdock.accounts.model import Account
from crossdock.consents import asks
from crossdock.consents.model import Ask
from crossdock.hub import forms, notices
from crossdock.hub.accounts import choices
from crossdock.hub.accounts.listing import go_link, provider_choices, requested, show_link
from crossdock.hub.agents import consent_asked
from crossdock.hub.agents.apps_views import LinkFirstView
from crossdock.hub.desk import Desk
from crossdock.hub.views_link import ButtonView, ProblemView
from crossdock.kernel.errors import CrossdockError, UnprocessableError


async def show(desk: Desk) -> Response:
    """Ask whose account is to be linked before the app is let in."""
    query = desk.request.query_params
    ask = await consent_asked.read(desk, asks.members(query.multi_items()))
    if isinstance(ask, Response):
        return ask
    return await form(desk, ask, owner_id=query.get("owner", "").strip())


async def start(desk: Desk) -> Response:
    """Open a connect session for the customer that was named: here, ending at the app's question, or for sending."""
    sent = desk.sent()
    ask = await consent_asked.read(desk, asks.members(sent.pairs))
    if isinstance(ask, Response):
        return ask
    owner_id, owner_name = sent.clean("owner_id"), sent.clean("owner_name")
    question = consent_asked.address(ask, owner=owner_id)
    request = requested(sent, return_url=f"{desk.ctx.hub_url}{question}")
    try:
        if not owner_id or not owner_name:
            raise UnprocessableError("Owner id and owner name are both needed.", remedy="Fill in both, then go on.")
        created = await desk.ctx.sessions.create(principal=desk.principal, request=request)
    except CrossdockError as error:
        problem = notices.problem(error)
        return await form(
            desk, ask, owner_id=owner_id, owner_name=owner_name, provider=request.provider or "", problem=problem
        )
    if request.channel == "hosted":
        back = ButtonView(label=desk.texts.text("Back to the question"), url=question)
        return show_link(desk, created, back=back)
    return go_link(desk, created)


async def form(
    desk: Desk,
    ask: Ask,
    *,
    owner_id: str,
    owner_name: str = "",
    provider: str = "",
    problem: ProblemView | None = None,
) -> Response:
    """Show the form, with what is known of the customer, and say whether anything is linked so far."""
    accounts = await choices.linked(desk)
    own = [one for one in accounts if one.origin_owner_id == owner_id]
    view = LinkFirstView(
        asker=consent_asked.asker(ask),
        person=desk.person.email,
        project=desk.project,
        csrf=forms.token_for(desk.token),
        action=f"{consent_asked.PATH}/link",
        deny=consent_asked.PATH,
        fields=consent_asked.fields(ask),
        back=consent_asked.address(ask) if accounts else None,
        owner_id=owner_id,
        owner_name=owner_name or (own[0].origin_owner_name if own else ""),
        providers=provider_choices(desk, provider, any_label="Choose on the next page"),
        lead=_lead(desk, owner_id, accounts=accounts, own=own),
        problem=problem,
    )
    return consent_asked.page(desk, "dashboard/consent_link.html", view, ask, status=422 if problem else 200)


def _lead(desk: Desk, owner_id: str, *, accounts: Sequence[Account], own: Sequence[Account]) -> str:
    """Say what is missing, or that nothing is."""
    if not accounts:
        return desk.texts.text("An app works with linked accounts, and there is none yet.")
    if owner_id and not own:
        return desk.texts.text("%(owner)s has no linked account yet.", owner=owner_id)
    return desk.texts.text("Link a further account, of this customer or of another.")
