"""One try at linking, from its test to the receipt: always the record of the server, whichever window looks."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response

from crossdock.connectors.model import AuthMethod, Connector
from crossdock.hub import csp, notices
from crossdock.hub.link import shown as link_shown
from crossdock.hub.visit import Visit
from crossdock.linking import causes
from crossdock.linking.session import Attempt, OnConflict


async def show(visit: Visit) -> Response:
    """Show the attempt as it stands: waiting, testing, to be confirmed, linked or failed."""
    attempt, connector, method = await _found(visit)
    if attempt.status in {"cancelled", "expired"}:
        return visit.go(f"/{attempt.integration_id}")
    if attempt.status == "confirm":
        return await _confirm(visit, attempt, connector, method)
    if attempt.status == "authenticated" and attempt.account_id:
        account = await visit.ctx.accounts.get(project_id=visit.session.project_id, account_id=attempt.account_id)
        return visit.page("link/linked.html", link_shown.linked(visit, attempt, account, connector, method))
    cause = causes.cause_of(connector=connector, key=attempt.cause) if attempt.status == "error" else None
    return visit.page("link/test.html", link_shown.tested(visit, attempt, connector, method, cause))


async def retest(visit: Visit) -> Response:
    """Test what is held once more."""
    attempt, _, _ = await _found(visit)
    await visit.ctx.linking.retest(session=visit.session, attempt_id=attempt.id, test="background")
    return visit.go(f"/attempts/{attempt.id}")


async def confirm(visit: Visit) -> Response:
    """Link what was tested."""
    attempt, _, _ = await _found(visit)
    choices: dict[str, OnConflict] = {"accept": "accept", "replace": "replace"}
    on_conflict = choices.get(visit.sent().get("on_conflict"), "refuse")
    await visit.ctx.linking.confirm(session=visit.session, attempt_id=attempt.id, on_conflict=on_conflict)
    return visit.go(f"/attempts/{attempt.id}")


async def cancel(visit: Visit) -> Response:
    """Give the attempt up; what was pasted is erased."""
    attempt, _, _ = await _found(visit)
    await visit.ctx.linking.cancel(session=visit.session, attempt_id=attempt.id)
    return visit.go(f"/{attempt.integration_id}")


async def receipt(visit: Visit) -> Response:
    """Give the receipt as a text to keep."""
    attempt, connector, method = await _found(visit)
    if attempt.status != "authenticated" or not attempt.account_id:
        raise notices.not_found()
    account = await visit.ctx.accounts.get(project_id=visit.session.project_id, account_id=attempt.account_id)
    view = link_shown.linked(visit, attempt, account, connector, method)
    rows = [*view.facts, (visit.texts.text("Reference"), view.account_id)]
    width = max(len(label) for label, _ in rows)
    lines = [visit.texts.text("Crossdock: receipt of a linked account"), ""]
    lines += [f"{label:<{width}}  {value}" for label, value in rows]
    lines += ["", view.life, "", visit.texts.text("How to take it back"), *(f"- {line}" for line in view.revoke)]
    lines += [visit.texts.text("- At %(name)s: %(how)s", name=view.name, how=view.revoke_text)]
    headers = csp.headers(https=visit.ctx.https)
    headers["Content-Disposition"] = f'attachment; filename="crossdock-{view.account_id}.txt"'
    return PlainTextResponse("\n".join(lines) + "\n", headers=headers)


async def _confirm(visit: Visit, attempt: Attempt, connector: Connector, method: AuthMethod) -> Response:
    async with visit.ctx.db.connection() as conn:
        candidate = await visit.ctx.accounts.candidate(
            conn, project_id=visit.session.project_id, candidate_id=attempt.candidate_id or ""
        )
    return visit.page("link/confirm.html", link_shown.confirm(visit, attempt, candidate, connector, method))


async def _found(visit: Visit) -> tuple[Attempt, Connector, AuthMethod]:
    attempt = await visit.ctx.linking.get_attempt(
        session=visit.session, attempt_id=visit.request.path_params["attempt"]
    )
    integration = await visit.ctx.integrations.get(
        project_id=visit.session.project_id, integration_id=attempt.integration_id or ""
    )
    connector = visit.ctx.catalogue.get(integration.connector_key)
    return attempt, connector, connector.auth_method(integration.auth_method)
