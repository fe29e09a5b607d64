"""Which accounts an agent's calls may be for: from memory, until any account of the project changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from crossdock.accounts.changes import CHANNEL, LINKED, Change
from crossdock.accounts.model import Account, AccountChange
from crossdock.projects.model import AgentGrant, Principal
from token_house import TokenHouse, open_token_house
from waiting import until


async def linked(house: TokenHouse) -> Account:
    project_id = await house.project()
    told = house.leases.reach.epoch
    account = await house.adopt(project_id, await house.candidate(project_id))
    await until(lambda: house.leases.reach.epoch > told)
    return account


def agent(account: Account, **bounds: Any) -> Principal:
    grant = AgentGrant(ends_at=None, **{"owner_id": account.origin_owner_id, **bounds})
    return Principal(
        project_id=account.project_id, actor="agent:a", scopes=frozenset({"actions:read"}), role=None, grant=grant
    )


async def test_a_second_list_comes_from_memory(quiet_house: TokenHouse) -> None:
    """Within half a minute the accounts that somebody reaches are listed once."""
    principal = agent(await linked(quiet_house))
    first = await quiet_house.leases.reachable(principal=principal)

    second = await quiet_house.leases.reachable(principal=principal)

    assert len(first) == 1
    assert second is first


async def test_a_list_holds_what_the_principal_is_bound_to(quiet_house: TokenHouse) -> None:
    """By owner, by account and by project, the same as what a call would find."""
    account = await linked(quiet_house)
    stranger = await linked(quiet_house)
    every = replace(agent(account), grant=None)
    asked = {
        "its owner's": agent(account),
        "the account": agent(account, accounts=frozenset({account.id})),
        "another account": agent(account, accounts=frozenset({stranger.id})),
        "another owner's": agent(account, owner_id="nobody"),
        "the project's": every,
    }

    listed = {name: await quiet_house.leases.reachable(principal=one) for name, one in asked.items()}

    assert {name for name, found in listed.items() if [one.id for one in found] == [account.id]} == {
        "its owner's",
        "the account",
        "the project's",
    }
    assert listed["another account"] == listed["another owner's"] == ()


async def test_a_change_here_is_in_the_very_next_list(quiet_house: TokenHouse) -> None:
    """Once an account is deleted, no list that begins afterwards has it."""
    account = await linked(quiet_house)
    principal = agent(account)
    where = {"project_id": account.project_id, "account_id": account.id, "actor": "person:p"}

    await quiet_house.leases.reachable(principal=principal)
    await quiet_house.accounts.change(**where, change=AccountChange(effects=frozenset({"read"})))
    [changed] = await quiet_house.leases.reachable(principal=principal)
    await quiet_house.accounts.delete(**where)

    assert changed.effects == {"read"}
    assert await quiet_house.leases.reachable(principal=principal) == ()


async def test_an_account_linked_elsewhere_comes_into_the_list(
    quiet_house: TokenHouse, database_url: str, tmp_path: Path
) -> None:
    """Another replica links a second account of the owner: this one hears of it and lists anew."""
    account = await linked(quiet_house)
    principal = replace(agent(account), grant=None)
    await quiet_house.leases.reachable(principal=principal)
    async with open_token_house(
        dsn=database_url, key_file=tmp_path / "keys.json", twins={}, clock=quiet_house.clock
    ) as other:
        await other.adopt(account.project_id, await other.candidate(account.project_id))
    await until(lambda: not quiet_house.leases.reach.known)

    assert len(await quiet_house.leases.reachable(principal=principal)) == 2


async def test_a_change_elsewhere_leaves_other_projects_alone(
    quiet_house: TokenHouse, database_url: str, tmp_path: Path
) -> None:
    """Another replica changes an account of one project: lists and leases of the other stay in memory here."""
    mine, theirs = await linked(quiet_house), await linked(quiet_house)
    leases, asking = quiet_house.leases, [agent(one) for one in (mine, theirs)]
    [kept, _] = [await leases.reachable(principal=one) for one in asking]
    for one in (mine, theirs):
        await leases.lease(project_id=one.project_id, account_id=one.id)
    told = leases.reach.epoch
    where = {"project_id": theirs.project_id, "account_id": theirs.id, "actor": "person:p"}

    async with open_token_house(
        dsn=database_url, key_file=tmp_path / "keys.json", twins={}, clock=quiet_house.clock
    ) as other:
        await other.accounts.change(**where, change=AccountChange(effects=frozenset({"read", "write"})))
    await until(lambda: leases.reach.epoch > told)

    assert await leases.reachable(principal=asking[0]) is kept
    assert list(leases.cached) == [(mine.project_id, mine.id)]
    [changed] = await leases.reachable(principal=asking[1])
    assert changed.effects == {"read", "write"}


async def test_every_change_names_its_project(quiet_house: TokenHouse) -> None:
    """Linked, changed, paused, switched off or deleted: whoever listens knows whose lists to drop."""
    account = await linked(quiet_house)
    heard: list[Change] = []
    for channel in (CHANNEL, LINKED):
        await quiet_house.db.listen(channel, lambda payload: heard.append(Change.read(payload)))
    project = {"project_id": account.project_id, "actor": "person:p"}
    where = {**project, "account_id": account.id}
    profile = {**project, "integration_id": account.integration_id}
    accounts, integrations = quiet_house.accounts, quiet_house.leases.integrations

    await quiet_house.adopt(account.project_id, await quiet_house.candidate(account.project_id))
    await accounts.change(**where, change=AccountChange(effects=frozenset({"read", "write"})))
    await accounts.pause(**where)
    await accounts.resume(**where)
    await integrations.switch_off(**profile)
    await integrations.switch_on(**profile)
    await accounts.delete(**where)
    await until(lambda: len(heard) >= 7)

    assert {change.project_id for change in heard} == {account.project_id}
    assert [change.account_id for change in heard].count("") == 2
