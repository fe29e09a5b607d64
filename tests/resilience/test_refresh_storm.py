from __future__ import annotations

import asyncio
import statistics
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from crossdock.accounts.model import Account
from crossdock.kernel.clock import OffsetClock
from token_house import TokenHouse, open_token_house
from token_process import Processes, order_for
from twins import ShipheroTwin
from waiting import until
from weather import gate_before

CALLERS = 500
ROUNDS = 20


async def _linked(house: TokenHouse, twin: ShipheroTwin, email: str = "storm@shop.example") -> Account:
    developer = twin.developer(email)
    project_id = await house.project()
    return await house.link(project_id, "shiphero", "refresh_token", {"refresh_token": developer["refresh_token"]})


def _turn(house: TokenHouse, twin: ShipheroTwin, days: int) -> None:
    house.clock.offset += timedelta(days=days)
    twin.clock_advance(f"{days}d")
    twin.clear_journal()


async def test_500_callers_on_an_expired_token_cost_one_refresh(
    shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin
) -> None:
    """500 callers at once on one expired account: one refresh in the twin's journal, 500 answers, one token."""
    account = await _linked(shiphero_house, shiphero_twin)
    slowest: list[float] = []
    alone: list[float] = []

    for _ in range(ROUNDS):
        _turn(shiphero_house, shiphero_twin, 29)
        spans: list[float] = []
        leases = await asyncio.gather(*(_timed(shiphero_house, account, spans) for _ in range(CALLERS)))

        assert len(leases) == CALLERS
        assert len(set(leases)) == 1
        assert len(shiphero_twin.journal("/auth/refresh")) == 1
        slowest.append(statistics.quantiles(spans, n=20)[-1])
        _turn(shiphero_house, shiphero_twin, 29)
        await _timed(shiphero_house, account, alone)

    assert statistics.median(slowest) <= max(0.4, 10 * statistics.median(alone))


async def _timed(house: TokenHouse, account: Account, spans: list[float]) -> str:
    started = perf_counter()
    lease = await house.leases.lease(project_id=account.project_id, account_id=account.id)
    spans.append(perf_counter() - started)
    return lease.credential["access_token"].reveal()


async def test_four_processes_on_one_database_cost_one_refresh(
    shiphero_house: TokenHouse,
    shiphero_twin: ShipheroTwin,
    processes: Processes,
    key_file: Path,
    shiphero_origins: Mapping[str, str],
) -> None:
    """Four processes with 125 callers each: together one refresh, 500 answers and one token."""
    account = await _linked(shiphero_house, shiphero_twin)
    _turn(shiphero_house, shiphero_twin, 29)
    order = order_for(
        shiphero_house, account, key_file=key_file, twins=shiphero_origins, do="lease", callers=CALLERS // 4
    )

    answers = await asyncio.gather(*(processes.run(order) for _ in range(4)))

    assert sum(answer["answers"] for answer in answers if answer) == CALLERS
    assert {answer["different"] for answer in answers if answer} == {1}
    assert [answer["generations"] for answer in answers if answer] == [[2]] * 4
    assert len(shiphero_twin.journal("/auth/refresh")) == 1


async def test_25_accounts_over_four_processes_cost_25_refreshes(
    shiphero_house: TokenHouse,
    shiphero_twin: ShipheroTwin,
    processes: Processes,
    key_file: Path,
    shiphero_origins: Mapping[str, str],
) -> None:
    """Four processes with five callers for each of 25 expired accounts: 25 refreshes and 500 answers."""
    project_id = await shiphero_house.project()
    accounts = [
        await shiphero_house.link(
            project_id,
            "shiphero",
            "refresh_token",
            {"refresh_token": shiphero_twin.developer(f"storm{number}@shop.example")["refresh_token"]},
        )
        for number in range(25)
    ]
    _turn(shiphero_house, shiphero_twin, 29)
    order = order_for(
        shiphero_house,
        accounts[0],
        key_file=key_file,
        twins=shiphero_origins,
        do="lease",
        callers=5,
        more=[account.id for account in accounts[1:]],
    )

    answers = await asyncio.gather(*(processes.run(order) for _ in range(4)))

    assert sum(answer["answers"] for answer in answers if answer) == 500
    assert [answer["different"] for answer in answers if answer] == [25] * 4
    assert len(shiphero_twin.journal("/auth/refresh")) == 25


async def test_a_valid_token_is_served_while_it_is_renewed(
    database_url: str, key_file: Path, shiphero_twin: ShipheroTwin
) -> None:
    """Inside the margin callers get the token that works at once, while one refresh runs in the background."""
    async with gate_before(shiphero_twin.api) as gate:
        twins = {"https://public-api.shiphero.com": gate.origin}
        async with open_token_house(dsn=database_url, key_file=key_file, twins=twins, clock=OffsetClock()) as house:
            account = await _linked(house, shiphero_twin)
            place = {"project_id": account.project_id, "account_id": account.id}
            lease = partial(house.leases.lease, project_id=account.project_id, account_id=account.id)
            _turn(house, shiphero_twin, 25)
            before = (await house.sealed(account)).generation

            gate.hold_next("/auth/refresh")
            leases = await asyncio.gather(*(lease() for _ in range(50)))
            renewing = house.refresher.under_way(**place)
            gate.released.set()
            await until(lambda: not house.refresher.under_way(**place))

            assert renewing
            assert {lease.generation for lease in leases} == {before}
            assert len(shiphero_twin.journal("/auth/refresh")) == 1
            assert (await house.sealed(account)).generation == before + 1


async def test_a_refused_token_is_renewed_once_for_all_who_met_the_refusal(
    shiphero_house: TokenHouse, shiphero_twin: ShipheroTwin
) -> None:
    """Fifty callers whose calls were answered 401 force one refresh; a late one gets what the first brought."""
    account = await _linked(shiphero_house, shiphero_twin)
    lease = partial(shiphero_house.leases.lease, project_id=account.project_id, account_id=account.id)
    refused = (await lease()).generation
    shiphero_twin.clear_journal()

    renewed = await asyncio.gather(*(lease(force_refresh_of=refused) for _ in range(50)))
    late = await lease(force_refresh_of=refused)

    assert {lease.generation for lease in [*renewed, late]} == {refused + 1}
    assert len(shiphero_twin.journal("/auth/refresh")) == 1
