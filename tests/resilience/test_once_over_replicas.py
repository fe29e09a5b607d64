"""The same write at once through two replicas on one database: it is made once, and everybody gets the one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from crossdock.db.embedded import Embedded
from desk import Desk, number, open_desk
from house import Answer
from shared_house import fresh_database, opened
from twins import EasyshipTwin, ShipheroTwin

AT_ONCE = 16
TRIES = 200
CREATE = "mutation ($data: CreateOrderInput!) { order_create(data: $data) { order { id } } }"


@pytest_asyncio.fixture(scope="module")
async def desks(
    postgres: Embedded,
    postgres_dsn: str,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Sequence[Desk]]:
    """Serve two replicas of one tenant, with the same accounts."""
    shiphero_twin_process.reset()
    easyship_twin_process.reset(seed="empty")
    place: Path = tmp_path_factory.mktemp("replicas")
    origins = {
        "https://public-api.easyship.com": easyship_twin_process.production,
        "https://public-api.shiphero.com": shiphero_twin_process.api,
    }
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(fresh_database(postgres, postgres_dsn))
        one = await stack.enter_async_context(opened(dsn, data_dir=place, origin_rewrites=origins))
        two = await stack.enter_async_context(opened(dsn, data_dir=place, origin_rewrites=origins, tenant=one.tenant))
        desk = await open_desk(one, easyship_twin_process, shiphero_twin_process, name="twice")
        yield desk, replace(desk, live=two)


async def _patiently(desk: Desk, path: str, data: Any, **headers: str) -> Answer:
    """Ask as a client does that waits where it is told to: the write is running elsewhere."""
    sent = {"x-account-id": desk.shiphero, **{name.replace("_", "-"): value for name, value in headers.items()}}
    for _ in range(TRIES):
        answer = await desk.live.call("POST", path, data=data, headers=sent)
        if answer.status != 409:
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError(answer.text())


@pytest.mark.parametrize("way", ["/actions/rpc", "/proxy/graphql", "/unified/proxy"])
async def test_one_key_in_two_replicas_makes_one_order(desks: Sequence[Desk], way: str) -> None:
    """Sixteen at once, by turns here and there: one request reaches the provider."""
    name = number()
    body = desks[0].order(name)["body"]
    document = {"query": CREATE, "variables": {"data": body}}
    asked: dict[str, Any] = {
        "/actions/rpc": {"action": "shiphero_create_order", "body": body},
        "/proxy/graphql": document,
        "/unified/proxy": {"method": "post", "path": "/graphql", "body": document},
    }
    before = desks[0].mutations("order_create")

    answers = await asyncio.gather(
        *(_patiently(desks[turn % 2], way, asked[way], idempotency_key=f"twice-{name}") for turn in range(AT_ONCE))
    )

    assert {answer.status for answer in answers} == {200}, answers[0].text()
    assert len({answer.body for answer in answers}) == 1
    assert desks[0].mutations("order_create") - before == 1
    assert await desks[1].orders(name) == 1


async def test_a_look_before_in_two_replicas_makes_one_order(desks: Sequence[Desk]) -> None:
    """Without any key, and with another key each, whoever comes second finds what the first made."""
    name = number()
    asked = {"action": "shiphero_create_order", **desks[0].order(name)}
    before = desks[0].mutations("order_create")

    answers = await asyncio.gather(
        *(
            _patiently(
                desks[turn % 2],
                "/actions/rpc",
                asked,
                x_crossdock_look="before",
                **({"idempotency_key": f"look-{name}-{turn}"} if turn % 3 else {}),
            )
            for turn in range(AT_ONCE)
        )
    )

    assert {answer.status for answer in answers} == {200}, answers[0].text()
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert desks[0].mutations("order_create") - before == 1
