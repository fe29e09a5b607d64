"""A replica that is killed with -9 in the middle of a write: the same key in another one makes it exactly once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

import write_process
from crossdock.kernel.clock import OffsetClock
from desk import Desk, number, open_desk
from house import Live
from token_process import Processes
from twins import EasyshipTwin, ShipheroTwin

ROUNDS = 3
POINTS = ("actions.send.before", "actions.send.after")
ACTIONS = ("shiphero_create_order", "easyship_create_shipment")
RUNNING = timedelta(minutes=6)


@pytest_asyncio.fixture(scope="module")
async def desk(shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin) -> Desk:
    """Link once."""
    return await open_desk(shared_live, easyship_twin_process, shiphero_twin_process, name="killed")


@pytest_asyncio.fixture(scope="module")
async def replicas() -> AsyncIterator[Processes]:
    """Start the parent of the processes that are killed."""
    parent = await Processes.start(write_process.__file__)
    yield parent
    await parent.stop()


def _order(desk: Desk, action: str, name: str) -> dict[str, Any]:
    house = desk.live.house
    assert isinstance(house.clock, OffsetClock)
    settings = house.settings.model_dump(mode="json", include={"data_dir", "hub_url", "origin_rewrites"})
    return {
        "dsn": house.db.dsn,
        "settings": {**settings, "calls_per_minute": 0, "pace": "off"},
        "offset": house.clock.offset.total_seconds(),
        "key": desk.live.tenant.key.reveal(),
        "account_id": desk.shiphero if action.startswith("shiphero") else desk.easyship,
        "action": action,
        "once": f"killed-{name}",
        **(desk.order(name) if action.startswith("shiphero") else desk.shipment(name)),
    }


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_write_is_made_once(desk: Desk, replicas: Processes, action: str, point: str) -> None:
    """Before it is sent or after: while it may run the key is in use, then it is found or made, and is there once."""
    for _ in range(ROUNDS):
        name = number()
        order = _order(desk, action, name)
        members = {"body": order["body"]}

        ended = await replicas.run(order, kill_at=point)
        soon = await desk.rpc(action, members=members, idempotency_key=order["once"])
        desk.later(RUNNING)
        repeated = await desk.rpc(action, members=members, idempotency_key=order["once"])
        again = await desk.rpc(action, members=members, idempotency_key=order["once"])

        assert ended is None
        assert (soon.status, soon.json()["code"]) == (409, "idempotency_key_in_use")
        assert repeated.status == 200, repeated.text()
        assert ("x-crossdock-outcome" in repeated.headers) == (point == "actions.send.after")
        assert again.body == repeated.body
        made = await (desk.orders(name) if action.startswith("shiphero") else desk.shipments(name))
        assert made == 1
