from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from account_arrangements import made_cause
from crossdock.accounts.health import ProbeResult
from crossdock.accounts.model import Account, AccountChange
from crossdock.kernel.errors import CredentialDeadError, InactiveError, NotFoundError
from crossdock.tokens.lease import Lease
from token_house import TokenHouse, open_token_house
from waiting import until

DEAD = ProbeResult(outcome="dead", cause=made_cause("dead", key="token_refused"))


async def _linked(house: TokenHouse, life: timedelta | None = None) -> Account:
    project_id = await house.project()
    return await house.adopt(project_id, await house.candidate(project_id, life=life))


async def _lease(house: TokenHouse, account: Account) -> Lease:
    return await house.leases.lease(project_id=account.project_id, account_id=account.id)


async def test_a_lease_carries_all_that_a_call_needs(quiet_house: TokenHouse) -> None:
    """Account, connector, method, environment, the opened credential and its generation, and no secret in its repr."""
    account = await _linked(quiet_house)

    lease = await _lease(quiet_house, account)

    assert (lease.connector.key, lease.method.key, lease.environment.key) == ("easyship", "token", "production")
    assert lease.credential["access_token"].reveal().startswith("prod_")
    assert lease.generation == 1
    assert "prod_secret" not in repr(lease)


async def test_a_second_lease_comes_from_memory(quiet_house: TokenHouse) -> None:
    """Within half a minute the same lease is handed out without asking the database."""
    account = await _linked(quiet_house)
    first = await _lease(quiet_house, account)

    second = await _lease(quiet_house, account)

    assert second is first


async def test_a_change_here_is_seen_by_the_very_next_lease(quiet_house: TokenHouse) -> None:
    """Once a grant was taken away, no lease that starts afterwards has it."""
    account = await _linked(quiet_house)
    where = {"project_id": account.project_id, "account_id": account.id, "actor": "person:p"}

    for effects in (frozenset({"read", "write"}), frozenset({"read"})):
        await _lease(quiet_house, account)
        await quiet_house.accounts.change(**where, change=AccountChange(effects=effects))  # type: ignore[arg-type]  # a set of effects
        assert (await _lease(quiet_house, account)).account.effects == effects


async def test_a_change_elsewhere_drops_what_is_in_memory(
    quiet_house: TokenHouse, database_url: str, tmp_path: Path
) -> None:
    """Another replica pauses the account: this one hears of it and hands nothing out any more."""
    account = await _linked(quiet_house)
    await _lease(quiet_house, account)
    async with open_token_house(
        dsn=database_url, key_file=tmp_path / "keys.json", twins={}, clock=quiet_house.clock
    ) as other:
        await other.accounts.pause(project_id=account.project_id, account_id=account.id, actor="person:p")
    await until(lambda: not quiet_house.leases.cached)

    with pytest.raises(InactiveError):
        await _lease(quiet_house, account)


async def test_a_dead_credential_says_what_to_do(quiet_house: TokenHouse) -> None:
    """A credential under a verdict is not handed out; the error carries cause and remedy of the connector."""
    account = await _linked(quiet_house)
    for _ in range(2):
        async with quiet_house.db.transaction() as conn:
            await quiet_house.accounts.note_probe(
                conn,
                project_id=account.project_id,
                account_id=account.id,
                generation=1,
                result=DEAD,
                actor="system:worker",
            )

    with pytest.raises(CredentialDeadError) as caught:
        await _lease(quiet_house, account)

    assert (caught.value.detail["cause"], caught.value.why) == ("token_refused", "refused")
    assert caught.value.remedy == quiet_house.catalogue.get("easyship").cause("token_refused").remedy


async def test_a_static_credential_that_was_refused_is_not_renewed(quiet_house: TokenHouse) -> None:
    """Nothing can be forced for a token that cannot renew itself: the caller learns that at once."""
    account = await _linked(quiet_house)

    with pytest.raises(CredentialDeadError):
        await quiet_house.leases.lease(project_id=account.project_id, account_id=account.id, force_refresh_of=1)


async def test_a_credential_is_not_handed_out_past_its_end(quiet_house: TokenHouse) -> None:
    """Not even from memory: ten seconds before its end a token that nothing renews is no longer given."""
    account = await _linked(quiet_house, life=timedelta(minutes=10))
    await _lease(quiet_house, account)

    quiet_house.clock.offset += timedelta(minutes=9, seconds=55)

    with pytest.raises(CredentialDeadError) as caught:
        await _lease(quiet_house, account)
    assert caught.value.why == "ended"


async def test_a_connector_that_is_switched_off_stops_its_accounts(quiet_house: TokenHouse) -> None:
    """Switching a connector off stops calls at once, and on again lets them through."""
    account = await _linked(quiet_house)
    where = {"project_id": account.project_id, "integration_id": account.integration_id, "actor": "person:p"}
    await _lease(quiet_house, account)

    await quiet_house.integrations.switch_off(**where)
    with pytest.raises(InactiveError):
        await _lease(quiet_house, account)
    await quiet_house.integrations.switch_on(**where)

    assert (await _lease(quiet_house, account)).generation == 1


async def test_another_project_gets_no_lease(quiet_house: TokenHouse) -> None:
    """The cache is no way around the project either."""
    account = await _linked(quiet_house)
    await _lease(quiet_house, account)

    with pytest.raises(NotFoundError):
        await quiet_house.leases.lease(project_id=await quiet_house.project("Other"), account_id=account.id)
