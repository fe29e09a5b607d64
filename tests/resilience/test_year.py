"""A ShipHero account over a year of the turned clock, and through a suspension and back."""

from __future__ import annotations

from datetime import timedelta

from crossdock.accounts.model import Account
from crossdock.kernel.secret import Secret
from token_house import TokenHouse
from twins import ShipheroTwin


async def _linked(house: TokenHouse, twin: ShipheroTwin, email: str) -> tuple[Account, str]:
    developer = twin.developer(email)
    project_id = await house.project()
    linked = await house.link(project_id, "shiphero", "refresh_token", {"refresh_token": developer["refresh_token"]})
    return linked, developer["refresh_token"]


def _turn(house: TokenHouse, twin: ShipheroTwin, hours: int) -> None:
    house.clock.offset += timedelta(hours=hours)
    twin.clock_advance(f"{hours}h")


async def test_an_account_lives_a_year_by_itself(shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin) -> None:
    """365 days: 13 to 19 refreshes, never an expired moment, the refresh token kept, no event but the first."""
    linked, refresh_token = await _linked(shiphero_house, shiphero_twin, "year@shop.example")
    where = {"project_id": linked.project_id, "account_id": linked.id}
    shiphero_twin.clear_journal()
    expired_moments = 0

    for _ in range(365 * 2):
        _turn(shiphero_house, shiphero_twin, 12)
        account = await shiphero_house.account(linked)
        assert account.expires_at is not None
        expired_moments += account.expires_at <= shiphero_house.clock.now()
        await shiphero_house.schedule.run_due()

    sealed = await shiphero_house.sealed(linked)
    assert expired_moments == 0
    assert 13 <= sealed.refreshes <= 19
    assert len(shiphero_twin.journal("/auth/refresh")) == sealed.refreshes
    assert (await shiphero_house.secrets(linked))["refresh_token"].reveal() == refresh_token
    assert (await shiphero_house.account(linked)).status == "active"
    assert await shiphero_house.events(linked) == ["account.created"]
    assert (await shiphero_house.checkup.run(**where, depth="full")).works
    async with shiphero_house.db.connection() as conn:
        assert (await shiphero_house.trail.verify(conn, project_id=linked.project_id)).ok


async def test_a_suspension_is_noticed_told_once_and_healed_by_one_click(
    shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin
) -> None:
    """Suspended: noticed by the next probe, the working token kept, one event; active again: one click, same id."""
    linked, refresh_token = await _linked(shiphero_house, shiphero_twin, "suspended@shop.example")
    account_id = next(one["id"] for one in shiphero_twin.accounts())
    before = await shiphero_house.secrets(linked)
    generation = (await shiphero_house.sealed(linked)).generation
    shiphero_twin.set_state(account_id, "suspended")

    _turn(shiphero_house, shiphero_twin, 24)
    await shiphero_house.schedule.run_due()
    noticed = await shiphero_house.account(linked)

    assert (noticed.status, noticed.status_reasons[0].code) == ("suspended", "account_not_active")
    assert (await shiphero_house.sealed(linked)).generation == generation
    kept = await shiphero_house.secrets(linked)
    assert kept["access_token"].reveal() == before["access_token"].reveal()
    assert kept["refresh_token"].reveal() == refresh_token

    for _ in range(48):
        _turn(shiphero_house, shiphero_twin, 1)
        await shiphero_house.schedule.run_due()
    told = await shiphero_house.events(linked)

    assert told.count("account.needs_relink") == 1
    assert told.count("account.updated") == 1
    assert len(shiphero_twin.journal("/auth/refresh")) <= 52

    shiphero_twin.set_state(account_id, "active")
    revived = await shiphero_house.checkup.revive(
        project_id=linked.project_id, account_id=linked.id, actor="person:per_a"
    )

    assert revived.works
    assert (revived.account.id, revived.account.status) == (linked.id, "active")
    assert (await shiphero_house.events(linked)).count("account.updated") == 2
    line = await shiphero_house.accounts.life_line(project_id=linked.project_id, account_id=linked.id)
    assert "account.relinked" in [entry.event for entry in line]


async def test_an_account_that_is_active_again_comes_back_by_itself(
    shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin
) -> None:
    """A suspended account is looked at every hour, so it is active again within an hour of being so."""
    linked, _ = await _linked(shiphero_house, shiphero_twin, "back@shop.example")
    account_id = next(one["id"] for one in shiphero_twin.accounts())
    shiphero_twin.set_state(account_id, "inactive")
    _turn(shiphero_house, shiphero_twin, 24)
    await shiphero_house.schedule.run_due()
    shiphero_twin.set_state(account_id, "active")

    _turn(shiphero_house, shiphero_twin, 1)
    await shiphero_house.schedule.run_due()

    assert (await shiphero_house.account(linked)).status == "active"


async def test_a_removed_developer_is_dead_and_left_in_peace(
    shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin
) -> None:
    """A refresh token that is no longer known is a verdict; after it the provider is not asked again for a month."""
    linked, _ = await _linked(shiphero_house, shiphero_twin, "removed@shop.example")
    async with shiphero_house.db.connection() as conn:
        await shiphero_house.vault.seal(
            conn,
            project_id=linked.project_id,
            owner_id=linked.id,
            generation=1,
            fields={name: _spoilt(secret.reveal()) for name, secret in (await shiphero_house.secrets(linked)).items()},
        )

    _turn(shiphero_house, shiphero_twin, 24)
    await shiphero_house.schedule.run_due()
    dead = await shiphero_house.account(linked)
    shiphero_twin.clear_journal()
    for _ in range(30):
        _turn(shiphero_house, shiphero_twin, 24)
        await shiphero_house.schedule.run_due()

    assert (dead.status, dead.status_reasons[0].code) == ("error", "refresh_token_refused")
    assert shiphero_twin.journal("/auth/*") == shiphero_twin.journal("/graphql") == []
    assert (await shiphero_house.events(linked)).count("account.needs_relink") == 1


def _spoilt(text: str) -> Secret:
    """Return the secret with its last characters changed, as if it had been another developer's."""
    return Secret(text[:-6] + "aaaaaa")
