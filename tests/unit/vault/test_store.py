from __future__ import annotations

import asyncio

import pytest

from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing, VaultKeyError
from crossdock.vault.store import Vault

PROJECT = "prj_1"
TOKENS = {"access_token": Secret("at-1"), "refresh_token": Secret("rt-1")}


async def seal(conn: Connection, vault: Vault, owner: str, generation: int, fields: dict[str, Secret]) -> None:
    await vault.seal(conn, project_id=PROJECT, owner_id=owner, generation=generation, fields=fields)


async def opened(conn: Connection, vault: Vault, owner: str, generation: int) -> dict[str, str]:
    fields = await vault.open(conn, project_id=PROJECT, owner_id=owner, generation=generation)
    return {name: secret.reveal() for name, secret in fields.items()}


async def test_a_generation_opens_as_it_was_sealed(house: Database, vault: Vault) -> None:
    """All fields of a generation come back, and a generation that was never sealed is empty."""
    async with house.transaction() as conn:
        await seal(conn, vault, "acc_1", 1, TOKENS)

        assert await opened(conn, vault, "acc_1", 1) == {"access_token": "at-1", "refresh_token": "rt-1"}
        assert await opened(conn, vault, "acc_1", 2) == {}


async def test_sealing_again_takes_the_place_of_what_stood_there(house: Database, vault: Vault) -> None:
    """A generation sealed twice holds the second set of fields only."""
    async with house.transaction() as conn:
        await seal(conn, vault, "acc_1", 1, TOKENS)
        await seal(conn, vault, "acc_1", 1, {"access_token": Secret("at-2")})

        assert await opened(conn, vault, "acc_1", 1) == {"access_token": "at-2"}


async def test_generations_stand_side_by_side(house: Database, vault: Vault) -> None:
    """A staged generation leaves the one in use alone, and erasing may keep one of them."""
    async with house.transaction() as conn:
        await seal(conn, vault, "acc_1", 1, TOKENS)
        await seal(conn, vault, "acc_1", 2, {"access_token": Secret("at-2")})

        await vault.erase(conn, project_id=PROJECT, owner_id="acc_1", keep_generation=2)

        assert await opened(conn, vault, "acc_1", 1) == {}
        assert await opened(conn, vault, "acc_1", 2) == {"access_token": "at-2"}


async def test_erasing_leaves_nothing_of_the_owner_alone(house: Database, vault: Vault) -> None:
    """After erasing, no row of the owner is left, and another owner's rows are."""
    async with house.transaction() as conn:
        await seal(conn, vault, "acc_1", 1, TOKENS)
        await seal(conn, vault, "acc_2", 1, TOKENS)

        await vault.erase(conn, project_id=PROJECT, owner_id="acc_1")

        rows = await conn.fetch("select distinct owner_id from vault_sealed")
        assert [row["owner_id"] for row in rows] == ["acc_2"]


async def test_moving_seals_anew_for_the_new_owner(house: Database, vault: Vault) -> None:
    """A candidate's secrets become the account's, and nothing stays under the candidate."""
    async with house.transaction() as conn:
        await seal(conn, vault, "cnd_1", 1, TOKENS)

        await vault.move(
            conn, project_id=PROJECT, from_owner="cnd_1", from_generation=1, to_owner="acc_1", to_generation=3
        )

        assert await opened(conn, vault, "acc_1", 3) == {"access_token": "at-1", "refresh_token": "rt-1"}
        assert await opened(conn, vault, "cnd_1", 1) == {}


async def test_a_rolled_back_transaction_seals_nothing(house: Database, vault: Vault) -> None:
    """Sealing belongs to the caller's transaction."""

    async def fail_after_sealing() -> None:
        async with house.transaction() as conn:
            await seal(conn, vault, "acc_1", 1, TOKENS)
            raise LookupError

    with pytest.raises(LookupError):
        await fail_after_sealing()

    async with house.connection() as conn:
        assert await opened(conn, vault, "acc_1", 1) == {}


async def test_the_database_holds_no_plain_secret(house: Database, vault: Vault) -> None:
    """Neither the values nor the keys' material stand in any column."""
    async with house.transaction() as conn:
        await seal(conn, vault, "acc_1", 1, {"access_token": Secret("canary-4711")})

        rows = await conn.fetch("select t::text as row from vault_sealed t union all select k::text from vault_keys k")

    text = " ".join(row["row"] for row in rows)
    assert "canary-4711" not in text
    assert b"canary-4711".hex() not in text


async def test_without_an_active_key_nothing_is_sealed(database: Database, vault: Vault) -> None:
    """A database that names no active key refuses, and says how it comes to one."""
    async with database.transaction() as conn:
        await conn.execute("insert into projects (id, name, created_at) values ($1, 'One', now())", PROJECT)

        with pytest.raises(VaultKeyError, match="no active vault key"):
            await seal(conn, vault, "acc_1", 1, TOKENS)


async def test_a_change_of_keys_waits_for_who_is_sealing(
    house: Database, vault: Vault, ring: KeyRing, ids: Ids, clock: OffsetClock
) -> None:
    """No row comes into being under a key that was retired before: the activation waits, the next sealing uses it."""
    async with house.connection() as other:
        staged = await rotation.stage(other, ring=ring, ids=ids)
        async with house.transaction() as conn:
            await seal(conn, vault, "acc_1", 1, TOKENS)
            activation = asyncio.create_task(
                rotation.activate(other, ring=ring, key_id=staged.id, clock=clock), name="activation"
            )
            await asyncio.sleep(0.2)
            assert not activation.done()
        await activation

    async with house.transaction() as conn:
        await seal(conn, vault, "acc_2", 1, TOKENS)
        rows = await conn.fetch("select distinct owner_id, key_id from vault_sealed")
    assert {row["owner_id"]: row["key_id"] for row in rows} == {"acc_1": ring.ids()[0], "acc_2": staged.id}


async def test_sealing_that_met_an_activation_uses_the_new_key(
    house: Database, vault: Vault, ring: KeyRing, ids: Ids, clock: OffsetClock
) -> None:
    """Whoever waits for an activation to commit seals with the key that became active."""
    async with house.connection() as other:
        staged = await rotation.stage(other, ring=ring, ids=ids)
        async with other.transaction():
            await rotation.activate(other, ring=ring, key_id=staged.id, clock=clock)
            async with house.transaction() as conn:
                sealing = asyncio.create_task(seal(conn, vault, "acc_1", 1, TOKENS), name="sealing")
                await asyncio.sleep(0.2)
                assert not sealing.done()
                await other.execute("commit")
                await sealing
            await other.execute("begin")

    async with house.connection() as conn:
        assert await conn.fetchval("select distinct key_id from vault_sealed") == staged.id
