"""Twenty kinds of weather in five flows: the right kind of cause each time, and nobody is ever declared dead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from crossdock.accounts.model import Account
from crossdock.connectors import replies
from crossdock.connectors.auth import TokenRefused
from crossdock.connectors.model import Cause
from crossdock.egress.client import TransportError
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import UnavailableError
from crossdock.kernel.secret import Secret
from crossdock.tokens.lease import Lease
from token_house import PATIENCE, TokenHouse, open_token_house
from twins import ShipheroTwin
from weather import SHAPES, Gate, gate_before

SILENT = frozenset({"silence", "slow_body"})
"""The weather that says nothing until somebody gives up."""
SHORT = 1.5
"""Seconds after which the house gives a silent provider up."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """A linked account behind a gate."""

    house: TokenHouse
    gate: Gate
    twin: ShipheroTwin
    linked: Account

    def turn(self, days: float) -> None:
        """Turn both clocks."""
        self.house.clock.offset += timedelta(days=days)
        self.twin.clock_advance(f"{round(days * 24)}h")

    async def account(self) -> Account:
        """Return the account as it stands."""
        return await self.house.account(self.linked)

    async def lease(self) -> Lease:
        """Lease as a caller does."""
        return await self.house.leases.lease(project_id=self.linked.project_id, account_id=self.linked.id)

    def weather(self, shape: str | None, path: str = "/") -> None:
        """Let this weather stand before a path; only where it keeps silent is it soon given up."""
        self.gate.shape, self.gate.path = shape, path
        for part in (self.house.refresher, self.house.refresher.prober):
            object.__setattr__(part, "seconds", SHORT if shape in SILENT else PATIENCE)

    async def clear_up(self) -> None:
        """End the weather and renew: everything works again, and the next shape meets a fresh token."""
        self.weather(None)
        outcome = await self.house.refresher.refresh(
            project_id=self.linked.project_id, account_id=self.linked.id, reason="probe"
        )
        assert outcome.kind == "refreshed"
        account = await self.account()
        assert (account.status, account.failures, account.refusals) == ("active", 0, 0)


@pytest_asyncio.fixture
async def exposed(database_url: str, key_file: Path, shiphero_twin: ShipheroTwin) -> AsyncIterator[Exposed]:
    """Link an account through a gate."""
    async with gate_before(shiphero_twin.api) as gate:
        twins = {"https://public-api.shiphero.com": gate.origin}
        async with open_token_house(dsn=database_url, key_file=key_file, twins=twins, clock=OffsetClock()) as house:
            developer = shiphero_twin.developer("weather@shop.example")
            project_id = await house.project()
            linked = await house.link(
                project_id, "shiphero", "refresh_token", {"refresh_token": developer["refresh_token"]}
            )
            yield Exposed(house, gate, shiphero_twin, linked)


async def test_a_probe_in_weather_judges_nobody(exposed: Exposed) -> None:
    """A daily probe that meets weather keeps the status and is repeated within hours."""
    where = {"project_id": exposed.linked.project_id, "account_id": exposed.linked.id}

    for shape in SHAPES:
        exposed.weather(shape, "/graphql")
        seen = await exposed.house.checkup.run(**where, depth="daily")
        after = await exposed.account()

        assert not seen.works, shape
        assert _cause(exposed, seen.cause).verdict == "weather", shape
        assert (after.status, after.failures > 0, after.refusals) == ("active", True, 0), shape
        assert after.next_probe_at is not None
        assert after.next_probe_at - exposed.house.clock.now() <= timedelta(hours=6), shape
        exposed.weather(None)

    assert (await exposed.house.checkup.run(**where, depth="daily")).works
    assert await exposed.house.events(exposed.linked) == ["account.created"]


async def test_a_refresh_in_weather_keeps_serving_the_token_that_works(exposed: Exposed) -> None:
    """Inside the margin weather at the token endpoint delays the renewal; callers notice nothing."""
    where = {"project_id": exposed.linked.project_id, "account_id": exposed.linked.id}

    for shape in SHAPES:
        exposed.turn(23.5)
        exposed.weather(shape, "/auth/refresh")
        outcome = await exposed.house.refresher.refresh(**where, reason="due")
        lease = await exposed.lease()

        assert outcome.kind == "weather", shape
        assert _cause(exposed, outcome.cause).verdict == "weather", shape
        assert lease.generation == outcome.generation, shape
        assert (await exposed.account()).status == "active", shape
        await exposed.clear_up()

    assert await exposed.house.events(exposed.linked) == ["account.created"]


async def test_a_token_that_weather_keeps_from_being_proven_is_kept_for_later(exposed: Exposed) -> None:
    """Weather at the probe of a new token keeps it staged; the next try proves that one and asks for no other."""
    where = {"project_id": exposed.linked.project_id, "account_id": exposed.linked.id}

    for shape in SHAPES:
        exposed.turn(23.5)
        exposed.twin.clear_journal()
        exposed.weather(shape, "/graphql")
        outcome = await exposed.house.refresher.refresh(**where, reason="due")
        staged = (await exposed.house.sealed(exposed.linked)).staged_generation

        assert (outcome.kind, staged) == ("weather", outcome.generation + 1), shape
        assert (await exposed.account()).status == "active", shape
        await exposed.clear_up()
        assert (await exposed.house.sealed(exposed.linked)).generation == staged, shape
        assert len(exposed.twin.journal("/auth/refresh")) == 1, shape

    assert await exposed.house.events(exposed.linked) == ["account.created"]


async def test_an_expired_token_in_weather_is_a_wait_not_a_death(exposed: Exposed) -> None:
    """When even the old token has ended, callers are told how long to wait, and the provider is not hammered."""
    for shape in SHAPES:
        exposed.turn(28.5)
        exposed.weather(shape, "/auth/refresh")
        exposed.gate.asked = 0
        for _ in range(5):
            with pytest.raises(UnavailableError) as caught:
                await exposed.lease()

        assert 0 < caught.value.retry_after <= 120, shape
        assert exposed.gate.asked <= 2, shape
        assert (await exposed.account()).status == "active", shape
        await exposed.clear_up()

    assert await exposed.house.events(exposed.linked) == ["account.created"]


async def test_linking_in_weather_says_so(exposed: Exposed) -> None:
    """A first access token that weather keeps away has a cause of weather, never one that blames the pasted token."""
    house = exposed.house
    connector = house.catalogue.get("shiphero")

    for shape in SHAPES:
        exposed.weather(shape, "/auth/refresh")
        with pytest.raises((TransportError, TokenRefused)) as caught:
            await house.refresher.acquire(
                connector=connector,
                method=connector.auth_method("refresh_token"),
                environment=connector.environment("production"),
                credential={"refresh_token": Secret("a" * 64)},
                client={},
            )

        error = caught.value
        if isinstance(error, TransportError):
            cause = replies.transport_cause(connector=connector, kind=error.kind)
        else:
            assert isinstance(error, TokenRefused)
            cause = error.cause
        assert cause.verdict == "weather", (shape, cause.key)


async def test_a_provider_that_is_down_altogether_kills_nobody(exposed: Exposed) -> None:
    """With nothing listening at all: probes fail, the valid token is served, an ended one is a wait."""
    where = {"project_id": exposed.linked.project_id, "account_id": exposed.linked.id}
    exposed.gate.close()
    exposed.turn(23.5)

    seen = await exposed.house.checkup.run(**where, depth="daily")
    due = await exposed.house.refresher.refresh(**where, reason="due")
    lease = await exposed.lease()
    exposed.turn(5)
    with pytest.raises(UnavailableError):
        await exposed.lease()

    assert (seen.cause, due.cause) == ("unreachable_refused", "unreachable_refused")
    assert lease.generation == 1
    assert (await exposed.account()).status == "active"
    assert await exposed.house.events(exposed.linked) == ["account.created"]


def _cause(exposed: Exposed, key: str | None) -> Cause:
    return exposed.house.catalogue.get("shiphero").cause(key or "")
