from __future__ import annotations

from types import MappingProxyType

from crossdock.kernel.secret import Secret
from security.isolation import Case, World, writes

OWNER = "acc_mine"


async def seed(world: World) -> None:
    fields = {"access_token": Secret("mine"), "refresh_token": Secret("mine too")}
    await world.vault.seal(world.conn, project_id=world.mine, owner_id=OWNER, generation=1, fields=fields)


async def seal(world: World) -> None:
    fields = {"access_token": Secret("foreign")}
    await world.vault.seal(world.conn, project_id=world.foreign, owner_id=OWNER, generation=1, fields=fields)


async def open_sealed(world: World) -> object:
    return await world.vault.open(world.conn, project_id=world.foreign, owner_id=OWNER, generation=1)


async def erase(world: World) -> None:
    await world.vault.erase(world.conn, project_id=world.foreign, owner_id=OWNER)


async def move(world: World) -> object:
    await world.vault.move(
        world.conn,
        project_id=world.foreign,
        from_owner=OWNER,
        from_generation=1,
        to_owner="acc_foreign",
        to_generation=1,
    )
    return await world.vault.open(world.conn, project_id=world.foreign, owner_id="acc_foreign", generation=1)


CASES = MappingProxyType(
    {
        "vault.store.Vault.seal": writes(seal),
        "vault.store.Vault.open": Case(open_sealed),
        "vault.store.Vault.erase": Case(erase),
        "vault.store.Vault.move": Case(move),
    }
)
