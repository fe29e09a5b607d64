from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

from crossdock.actions import synced_store as store
from crossdock.actions.synced_store import Dataset, SyncedPage
from security.isolation import Case, World
from security.isolation_rows import ACCOUNT, seed_accounts

DATASET = Dataset(account_id=ACCOUNT, action="shipper_list_things", path_hash="abc")


def _page(world: World, *, project_id: str, page_id: str) -> SyncedPage:
    now = world.clock.now()
    return SyncedPage(
        project_id=project_id,
        id=page_id,
        account_id=ACCOUNT,
        action=DATASET.action,
        path_hash=DATASET.path_hash,
        run_id="run_mine",
        number=1,
        rows=2,
        size=10,
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )


async def seed(world: World) -> None:
    await seed_accounts(world)
    page = _page(world, project_id=world.mine, page_id="call_mine")
    await store.insert_page(world.conn, project_id=world.mine, page=page)


async def insert_page(world: World) -> None:
    page = _page(world, project_id=world.foreign, page_id="call_foreign")
    await store.insert_page(world.conn, project_id=world.foreign, page=page)


async def pages_of_run(world: World) -> object:
    return await store.pages_of_run(
        world.conn, project_id=world.foreign, dataset=DATASET, run_id=None, now=world.clock.now()
    )


async def accounts_of_run(world: World) -> object:
    return await store.accounts_of_run(
        world.conn,
        project_id=world.foreign,
        action=DATASET.action,
        path_hash=DATASET.path_hash,
        run_id="run_mine",
        now=world.clock.now(),
    )


async def pages_of_account(world: World) -> object:
    return await store.pages_of_account(world.conn, project_id=world.foreign, account_id=ACCOUNT)


async def delete_pages(world: World) -> None:
    await store.delete_pages(world.conn, project_id=world.foreign, ids=["call_mine"])


async def lock_account(world: World) -> None:
    await store.lock_account(world.conn, project_id=world.foreign, account_id=ACCOUNT)


CASES = MappingProxyType(
    {
        "actions.synced_store.lock_account": Case(lock_account),
        "actions.synced_store.insert_page": Case(insert_page),
        "actions.synced_store.pages_of_run": Case(pages_of_run),
        "actions.synced_store.accounts_of_run": Case(accounts_of_run),
        "actions.synced_store.pages_of_account": Case(pages_of_account),
        "actions.synced_store.delete_pages": Case(delete_pages),
    }
)
