"""The views of agent keys, made from the domain's objects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from crossdock.accounts.model import Account
from crossdock.connectors.model import EFFECTS
from crossdock.hub import call_marks, deeds
from crossdock.hub.accounts import choices
from crossdock.hub.agents import reach as agent_reach
from crossdock.hub.agents.reach import Reach
from crossdock.hub.agents.views import AgentFormView, AgentMadeView, AgentRowView, ReachView
from crossdock.hub.desk import Desk
from crossdock.hub.link.shown import name_of
from crossdock.hub.views_dashboard import BadgeView, ChoiceView
from crossdock.hub.views_link import ButtonView, ProblemView
from crossdock.kernel.secret import Secret
from crossdock.projects.model import AgentGrant, AgentKey

_WORDS: Final = {
    "read": ("Read only", "It can look, and change nothing."),
    "write": ("Read and write", "It can also create and change things."),
    "destructive": ("Read, write, and what cannot be undone", "It can also cancel and delete."),
}
_PLAIN: Final = "*_list_* *_get_*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person has filled in so far."""

    owner_id: str
    name: str
    accounts: frozenset[str]
    actions: tuple[str, ...]
    effects: str
    ends: str
    may_request_links: bool = False

    @classmethod
    def usual(cls, *, owner_id: str, ends: str) -> Draft:
        """Return the form as it begins: all accounts, all actions, reading alone."""
        return cls(owner_id=owner_id, name="", accounts=frozenset(), actions=("*",), effects="read", ends=ends)


def row(desk: Desk, key: AgentKey, known: Sequence[Account]) -> AgentRowView:
    """Show a key as a line of the table."""
    grant, texts, names = key.grant, desk.texts, {one.id: one for one in known}
    owners = {one.origin_owner_id: one.origin_owner_name for one in known}
    live = key.revoked_at is None and not _is_over(desk, grant)
    owner_id = grant.owner_id or ""
    return AgentRowView(
        name=key.name,
        prefix=key.prefix,
        owner=owners.get(owner_id, owner_id),
        owner_id=owner_id if owners.get(owner_id, owner_id) != owner_id else "",
        accounts=[name_of(names[one]) if one in names else one for one in sorted(grant.accounts)],
        actions=grant.actions,
        effects=[
            *(call_marks.effect(texts, one) for one in EFFECTS if one in grant.effects),
            *([BadgeView(text=texts.text("Ask for accounts"))] if grant.may_request_links else ()),
        ],
        ends=grant.ends_at or key.created_at,
        used=deeds.used(desk, key.last_used_at),
        status=_status(desk, key),
        revoke=f"/dashboard/agents/{key.id}/revoke" if live else None,
        logs=f"/dashboard/logs?{urlencode({'who': f'agent:{key.id}'})}",
    )


def form(
    desk: Desk,
    draft: Draft,
    *,
    known: Sequence[Account],
    reach: Sequence[Reach],
    days: tuple[date, date],
    problem: ProblemView | None,
) -> AgentFormView:
    """Show the form with what the key would reach."""
    texts = desk.texts
    owner = next((one.origin_owner_name for one in known), draft.owner_id)
    unfit = agent_reach.unfit(catalogue=desk.ctx.catalogue, globs=draft.actions)
    return AgentFormView(
        nav=desk.nav("agents"),
        owner_id=draft.owner_id,
        owner=owner,
        name=draft.name,
        accounts=[
            ChoiceView(value=one.id, label=choices.title(desk, one), chosen=one.id in draft.accounts) for one in known
        ],
        actions="\n".join(draft.actions),
        patterns=["*", *_PLAIN.split(), *(f"{key}_*" for key in sorted({one.connector_key for one in known}))],
        effects=[
            ChoiceView(value=key, label=texts.text(label), chosen=key == draft.effects, help=texts.text(said))
            for key, (label, said) in _WORDS.items()
        ],
        may_request_links=draft.may_request_links,
        ends=draft.ends,
        earliest=days[0].isoformat(),
        latest=days[1].isoformat(),
        reach=[_reach(desk, one) for one in reach],
        total=sum(one.offered for one in reach),
        unfit=", ".join(unfit),
        problem=problem,
    )


def made(desk: Desk, key: AgentKey, secret: Secret, known: Sequence[Account]) -> AgentMadeView:
    """Show a new key with the configuration that an agent's client takes."""
    texts, text, url = desk.texts, secret.reveal(), f"{desk.ctx.hub_url}/mcp"
    reached = sorted(key.grant.accounts) or [one.id for one in known]
    several = len(reached) > 1
    headers = {"Authorization": f"Bearer {text}"} | ({"x-account-id": reached[0]} if several else {})
    server = {"crossdock": {"type": "http", "url": url, "headers": headers}}
    started = {
        "crossdock": {
            "command": "crossdock",
            "args": ["mcp", "--url", desk.ctx.hub_url],
            "env": {"CROSSDOCK_AGENT_KEY": text},
        }
    }
    ends = key.grant.ends_at
    return AgentMadeView(
        nav=desk.nav("agents"),
        secret=text,
        configuration=json.dumps({"mcpServers": server}, indent=2),
        command=json.dumps({"mcpServers": started}, indent=2),
        url=url,
        header=f"Authorization: Bearer {text}",
        facts=[
            (texts.text("Name"), key.name),
            (texts.text("Owner"), key.grant.owner_id or ""),
            (texts.text("Actions"), ", ".join(key.grant.actions)),
            (
                texts.text("Effects"),
                ", ".join(call_marks.effect(texts, e).text for e in EFFECTS if e in key.grant.effects),
            ),
            (texts.text("Ends"), texts.moment(ends) if ends else ""),
        ],
        several=several,
        back=ButtonView(label=texts.text("I have copied it"), url="/dashboard/agents"),
    )


def _status(desk: Desk, key: AgentKey) -> BadgeView:
    texts = desk.texts
    if key.revoked_at is not None:
        return BadgeView(text=texts.text("Revoked"))
    if _is_over(desk, key.grant):
        return BadgeView(text=texts.text("Ended"))
    return BadgeView(text=texts.text("Active"), tone="good")


def _is_over(desk: Desk, grant: AgentGrant) -> bool:
    return grant.ends_at is not None and grant.ends_at <= desk.ctx.clock.now()


def _reach(desk: Desk, one: Reach) -> ReachView:
    texts = desk.texts
    said = texts.count("%(num)s tool", "%(num)s tools", one.offered)
    if one.kept_back == "key":
        left = texts.count("%(num)s more fits, but not this key", "%(num)s more fit, but not this key", one.fitting)
        said = texts.text("%(said)s; %(left)s", said=said, left=left) if one.fitting else said
    elif one.kept_back == "accounts":
        left = texts.count(
            "%(num)s more fits, but the account is not linked for it",
            "%(num)s more fit, but the accounts are not linked for them",
            one.fitting - one.offered,
        )
        said = texts.text("%(said)s; %(left)s", said=said, left=left)
    names = ", ".join(one.names) + (" …" if one.offered > len(one.names) else "")
    return ReachView(effect=call_marks.effect(texts, one.effect), offered=one.offered, said=said, names=names)
