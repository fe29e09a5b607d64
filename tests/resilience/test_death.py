"""Signals of death and their look-alikes: the dead are found within three tries, the others live on."""

from __future__ import annotations

from datetime import timedelta

from crossdock.accounts.model import Account
from token_house import TokenHouse
from twins import EasyshipTwin, ShipheroTwin

REDIRECT = "https://hub.example/connect/oauth2/easyship/callback"


async def _shiphero(house: TokenHouse, twin: ShipheroTwin) -> Account:
    developer = twin.developer("death@shop.example")
    project_id = await house.project()
    return await house.link(project_id, "shiphero", "refresh_token", {"refresh_token": developer["refresh_token"]})


async def _oauth(house: TokenHouse, twin: EasyshipTwin) -> Account:
    app = twin.oauth_app([REDIRECT])
    grant = twin.oauth_grant(app["client_id"])
    client = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    return await house.link_oauth(await house.project(), client, grant)


def _turn(house: TokenHouse, twin: ShipheroTwin | EasyshipTwin, hours: int) -> None:
    house.clock.offset += timedelta(hours=hours)
    twin.clock_advance(f"{hours}h")


async def test_a_token_that_was_replaced_is_dead_by_its_next_probe(
    easyship_house: TokenHouse, easyship_twin: EasyshipTwin
) -> None:
    """A regenerated Easyship token is found dead by the next daily probe, in two requests, and told once."""
    made = easyship_twin.integration()
    linked = await easyship_house.link(
        await easyship_house.project(), "easyship", "token", {"api_token": made["production_token"]}
    )
    easyship_twin.regenerate(made["id"], "production")
    easyship_twin.clear_journal()

    _turn(easyship_house, easyship_twin, 24)
    await easyship_house.schedule.run_due()

    dead = await easyship_house.account(linked)
    assert (dead.status, dead.status_reasons[0].code) == ("error", "token_refused")
    assert len(easyship_twin.journal()) <= 3
    assert (await easyship_house.events(linked)).count("account.needs_relink") == 1


async def test_one_stray_refusal_kills_no_static_token(easyship_house: TokenHouse, easyship_twin: EasyshipTwin) -> None:
    """A provider that once answers 401 to a good token is asked again at once, and nobody is told."""
    made = easyship_twin.integration()
    linked = await easyship_house.link(
        await easyship_house.project(), "easyship", "token", {"api_token": made["production_token"]}
    )
    easyship_twin.fault("unauthorized", times=1)

    seen = await easyship_house.checkup.run(project_id=linked.project_id, account_id=linked.id, depth="daily")

    assert seen.works
    assert await easyship_house.events(linked) == ["account.created"]


async def test_one_stray_refusal_of_a_fresh_token_is_looked_at_twice(
    shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin
) -> None:
    """A new token that is refused once, right after it was issued, is tried again before anybody is judged."""
    linked = await _shiphero(shiphero_house, shiphero_twin)
    _turn(shiphero_house, shiphero_twin, 24 * 23)
    shiphero_twin.fault("unauthorized", paths="/graphql", times=1)

    outcome = await shiphero_house.refresher.refresh(project_id=linked.project_id, account_id=linked.id, reason="due")

    assert outcome.kind == "refreshed"
    assert await shiphero_house.events(linked) == ["account.created"]


async def test_one_refusal_by_the_token_endpoint_is_no_verdict(
    shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin
) -> None:
    """`invalid_grant` once: the valid token is served, the refresh is tried again half a minute later, and works."""
    linked = await _shiphero(shiphero_house, shiphero_twin)
    where = {"project_id": linked.project_id, "account_id": linked.id}
    _turn(shiphero_house, shiphero_twin, 24 * 23)
    shiphero_twin.fault("unauthorized", paths="/auth/refresh", times=1)

    first = await shiphero_house.refresher.refresh(**where, reason="due")
    lease = await shiphero_house.leases.lease(project_id=linked.project_id, account_id=linked.id)
    await shiphero_house.leases.close()
    shiphero_house.clock.offset += timedelta(minutes=1)
    second = await shiphero_house.refresher.refresh(**where, reason="due")

    assert (first.kind, first.cause) == ("weather", "refresh_token_refused")
    assert lease.generation == 1
    assert second.kind == "refreshed"
    assert await shiphero_house.events(linked) == ["account.created"]


async def test_a_working_token_is_served_after_its_renewal_died(
    shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin
) -> None:
    """A refresh token that is refused for good is a verdict; the access token serves on until its own end."""
    linked = await _shiphero(shiphero_house, shiphero_twin)
    where = {"project_id": linked.project_id, "account_id": linked.id}
    _turn(shiphero_house, shiphero_twin, 24 * 23)
    shiphero_twin.fault("unauthorized", paths="/auth/refresh")

    for _ in range(2):
        await shiphero_house.refresher.refresh(**where, reason="due")
        shiphero_house.clock.offset += timedelta(minutes=1)
    dead = await shiphero_house.account(linked)
    lease = await shiphero_house.leases.lease(project_id=linked.project_id, account_id=linked.id)

    assert (dead.status, dead.status_reasons[0].code) == ("error", "refresh_token_refused")
    assert lease.generation == 1
    assert (await shiphero_house.events(linked)).count("account.needs_relink") == 1


async def test_a_revoked_consent_is_dead_within_three_tries(
    easyship_house: TokenHouse, easyship_twin: EasyshipTwin
) -> None:
    """A company that is closed refuses token and refresh alike: one look is enough, and it is told once."""
    linked = await _oauth(easyship_house, easyship_twin)
    company = easyship_twin.accounts()[0]["id"]
    easyship_twin.set_state(company, "cancelled")
    easyship_twin.clear_journal()

    _turn(easyship_house, easyship_twin, 24)
    await easyship_house.schedule.run_due()
    for _ in range(10):
        _turn(easyship_house, easyship_twin, 1)
        await easyship_house.schedule.run_due()

    dead = await easyship_house.account(linked)
    assert (dead.status, dead.status_reasons[0].code) == ("error", "refresh_refused")
    assert len(easyship_twin.journal("/oauth2/token")) <= 3
    assert (await easyship_house.events(linked)).count("account.needs_relink") == 1


async def test_a_suspended_company_comes_back_with_its_rotated_pair(
    easyship_house: TokenHouse, easyship_twin: EasyshipTwin
) -> None:
    """While suspended the newest pair is kept sealed, unproven; active again, one click puts it in use."""
    linked = await _oauth(easyship_house, easyship_twin)
    company = easyship_twin.accounts()[0]["id"]
    easyship_twin.set_state(company, "suspended")

    for _ in range(6):
        _turn(easyship_house, easyship_twin, 3)
        await easyship_house.schedule.run_due()
    down = await easyship_house.account(linked)
    easyship_twin.set_state(company, "active")
    revived = await easyship_house.checkup.revive(project_id=linked.project_id, account_id=linked.id, actor="person:p")

    assert (down.status, down.status_reasons[0].code) == ("suspended", "identity_check_needed")
    assert revived.works
    assert (revived.account.id, revived.account.status) == (linked.id, "active")
    assert (await easyship_house.events(linked)).count("account.needs_relink") == 1
