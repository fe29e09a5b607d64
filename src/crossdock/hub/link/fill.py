"""The form with its guide beside it, and what a person sends from it."""

from __future__ import annotations

from starlette.responses import Response

from crossdock.connectors.model import AuthMethod, Connector, Effect
from crossdock.hub import logos
from crossdock.hub.link import shown as link_shown
from crossdock.hub.link import window
from crossdock.hub.views_link import FillView, MethodView, ProblemView
from crossdock.hub.visit import Visit, keep_token
from crossdock.linking import causes
from crossdock.linking.oauth import Started
from crossdock.linking.session import Attempt, Offer


async def fill(visit: Visit) -> Response:
    """Show the form; after a refused paste, with the reason at its field."""
    if visit.spent:
        return visit.go("")
    offers = await visit.ctx.sessions.offers(session=visit.session)
    integration, connector, method = await visit.ctx.sessions.integration(
        session=visit.session, integration_id=visit.request.path_params["integration"]
    )
    account = await visit.ctx.sessions.existing_account(session=visit.session)
    attempt = await _earlier(visit)
    wrong, general = _problems(visit, connector, method, attempt)
    effects = attempt.effects if attempt else visit.session.effects
    environments = [connector.environment(key) for key in method.environments]
    oauth = method.kind == "oauth2"
    several = len({one.connector.key for one in offers}) > 1
    view = FillView(
        frame=visit.frame("fill", back=visit.home if several else None),
        name=connector.name,
        logo=logos.of(connector, assets=visit.ctx.renderer.assets),
        action=f"{visit.home}/{integration.id}",
        oauth=oauth,
        fields=link_shown.fields(visit, connector, method, account=account, wrong=wrong),
        steps=link_shown.steps(visit, method, highlighted=visit.request.query_params.get("step", "")),
        methods=_methods(visit, offers, connector, integration.id),
        access=link_shown.access(visit, connector, effects, choice=integration.choice),
        scopes=[(key, visit.texts.text(connector.scopes[key].label)) for key in integration.scopes],
        twin=link_shown.is_twin(environments[0]),
        problem=general,
        relink_label=link_shown.name_of(account) if account else "",
        ticket=visit.token if oauth and visit.framed else "",
    )
    targets = tuple(one.origins["authorize"] for one in environments if "authorize" in one.origins) if oauth else ()
    return visit.page("link/fill.html", view, form_targets=targets)


async def submit(visit: Visit) -> Response:
    """Take what was typed and begin the test, or send the person to the provider."""
    if visit.spent:
        return visit.go("")
    form = visit.sent()
    _, _, method = await visit.ctx.sessions.integration(
        session=visit.session, integration_id=visit.request.path_params["integration"]
    )
    effects = chosen_effects(
        asked=form.get("access") == "asked",
        read_only=form.get("read_only") == "yes",
        destructive=form.get("destructive") == "yes",
    )
    if method.kind == "oauth2":
        started = await visit.ctx.oauth.start(
            session=visit.session, integration_id=visit.request.path_params["integration"], effects=effects
        )
        return _to_provider(visit, started)
    typed = {one.key: form.get(one.key) for one in method.user_fields}
    attempt = await visit.ctx.linking.submit(
        session=visit.session,
        integration_id=visit.request.path_params["integration"],
        fields=typed,
        effects=effects,
        test="background",
    )
    if attempt.status == "error" and attempt.field is not None:
        return visit.go(f"/{attempt.integration_id}?attempt={attempt.id}")
    return visit.go(f"/attempts/{attempt.id}")


def chosen_effects(*, asked: bool, read_only: bool, destructive: bool) -> frozenset[Effect]:
    """Return what a form grants: more than reading only where the switch was shown and is off."""
    if read_only or not asked:
        return frozenset({"read"})
    return frozenset({"read", "write", "destructive"}) if destructive else frozenset({"read", "write"})


def _to_provider(visit: Visit, started: Started) -> Response:
    """Send the browser to the provider; a window that left a frame has none of the frame's cookies, and gets its own.

    Browsers keep these apart.
    """
    answer = window.to_provider(visit.ctx, started)
    if visit.sent().get("ticket"):
        keep_token(visit.ctx, answer, session=visit.session, token=visit.token)
    return answer


async def _earlier(visit: Visit) -> Attempt | None:
    """Return the attempt that the address names, for its choices and its problem."""
    attempt_id = visit.request.query_params.get("attempt")
    if not attempt_id:
        return None
    return await visit.ctx.linking.get_attempt(session=visit.session, attempt_id=attempt_id)


def _problems(
    visit: Visit, connector: Connector, method: AuthMethod, attempt: Attempt | None
) -> tuple[dict[str, ProblemView], ProblemView | None]:
    """Return the problem at its field, or above the form where no field is to blame."""
    if attempt is None or attempt.status != "error":
        return {}, None
    cause = causes.cause_of(connector=connector, key=attempt.cause)
    shown = link_shown.problem(visit, cause, attempt=attempt, method=method)
    if attempt.field is not None and any(one.key == attempt.field for one in method.user_fields):
        return {attempt.field: shown}, None
    return {}, None


def _methods(visit: Visit, offers: list[Offer], connector: Connector, current: str) -> list[MethodView]:
    return [
        MethodView(
            label=one.method.label, url=f"{visit.home}/{one.integration_id}", current=one.integration_id == current
        )
        for one in offers
        if one.connector.key == connector.key
    ]
