"""What is due: a column says when, a sweep turns it into jobs, and a job looks again before it acts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crossdock.accounts.service import Accounts
from crossdock.db.jobs import Jobs
from crossdock.db.pool import Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CrossdockError, NotFoundError
from crossdock.telemetry import logs
from crossdock.tokens.checkup import Checkup
from crossdock.tokens.refresh import Refresher

_AT_ONCE: Final = 8

log = logs.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Finds what is due over all projects and has it done."""

    db: Database
    jobs: Jobs
    accounts: Accounts
    refresher: Refresher
    checkup: Checkup
    clock: Clock

    async def sweep(self, *, limit: int = 500) -> int:
        """Turn what is due into jobs, one for each account and task; return how many were new."""
        due = await self.accounts.due(limit=limit)
        fresh = 0
        async with self.db.transaction() as conn:
            for project_id, account_id, task in due:
                fresh += await self.jobs.enqueue(
                    conn,
                    task="refresh_account" if task == "refresh" else "probe_account",
                    payload={"project_id": project_id, "account_id": account_id},
                    dedupe=f"{task}:{account_id}",
                )
        return fresh

    async def run_due(self, *, limit: int = 500) -> int:
        """Do what is due here and now, without the queue; return how many accounts were looked at."""
        due = await self.accounts.due(limit=limit)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(project_id: str, account_id: str, task: str) -> None:
            payload = {"project_id": project_id, "account_id": account_id}
            async with gate:
                try:
                    await (self.refresh_account(payload) if task == "refresh" else self.probe_account(payload))
                except CrossdockError as error:
                    log.warning("schedule.failed", account_id=account_id, task=task, error=error.error_code)

        await asyncio.gather(*(one(*entry) for entry in due))
        return len(due)

    async def refresh_account(self, payload: Mapping[str, Any]) -> None:
        """Renew an account that is due, or look again at a suspended one; the job ``refresh_account``."""
        where = {"project_id": str(payload["project_id"]), "account_id": str(payload["account_id"])}
        try:
            account = await self.accounts.get(**where)
            if account.next_refresh_at is not None and account.next_refresh_at <= self.clock.now():
                await self.refresher.refresh(**where, reason="recheck" if account.needs_person else "due")
        except NotFoundError:
            log.info("schedule.account_gone", account_id=where["account_id"])

    async def probe_account(self, payload: Mapping[str, Any]) -> None:
        """Probe an account that is due; the job ``probe_account``."""
        where = {"project_id": str(payload["project_id"]), "account_id": str(payload["account_id"])}
        try:
            account = await self.accounts.get(**where)
            if account.next_probe_at is not None and account.next_probe_at <= self.clock.now():
                await self.checkup.run(**where, depth="daily")
        except NotFoundError:
            log.info("schedule.account_gone", account_id=where["account_id"])
