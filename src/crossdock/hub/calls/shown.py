"""The request log's views, made from its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from crossdock.accounts.model import Account
from crossdock.db.pool import Row
from crossdock.hub import call_marks, logos, pretty
from crossdock.hub.accounts import shown as account_shown
from crossdock.hub.calls.views import LogRowView, SideView, StepView, TextView
from crossdock.hub.desk import Desk
from crossdock.hub.i18n import Texts
from crossdock.hub.link.shown import name_of
from crossdock.hub.views_link import LogoView

_NARROWEST: Final = 0.6
_ORIGINS: Final = {"kept": "kept answer", "found": "was there", None: ""}
_UNSENT: Final = {
    "kept": "It was answered with what is kept under its Idempotency-Key. Nothing was sent to the provider.",
    "found": "Crossdock looked, and it was there. Nothing was sent to make it again.",
    None: "It was refused here. Nothing was sent to the provider.",
}


def rows(
    desk: Desk, found: Sequence[Row], *, accounts: Mapping[str, Account], names: Mapping[str, str]
) -> list[LogRowView]:
    """Show calls as lines of the table."""
    longest = max((row["duration_ms"] for row in found), default=0) or 1
    return [
        LogRowView(
            url=f"/dashboard/logs/{row['id']}",
            action=row["action"],
            label=label(desk, row),
            account=account_name(row["account_id"], accounts),
            account_url=f"/dashboard/accounts/{row['account_id']}" if row["account_id"] in accounts else "",
            logo=logo(desk, row["connector_key"]),
            effect=call_marks.effect(desk.texts, row["effect"]),
            status=call_marks.status(desk.texts, row["status"], cause=row["cause"]),
            cause=row["cause"] or desk.texts.text(_ORIGINS[row["answered_from"]]),
            milliseconds=row["duration_ms"],
            share=round(max(100 * row["duration_ms"] / longest, _NARROWEST), 1),
            actor=account_shown.actor(desk.texts, row["actor"], names=names),
            when=row["created_at"],
        )
        for row in found
    ]


def logo(desk: Desk, connector_key: str) -> LogoView:
    """Return the mark of a connector, also of one that is not there any more."""
    connector = desk.ctx.catalogue.by_key.get(connector_key)
    if connector is None:
        return logos.lettermark(key=connector_key, name=connector_key)
    return logos.of(connector, assets=desk.ctx.renderer.assets)


def label(desk: Desk, row: Row) -> str:
    """Return what an action does in words; of a request of the caller's own, that it is one."""
    if row["service"] != "actions":
        return desk.texts.text("Request of one's own")
    connector = desk.ctx.catalogue.by_key.get(row["connector_key"])
    action = connector.actions.get(row["action"]) if connector else None
    return desk.texts.text(action.label) if action else ""


def nothing_sent(texts: Texts, row: Row) -> str:
    """Say of a call without a step why nothing was sent."""
    return texts.text(_UNSENT[row["answered_from"]])


def account_name(account_id: str, accounts: Mapping[str, Account]) -> str:
    """Return what an account is called, else its id."""
    return name_of(accounts[account_id]) if account_id in accounts else account_id


def steps(desk: Desk, call: Row, found: Sequence[Row]) -> list[StepView]:
    """Show the exchanges of a call, each in its place within the whole."""
    whole = max(call["duration_ms"], 1)
    return [_step(desk, call, row, number=number, whole=whole) for number, row in enumerate(found, start=1)]


def tester_url(row: Row) -> str | None:
    """Return where an action can be run again by hand."""
    if row["service"] != "actions":
        return None
    return f"/dashboard/tester?{urlencode({'account': row['account_id'], 'action': row['action']})}"


def _step(desk: Desk, call: Row, row: Row, *, number: int, whole: int) -> StepView:
    texts = desk.texts
    waited = (row["created_at"] - call["created_at"]) / timedelta(milliseconds=1)
    start = min(max(100 * waited / whole, 0.0), 100 - _NARROWEST)
    width = min(max(100 * row["duration_ms"] / whole, _NARROWEST), 100 - start)
    problem = None
    if row["cause"]:
        problem = call_marks.explained(
            texts, row["cause"], connector_key=row["connector_key"], catalogue=desk.ctx.catalogue
        )
    failed = bool(row["cause"]) or not row["response"]
    return StepView(
        number=number,
        title=texts.text("Step %(number)s", number=number),
        method=row["method"],
        url=row["url"],
        status=call_marks.status(texts, row["status"], cause=row["cause"]),
        milliseconds=row["duration_ms"],
        start=round(start, 1),
        width=round(width, 1),
        when=row["created_at"],
        problem=problem,
        sent=SideView(headers=_headers(row["request"]), texts=_sent(desk, row["request"])),
        got=SideView(headers=_headers(row["response"]), texts=_said(desk, texts.text("Body"), row["response"])),
        opened=failed or number == 1,
    )


def _sent(desk: Desk, said: Mapping[str, Any]) -> list[TextView]:
    """Return query and body; of a GraphQL request the document and its variables each by itself."""
    query = said.get("query_params") or {}
    found = [TextView(label=desk.texts.text("Query"), text=pretty.written(query))] if query else []
    document = _graphql(said.get("body"))
    if document is None:
        return found + _said(desk, desk.texts.text("Body"), said)
    found.append(TextView(label=desk.texts.text("GraphQL document"), text=pretty.graphql(document["query"])))
    if document.get("variables"):
        variables = pretty.written(document["variables"])
        found.append(TextView(label=desk.texts.text("Variables"), text=variables))
    return found


def _said(desk: Desk, title: str, said: Mapping[str, Any]) -> list[TextView]:
    text = said.get("body")
    if text is None:
        return []
    if not isinstance(text, str):
        return [TextView(label=title, text=pretty.written(text))]
    cut = text.endswith("…")
    return [TextView(label=desk.texts.text("Body, its beginning") if cut else title, text=pretty.indented(text))]


def _graphql(body: object) -> dict[str, Any] | None:
    try:
        told = json.loads(body) if isinstance(body, str) else None
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("query"), str) else None


def _headers(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in (said.get("headers") or {}).items()]
