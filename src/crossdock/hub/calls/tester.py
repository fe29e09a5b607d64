"""The request tester: an action run from the form of its schema, as the person who is signed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from crossdock.accounts.model import Account
from crossdock.connectors.model import Action
from crossdock.hub import call_marks, logos, notices
from crossdock.hub.accounts import choices
from crossdock.hub.calls import curl, schema_form, schema_values, tester_calls
from crossdock.hub.calls.schema_form import Filled
from crossdock.hub.calls.tester_calls import Mode, Outcome, Place, Typed
from crossdock.hub.calls.tester_views import ActionRowView, AreaView, PickView, SureView, TesterView
from crossdock.hub.desk import Desk, Handler
from crossdock.hub.link.shown import name_of
from crossdock.hub.views_dashboard import ChoiceView
from crossdock.kernel.errors import CrossdockError

_PATH: Final = "/dashboard/tester"
_HITS: Final = 12
_CHANGES: Final = frozenset({"add", "remove", "form", "json"})
_LONGEST: Final = 200


async def index(desk: Desk) -> Response:
    """Offer accounts and actions; with both chosen, show the action's form."""
    params = desk.request.query_params
    if params.get("account") and params.get("action"):
        place = await _place(desk, params["account"], params["action"])
        return _form(desk, place, _example(place.action, params.get("example", "")))
    known = await choices.linked(desk)
    account = next((one for one in known if one.id == params.get("account")), None)
    if account is None and (len(known) == 1 or not params.get("account")):
        account = next(iter(known), None)
    query = params.get("q", "").strip()[:_LONGEST]
    areas = _areas(desk, account) if account else []
    said = choices.titles(desk, known)
    view = PickView(
        nav=desk.nav("tester"),
        accounts=[ChoiceView(value=one.id, label=said[one.id], chosen=one is account) for one in known],
        account=account.id if account else "",
        query=query,
        areas=areas,
        hits=_hits(desk, account, query) if account and query else [],
        total=sum(len(area.actions) for area in areas),
    )
    return desk.page("dashboard/tester.html", view)


async def act(desk: Desk) -> Response:
    """Do what the pressed button says: run, ask before a write, change rows, or change between form and JSON."""
    form = desk.sent()
    place = await _place(desk, form.get("account"), form.get("action"))
    typed = tester_calls.typed(form, place.action)
    deed, _, where = form.get("deed").partition(":")
    if deed in _CHANGES:
        return _form(desk, place, _changed(typed, deed, where))
    if deed not in {"run", "sure"} or not typed.is_readable:
        return _form(desk, place, typed)
    if where:
        inputs = {**typed.inputs, "query": {**typed.inputs.get("query", {}), "next": where}}
        typed = replace(typed, filled=Filled(values=inputs))
    if place.action.effect == "read":
        return await _ran(desk, place, typed, once=None)
    if deed == "sure" and form.get("once"):
        return await _ran(desk, place, typed, once=form.get("once"))
    return _ask(desk, place, typed)


PAGES: Final[tuple[tuple[str, str, Handler, str], ...]] = (
    ("GET", "/tester", index, "actions:read"),
    ("POST", "/tester", act, "actions:read"),
)


async def _place(desk: Desk, account_id: str, action_name: str) -> Place:
    account = await desk.ctx.accounts.get(project_id=desk.project_id, account_id=account_id)
    connector, action = desk.ctx.catalogue.action(action_name)
    if connector.key != account.connector_key:
        raise notices.not_found()
    return Place(account=account, connector=connector, action=action)


def _changed(typed: Typed, deed: str, where: str) -> Typed:
    """Return what was typed with a row more or less, or in the other way of writing where it can be read."""
    if deed in {"add", "remove"}:
        change = schema_values.with_row if deed == "add" else schema_values.without_row
        return replace(typed, filled=replace(typed.filled, values=change(typed.filled.values, place=where)))
    if not typed.is_readable:
        return typed
    mode: Mode = "json" if deed == "json" else "form"
    return Typed(mode=mode, filled=Filled(values=typed.inputs))


async def _ran(desk: Desk, place: Place, typed: Typed, *, once: str | None) -> Response:
    outcome = await tester_calls.run(desk, place, typed.inputs, once=once)
    return _form(desk, place, _with_problems(typed, outcome.error), outcome=outcome)


def _ask(desk: Desk, place: Place, typed: Typed) -> Response:
    """Ask before a write is sent; what is wrong with it, or may not be, is said first."""
    texts, action = desk.texts, place.action
    error = tester_calls.problems(place, typed.inputs)
    if error is not None:
        outcome = Outcome(call_id="", row=None, milliseconds=0, error=error)
        return _form(desk, place, _with_problems(typed, error), outcome=outcome)
    refusal = tester_calls.refusal(desk, place)
    if refusal is not None:
        return _form(desk, place, typed, outcome=Outcome(call_id="", row=None, milliseconds=0, error=refusal))
    is_final = action.effect == "destructive"
    explanation = "This cannot be undone." if is_final else "This changes the account at the provider."
    sure = SureView(
        title=texts.text("%(label)s: send it to %(account)s?", label=action.label, account=name_of(place.account)),
        explanation=texts.text(explanation),
        data=tester_calls.text_of(typed.inputs, action),
        button=texts.text("Yes, do it") if is_final else texts.text("Send it"),
        is_final=is_final,
        once=desk.ctx.projects.ids.new("try"),
    )
    return _form(desk, place, typed, sure=sure)


def _with_problems(typed: Typed, error: CrossdockError | None) -> Typed:
    return replace(typed, filled=replace(typed.filled, problems=tester_calls.wrong(error)))


def _example(action: Action, number: str) -> Typed:
    if number.isdecimal() and len(number) < 3 and int(number) <= len(action.examples) and int(number) > 0:  # noqa: PLR2004 - two digits
        return Typed(filled=Filled(values=dict(action.examples[int(number) - 1])))
    return Typed()


def _form(
    desk: Desk, place: Place, typed: Typed, *, sure: SureView | None = None, outcome: Outcome | None = None
) -> Response:
    account, action, texts = place.account, place.action, desk.texts
    groups = schema_form.groups(inputs=action.inputs, filled=typed.filled)
    here = {"account": account.id, "action": action.name}
    refusal = tester_calls.refusal(desk, place)
    numbers = range(1, len(action.examples) + 1)
    shows_text = typed.mode == "json"
    view = TesterView(
        nav=desk.nav("tester"),
        account_id=account.id,
        account=choices.title(desk, account),
        logo=logos.of(place.connector, assets=desk.ctx.renderer.assets),
        action=action.name,
        label=texts.text(action.label),
        description=texts.text(action.description),
        effect=call_marks.effect(texts, action.effect),
        back=f"{_PATH}?{urlencode({'account': account.id})}",
        docs=action.docs,
        mode=typed.mode,
        groups=groups,
        text=(typed.text or tester_calls.text_of(typed.inputs, action)) if shows_text else "",
        text_problem=tester_calls.text_problem(texts, typed.text) if typed.text is not None else "",
        examples=[
            ChoiceView(
                value=f"{_PATH}?{urlencode({**here, 'example': str(number)})}",
                label=texts.text("Example %(number)s", number=number)
                if len(numbers) > 1
                else texts.text("Fill in the example"),
            )
            for number in numbers
        ],
        has_gaps=tester_calls.has_gaps(typed.filled.values),
        refused=f"{refusal.message} {refusal.remedy}" if refusal else "",
        edit=f"/dashboard/accounts/{account.id}/edit" if refusal and desk.may("accounts:write") else None,
        sure=sure,
        result=tester_calls.shown(desk, outcome, groups) if outcome else None,
        curl=curl.rpc(hub_url=desk.ctx.hub_url, account_id=account.id, action=action, inputs=typed.inputs),
        inputs=tester_calls.text_of(typed.inputs, action),
    )
    return desk.page("dashboard/tester_form.html", view)


def _areas(desk: Desk, account: Account) -> list[AreaView]:
    """Group the actions of an account's connector by the part of the provider's API that they belong to."""
    areas: dict[str, list[Action]] = {}
    for action in desk.ctx.catalogue.get(account.connector_key).actions.values():
        areas.setdefault(action.area, []).append(action)
    return [
        AreaView(label=area.replace("_", " ").capitalize(), actions=_rows(desk, account, actions))
        for area, actions in sorted(areas.items())
    ]


def _hits(desk: Desk, account: Account, query: str) -> Sequence[ActionRowView]:
    found = desk.ctx.calls.search.find(query=query, connector=account.connector_key, top=_HITS, least=0.05)
    return _rows(desk, account, (hit.action for hit in found))


def _rows(desk: Desk, account: Account, actions: Iterable[Action]) -> list[ActionRowView]:
    return [
        ActionRowView(
            url=f"{_PATH}?{urlencode({'account': account.id, 'action': action.name})}",
            name=action.name,
            label=desk.texts.text(action.label),
            effect=call_marks.effect(desk.texts, action.effect),
            granted=action.effect in account.effects
            and account.choice.allows(action=action.name, effect=action.effect),
        )
        for action in actions
    ]
