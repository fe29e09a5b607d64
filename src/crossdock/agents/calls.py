"""A tool call: an action run for the account of the request, or the search for one; each leaves its trace."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crossdock.accounts.model import Account
from crossdock.actions import idempotency
from crossdock.actions.model import ActionCall, Manner
from crossdock.actions.screening import Plan, plan
from crossdock.agents import arguments, guard, link_tool, tools
from crossdock.agents.auth import Caller, Services
from crossdock.agents.tools import Toolbox
from crossdock.audit import events
from crossdock.connectors.model import Action, Connector
from crossdock.connectors.replies import File
from crossdock.kernel import problem
from crossdock.kernel.errors import CrossdockError, InvalidRequestError, NotFoundError, UnprocessableError
from crossdock.telemetry import metrics

_MOST_FOUND: Final = 50
_NAMES: Final = 120
_MOST_NAMED: Final = 20
_GOOD: Final = frozenset({"ok", "found", "partial"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool gave: JSON, a file beside it where one came, whether it is an error, and how the trail puts it."""

    value: dict[str, Any]
    file: File | None = None
    is_error: bool = False
    outcome: str = "ok"


@dataclass(frozen=True, slots=True)
class _Done:
    """What is known of a call once it is over, for the trail."""

    tool: str
    effect: str
    outcome: str
    account: Account | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalls:
    """Runs tools; whatever happens, the trail names principal, client, tool, account, effect and outcome."""

    services: Services
    toolbox: Toolbox
    running: set[asyncio.Task[None]] = field(default_factory=set)

    async def call(
        self, *, caller: Caller, client: str, name: str, given: Mapping[str, Any], once: str | None = None
    ) -> Outcome:
        """Run a tool; what it is refused or fails with comes back as its result, with the remedy.

        ``once`` is the Idempotency-Key of a write, as it was sent.
        The trail has the call also where it crashed (``failed``) and where whoever asked has gone (``abandoned``).
        """
        tool, effect, outcome, account = name, "read", "failed", caller.account
        try:
            if name.endswith(tools.SEARCH) and caller.mode == "search_execute":
                done = Outcome(self._found(caller, name, given))
            elif name == link_tool.NAME:
                effect = link_tool.effect_of(given)
                done = Outcome(await link_tool.run(self.services.link_requests, caller, given))
            else:
                tool, rest = _chosen(caller, name, given)
                connector, action = self._action(tool)
                effect = action.effect
                account = _account(caller, connector)
                done = await self._run(caller, account, action, rest, once)
        except CrossdockError as error:
            outcome = error.error_code
            told = await guard.problem(problem.told(error), plan=await self._plan(caller))
            return Outcome(told, is_error=True)
        except asyncio.CancelledError:
            outcome = "abandoned"
            raise
        else:
            outcome = done.outcome
            return done
        finally:
            await self._kept(self._trace(caller, client, _Done(tool, effect, outcome, account)))

    async def _kept(self, tracing: Coroutine[Any, Any, None]) -> None:
        """Write the trace to its end, also when the caller has gone."""
        task = asyncio.create_task(tracing, name="agents.trace")
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        await asyncio.shield(task)

    def _action(self, name: str) -> tuple[Connector, Action]:
        try:
            return self.services.catalogue.action(name)
        except NotFoundError as error:
            raise NotFoundError(error.message, remedy="Use one of the tools that tools/list shows.") from None

    async def _run(
        self, caller: Caller, account: Account, action: Action, given: Mapping[str, Any], once: str | None
    ) -> Outcome:
        put = arguments.places(action=action, style=caller.style, arguments=given, account_id=account.id)
        result = await self.services.calls.actions.run(
            principal=caller.principal,
            account_id=account.id,
            call=ActionCall(
                action=action.name,
                path=put["path"],
                query=put["query"],
                body=put["body"],
                manner=Manner(once=idempotency.key_in(once), source_ip=caller.source_ip),
            ),
        )
        connector = self.services.catalogue.get(account.connector_key)
        value = await guard.result(
            connector=connector.name,
            account=account,
            action=action.name,
            given=result,
            plan=await self._plan(caller),
        )
        return Outcome(value, result.file, outcome=result.outcome)

    async def _plan(self, caller: Caller) -> Plan | None:
        """Return how what a tool gives is looked over: as the project has it, or more strictly if the call asks so."""
        screening = await self.services.projects.screening.of(project_id=caller.principal.project_id)
        return plan(screening=screening, is_agent=True, wish=caller.wish)

    def _found(self, caller: Caller, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the actions that fit a query, with their schemas; only those that the caller may run."""
        query, top = given.get("query"), given.get("top_k", 5)
        if not isinstance(query, str) or not query.strip() or not isinstance(top, int):
            raise UnprocessableError(
                "`query` is a text, `top_k` a number.", remedy="Say in `query` what is to be done."
            )
        catalogue, key = self.services.catalogue, name.removesuffix(tools.SEARCH)
        grants = {one: grant for one, grant in tools.grants_of(caller).items() if one == key}
        allowed = {action.name: action for action in tools.allowed(catalogue, caller, grants)}
        hits = self.services.calls.search.find(query=query, connector=key, top=len(catalogue.get(key).actions), least=0)
        best = [hit for hit in hits if hit.action.name in allowed][: max(1, min(top, _MOST_FOUND))]
        found = [{**self.toolbox.described(hit.action, caller.style), "score": hit.score} for hit in best]
        return {"actions": found, "of": len(allowed)}

    async def _trace(self, caller: Caller, client: str, done: _Done) -> None:
        metrics.AGENT_CALLS.labels(outcome="ok" if done.outcome in _GOOD else "error").inc()
        async with self.services.db.transaction() as conn:
            await self.services.trail.record(
                conn,
                project_id=caller.principal.project_id,
                actor=caller.principal.actor,
                event=events.AGENT_CALLED,
                subject=done.account.id if done.account else caller.principal.project_id,
                detail={
                    "client": guard.plain(client)[:_NAMES],
                    "tool": guard.plain(done.tool)[:_NAMES],
                    "effect": done.effect,
                    "outcome": done.outcome,
                },
            )


def _chosen(caller: Caller, name: str, given: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the action's name and its arguments, taken out of the tool that runs any action where it is that one."""
    if caller.mode != "search_execute" or not name.endswith(tools.EXECUTE):
        return name, given
    action, rest = given.get("action"), given.get("arguments") or {}
    key = name.removesuffix(tools.EXECUTE)
    if not isinstance(action, str) or not isinstance(rest, Mapping):
        raise UnprocessableError(
            "`action` is a name, `arguments` an object.", remedy=f"Find the action with {key}{tools.SEARCH} first."
        )
    if not action.startswith(f"{key}_"):
        raise NotFoundError(f"{action[:80]!r} is not an action of {key}.", remedy=f"Find one with {key}{tools.SEARCH}.")
    return action, rest


def _account(caller: Caller, connector: Connector) -> Account:
    """Return the account of a call: the request's, else the only one of the connector that the caller reaches."""
    if caller.account is not None:
        return caller.account
    known = [account for account in caller.accounts if account.connector_key == connector.key]
    if len(known) == 1:
        return known[0]
    if not known:
        raise InvalidRequestError(
            f"The key reaches no account at {connector.name}.", remedy="Link one first.", code="account_missing"
        )
    raise InvalidRequestError(
        f"The key reaches several accounts at {connector.name}, and none is named.",
        remedy="Connect with the account's id, in the `x-account-id` header or in the address: /mcp?x-account-id=…",
        code="account_missing",
        detail={"accounts": [account.id for account in known[:_MOST_NAMED]]},
    )
