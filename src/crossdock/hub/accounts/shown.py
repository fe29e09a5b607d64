"""The views of accounts on the dashboard, made from the domain's objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from crossdock.accounts.model import Account, CallRecord
from crossdock.audit import events
from crossdock.audit.chain import Entry
from crossdock.connectors.model import Connector
from crossdock.hub import call_marks, life, log_filters, logos
from crossdock.hub.desk import Desk
from crossdock.hub.i18n import Texts
from crossdock.hub.link.shown import name_of
from crossdock.hub.views_dashboard import AccountRowView, BadgeView, CallRowView, EventRowView, MenuItemView
from crossdock.hub.views_link import ButtonView, ProblemView, Tone

STATUSES: dict[str, tuple[Tone, str]] = {
    "active": ("good", "Active"),
    "expiring": ("warn", "Ends soon"),
    "error": ("bad", "Needs linking"),
    "expired": ("bad", "Expired"),
    "suspended": ("bad", "Suspended"),
    "inactive": ("quiet", "Paused"),
}
_OF_CALLS = frozenset(
    {
        events.ACTION_WROTE,
        events.ACTION_REFUSED,
        events.ACTION_OUTCOME_UNKNOWN,
        events.PROXY_WROTE,
        events.PROXY_REFUSED,
        events.AGENT_CALLED,
    }
)
_SHOWN_DETAILS = 6


def row(desk: Desk, account: Account, connector: Connector) -> AccountRowView:
    """Show an account as a line of the table."""
    texts, now = desk.texts, desk.ctx.clock.now()
    environment = connector.environment(account.environment)
    return AccountRowView(
        id=account.id,
        url=f"/dashboard/accounts/{account.id}",
        title=name_of(account),
        provider=connector.name,
        logo=logos.of(connector, assets=desk.ctx.renderer.assets),
        environment=environment.name,
        test_type=account.type == "test",
        owner=account.origin_owner_name,
        owner_id="" if account.origin_owner_id == account.origin_owner_name else account.origin_owner_id,
        status=status(texts, account),
        reason=texts.text(account.status_reasons[0].description.partition(". ")[0]) if account.status_reasons else "",
        health=life.health(texts, account=account, now=now),
        last_success=texts.relative(account.succeeded_at, now=now) if account.succeeded_at else texts.text("Never"),
        access=access(texts, account),
        menu=menu(desk, account),
    )


def status(texts: Texts, account: Account) -> BadgeView:
    """Show how an account fares."""
    tone, word = STATUSES[account.wire_status]
    return BadgeView(text=texts.text(word), tone=tone)


def access(texts: Texts, account: Account) -> BadgeView:
    """Show what an account's grant allows."""
    if account.effects <= {"read"}:
        return BadgeView(text=texts.text("Read"), tone="good")
    if "destructive" in account.effects:
        return BadgeView(text=texts.text("Read + write + delete"), tone="bad")
    return BadgeView(text=texts.text("Read + write"), tone="warn")


def menu(desk: Desk, account: Account) -> list[MenuItemView]:
    """Return what the person may do with an account."""
    texts, url = desk.texts, f"/dashboard/accounts/{account.id}"
    query = urlencode({"account": account.id})
    items: list[MenuItemView] = []
    if desk.may("accounts:write"):
        items.append(MenuItemView(label=texts.text("Test"), url=f"{url}/test", posts=True))
    if desk.may("connect_sessions:write"):
        items.append(MenuItemView(label=texts.text("Link again"), url=f"{url}/relink", posts=True))
    if desk.may("actions:read"):
        items.append(MenuItemView(label=texts.text("Request tester"), url=f"/dashboard/tester?{query}"))
    if desk.may("logs:read"):
        items.append(MenuItemView(label=texts.text("View logs"), url=f"/dashboard/logs?{query}"))
    if desk.may("accounts:write"):
        switch = ("Resume", "resume") if account.paused_at else ("Pause", "pause")
        items += [
            MenuItemView(label=texts.text(switch[0]), url=f"{url}/{switch[1]}", posts=True),
            MenuItemView(label=texts.text("Edit"), url=f"{url}/edit"),
            MenuItemView(label=texts.text("Delete"), url=f"{url}/delete", danger=True),
        ]
    return items


def problem(desk: Desk, account: Account, connector: Connector) -> ProblemView | None:
    """Show why an account does not work, in the connector's words, and the button that helps."""
    if not account.status_reasons or not (account.needs_person or account.status == "expiring"):
        return None
    reason = account.status_reasons[0]
    texts = desk.texts
    cause = connector.causes.get(reason.code)
    title, _, rest = reason.description.partition(". ")
    button = ButtonView(label=texts.text("Link it again"), url=f"/dashboard/accounts/{account.id}/relink", posts=True)
    return ProblemView(
        title=texts.text(cause.title if cause else title),
        explanation=texts.text(cause.explanation if cause else rest or reason.description),
        remedy=texts.text(cause.remedy if cause else "Link the account again."),
        button=button if desk.may("connect_sessions:write") else None,
        code=reason.code,
    )


def facts(desk: Desk, account: Account, connector: Connector, *, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what tells which account this is."""
    texts = desk.texts
    method = connector.auth_method(account.auth_method)
    rows = [(texts.text("Account id"), account.id)]
    if account.identity:
        rows.append((texts.text("At %(name)s", name=connector.name), account.identity.name))
        rows += [(texts.text(label), texts.fact(value)) for label, value in account.identity.details.items() if value]
    hints = ", ".join(f"…{hint}" for hint in account.secret_hints.values() if hint)
    rows += [
        (texts.text("Linked by"), actor(texts, account.linked_by, names=names)),
        (texts.text("Linked"), texts.moment(account.created_at)),
        (texts.text("Way"), f"{method.label} {hints}".strip()),
    ]
    return rows


def calls(texts: Texts, records: Sequence[CallRecord], *, names: Mapping[str, str]) -> list[CallRowView]:
    """Show the newest calls."""
    return [
        CallRowView(
            action=one.action,
            effect=call_marks.effect(texts, one.effect),
            status=call_marks.status(texts, one.status, cause=one.cause),
            cause=one.cause or "",
            url=f"/dashboard/logs/{one.id}",
            milliseconds=one.duration_ms,
            actor=actor(texts, one.actor, names=names),
            when=one.created_at,
        )
        for one in records
    ]


def entry(texts: Texts, one: Entry, *, names: Mapping[str, str]) -> EventRowView:
    """Show one entry of a trail; what its details say is facts and ids, never a secret."""
    details = [
        f"{texts.text(key.replace('_', ' '))}: {_plain(texts, value)}"
        for key, value in one.detail.items()
        if value not in (None, "", [], {}) and key != "identity"
    ]
    account = one.subject.startswith("acc_")
    of_calls = account and one.event in _OF_CALLS
    return EventRowView(
        title=texts.text(events.TITLES.get(one.event, one.event)),
        when=one.at,
        actor=actor(texts, one.actor, names=names),
        detail=", ".join(details[:_SHOWN_DETAILS]),
        number=one.seq,
        subject=one.subject,
        subject_url=f"/dashboard/accounts/{one.subject}" if account else None,
        calls_url=log_filters.calls_about(account_id=one.subject, at=one.at) if of_calls else None,
    )


async def names_of(desk: Desk) -> dict[str, str]:
    """Return what the project's people and keys are called, by the actor's name in the trail."""
    people = await desk.ctx.projects.list_people(project_id=desk.project_id)
    keys = await desk.ctx.projects.list_keys(project_id=desk.project_id)
    agents = await desk.ctx.projects.agents.all(project_id=desk.project_id)
    names = {f"person:{one.id}": one.email for one in people} | {f"key:{one.id}": one.name for one in keys}
    apps = await desk.ctx.consents.all(project_id=desk.project_id)
    return names | {f"agent:{one.id}": one.name for one in agents} | {one.actor: one.client_name for one in apps}


def actor(texts: Texts, name: str, *, names: Mapping[str, str]) -> str:
    """Say who did something: by e-mail or name where the project knows it."""
    if name == "system:cli":
        return texts.text("The command line")
    kind, _, rest = name.partition(":")
    words = {
        "key": texts.text("API key"),
        "agent": texts.text("Agent"),
        "oauth": texts.text("App"),
        "person": texts.text("Person"),
        "session": texts.text("Link"),
        "system": texts.text("Crossdock"),
    }
    return f"{words[kind]} {names.get(name, rest)}".strip() if kind in words else name


def _plain(texts: Texts, value: object) -> str:
    if isinstance(value, bool):
        return texts.text("yes") if value else texts.text("no")
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(texts, item)}" for key, item in value.items())
    return ", ".join(_plain(texts, item) for item in value) if isinstance(value, list) else str(value)
