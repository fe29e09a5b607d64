"""The page of one account, and what a person does there."""

from __future__ import annotations

from starlette.responses import Response

from crossdock.accounts.model import Account, AccountChange
from crossdock.connectors.model import Effect
from crossdock.hub import deeds, life, notices
from crossdock.hub.accounts import shown as account_shown
from crossdock.hub.accounts.listing import go_link
from crossdock.hub.connectors import shown as connector_shown
from crossdock.hub.desk import Desk
from crossdock.hub.link.shown import name_of
from crossdock.hub.views_dashboard import AccountView, ChoiceView, EditView
from crossdock.hub.views_link import ProblemView
from crossdock.kernel.errors import CrossdockError, InactiveError
from crossdock.linking.session import SessionRequest

_GRANTS: dict[str, tuple[frozenset[Effect], str, str]] = {
    "read": (frozenset({"read"}), "Read only", "It can look, and change nothing."),
    "write": (frozenset({"read", "write"}), "Read and write", "It can also create and change things."),
    "destructive": (
        frozenset({"read", "write", "destructive"}),
        "Read, write, and what cannot be undone",
        "It can also cancel and delete.",
    ),
}


async def show(desk: Desk) -> Response:
    """Show the account with its life line, events, permissions and calls."""
    account = await _account(desk)
    connector = desk.ctx.catalogue.get(account.connector_key)
    method = connector.auth_method(account.auth_method)
    entries = await desk.ctx.accounts.life_line(project_id=desk.project_id, account_id=account.id)
    calls = await desk.ctx.accounts.calls(project_id=desk.project_id, account_id=account.id, limit=20)
    names = await account_shown.names_of(desk)
    profile = await desk.ctx.integrations.get(project_id=desk.project_id, integration_id=account.integration_id)
    said = f"{profile.name} · {connector_shown.said(desk, connector, profile.choice)}"
    now = desk.ctx.clock.now()
    view = AccountView(
        nav=desk.nav("accounts"),
        row=account_shown.row(desk, account, connector),
        problem=account_shown.problem(desk, account, connector),
        life=life.line(desk.texts, account=account, method=method, name=connector.name, entries=entries, now=now),
        facts=[
            *account_shown.facts(desk, account, connector, names=names),
            (desk.texts.text("Connector profile"), said),
        ],
        scopes_found=sorted(account.scopes_found),
        scopes_missing=sorted(account.scopes_missing),
        calls=account_shown.calls(desk.texts, calls, names=names),
        events=[account_shown.entry(desk.texts, one, names=names) for one in entries],
    )
    return desk.page("dashboard/account.html", view)


async def test(desk: Desk) -> Response:
    """Test the account now and say whether it works."""
    account_id = desk.request.path_params["id"]
    examined = await desk.ctx.checkup.test(project_id=desk.project_id, account_id=account_id, actor=desk.actor)
    return desk.go(f"/accounts/{account_id}", notice="works" if examined.works else "fails")


async def relink(desk: Desk) -> Response:
    """Bring the account back by itself where what is stored suffices; else lead to the form, under the same id."""
    account = await _account(desk)
    if account.needs_person:
        try:
            revived = await desk.ctx.checkup.revive(project_id=desk.project_id, account_id=account.id, actor=desk.actor)
        except InactiveError:
            revived = None
        if revived is not None and revived.works and not revived.account.needs_person:
            return desk.go(f"/accounts/{account.id}", notice="relinked")
    request = SessionRequest(
        origin_owner_id=account.origin_owner_id,
        origin_owner_name=account.origin_owner_name,
        origin_username=account.origin_username,
        account_id=account.id,
        effects=account.effects,
        channel="dashboard",
    )
    return go_link(desk, await desk.ctx.sessions.create(principal=desk.principal, request=request))


async def pause(desk: Desk) -> Response:
    """Pause the account."""
    account_id = desk.request.path_params["id"]
    await desk.ctx.accounts.pause(project_id=desk.project_id, account_id=account_id, actor=desk.actor)
    return desk.go(f"/accounts/{account_id}", notice="paused")


async def resume(desk: Desk) -> Response:
    """Switch a paused account on again."""
    account_id = desk.request.path_params["id"]
    await desk.ctx.accounts.resume(project_id=desk.project_id, account_id=account_id, actor=desk.actor)
    return desk.go(f"/accounts/{account_id}", notice="resumed")


async def edit_form(desk: Desk) -> Response:
    """Show the form that edits the account."""
    return _edit_form(desk, await _account(desk), problem=None)


async def edit(desk: Desk) -> Response:
    """Keep what was edited."""
    account, form = await _account(desk), desk.sent()
    grant = _GRANTS.get(form.get("effects"))
    if not form.clean("owner_id") or not form.clean("owner_name"):
        problem = ProblemView(
            title=desk.texts.text("Whose account is it?"),
            explanation=desk.texts.text("Owner id and owner name are both needed."),
            remedy=desk.texts.text("Fill in both, then save."),
        )
        return _edit_form(desk, account, problem=problem)
    change = AccountChange(
        label=form.clean("label"),
        origin_owner_id=form.clean("owner_id"),
        origin_owner_name=form.clean("owner_name"),
        effects=grant[0] if grant else None,
    )
    try:
        await desk.ctx.accounts.change(
            project_id=desk.project_id, account_id=account.id, change=change, actor=desk.actor
        )
    except CrossdockError as error:
        return _edit_form(desk, account, problem=notices.problem(error))
    return desk.go(f"/accounts/{account.id}", notice="saved")


async def delete_form(desk: Desk) -> Response:
    """Ask whether to delete the account."""
    account, texts = await _account(desk), desk.texts
    connector = desk.ctx.catalogue.get(account.connector_key)
    method = connector.auth_method(account.auth_method)
    url = f"/dashboard/accounts/{account.id}"
    return deeds.sure(
        desk,
        place="accounts",
        title=texts.text("Delete %(name)s?", name=name_of(account)),
        explanation=texts.text("Its credential is erased here at once. This cannot be undone."),
        consequences=[
            texts.text("Calls with its id are refused from then on."),
            texts.text("Subscribers hear of it. Its events and calls stay in the audit."),
            texts.text(
                "The credential itself works on at %(name)s. To end it: %(how)s.",
                name=connector.name,
                how=method.manage_text,
            ),
        ],
        label=texts.text("Delete the account"),
        url=f"{url}/delete",
        back=url,
    )


async def delete(desk: Desk) -> Response:
    """Delete the account and erase its credential."""
    await desk.ctx.accounts.delete(
        project_id=desk.project_id, account_id=desk.request.path_params["id"], actor=desk.actor
    )
    return desk.go("/accounts", notice="deleted")


async def _account(desk: Desk) -> Account:
    return await desk.ctx.accounts.get(project_id=desk.project_id, account_id=desk.request.path_params["id"])


def _edit_form(desk: Desk, account: Account, *, problem: ProblemView | None) -> Response:
    url = f"/dashboard/accounts/{account.id}"
    view = EditView(
        nav=desk.nav("accounts"),
        title=name_of(account),
        action=f"{url}/edit",
        back=url,
        label=account.label or "",
        owner_id=account.origin_owner_id,
        owner_name=account.origin_owner_name,
        effects=[
            ChoiceView(
                value=key,
                label=desk.texts.text(label),
                chosen=account.effects == effects,
                help=desk.texts.text(said),
            )
            for key, (effects, label, said) in _GRANTS.items()
        ],
        problem=problem,
    )
    return desk.page("dashboard/edit.html", view, status=422 if problem else 200)
