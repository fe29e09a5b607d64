"""Synced calls: the rows that list actions brought, kept for a day, sealed, and read again without the provider."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from crossdock.accounts.model import Account
from crossdock.actions import synced_store as store
from crossdock.actions.model import Intent
from crossdock.actions.record import Record
from crossdock.actions.synced_store import Dataset, SyncedPage
from crossdock.audit import events
from crossdock.connectors.model import Action
from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ConflictError, InactiveError, InvalidRequestError, NotFoundError
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.projects import policy
from crossdock.projects.model import Principal
from crossdock.tokens.lease import Leases
from crossdock.vault.store import Vault

LIFE: Final = timedelta(hours=24)
MOST_ROWS: Final = 10_000
MOST_BYTES: Final = 32 * 1024 * 1024
_GENERATION: Final = 1
_AT_ONCE: Final = 200
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a dataset: when it was last added to, by which call, and until when it is kept."""

    id: str
    path_hash: str
    request_id: str
    synced_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a run, and how many fit in all."""

    rows: Rows
    total: int
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows are wanted: of a run or the newest, those whose fields are as ``filter`` says, from ``skip`` on."""

    run_id: str | None
    filter: Mapping[str, Any]
    skip: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """Keeps the rows of reading calls by account, action and path inputs; an account's rows end with the account."""

    db: Database
    vault: Vault
    leases: Leases
    record: Record
    clock: Clock
    ids: Ids

    def dataset(self, *, account_id: str, action: Action, path: Mapping[str, Any]) -> Dataset:
        """Return what a call's rows belong to; raise InvalidRequestError for an action whose answers are not kept."""
        if action.effect != "read" or action.file is not None:
            raise InvalidRequestError(
                "Only rows that an action reads are synced.", remedy="Leave `sync` out, or use an action that lists."
            )
        return Dataset(account_id=account_id, action=action.name, path_hash=path_hash(path))

    async def room(self, *, project_id: str, dataset: Dataset, run_id: str | None) -> str:
        """Return the run to add to, a new one where none is named; raise ConflictError where it is full."""
        if run_id is None:
            return self.ids.new("run")
        async with self.db.connection() as conn:
            held = await store.pages_of_run(
                conn, project_id=project_id, dataset=dataset, run_id=run_id, now=self.clock.now()
            )
        self._check_room(held, rows=1, size=1)
        return run_id

    async def keep(self, *, project_id: str, dataset: Dataset, run_id: str, call_id: str, rows: Rows) -> Run:
        """Seal what a call brought as the run's next page; the account's oldest runs make room where it is needed."""
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        now, size = self.clock.now(), len(text.encode())
        async with self.db.transaction() as conn:
            await store.lock_account(conn, project_id=project_id, account_id=dataset.account_id)
            held = await store.pages_of_run(conn, project_id=project_id, dataset=dataset, run_id=run_id, now=now)
            self._check_room(held, rows=len(rows), size=size)
            await self._make_room(conn, project_id, dataset, run_id, size)
            page = SyncedPage(
                project_id=project_id,
                id=call_id,
                account_id=dataset.account_id,
                action=dataset.action,
                path_hash=dataset.path_hash,
                run_id=run_id,
                number=held[-1].number + 1 if held else 1,
                rows=len(rows),
                size=size,
                created_at=now,
                expires_at=now + LIFE,
            )
            await store.insert_page(conn, project_id=project_id, page=page)
            await self.vault.seal(
                conn, project_id=project_id, owner_id=call_id, generation=_GENERATION, fields={"rows": Secret(text)}
            )
        return _run([page])

    async def account_of(self, *, project_id: str, action: Action, path: Mapping[str, Any], run_id: str | None) -> str:
        """Return the account that a run is of, for callers that name none; raise InvalidRequestError."""
        found: list[str] = []
        if run_id is not None:
            async with self.db.connection() as conn:
                found = await store.accounts_of_run(
                    conn,
                    project_id=project_id,
                    action=action.name,
                    path_hash=path_hash(path),
                    run_id=run_id,
                    now=self.clock.now(),
                )
        if len(found) != 1:
            raise InvalidRequestError(
                "No account is named.",
                remedy="Send the account's id in the `x-account-id` header, or a `run_id` that one account alone has.",
                code="account_missing",
            )
        return found[0]

    async def read(self, *, principal: Principal, dataset: Dataset, wanted: Wanted) -> Part:
        """Return rows that were synced before; NotFoundError where nothing is kept. Whoever may run it may read it."""
        project_id = principal.project_id
        account = await self.leases.account(project_id=project_id, account_id=dataset.account_id)
        await self._check(principal, account, dataset.action)
        async with self.db.connection() as conn:
            pages = await store.pages_of_run(
                conn, project_id=project_id, dataset=dataset, run_id=wanted.run_id, now=self.clock.now()
            )
            if not pages:
                raise NotFoundError(
                    "Nothing is kept of this action for the account.",
                    remedy="Run it with `sync=true` first: POST /actions/rpc?sync=true. Rows are kept for a day.",
                )
            # Without a filter the pages that are skipped whole need not be opened.
            first, before = _start(pages, wanted)
            rows: Rows = []
            for page in pages[first:]:
                if not wanted.filter and len(rows) >= wanted.skip - before + wanted.limit:
                    break
                rows += [row for row in await self._open(conn, page) if _fits(row, wanted.filter)]
        skip = wanted.skip - before
        total = len(rows) if wanted.filter else sum(page.rows for page in pages)
        return Part(rows[skip : skip + wanted.limit], total, _run(pages))

    async def leave(self, conn: Connection, *, project_id: str, account_id: str) -> None:
        """Erase everything that is kept of an account, in the transaction that ends it."""
        await store.lock_account(conn, project_id=project_id, account_id=account_id)
        pages = await store.pages_of_account(conn, project_id=project_id, account_id=account_id)
        await self._drop(conn, project_id, [page.id for page in pages])

    async def sweep(self) -> None:
        """Erase what has had its time, of every project."""
        while True:
            async with self.db.transaction() as conn:
                ended = await store.ended_pages(conn, now=self.clock.now(), limit=_AT_ONCE)
                for project_id, page_id in ended:
                    await self._drop(conn, project_id, [page_id])
            if len(ended) < _AT_ONCE:
                return

    async def _check(self, principal: Principal, account: Account, action: str) -> None:
        policy.require(principal, "actions:read")
        policy.check_reach(principal, account_id=account.id, owner_id=account.origin_owner_id)
        if account.paused_at is not None:
            raise InactiveError("The account is paused.", remedy="Resume it on its page in the hub.")
        intent = Intent(name=action, effect="read", kept=True, wrote=events.ACTION_WROTE, refused=events.ACTION_REFUSED)
        await self.record.check_effect(principal=principal, account=account, intent=intent)

    def _check_room(self, held: Sequence[SyncedPage], *, rows: int, size: int) -> None:
        all_rows, all_bytes = sum(page.rows for page in held) + rows, sum(page.size for page in held) + size
        if all_rows > MOST_ROWS or all_bytes > MOST_BYTES:
            raise ConflictError(
                f"A run holds {MOST_ROWS} rows or {MOST_BYTES >> 20} MiB at most.",
                remedy="Go on with another `run_id`, or leave it out to begin a new run.",
                code="run_full",
            )

    async def _make_room(self, conn: Connection, project_id: str, dataset: Dataset, run_id: str, size: int) -> None:
        pages = await store.pages_of_account(conn, project_id=project_id, account_id=dataset.account_id)
        over = sum(page.size for page in pages) + size - MOST_BYTES
        mine = (dataset.action, dataset.path_hash, run_id)
        runs: dict[tuple[str, str, str], list[SyncedPage]] = {}
        for page in pages:
            runs.setdefault((page.action, page.path_hash, page.run_id), []).append(page)
        for key, old in runs.items():
            if over <= 0:
                return
            if key != mine:
                await self._drop(conn, project_id, [page.id for page in old])
                over -= sum(page.size for page in old)

    async def _drop(self, conn: Connection, project_id: str, ids: Sequence[str]) -> None:
        await store.delete_pages(conn, project_id=project_id, ids=ids)
        for one in ids:
            await self.vault.erase(conn, project_id=project_id, owner_id=one)

    async def _open(self, conn: Connection, page: SyncedPage) -> Rows:
        opened = await self.vault.open(conn, project_id=page.project_id, owner_id=page.id, generation=_GENERATION)
        rows: Rows = json.loads(opened["rows"].reveal())
        return rows


def path_hash(path: Mapping[str, Any]) -> str:
    """Return what tells path inputs apart: 32 hexadecimal digits, the same in whatever order they were named."""
    text = json.dumps(path, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def rows_of(data: Any) -> Rows:
    """Return an action's data as rows: a list as it is, an object as a single one."""
    if isinstance(data, list):
        return [row if isinstance(row, dict) else {"value": row} for row in data]
    return [data] if isinstance(data, dict) else []


def _run(pages: Sequence[SyncedPage]) -> Run:
    last = pages[-1]
    return Run(last.run_id, last.path_hash, last.id, last.created_at, last.expires_at)


def _start(pages: Sequence[SyncedPage], wanted: Wanted) -> tuple[int, int]:
    """Return the first page to open, and how many rows stand before it."""
    before = 0
    for number, page in enumerate(pages):
        if wanted.filter or before + page.rows > wanted.skip:
            return number, before
        before += page.rows
    return len(pages), before


def _fits(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(_equals(_at(row, path), value) for path, value in wanted.items())


def _at(row: Any, path: str) -> Any:
    """Return what stands at a dotted path, None where nothing does."""
    for name in path.split("."):
        row = row.get(name) if isinstance(row, Mapping) else None
    return row


def _equals(found: Any, wanted: Any) -> bool:
    """Tell whether a field is as wanted: the same, one of a list, or the same in writing, as queries have no types."""
    if isinstance(wanted, list):
        return any(_equals(found, one) for one in wanted)
    if isinstance(found, list) and not isinstance(wanted, list):
        return any(_equals(one, wanted) for one in found)
    return bool(found == wanted) or (found is not None and json.dumps(found).strip('"') == str(wanted))
