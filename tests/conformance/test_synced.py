"""Synced calls: rows are kept by run, read again by page and filter, sealed, bounded, and gone with their account."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from crossdock.actions import synced
from crossdock.kernel.clock import OffsetClock
from house import Answer, Live
from shared_house import link_pasted
from twins import EasyshipTwin

LIST, ALL = "easyship_list_countries", {"query": {"page_size": 5}}


@pytest_asyncio.fixture
async def account(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    token = easyship_twin_process.integration("Synced")["production_token"]
    return await link_pasted(shared_live, token, owner=f"synced-{token[-8:]}")


async def sync(live: Live, account: str, *, run: str | None = None, **members: Any) -> Answer:
    path = f"/actions/rpc?sync=true{f'&run_id={run}' if run else ''}"
    return await live.call("POST", path, data={"action": LIST, **ALL, **members}, headers={"x-account-id": account})


async def read(live: Live, account: str | None, query: str = "", **members: Any) -> Answer:
    headers = {"x-account-id": account} if account else {}
    return await live.call("POST", f"/actions/rpc/synced{query}", data={"action": LIST, **members}, headers=headers)


async def test_rows_are_kept_by_run(shared_live: Live, account: str) -> None:
    """Two pages of one run are read as one list, in their order, page by page, without asking the provider."""
    first = (await sync(shared_live, account)).json()
    run = first["datasync"]["run_id"]
    second = (await sync(shared_live, account, run=run, query={"page_size": 5, "next": first["next"]})).json()

    whole = (await read(shared_live, account, "?page_size=100")).json()
    part = (await read(shared_live, account, "?page_size=4&skip=3")).json()
    beyond = (await read(shared_live, account, "?skip=50")).json()

    assert whole["data"] == [*first["data"], *second["data"]]
    assert part["data"] == whole["data"][3:7]
    assert (beyond["data"], beyond["total"]) == ([], 10)
    assert whole["datasync"] == second["datasync"]
    assert second["datasync"]["run_id"] == run
    assert set(first["datasync"]) == {"path_params_hash", "request_id", "run_id", "sync_expires_at", "synced_at"}


async def test_the_newest_run_is_meant_unless_one_is_named(shared_live: Live, account: str) -> None:
    """A later run takes the place of an earlier one, which stays there by its name, with no account named either."""
    old = (await sync(shared_live, account)).json()
    new = (await sync(shared_live, account, query={"page_size": 2})).json()
    run = old["datasync"]["run_id"]

    newest = (await read(shared_live, account)).json()
    named = (await read(shared_live, account, run_id=run)).json()
    alone = (await read(shared_live, None, run_id=run)).json()
    nobody = await read(shared_live, None)

    assert newest["data"] == new["data"]
    assert named["data"] == alone["data"] == old["data"]
    assert (nobody.status, nobody.json()["code"]) == (400, "account_missing")


async def test_filters_compare_fields(shared_live: Live, account: str) -> None:
    """A filter is equality by dotted path, with a list for one of several, and is counted before paging."""
    rows = (await sync(shared_live, account, query={"page_size": 20})).json()["data"]
    name = next(key for key, value in rows[0].items() if isinstance(value, str))
    values = [rows[0][name], rows[1][name]]

    one = (await read(shared_live, account, filter={name: values[0]})).json()
    some = (await read(shared_live, account, "?page_size=1&skip=1", filter={name: values})).json()
    none = (await read(shared_live, account, filter={f"{name}.deeper": "x"})).json()

    fitting = [row for row in rows if row[name] in values]
    assert one["data"] == [row for row in rows if row[name] == values[0]]
    assert (some["data"], some["total"]) == (fitting[1:2], len(fitting))
    assert (none["data"], none["total"]) == ([], 0)


async def test_rows_end_after_a_day_and_with_their_account(shared_live: Live, account: str) -> None:
    """What has had its time is not read and is swept away with its seal; what is left goes with the account."""
    clock, calls = shared_live.house.clock, shared_live.house.calls
    assert isinstance(clock, OffsetClock)
    await sync(shared_live, account)

    clock.offset += synced.LIFE
    ended = await read(shared_live, account)
    await calls.synced.sweep()
    clock.offset -= synced.LIFE
    swept = await sealed(shared_live, account)
    page = (await sync(shared_live, account)).json()["datasync"]["request_id"]
    kept = await sealed(shared_live, account)
    await shared_live.call("DELETE", f"/accounts/{account}")

    assert (ended.status, ended.json()["code"]) == (404, "not_found")
    assert (swept, kept) == ([], [page])
    assert await sealed(shared_live, account) == []
    assert await vault_rows(shared_live, page) == 0


async def test_rows_lie_sealed(shared_live: Live, account: str) -> None:
    """No value of a row stands readable in any column of the tables that keep it."""
    answer = (await sync(shared_live, account)).json()
    name = max((value for value in answer["data"][0].values() if isinstance(value, str)), key=len)

    async with shared_live.house.db.connection() as conn:
        rows = await conn.fetch("select p::text as row from synced_pages p")
        secrets = await conn.fetch(
            "select ciphertext from vault_sealed where owner_id = $1", answer["datasync"]["request_id"]
        )

    assert len(name) > 3
    assert not [row for row in rows if name in row["row"]]
    assert [name.encode() in row["ciphertext"] for row in secrets] == [False]


async def test_a_run_is_bounded(shared_live: Live, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full run takes no more rows; an account that keeps too much loses its oldest runs."""
    first = (await sync(shared_live, account)).json()["datasync"]["run_id"]
    monkeypatch.setattr(synced, "MOST_ROWS", 5)
    full = await sync(shared_live, account, run=first)
    size = (await sizes(shared_live, account))[0]

    monkeypatch.setattr(synced, "MOST_BYTES", size + size // 2)
    second = (await sync(shared_live, account)).json()["datasync"]["run_id"]
    lost = await read(shared_live, account, run_id=first)
    held = await read(shared_live, account, run_id=second)

    assert (full.status, full.json()["code"]) == (409, "run_full")
    assert (lost.status, held.status) == (404, 200)


async def test_only_rows_that_are_read_are_synced(shared_live: Live, account: str) -> None:
    """A write and a file are refused before anything is sent."""
    answers = [
        await shared_live.call(
            "POST", "/actions/rpc?sync=true", data={"action": action}, headers={"x-account-id": account}
        )
        for action in ("easyship_create_box", "easyship_cancel_shipment")
    ]

    assert {answer.status for answer in answers} == {400}


async def test_reading_kept_rows_is_judged_like_the_call(shared_live: Live, account: str) -> None:
    """A profile that is narrowed closes what was synced before; a paused account too."""
    profile = (await shared_live.call("GET", f"/v2/accounts/{account}")).json()["connector_profile_id"]
    accounts, project_id = shared_live.house.accounts, shared_live.tenant.project.id
    await sync(shared_live, account)

    await accounts.pause(project_id=project_id, account_id=account, actor="key:k")
    paused = await read(shared_live, account)
    await accounts.resume(project_id=project_id, account_id=account, actor="key:k")
    await shared_live.call("PATCH", f"/auth_configs/{profile}", data={"actions": ["easyship_get_account"]})
    closed = await read(shared_live, account)
    await shared_live.call("PATCH", f"/auth_configs/{profile}", data={"actions": ["*"]})
    opened = await read(shared_live, account)

    assert (paused.status, closed.status, opened.status) == (412, 403, 200)
    assert closed.json()["code"] == "profile_action"


@pytest.mark.parametrize(
    ("path", "members"),
    [("/actions/rpc?debug=true", {}), ("/actions/rpc", {"query": {"debug": True}})],
    ids=["in the address", "in the call's query"],
)
async def test_debug_tells_the_call_in_the_log(
    shared_live: Live, account: str, path: str, members: dict[str, Any]
) -> None:
    """With `debug`, in either place, the answer names the call, which is found in the log under that id."""
    answer = await shared_live.call("POST", path, data={"action": LIST, **members}, headers={"x-account-id": account})
    await shared_live.house.calls.log.flush()

    logged = await shared_live.call("GET", f"/requests/logs/{answer.json()['debug']['request_id']}")

    assert logged.json()["data"]["account_id"] == account


async def sealed(live: Live, account: str) -> list[str]:
    async with live.house.db.connection() as conn:
        rows = await conn.fetch("select id from synced_pages where account_id = $1", account)
    return [row["id"] for row in rows]


async def sizes(live: Live, account: str) -> list[int]:
    async with live.house.db.connection() as conn:
        rows = await conn.fetch("select size from synced_pages where account_id = $1", account)
    return [row["size"] for row in rows]


async def vault_rows(live: Live, owner: str) -> int:
    async with live.house.db.connection() as conn:
        count: int = await conn.fetchval("select count(*) from vault_sealed where owner_id = $1", owner)
    return count
