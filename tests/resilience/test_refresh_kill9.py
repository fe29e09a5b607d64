"""A refresh that is killed with -9 at each of its named points, then taken up again by another process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from crossdock.accounts.model import Account
from crossdock.tokens.refresh import POINTS
from token_house import TokenHouse
from token_process import Processes, order_for
from twins import EasyshipTwin, ShipheroTwin, TwinHandle

GAP = frozenset({"tokens.refresh.after_reply", "tokens.refresh.in_stage"})
"""Where a rotating pair has been issued and cannot have been written down: the one gap that no client can close."""
REDIRECT = "https://hub.example/connect/oauth2/easyship/callback"


@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_refresh_of_a_fixed_token_loses_nothing(
    point: str,
    shiphero_house: TokenHouse,
    shiphero_twin: ShipheroTwin,
    processes: Processes,
    key_file: Path,
    shiphero_origins: Mapping[str, str],
) -> None:
    """Wherever the process dies, the refresh token is kept, and the next one finishes without a person."""
    developer = shiphero_twin.developer("kill@shop.example")
    project_id = await shiphero_house.project()
    linked = await shiphero_house.link(
        project_id, "shiphero", "refresh_token", {"refresh_token": developer["refresh_token"]}
    )
    _turn(shiphero_house, shiphero_twin, timedelta(days=29))
    order = order_for(shiphero_house, linked, key_file=key_file, twins=shiphero_origins, do="refresh", reason="expired")

    killed = await processes.run(order, kill_at=point)
    await _forget_leases(shiphero_house, linked)
    after = await processes.run(order)

    assert killed is None
    assert after is not None
    assert after["kind"] in {"refreshed", "current"}
    await _whole(shiphero_house, linked, generation=2)
    assert (await shiphero_house.secrets(linked))["refresh_token"].reveal() == developer["refresh_token"]


@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_refresh_of_a_rotating_token_has_one_gap_and_tells_it(
    point: str,
    easyship_house: TokenHouse,
    easyship_twin: EasyshipTwin,
    processes: Processes,
    key_file: Path,
    easyship_origins: Mapping[str, str],
) -> None:
    """A pair that was issued but never written down is told as interrupted; everywhere else nothing is lost."""
    app = easyship_twin.oauth_app([REDIRECT])
    grant = easyship_twin.oauth_grant(app["client_id"])
    project_id = await easyship_house.project()
    client = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    linked = await easyship_house.link_oauth(project_id, client, grant)
    _turn(easyship_house, easyship_twin, timedelta(hours=3))
    easyship_twin.clear_journal()
    order = order_for(easyship_house, linked, key_file=key_file, twins=easyship_origins, do="refresh", reason="expired")

    killed = await processes.run(order, kill_at=point)
    await _forget_leases(easyship_house, linked)
    after = await processes.run(order)

    assert killed is None
    assert after is not None
    assert len(easyship_twin.journal("/oauth2/token")) == 1
    if point in GAP:
        assert (after["kind"], after["cause"]) == ("dead", "refresh_interrupted")
        account = await easyship_house.account(linked)
        assert (account.status, account.status_reasons[0].code) == ("error", "refresh_interrupted")
        assert (await easyship_house.events(linked)).count("account.needs_relink") == 1
    else:
        assert after["kind"] in {"refreshed", "current"}
        await _whole(easyship_house, linked, generation=2)


async def _whole(house: TokenHouse, linked: Account, *, generation: int) -> None:
    """Hold that one whole generation is in use, nothing half is left, and the credential works."""
    sealed, account = await house.sealed(linked), await house.account(linked)
    assert (sealed.generation, sealed.staged_generation, sealed.lease_owner) == (generation, None, None)
    assert sealed.refresh_started_at is None
    assert await house.generations(linked) == [generation]
    assert set(await house.secrets(linked)) == {"access_token", "refresh_token"}
    assert account.status == "active"
    assert sealed.expires_at == account.expires_at
    seen = await house.checkup.run(project_id=linked.project_id, account_id=linked.id, depth="daily")
    assert seen.works


async def _forget_leases(house: TokenHouse, linked: Account) -> None:
    """Let the dead process's claim run out: half a minute of the database's clock, without waiting for it."""
    async with house.db.connection() as conn:
        await conn.execute(
            "update credentials set lease_until = now() where account_id = $1 and lease_until is not null", linked.id
        )


def _turn(house: TokenHouse, twin: TwinHandle, span: timedelta) -> None:
    house.clock.offset += span
    twin.clock_advance(f"{int(span.total_seconds()) // 3600}h")
