"""The rooms up to the actions, on both running twins, with accounts that are linked in one line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossdock.accounts.model import Account, AccountChange
from crossdock.actions.execute import Actions
from crossdock.actions.log import CallLog
from crossdock.actions.model import ActionCall, ProxyReply, ProxyRequest
from crossdock.actions.service import Calls
from crossdock.connectors.model import Effect
from crossdock.connectors.replies import ActionResult
from crossdock.kernel.clock import OffsetClock
from crossdock.projects.model import Principal
from token_house import TokenHouse, open_token_house

ALL: frozenset[Effect] = frozenset({"read", "write", "destructive"})
WRITING = frozenset({"actions:read", "actions:write", "proxy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionHouse:
    """The services below, actions on top of them, and one project's caller."""

    tokens: TokenHouse
    actions: Actions
    calls: CallLog
    caller: Principal

    async def link(
        self,
        connector: str,
        values: Mapping[str, str],
        *,
        effects: frozenset[Effect] = ALL,
        environment: str = "production",
    ) -> Account:
        """Link an account in the caller's project with these effects granted."""
        method = self.tokens.catalogue.get(connector).auth_methods[0]
        account = await self.tokens.link(self.caller.project_id, connector, method.key, values, environment=environment)
        return await self.tokens.accounts.change(
            project_id=account.project_id, account_id=account.id, change=AccountChange(effects=effects), actor="key:k"
        )

    async def run(
        self, account: Account, action: str, *, caller: Principal | None = None, **inputs: Any
    ) -> ActionResult:
        """Run an action."""
        call = ActionCall(action=action, **inputs)
        return await self.actions.run(principal=caller or self.caller, account_id=account.id, call=call)

    async def proxy(self, account: Account, method: str, target: str, body: Any = None) -> ProxyReply:
        """Pass a request through."""
        request = ProxyRequest(method=method, target=target, body=body)
        return await self.actions.proxy(principal=self.caller, account_id=account.id, request=request)

    async def logged(self, account: Account) -> list[dict[str, Any]]:
        """Return the lines of the call log of an account, oldest first."""
        await self.calls.flush()
        async with self.tokens.db.connection() as conn:
            rows = await conn.fetch("select * from calls where account_id = $1 order by created_at, id", account.id)
        return [dict(row) for row in rows]

    async def steps(self, call_id: str) -> list[dict[str, Any]]:
        """Return the exchanges that a call took, in their order."""
        async with self.tokens.db.connection() as conn:
            rows = await conn.fetch("select * from call_steps where call_id = $1 order by created_at, id", call_id)
        return [dict(row) for row in rows]

    async def audited(self, account: Account) -> list[str]:
        """Return the names of the audit entries about calls on an account, oldest first."""
        async with self.tokens.db.connection() as conn:
            rows = await conn.fetch(
                """
                select event from audit_entries
                where subject = $1 and split_part(event, '.', 1) in ('action', 'proxy') order by seq
                """,
                account.id,
            )
        return [row["event"] for row in rows]


@asynccontextmanager
async def open_action_house(*, dsn: str, key_file: Path, twins: Mapping[str, str]) -> AsyncIterator[ActionHouse]:
    """Open the services on running twins."""
    async with open_token_house(dsn=dsn, key_file=key_file, twins=twins, clock=OffsetClock()) as house:
        calls = Calls.build(
            db=house.db,
            catalogue=house.catalogue,
            leases=house.leases,
            accounts=house.accounts,
            egress=house.refresher.egress,
            trail=house.trail,
            clock=house.clock,
            ids=house.ids,
            pace="off",
        )
        project_id = await house.project()
        caller = Principal(project_id=project_id, actor="key:k", scopes=WRITING)
        yield ActionHouse(tokens=house, actions=calls.actions, calls=calls.log, caller=caller)
