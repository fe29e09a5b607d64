"""A storm of calls through the API on a credential that has ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from crossdock.kernel.clock import OffsetClock
from house import Answer, Live
from twins import ShipheroTwin

CALLS = 500
AT_ONCE = 100


async def linked(live: Live, twin: ShipheroTwin) -> str:
    session = (
        await live.call(
            "POST",
            "/connect_sessions",
            data={"origin_owner_id": "shop-1", "origin_owner_name": "Shop", "provider": "shiphero"},
        )
    ).json()
    offers = (await live.hub("GET", "/hub/connectors", token=session["token"])).json()["integrations"]
    body = {
        "integration_id": offers[0]["integration_id"],
        "credentials": {"refresh_token": twin.developer()["refresh_token"]},
    }
    account: str = (await live.hub("POST", "/hub/accounts", token=session["token"], data=body)).json()["id"]
    return account


async def test_five_hundred_calls_on_an_ended_token_cost_one_refresh(
    live: Live, clock: OffsetClock, shiphero_twin: ShipheroTwin
) -> None:
    """Every one of 500 calls is answered, and the provider's token endpoint is asked once."""
    account = await linked(live, shiphero_twin)
    clock.offset += timedelta(days=29)
    shiphero_twin.clock_advance("29d")
    shiphero_twin.clear_journal()
    gate = asyncio.Semaphore(AT_ONCE)

    async def call() -> Answer:
        async with gate:
            return await live.call(
                "POST",
                "/actions/rpc",
                data={"action": "shiphero_get_user_quota"},
                headers={"x-account-id": account},
            )

    answers = await asyncio.gather(*(call() for _ in range(CALLS)))

    assert [answer.status for answer in answers] == [200] * CALLS
    assert len(shiphero_twin.journal("/auth/refresh")) == 1
