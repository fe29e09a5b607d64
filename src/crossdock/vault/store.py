"""The sealed rows: secrets go in and come out here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossdock.db.pool import Connection
from crossdock.kernel.clock import Clock
from crossdock.kernel.secret import Secret
from crossdock.vault import envelope
from crossdock.vault.envelope import Place, Sealed
from crossdock.vault.keys import Key, KeyRing, VaultKeyError

# The share lock makes an activation wait for the transactions that still seal with the key it retires.
_ACTIVE = "select key_id from vault_keys where state = 'active' for share"
_FORGET = "delete from vault_sealed where project_id = $1 and owner_id = $2 and generation = $3"
_SEAL = """
    insert into vault_sealed (project_id, owner_id, generation, key_id, sealed_at, field, wrapped_key, ciphertext)
    select $1, $2, $3, $4, $5, * from unnest($6::text[], $7::bytea[], $8::bytea[])
"""
_OPEN = """
    select field, key_id, wrapped_key, ciphertext from vault_sealed
    where project_id = $1 and owner_id = $2 and generation = $3
"""
_ERASE = """
    delete from vault_sealed
    where project_id = $1 and owner_id = $2 and ($3::bigint is null or generation <> $3)
"""


ACROSS_PROJECTS = ("active_key",)  # the key that seals is the house's, not a project's


async def active_key(conn: Connection, *, ring: KeyRing) -> Key:
    """Return the key that seals now, held active until the transaction ends; raise VaultKeyError where none is."""
    # Having waited for an activation, the first look finds the retired row and no other; the second sees the new key.
    key_id = await conn.fetchval(_ACTIVE) or await conn.fetchval(_ACTIVE)
    if key_id is None:
        raise VaultKeyError(
            "The database names no active vault key.", remedy="Start Crossdock with its key ring, which names one."
        )
    return ring.key(key_id)


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens the secrets of one owner (an account, a candidate, an integration, a webhook) by generation."""

    ring: KeyRing
    clock: Clock

    async def seal(
        self, conn: Connection, *, project_id: str, owner_id: str, generation: int, fields: Mapping[str, Secret]
    ) -> None:
        """Seal the fields as this generation, in place of what stood there, in the caller's transaction."""
        key = await active_key(conn, ring=self.ring)
        boxes = [
            envelope.seal(key=key, place=Place(project_id, owner_id, name, generation), secret=secret)
            for name, secret in fields.items()
        ]
        await conn.execute(_FORGET, project_id, owner_id, generation)
        await conn.execute(
            _SEAL,
            project_id,
            owner_id,
            generation,
            key.id,
            self.clock.now(),
            list(fields),
            [box.wrapped_key for box in boxes],
            [box.ciphertext for box in boxes],
        )

    async def open(self, conn: Connection, *, project_id: str, owner_id: str, generation: int) -> dict[str, Secret]:
        """Return the secrets by field; empty where nothing is sealed; raise SealBrokenError or VaultKeyError."""
        rows = await conn.fetch(_OPEN, project_id, owner_id, generation)
        return {
            row["field"]: envelope.unseal(
                key=self.ring.key(row["key_id"]),
                place=Place(project_id, owner_id, row["field"], generation),
                sealed=Sealed(row["key_id"], row["wrapped_key"], row["ciphertext"]),
            )
            for row in rows
        }

    async def erase(
        self, conn: Connection, *, project_id: str, owner_id: str, keep_generation: int | None = None
    ) -> None:
        """Erase what is sealed for the owner, but for one generation where it is named."""
        await conn.execute(_ERASE, project_id, owner_id, keep_generation)

    async def move(
        self,
        conn: Connection,
        *,
        project_id: str,
        from_owner: str,
        from_generation: int,
        to_owner: str,
        to_generation: int,
    ) -> None:
        """Seal one owner's secrets anew for another owner and erase the first owner's, all generations."""
        fields = await self.open(conn, project_id=project_id, owner_id=from_owner, generation=from_generation)
        await self.erase(conn, project_id=project_id, owner_id=from_owner)
        await self.seal(conn, project_id=project_id, owner_id=to_owner, generation=to_generation, fields=fields)
