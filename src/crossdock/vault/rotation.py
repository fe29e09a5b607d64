"""The change of keys: staged, then active, then retired, while everything keeps running.

A key is staged when ring and database know it. Activating it retires the key before it: from then on all sealing
uses the new key, and the retired key only opens. Re-wrapping moves rows over in batches, each its own transaction,
so a killed rotation goes on where it stopped. A retired key stays in the ring: older backups need it.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ConflictError, NotFoundError
from crossdock.kernel.ids import Ids
from crossdock.vault import envelope
from crossdock.vault.envelope import Place, Sealed
from crossdock.vault.keys import Key, KeyRing, VaultKeyError
from crossdock.vault.store import active_key

KeyState = Literal["staged", "active", "retired"]

_LOCK = "select pg_advisory_xact_lock(hashtextextended('crossdock.vault.rotation', 0))"
_KNOWN = "select exists (select from vault_keys)"
_NEEDED = """
    select key_id, check_value from vault_keys
    where state <> 'retired' or exists (select from vault_sealed where vault_sealed.key_id = vault_keys.key_id)
    order by created_at, key_id
"""
_ADD = """
    insert into vault_keys (key_id, state, check_value, created_at, changed_at) values ($1, $2, $3, $4, $5)
    on conflict (key_id) do nothing
"""
_STATUS = """
    select key_id, state, created_at, changed_at,
        (select count(*) from vault_sealed where vault_sealed.key_id = vault_keys.key_id) as sealed
    from vault_keys order by created_at, key_id
"""
_BATCH = """
    select project_id, owner_id, field, generation, key_id, wrapped_key from vault_sealed
    where key_id = any(select key_id from vault_keys where state = 'retired')
    order by key_id, project_id, owner_id limit $1 for update skip locked
"""
_REWRAP = """
    update vault_sealed set key_id = $1, wrapped_key = new.wrapped_key
    from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])
        as new (project_id, owner_id, field, generation, wrapped_key)
    where vault_sealed.project_id = new.project_id and vault_sealed.owner_id = new.owner_id
        and vault_sealed.field = new.field and vault_sealed.generation = new.generation
"""
_PLACE = ("project_id", "owner_id", "field", "generation")
_LEFT = """
    select exists (select from vault_sealed join vault_keys using (key_id) where vault_keys.state = 'retired')
"""
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """One key as the database knows it, how many values it seals, and whether this ring has it."""

    id: str
    state: KeyState
    sealed: int
    in_ring: bool
    created_at: datetime
    changed_at: datetime


async def open_ring(conn: Connection, *, path: Path, ids: Ids) -> KeyRing:
    """Load the ring, or create it on the very first start: where there is no file and the database knows no key."""
    if await conn.fetchval(_KNOWN):
        return KeyRing.load(path)
    return KeyRing.load_or_create(path, ids=ids)


async def admit(conn: Connection, *, ring: KeyRing, clock: Clock) -> None:
    """Hold the ring against the database at the start; raise VaultKeyError naming the keys that are missing or wrong.

    A database that knows no key yet takes the ring's newest one as its active key.
    """
    async with conn.transaction():
        await conn.execute(_LOCK)
        if not await conn.fetchval(_KNOWN):
            await _add(conn, key=ring.newest(), state="active", clock=clock)
        needed = await conn.fetch(_NEEDED)
    missing = [row["key_id"] for row in needed if ring.find(row["key_id"]) is None]
    if missing:
        raise VaultKeyError(
            f"The database is sealed with keys that this key ring does not have: {', '.join(missing)}. "
            f"It has: {', '.join(ring.ids())}.",
            remedy="Start with the key ring that belongs to this database; it is in the same backup.",
        )
    wrong = [
        row["key_id"]
        for row in needed
        if not hmac.compare_digest(ring.key(row["key_id"]).check_value, row["check_value"])
    ]
    if wrong:
        raise VaultKeyError(
            f"These keys of the ring are not the ones that sealed this database, though named the same: "
            f"{', '.join(wrong)}.",
            remedy="Start with the key ring that belongs to this database; it is in the same backup.",
        )


async def status(conn: Connection, *, ring: KeyRing) -> list[KeyStatus]:
    """Return every key that the database knows, oldest first."""
    return [
        KeyStatus(
            id=row["key_id"],
            state=row["state"],
            sealed=row["sealed"],
            in_ring=ring.find(row["key_id"]) is not None,
            created_at=row["created_at"],
            changed_at=row["changed_at"],
        )
        for row in await conn.fetch(_STATUS)
    ]


async def stage(conn: Connection, *, ring: KeyRing, ids: Ids) -> Key:
    """Return the staged key, adding one to ring and database where none waits; nothing is sealed with it yet."""
    async with conn.transaction():
        await conn.execute(_LOCK)
        waiting = await conn.fetchval("select key_id from vault_keys where state = 'staged' order by created_at")
        if waiting is not None:
            return ring.key(waiting)
        known = {row["key_id"] for row in await conn.fetch("select key_id from vault_keys")}
        # A rotation killed between file and database leaves a newest key that the database has never seen.
        key = ring.newest() if ring.newest().id not in known else ring.extend(ids=ids)
        await _add(conn, key=key, state="staged", clock=ids.clock)
        return key


async def activate(conn: Connection, *, ring: KeyRing, key_id: str, clock: Clock) -> None:
    """Make a staged key the one that seals, and retire the one before; waits for sealing transactions in flight."""
    key = ring.key(key_id)
    async with conn.transaction():
        await conn.execute(_LOCK)
        state = await conn.fetchval("select state from vault_keys where key_id = $1", key.id)
        if state is None:
            raise NotFoundError(f"The vault knows no key {key_id}.", remedy="List the keys with: crossdock keys list")
        if state == "retired":
            raise ConflictError(f"The key {key_id} is retired.", remedy="Stage a new key: crossdock keys rotate")
        await conn.execute(
            "update vault_keys set state = 'retired', changed_at = $2 where state = 'active' and key_id <> $1",
            key_id,
            clock.now(),
        )
        await conn.execute(
            "update vault_keys set state = 'active', changed_at = $2 where key_id = $1 and state = 'staged'",
            key_id,
            clock.now(),
        )


async def rewrap_batch(conn: Connection, *, ring: KeyRing, size: int = 1000) -> int:
    """Wrap up to ``size`` rows of retired keys with the active key, in a transaction of its own; return how many."""
    async with conn.transaction():
        new = await active_key(conn, ring=ring)
        rows = await conn.fetch(_BATCH, size)
        places = [Place(row["project_id"], row["owner_id"], row["field"], row["generation"]) for row in rows]
        wrapped = [
            envelope.rewrap(
                old=ring.key(row["key_id"]),
                new=new,
                place=place,
                sealed=Sealed(row["key_id"], row["wrapped_key"], b""),
            ).wrapped_key
            for row, place in zip(rows, places, strict=True)
        ]
        columns = [[getattr(place, name) for place in places] for name in _PLACE]
        await conn.execute(_REWRAP, new.id, *columns, wrapped)
        return len(rows)


async def rotate(
    db: Database, *, ring: KeyRing, ids: Ids, progress: Callable[[int], None], size: int = 1000
) -> list[KeyStatus]:
    """Stage, activate and re-wrap until no row is left to a retired key; go on where a killed rotation stopped.

    ``progress`` hears how many rows have been re-wrapped so far.
    """
    async with db.connection() as conn:
        unfinished = [key for key in await status(conn, ring=ring) if key.state == "retired" and key.sealed]
        if not unfinished:
            key = await stage(conn, ring=ring, ids=ids)
            await activate(conn, ring=ring, key_id=key.id, clock=ids.clock)
        done = 0
        while await conn.fetchval(_LEFT):
            moved = await rewrap_batch(conn, ring=ring, size=size)
            done += moved
            progress(done)
            if not moved:
                await asyncio.sleep(_PAUSE)
        return await status(conn, ring=ring)


async def _add(conn: Connection, *, key: Key, state: KeyState, clock: Clock) -> None:
    await conn.execute(_ADD, key.id, state, key.check_value, key.created_at, clock.now())
