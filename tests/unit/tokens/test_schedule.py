from __future__ import annotations

from datetime import timedelta

from crossdock.accounts.model import Account
from token_house import TokenHouse


async def _linked(house: TokenHouse, project_id: str) -> Account:
    candidate_id = await house.candidate(
        project_id, connector_key="shiphero", method_key="refresh_token", life=timedelta(days=28)
    )
    integration_id = await house.integration_id(project_id, "shiphero", "refresh_token")
    return await house.adopt(project_id, candidate_id, integration_id=integration_id)


async def test_nothing_is_due_right_after_linking(quiet_house: TokenHouse) -> None:
    """A healthy account is left alone until its day."""
    await _linked(quiet_house, await quiet_house.project())

    assert await quiet_house.schedule.sweep() == 0


async def test_what_is_due_becomes_one_job_each(quiet_house: TokenHouse) -> None:
    """A sweep writes one job for each account and task; sweeps that overlap add none."""
    project_id = await quiet_house.project()
    for _ in range(3):
        await _linked(quiet_house, project_id)
    quiet_house.clock.offset += timedelta(days=23)

    first, second = await quiet_house.schedule.sweep(), await quiet_house.schedule.sweep()

    assert (first, second) == (6, 0)
    async with quiet_house.db.connection() as conn:
        rows = await conn.fetch("select entrypoint, count(*) as many from pgqueuer group by 1 order by 1")
    assert {row["entrypoint"]: row["many"] for row in rows} == {"probe_account": 3, "refresh_account": 3}


async def test_a_paused_account_is_kept_alive_and_not_probed(quiet_house: TokenHouse) -> None:
    """A pause stops probes; the credential is still renewed, so that resuming works."""
    project_id = await quiet_house.project()
    account = await _linked(quiet_house, project_id)
    await quiet_house.accounts.pause(project_id=project_id, account_id=account.id, actor="person:p")
    quiet_house.clock.offset += timedelta(days=23)

    due = await quiet_house.accounts.due(limit=10)

    assert due == [(project_id, account.id, "refresh")]


async def test_a_job_for_an_account_that_is_gone_is_done(quiet_house: TokenHouse) -> None:
    """A job that comes after the account was deleted ends quietly."""
    project_id = await quiet_house.project()
    account = await _linked(quiet_house, project_id)
    await quiet_house.accounts.delete(project_id=project_id, account_id=account.id, actor="person:p")
    payload = {"project_id": project_id, "account_id": account.id}

    await quiet_house.schedule.refresh_account(payload)
    await quiet_house.schedule.probe_account(payload)

    assert await quiet_house.accounts.due(limit=10) == []


async def test_a_job_that_comes_late_looks_again(quiet_house: TokenHouse) -> None:
    """A job whose account is no longer due asks nobody for anything."""
    project_id = await quiet_house.project()
    account = await _linked(quiet_house, project_id)

    await quiet_house.schedule.refresh_account({"project_id": project_id, "account_id": account.id})

    sealed = await quiet_house.sealed(account)
    assert (sealed.refreshes, sealed.failures) == (0, 0)
