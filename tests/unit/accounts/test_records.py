from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from account_arrangements import made_cause
from crossdock.accounts.health import ProbeResult
from crossdock.accounts.model import Account, AccountChange, AccountQuery
from crossdock.kernel.errors import InvalidRequestError, NotFoundError
from token_house import TokenHouse

DEAD = ProbeResult(outcome="dead", cause=made_cause("dead"))
ALIVE = ProbeResult(outcome="alive")


async def _linked(house: TokenHouse, count: int = 1) -> list[Account]:
    project_id = await house.project()
    return [
        await house.adopt(
            project_id, await house.candidate(project_id), owner=f"owner-{number}", label=f"Shop number {number}"
        )
        for number in range(count)
    ]


async def _probed(house: TokenHouse, account: Account, result: ProbeResult, generation: int = 1) -> Account:
    async with house.db.transaction() as conn:
        return await house.accounts.note_probe(
            conn,
            project_id=account.project_id,
            account_id=account.id,
            generation=generation,
            result=result,
            actor="system:worker",
        )


async def _listed(house: TokenHouse, account: Account, **query: object) -> tuple[Sequence[str | None], int]:
    found = await house.accounts.list(
        project_id=account.project_id,
        query=AccountQuery(**query),  # type: ignore[arg-type]  # each test names real members
    )
    return [one.label for one in found.rows], found.total


async def test_a_change_of_status_is_told_once(quiet_house: TokenHouse) -> None:
    """However often a dead credential is probed, its death is one event of each kind."""
    [account] = await _linked(quiet_house)

    for _ in range(4):
        await _probed(quiet_house, account, DEAD)

    dead = await quiet_house.account(account)
    assert (dead.status, dead.status_reasons[0].code) == ("error", "some_dead")
    assert await quiet_house.events(account) == ["account.created", "account.updated", "account.needs_relink"]


async def test_a_probe_of_an_old_generation_says_nothing(quiet_house: TokenHouse) -> None:
    """What was seen of a credential that has been replaced meanwhile is not held against the new one."""
    [account] = await _linked(quiet_house)

    for _ in range(3):
        await _probed(quiet_house, account, DEAD, generation=0)

    after = await quiet_house.account(account)
    assert (after.status, after.refusals) == ("active", 0)


async def test_an_account_that_works_again_is_told_once_more(quiet_house: TokenHouse) -> None:
    """A static credential that is taken again makes the account active, with one more event."""
    [account] = await _linked(quiet_house)
    await _probed(quiet_house, account, DEAD)
    await _probed(quiet_house, account, DEAD)

    after = await _probed(quiet_house, account, ALIVE)

    assert after.status == "active"
    assert not (await quiet_house.sealed(account)).refused
    assert (await quiet_house.events(account)).count("account.updated") == 2


async def test_an_end_is_announced_once(quiet_house: TokenHouse) -> None:
    """A credential that cannot renew itself is announced as expiring once, and told as expired once."""
    project_id = await quiet_house.project()
    candidate_id = await quiet_house.candidate(project_id, life=timedelta(days=100))
    account = await quiet_house.adopt(project_id, candidate_id)

    for days in (50, 44, 2, 2, 5):
        quiet_house.clock.offset += timedelta(days=days)
        await quiet_house.checkup.run(project_id=project_id, account_id=account.id, depth="daily") if days == 5 else (
            await _probed(quiet_house, account, ALIVE)
        )

    told = await quiet_house.events(account)
    assert (await quiet_house.account(account)).status == "expired"
    assert told.count("account.expiring") == 1
    assert told.count("account.needs_relink") == 1


async def test_calls_that_say_nothing_new_are_not_written(quiet_house: TokenHouse) -> None:
    """Of many calls that went well one is written down; a refusal always is."""
    [account] = await _linked(quiet_house)

    for _ in range(20):
        await quiet_house.accounts.note_call(account=account, generation=1, cause=None)
    first = (await quiet_house.account(account)).succeeded_at
    quiet_house.clock.offset += timedelta(seconds=5)
    await quiet_house.accounts.note_call(account=account, generation=1, cause=None)
    await quiet_house.accounts.note_call(account=account, generation=1, cause=made_cause("dead"))

    after = await quiet_house.account(account)
    assert after.succeeded_at == first
    assert (after.refusals, after.status) == (1, "active")
    assert (await quiet_house.sealed(account)).refused


async def test_a_change_by_a_person_is_told_and_audited(quiet_house: TokenHouse) -> None:
    """A changed label and grant leave an event and an entry; the same values again leave nothing."""
    [account] = await _linked(quiet_house)
    change = AccountChange(label="New", effects=frozenset({"read", "write"}))
    where = {"project_id": account.project_id, "account_id": account.id, "actor": "person:p"}

    after = await quiet_house.accounts.change(**where, change=change)
    await quiet_house.accounts.change(**where, change=change)

    assert (after.label, sorted(after.effects)) == ("New", ["read", "write"])
    assert await quiet_house.events(account) == ["account.created", "account.updated"]
    line = await quiet_house.accounts.life_line(project_id=account.project_id, account_id=account.id)
    assert [entry.event for entry in line] == ["account.edited", "account.linked"]


async def test_a_paused_account_reads_inactive_until_it_is_resumed(quiet_house: TokenHouse) -> None:
    """Pausing twice is pausing once; resuming asks for a probe soon."""
    [account] = await _linked(quiet_house)
    where = {"project_id": account.project_id, "account_id": account.id, "actor": "person:p"}

    paused = await quiet_house.accounts.pause(**where)
    await quiet_house.accounts.pause(**where)
    inactive = await _listed(quiet_house, account, statuses=("inactive",))
    resumed = await quiet_house.accounts.resume(**where)

    assert (paused.wire_status, inactive[1]) == ("inactive", 1)
    assert resumed.wire_status == "active"
    assert resumed.next_probe_at is not None
    assert resumed.next_probe_at <= quiet_house.clock.now()
    assert (await quiet_house.events(account)).count("account.updated") == 2


async def test_lists_filter_search_and_page(quiet_house: TokenHouse) -> None:
    """Filters, search and pages narrow the list, and the total stays that of all that match."""
    accounts = await _linked(quiet_house, 5)
    one = accounts[0]

    newest = await _listed(quiet_house, one, limit=2)
    last = await _listed(quiet_house, one, limit=2, offset=4)
    beyond = await _listed(quiet_house, one, limit=2, offset=40)
    by_owner = await _listed(quiet_house, one, origin_owner_ids=("owner-1", "owner-3"))
    by_word = await _listed(quiet_house, one, search="NUMBER 2")
    by_id = await _listed(quiet_house, one, account_ids=(one.id,))
    none = await _listed(quiet_house, one, providers=("shiphero",))

    assert newest == (["Shop number 4", "Shop number 3"], 5)
    assert last == (["Shop number 0"], 5)
    assert beyond == ([], 5)
    assert by_owner == (["Shop number 3", "Shop number 1"], 2)
    assert by_word == (["Shop number 2"], 1)
    assert by_id == (["Shop number 0"], 1)
    assert none == ([], 0)


async def test_an_odd_page_is_refused(quiet_house: TokenHouse) -> None:
    """A page of nothing, or of everything, is not served."""
    [account] = await _linked(quiet_house)

    for limit in (0, 201):
        with pytest.raises(InvalidRequestError):
            await _listed(quiet_house, account, limit=limit)


async def test_another_project_finds_no_account(quiet_house: TokenHouse) -> None:
    """The same id under another project is not found, for reading or for writing."""
    [account] = await _linked(quiet_house)
    foreign = {"project_id": await quiet_house.project("Other"), "account_id": account.id}

    with pytest.raises(NotFoundError):
        await quiet_house.accounts.get(**foreign)
    with pytest.raises(NotFoundError):
        await quiet_house.accounts.pause(**foreign, actor="person:p")
    with pytest.raises(NotFoundError):
        await quiet_house.accounts.delete(**foreign, actor="person:p")
