"""The trail of one project: entries are added in the transaction of what they tell, and never change again."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossdock.audit import chain
from crossdock.audit.chain import GENESIS, Entry
from crossdock.db.pool import Connection, Row
from crossdock.kernel.clock import Clock

_BATCH = 1000
_HEAD = "select seq, hash from audit_heads where project_id = $1 for update"
_PEEK = "select seq, hash from audit_heads where project_id = $1"
_BEGIN = "insert into audit_heads (project_id, seq, hash) values ($1, 0, $2) on conflict do nothing"
_ADD = """
    with entry as (
        insert into audit_entries (project_id, seq, at, actor, event, subject, detail, previous, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    )
    update audit_heads set seq = $2, hash = $9 where project_id = $1
"""
_ENTRIES = """
    select project_id, seq, at, actor, event, subject, detail, previous, hash from audit_entries
    where project_id = $1 and ($2::text is null or subject = $2) and ($3::bigint is null or seq < $3)
    order by seq desc limit $4
"""
_FORWARD = """
    select project_id, seq, at, actor, event, subject, detail, previous, hash from audit_entries
    where project_id = $1 and seq > $2 order by seq limit $3
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the chain found; ``head`` is the last hash in hex, worth keeping somewhere else."""

    ok: bool
    checked: int
    broken_at: int | None = None
    reason: str | None = None
    head: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """Adds entries to a project's chain, lists them, and verifies that nobody touched them."""

    clock: Clock

    async def record(
        self, conn: Connection, *, project_id: str, actor: str, event: str, subject: str, detail: Mapping[str, Any]
    ) -> None:
        """Add an entry in the caller's transaction, as late in it as can be: the project's chain waits for the commit.

        ``event`` is one of ``audit.events``; ``detail`` holds ids and facts, never a secret.
        """
        head = await conn.fetchrow(_HEAD, project_id)
        if head is None:
            await conn.execute(_BEGIN, project_id, GENESIS)
            head = await conn.fetchrow(_HEAD, project_id)
        seq, previous = (head["seq"] + 1, head["hash"]) if head else (1, GENESIS)
        at, facts = self.clock.now(), chain.plain(detail)
        content = chain.link(
            project_id=project_id,
            seq=seq,
            at=at,
            actor=actor,
            event=event,
            subject=subject,
            detail=facts,
            previous=previous,
        )
        await conn.execute(_ADD, project_id, seq, at, actor, event, subject, facts, previous, content)

    async def entries(
        self,
        conn: Connection,
        *,
        project_id: str,
        subject: str | None = None,
        limit: int = 50,
        before: int | None = None,
    ) -> list[Entry]:
        """Return entries, newest first: of one subject, and older than number ``before``, where these are given."""
        return [_entry(row) for row in await conn.fetch(_ENTRIES, project_id, subject, before, limit)]

    async def verify(self, conn: Connection, *, project_id: str) -> Verdict:
        """Walk the whole chain: edits, deletions, swaps, insertions and a cut-off end all show; writers do not wait."""
        seq, previous = 0, GENESIS
        while True:
            rows = await conn.fetch(_FORWARD, project_id, seq, _BATCH)
            if not rows:
                # The head is read after the rows: it can only be ahead of them, and then newer rows stand there too.
                head = await conn.fetchrow(_PEEK, project_id)
                rows = await conn.fetch(_FORWARD, project_id, seq, _BATCH) if head and head["seq"] > seq else []
                if not rows:
                    return _end(head, seq=seq, previous=previous)
            for row in rows:
                reason = chain.fault(_entry(row), seq=seq + 1, previous=previous)
                if reason is not None:
                    return Verdict(ok=False, checked=seq, broken_at=seq + 1, reason=reason)
                seq, previous = row["seq"], row["hash"]


def _end(head: Row | None, *, seq: int, previous: bytes) -> Verdict:
    if head is None and seq == 0:
        return Verdict(ok=True, checked=0)
    if head is None:
        return Verdict(ok=False, checked=seq, broken_at=seq, reason="the head of the chain is missing")
    if head["seq"] > seq:
        return Verdict(ok=False, checked=seq, broken_at=seq + 1, reason=f"entries {seq + 1} to {head['seq']} are gone")
    if head["seq"] < seq or not hmac.compare_digest(head["hash"], previous):
        return Verdict(ok=False, checked=seq, broken_at=seq, reason="the head of the chain was changed")
    return Verdict(ok=True, checked=seq, head=previous.hex())


def _entry(row: Row) -> Entry:
    return Entry(**row)
