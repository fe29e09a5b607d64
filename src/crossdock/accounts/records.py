"""The record of every account: read, listed, changed by people, and kept true to what is seen of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from crossdock.accounts import health, integration_store, store
from crossdock.accounts.changes import CHANNEL, Change, Changes
from crossdock.accounts.health import Lifecycle, ProbeResult
from crossdock.accounts.model import (
    Account,
    AccountChange,
    AccountList,
    AccountQuery,
    CallRecord,
    SealedCredential,
)
from crossdock.audit import events
from crossdock.audit.chain import Entry
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Cause
from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import InvalidRequestError, NotFoundError, UnprocessableError
from crossdock.kernel.ids import Ids
from crossdock.outbox import event
from crossdock.outbox.publish import Outbox

_LISTED_AT_MOST = 200
_NOTE_GAP = 20.0
_NOTES_KEPT = 10_000
_HEALTH = (
    "status",
    "status_reasons",
    "status_since",
    "identity",
    "identity_key",
    "scopes_found",
    "scopes_missing",
    "probed_at",
    "succeeded_at",
    "failures",
    "refusals",
    "next_probe_at",
    "next_refresh_at",
    "expires_at",
    "hard_end_at",
)
_TOLD = ("status", "scopes_found", "scopes_missing", "expires_at", "next_refresh_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Reads and writes accounts of one project at a time."""

    db: Database
    catalogue: Catalogue
    outbox: Outbox
    trail: Trail
    clock: Clock
    ids: Ids
    changes: Changes
    noted: dict[str, float] = field(default_factory=dict)

    async def get(self, *, project_id: str, account_id: str) -> Account:
        """Return an account; raise NotFoundError where the project has none of this id."""
        async with self.db.connection() as conn:
            return await self.read(conn, project_id=project_id, account_id=account_id)

    async def read(self, conn: Connection, *, project_id: str, account_id: str) -> Account:
        """Return an account on the caller's connection; raise NotFoundError."""
        return _found(await store.get_account(conn, project_id=project_id, account_id=account_id))

    async def lock(self, conn: Connection, *, project_id: str, account_id: str) -> Account:
        """Return an account and hold its row until the caller's transaction ends; raise NotFoundError."""
        return _found(await store.lock_account(conn, project_id=project_id, account_id=account_id))

    async def credential(self, conn: Connection, *, project_id: str, account_id: str) -> SealedCredential:
        """Return generation, lease and fence of an account's credential; raise NotFoundError."""
        found = await store.get_credential(conn, project_id=project_id, account_id=account_id)
        if found is None:
            raise _unknown()
        return found

    async def list(self, *, project_id: str, query: AccountQuery) -> AccountList:
        """Return one page of the project's accounts, newest first; raise InvalidRequestError for an odd page size."""
        if not 1 <= query.limit <= _LISTED_AT_MOST or query.offset < 0:
            raise InvalidRequestError("The page is out of range.", remedy="Ask for 1 to 200 accounts a page.")
        async with self.db.connection() as conn:
            rows, total = await store.list_accounts(conn, project_id=project_id, query=query)
        return AccountList(tuple(rows), total)

    async def of_owner(
        self, conn: Connection, *, project_id: str, origin_owner_id: str, origin_owner_name: str, connector_key: str
    ) -> Account | None:
        """Return the owner's newest account with a provider: the one that linking again would edit."""
        found = await store.accounts_of_owner(
            conn, project_id=project_id, origin_owner_id=origin_owner_id, connector_key=connector_key
        )
        named = [account for account in found if account.origin_owner_name == origin_owner_name]
        return next(iter(named), None)

    async def change(self, *, project_id: str, account_id: str, change: AccountChange, actor: str) -> Account:
        """Change what a person may change; an account left as it was raises no event."""
        wanted = {
            one.name: getattr(change, one.name) for one in fields(change) if getattr(change, one.name) is not None
        }
        async with self.db.transaction() as conn:
            before = await self.lock(conn, project_id=project_id, account_id=account_id)
            values = {name: value for name, value in wanted.items() if getattr(before, name) != value}
            if not values:
                return before
            if "integration_id" in values:
                await self._check_profile(conn, before, values["integration_id"])
            after = await self._write(conn, before, {**values, "updated_at": self.clock.now()})
            detail = {name: sorted(value) if name == "effects" else value for name, value in values.items()}
            detail.pop("metadata", None)
            await self._tell(conn, after, kind=event.ACCOUNT_UPDATED)
            await self._audit(conn, after, actor=actor, name=events.ACCOUNT_EDITED, detail=detail)
        self.changes.tell(Change(project_id, account_id))
        return after

    async def pause(self, *, project_id: str, account_id: str, actor: str) -> Account:
        """Switch an account off: nothing is leased out until it is resumed."""
        return await self._switch(project_id, account_id, actor, {"paused_at": self.clock.now()}, events.ACCOUNT_PAUSED)

    async def resume(self, *, project_id: str, account_id: str, actor: str) -> Account:
        """Switch a paused account on again; it is probed soon."""
        values = {"paused_at": None, "next_probe_at": self.clock.now()}
        return await self._switch(project_id, account_id, actor, values, events.ACCOUNT_RESUMED)

    async def life_line(self, *, project_id: str, account_id: str, limit: int = 50) -> Sequence[Entry]:
        """Return the audit entries of an account, newest first."""
        async with self.db.connection() as conn:
            return await self.trail.entries(conn, project_id=project_id, subject=account_id, limit=limit)

    async def calls(self, *, project_id: str, account_id: str, limit: int = 50) -> Sequence[CallRecord]:
        """Return the newest calls that passed through an account."""
        async with self.db.connection() as conn:
            return await store.recent_calls(conn, project_id=project_id, account_id=account_id, limit=limit)

    async def due(self, *, limit: int) -> Sequence[tuple[str, str, str]]:
        """Return what is due over all projects as (project id, account id, ``refresh`` or ``probe``)."""
        async with self.db.connection() as conn:
            return await store.due_accounts(conn, now=self.clock.now(), limit=limit)

    async def note_probe(
        self, conn: Connection, *, project_id: str, account_id: str, generation: int, result: ProbeResult, actor: str
    ) -> Account:
        """Keep what a probe of this generation saw, in the caller's transaction; an old generation's is void."""
        before = await self.lock(conn, project_id=project_id, account_id=account_id)
        credential = await self.credential(conn, project_id=project_id, account_id=account_id)
        if credential.generation != generation:
            return before
        now = self.clock.now()
        after = health.after_probe(before, result, lifecycle=self.lifecycle(before), now=now)
        after = health.after_time(after, issued_at=credential.issued_at, now=now)
        await self._mark(conn, credential, refused=result.outcome in {"dead", "suspended"}, probe=result.outcome)
        return await self.settle(conn, before=before, after=after, actor=actor)

    async def note_call(self, *, account: Account, generation: int, cause: Cause | None) -> None:
        """Keep what a call showed of the credential; what says nothing new is not written down again and again."""
        verdict = cause.verdict if cause else None
        if not self._worth_noting(account, verdict):
            return
        async with self.db.transaction() as conn:
            before = await store.lock_account(conn, project_id=account.project_id, account_id=account.id)
            if before is None:
                return
            credential = await self.credential(conn, project_id=account.project_id, account_id=account.id)
            if credential.generation != generation:
                return
            after = health.after_call(before, cause, now=self.clock.now())
            await self._mark(conn, credential, refused=verdict in {"dead", "suspended"}, probe=verdict or "alive")
            await self.settle(conn, before=before, after=after, actor="system:calls")

    async def mark_refused(self, conn: Connection, *, project_id: str, account_id: str, generation: int) -> bool:
        """Note that the provider refuses a generation; False where another one is in use by now."""
        return await store.mark_refused(conn, project_id=project_id, account_id=account_id, generation=generation)

    async def settle(self, conn: Connection, *, before: Account, after: Account, actor: str) -> Account:
        """Write the account's health, and exactly one event of each kind where its status changed."""
        values = {name: getattr(after, name) for name in _HEALTH if getattr(after, name) != getattr(before, name)}
        if not values:
            return before
        changed = after.status != before.status
        if changed:
            values["updated_at"] = self.clock.now()
        stored = await self._write(conn, before, values, quiet=not any(name in values for name in _TOLD))
        if changed:
            await self._announce(conn, before=before, after=stored, actor=actor)
        return stored

    def lifecycle(self, account: Account) -> Lifecycle:
        """Return how the account's credential lives, by its connector's method."""
        return self.catalogue.get(account.connector_key).auth_method(account.auth_method).lifecycle

    async def _check_profile(self, conn: Connection, account: Account, profile_id: str) -> None:
        """Raise unless the account's credential is one that the profile could have been linked with."""
        profile = await integration_store.hold_integration(
            conn, project_id=account.project_id, integration_id=profile_id
        )
        if profile is None:
            raise NotFoundError("There is no such connector profile.", remedy="List them: GET /auth_configs.")
        method = self.catalogue.get(account.connector_key).auth_method(account.auth_method)
        same = (profile.connector_key, profile.auth_method) == (account.connector_key, account.auth_method)
        if not same or method.setup_fields:
            raise UnprocessableError(
                "The account's credential is not one of this connector profile.",
                remedy="Link it again by a connect session with this `account_id` and this `connector_profile_id`.",
            )

    async def _announce(self, conn: Connection, *, before: Account, after: Account, actor: str) -> None:
        await self._tell(conn, after, kind=event.ACCOUNT_UPDATED)
        if after.needs_person and not before.needs_person:
            await self._tell(conn, after, kind=event.ACCOUNT_NEEDS_RELINK)
        if after.status == "expiring":
            await self._tell(conn, after, kind=event.ACCOUNT_EXPIRING)
        detail = {
            "from": before.status,
            "to": after.status,
            "reasons": [reason.code for reason in after.status_reasons],
        }
        await self._audit(conn, after, actor=actor, name=events.ACCOUNT_STATUS_CHANGED, detail=detail)

    async def _switch(
        self, project_id: str, account_id: str, actor: str, values: Mapping[str, Any], name: str
    ) -> Account:
        async with self.db.transaction() as conn:
            before = await self.lock(conn, project_id=project_id, account_id=account_id)
            if (before.paused_at is None) == (values["paused_at"] is None):
                return before
            after = await self._write(conn, before, {**values, "updated_at": self.clock.now()})
            await self._tell(conn, after, kind=event.ACCOUNT_UPDATED)
            await self._audit(conn, after, actor=actor, name=name, detail={})
        self.changes.tell(Change(project_id, account_id))
        return after

    async def _mark(self, conn: Connection, credential: SealedCredential, *, refused: bool, probe: str) -> None:
        where = {"project_id": credential.project_id, "account_id": credential.account_id}
        if refused and not credential.refused:
            await store.mark_refused(conn, **where, generation=credential.generation)
            await self.db.notify(conn, CHANNEL, Change(**where).payload)
        elif credential.refused and probe in {"alive", "scope"}:
            await store.clear_refused(conn, **where)

    async def _write(
        self, conn: Connection, account: Account, values: Mapping[str, Any], *, quiet: bool = False
    ) -> Account:
        stored = _found(
            await store.update_account(conn, project_id=account.project_id, account_id=account.id, values=values)
        )
        if not quiet:
            await self.db.notify(conn, CHANNEL, Change(account.project_id, account.id).payload)
        return stored

    async def _tell(self, conn: Connection, account: Account, *, kind: str) -> None:
        await self.outbox.publish(
            conn,
            project_id=account.project_id,
            type=kind,
            account_id=account.id,
            payload=event.envelope(account, kind=kind, now=self.clock.now()),
        )

    async def _audit(
        self, conn: Connection, account: Account, *, actor: str, name: str, detail: Mapping[str, Any]
    ) -> None:
        await self.trail.record(
            conn, project_id=account.project_id, actor=actor, event=name, subject=account.id, detail=detail
        )

    def _worth_noting(self, account: Account, verdict: str | None) -> bool:
        """Tell whether a call's outcome is news: a verdict always is, the rest once in a while for each account."""
        if verdict in {"dead", "suspended"}:
            return True
        now, key = self.clock.monotonic(), f"{account.id}:{'weather' if verdict == 'weather' else 'fine'}"
        if now - self.noted.get(key, -_NOTE_GAP) < _NOTE_GAP:
            return False
        if len(self.noted) >= _NOTES_KEPT:
            self.noted.clear()
        self.noted[key] = now
        return True


def _found(account: Account | None) -> Account:
    if account is None:
        raise _unknown()
    return account


def _unknown() -> NotFoundError:
    return NotFoundError(
        "There is no such account in this project.", remedy="List the accounts to find its id: GET /accounts."
    )
