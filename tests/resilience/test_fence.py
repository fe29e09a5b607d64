"""A holder that comes late: frozen past its lease, or overtaken by a person who links anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from crossdock.accounts.model import Account
from crossdock.kernel.errors import NotFoundError
from crossdock.tokens.renewal import Outcome
from token_house import TokenHouse, open_token_house
from twins import ShipheroTwin
from weather import Gate, gate_before

ROUNDS = 10
POINTS = ("/auth/refresh", "/graphql")
"""Where the late holder is held up: while it asks, and while it proves."""


@dataclass(frozen=True, slots=True)
class Late:
    """A replica whose requests a gate can hold up."""

    house: TokenHouse
    gate: Gate

    async def held_up(self, linked: Account, path: str) -> asyncio.Task[Outcome]:
        """Start a refresh and wait until the gate holds its request to this path."""
        self.gate.hold_next(path)
        task = asyncio.create_task(
            self.house.refresher.refresh(project_id=linked.project_id, account_id=linked.id, reason="probe")
        )
        await asyncio.wait_for(self.gate.arrived.wait(), timeout=60)
        return task


@pytest_asyncio.fixture
async def late(
    shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin, database_url: str, key_file: Path
) -> AsyncIterator[Late]:
    """Open the rooms a second time on the same database, behind a gate."""
    async with gate_before(shiphero_twin.api) as gate:
        twins = {"https://public-api.shiphero.com": gate.origin}
        async with open_token_house(
            dsn=database_url, key_file=key_file, twins=twins, clock=shiphero_house.clock
        ) as house:
            yield Late(house, gate)


async def _linked(house: TokenHouse, twin: ShipheroTwin) -> Account:
    developer = twin.developer("fence@shop.example")
    project_id = await house.project()
    linked = await house.link(project_id, "shiphero", "refresh_token", {"refresh_token": developer["refresh_token"]})
    house.clock.offset += timedelta(days=29)
    twin.clock_advance("29d")
    return linked


async def _run_out(house: TokenHouse, linked: Account) -> None:
    """Let the holder's lease run out on the database's clock."""
    async with house.db.connection() as conn:
        await conn.execute("update credentials set lease_until = now() where account_id = $1", linked.id)


@pytest.mark.parametrize("path", POINTS)
async def test_a_holder_that_wakes_past_its_lease_writes_nothing(
    path: str, shiphero_house: TokenHouse, late: Late, shiphero_twin: ShipheroTwin
) -> None:
    """Another replica took over and swapped: the late holder's write is refused each time, and nothing half is left."""
    linked = await _linked(shiphero_house, shiphero_twin)
    where = {"project_id": linked.project_id, "account_id": linked.id}

    for _ in range(ROUNDS):
        held = await late.held_up(linked, path)
        await _run_out(shiphero_house, linked)
        taken = await shiphero_house.refresher.refresh(**where, reason="probe")
        swapped = await shiphero_house.secrets(linked)
        late.gate.released.set()
        outcome = await held

        assert taken.kind == "refreshed"
        assert outcome.kind in {"current", "fenced"}
        sealed = await shiphero_house.sealed(linked)
        assert (sealed.generation, sealed.staged_generation, sealed.lease_owner) == (taken.generation, None, None)
        assert await shiphero_house.generations(linked) == [taken.generation]
        kept = await shiphero_house.secrets(linked)
        assert kept["access_token"].reveal() == swapped["access_token"].reveal()


@pytest.mark.parametrize("path", POINTS)
async def test_a_relink_overtakes_a_refresh_under_way(
    path: str, shiphero_house: TokenHouse, late: Late, shiphero_twin: ShipheroTwin
) -> None:
    """A person links anew while a refresh runs: the new credential stands, and the refresh writes nothing over it."""
    linked = await _linked(shiphero_house, shiphero_twin)
    fresh = shiphero_twin.developer("anew@shop.example")

    held = await late.held_up(linked, path)
    relinked = await shiphero_house.relink(linked, {"refresh_token": fresh["refresh_token"]})
    late.gate.released.set()
    outcome = await held

    assert relinked.id == linked.id
    assert outcome.kind in {"current", "fenced"}
    kept = await shiphero_house.secrets(linked)
    assert kept["refresh_token"].reveal() == fresh["refresh_token"]
    assert len(await shiphero_house.generations(linked)) == 1
    assert (await shiphero_house.events(linked)).count("account.updated") == 1


@pytest.mark.parametrize("path", POINTS)
async def test_a_deleted_account_takes_its_refresh_with_it(
    path: str, shiphero_house: TokenHouse, late: Late, shiphero_twin: ShipheroTwin
) -> None:
    """An account deleted while its refresh runs leaves no sealed row behind."""
    linked = await _linked(shiphero_house, shiphero_twin)

    held = await late.held_up(linked, path)
    await shiphero_house.accounts.delete(project_id=linked.project_id, account_id=linked.id, actor="person:p")
    late.gate.released.set()
    await asyncio.wait({held}, timeout=60)

    assert isinstance(held.exception(), NotFoundError)
    assert await shiphero_house.generations(linked) == []


async def test_a_claim_is_held_by_the_database_clock(
    shiphero_house: TokenHouse, late: Late, shiphero_twin: ShipheroTwin
) -> None:
    """A replica whose clock runs an hour ahead waits for the holder like any other, and asks for nothing itself."""
    linked = await _linked(shiphero_house, shiphero_twin)
    held = await late.held_up(linked, "/auth/refresh")
    shiphero_house.clock.offset += timedelta(hours=1)
    shiphero_twin.clear_journal()

    waiting = asyncio.create_task(
        shiphero_house.refresher.refresh(project_id=linked.project_id, account_id=linked.id, reason="expired")
    )
    await asyncio.sleep(0.3)
    waited = not waiting.done()
    late.gate.released.set()

    assert waited
    assert ((await held).kind, (await waiting).kind) == ("refreshed", "current")
    assert len(shiphero_twin.journal("/auth/refresh")) == 1
