"""The request log: calls with filters, each with its steps, and all of them as lines of JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from starlette.responses import Response, StreamingResponse

from crossdock.accounts.model import Account, AccountQuery
from crossdock.actions.history import History
from crossdock.connectors.model import EFFECTS
from crossdock.db.pool import Row
from crossdock.hub import call_marks, csp, log_filters
from crossdock.hub.accounts import choices
from crossdock.hub.accounts import shown as account_shown
from crossdock.hub.calls import curl
from crossdock.hub.calls import shown as call_shown
from crossdock.hub.calls.views import FiltersView, GroupView, LogsView, LogView
from crossdock.hub.desk import Desk, Handler
from crossdock.hub.log_filters import Asked
from crossdock.hub.views_dashboard import ChoiceView

_PATH: Final = "/dashboard/logs"


async def index(desk: Desk) -> Response:
    """Show the calls that fit the filters; an id that is one leads straight to its page."""
    asked = Asked.read(desk.request.query_params)
    query = log_filters.query(asked, catalogue=desk.ctx.catalogue, now=desk.ctx.clock.now())
    history = await _settled(desk)
    cursor = desk.request.query_params.get("next") or None
    page = await history.page(project_id=desk.project_id, table="calls", query=query, cursor=cursor)
    if asked.texts.keys() == {"id"} and page.rows:
        return desk.go(f"/logs/{page.rows[0]['id']}")
    known = await choices.linked(desk)
    names = await account_shown.names_of(desk)
    view = LogsView(
        nav=desk.nav("logs"),
        rows=call_shown.rows(desk, page.rows, accounts={one.id: one for one in known}, names=names),
        filters=_filters(desk, asked, known, names),
        here=asked.url(_PATH),
        clear=_PATH,
        newest=asked.url(_PATH) if cursor else None,
        older=asked.url(_PATH, next=page.next) if page.next else None,
        export=asked.url(f"{_PATH}/export"),
        first_call=_first_call(desk, known),
        tester="/dashboard/tester" if desk.may("actions:read") else None,
    )
    return desk.page("dashboard/logs.html", view)


async def show(desk: Desk) -> Response:
    """Show one call with every exchange that it took."""
    history = await _settled(desk)
    call_id = desk.request.path_params["id"]
    call = await history.call(project_id=desk.project_id, call_id=call_id)
    found = (await history.steps(project_id=desk.project_id, call_ids=[call_id]))[call_id]
    query = AccountQuery(account_ids=(call["account_id"],), limit=1)
    accounts = await desk.ctx.accounts.list(project_id=desk.project_id, query=query)
    texts = desk.texts
    view = LogView(
        nav=desk.nav("logs"),
        id=call["id"],
        action=call["action"],
        label=call_shown.label(desk, call),
        logo=call_shown.logo(desk, call["connector_key"]),
        status=call_marks.status(texts, call["status"], cause=call["cause"]),
        effect=call_marks.effect(texts, call["effect"]),
        milliseconds=call["duration_ms"],
        when=call["created_at"],
        facts=await _facts(desk, call, {one.id: one for one in accounts.rows}),
        problem=call_marks.explained(
            texts, call["cause"] or "", connector_key=call["connector_key"], catalogue=desk.ctx.catalogue
        ),
        steps=call_shown.steps(desk, call, found),
        nothing_sent=call_shown.nothing_sent(texts, call),
        repeat_of=(call["repeat_of"], f"{_PATH}/{call['repeat_of']}") if call["repeat_of"] else None,
        wrong=call["wrong_fields"].split("\n") if call["wrong_fields"] else (),
        again=call_shown.tester_url(call) if desk.may("actions:read") else None,
        back=_PATH,
    )
    return desk.page("dashboard/log.html", view)


async def export(desk: Desk) -> Response:
    """Stream every call that fits the filters, one a line, as the API does."""
    asked = Asked.read(desk.request.query_params)
    query = log_filters.query(asked, catalogue=desk.ctx.catalogue, now=desk.ctx.clock.now())
    history = await _settled(desk)

    async def lines() -> AsyncIterator[str]:
        async for row in history.stream(project_id=desk.project_id, table="calls", query=query):
            yield desk.ctx.log_line(row) + "\n"

    headers = csp.headers(https=desk.ctx.https) | {"Content-Disposition": 'attachment; filename="calls.ndjson"'}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


PAGES: Final[tuple[tuple[str, str, Handler, str], ...]] = (
    ("GET", "/logs", index, "logs:read"),
    ("GET", "/logs/export", export, "logs:read"),
    ("GET", "/logs/{id}", show, "logs:read"),
)


async def _settled(desk: Desk) -> History:
    """Return what reads the log, once what waits to be written in this process stands in it."""
    await desk.ctx.calls.log.settle()
    return History(desk.ctx.db)


async def _facts(desk: Desk, call: Row, accounts: Mapping[str, Account]) -> list[tuple[str, str, str]]:
    texts, account_id = desk.texts, call["account_id"]
    names = await account_shown.names_of(desk)
    rows = [
        (texts.text("Request id"), call["id"], ""),
        (
            texts.text("Account"),
            call_shown.account_name(account_id, accounts),
            f"/dashboard/accounts/{account_id}" if account_id in accounts else "",
        ),
        (texts.text("By"), account_shown.actor(texts, call["actor"], names=names), ""),
    ]
    if call["source_ip"]:
        rows.append((texts.text("From"), call["source_ip"], ""))
    if call["cause"]:
        rows.append((texts.text("Cause"), call["cause"], f"/errors/{call['cause']}"))
    if call["resource"]:
        parts = (call["resource"], call["child_resource"], call["sub_resource"])
        rows.append((texts.text("About"), " / ".join(part for part in parts if part), ""))
    return rows


def _filters(desk: Desk, asked: Asked, known: Sequence[Account], names: Mapping[str, str]) -> FiltersView:
    texts, catalogue = desk.texts, desk.ctx.catalogue

    def options(name: str, words: Mapping[str, str]) -> list[ChoiceView]:
        held = asked.get(name)
        return [ChoiceView(value=key, label=texts.text(word), chosen=key == held) for key, word in words.items()]

    effects = {"": "Any effect"} | {one: call_marks.effect(texts, one).text for one in EFFECTS}
    return FiltersView(
        accounts=choices.choices(desk, known, chosen=asked.get("account"), nothing="Any account"),
        connectors=options("connector", {"": "Any provider", **{one.key: one.name for one in catalogue.connectors()}}),
        results=options("result", log_filters.RESULTS),
        effects=options("effect", effects),
        ranges=options("range", {key: word for key, (word, _) in log_filters.RANGES.items()}),
        whos=_whos(desk, asked.get("who"), names),
        action=asked.get("action"),
        call=asked.get("id"),
        since=log_filters.minute(asked.get("since")),
        until=log_filters.minute(asked.get("until")),
        used=len(asked.texts),
        more_open=asked.is_deep,
    )


def _whos(desk: Desk, chosen: str, names: Mapping[str, str]) -> list[GroupView]:
    """Offer whoever can have asked: a kind as a whole, then each by name."""
    texts = desk.texts
    titles = {"key": "API keys", "agent": "Agents", "person": "People"}
    kinds = [ChoiceView(value="", label=texts.text("Anybody"), chosen=not chosen)]
    kinds += [
        ChoiceView(value=f"{kind}:", label=texts.text(word), chosen=chosen == f"{kind}:")
        for kind, word in log_filters.KINDS.items()
    ]
    groups = [GroupView(label=texts.text("Source"), choices=kinds)]
    for kind, title in titles.items():
        each = [
            ChoiceView(value=name, label=said, chosen=name == chosen)
            for name, said in names.items()
            if name.startswith(f"{kind}:")
        ]
        groups += [GroupView(label=texts.text(title), choices=each)] if each else []
    return groups


def _first_call(desk: Desk, known: Sequence[Account]) -> str:
    """Return a command that makes a call: the plainest reading action of the newest account."""
    account = next(iter(known), None)
    if account is None:
        return ""
    actions = desk.ctx.catalogue.get(account.connector_key).actions.values()
    plain = next((one for one in actions if one.effect == "read" and not one.inputs.get("required")), None)
    if plain is None:
        return ""
    return curl.rpc(hub_url=desk.ctx.hub_url, account_id=account.id, action=plain, inputs={})
