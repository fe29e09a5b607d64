"""How fast the Easyship twin answers with a large seed, and how that grows with the account: printed, never judged."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from statistics import median

import aiohttp
import psutil
import pytest

from twins import EasyshipTwin, easyship_handle, fetch, running_twin

REQUESTS, AT_ONCE = 400, 4
# Those with a label, which are alike in both accounts: one without holds its rates, and is five times as long.
LIST = "/2024-09/shipments?per_page=20&label_state=generated"


def told(what: str, value: str) -> None:
    """Print a figure."""
    sys.stdout.write(f"\n{what}: {value}\n")


@pytest.fixture(scope="module")
def twin() -> Iterator[EasyshipTwin]:
    """Run a twin of its own, without rate limits."""
    with running_twin("easyship", "--memory", "--no-rate-limit") as facts:
        yield easyship_handle(facts)


async def measure(twin: EasyshipTwin, token: str, path: str) -> tuple[float, float, float]:
    """Give requests per second, the median in milliseconds, and the twin's own CPU milliseconds for each."""
    gate, spans = asyncio.Semaphore(AT_ONCE), list[float]()
    process = psutil.Process(twin.process.pid)

    async def one(session: aiohttp.ClientSession) -> None:
        async with gate:
            began = time.perf_counter()
            async with session.get(twin.production + path, headers={"Authorization": f"Bearer {token}"}) as reply:
                await reply.read()
            spans.append(time.perf_counter() - began)
            assert reply.status == 200

    spent = sum(process.cpu_times()[:2])
    async with aiohttp.ClientSession() as session:
        began = time.perf_counter()
        await asyncio.gather(*(one(session) for _ in range(REQUESTS)))
        took = time.perf_counter() - began
    spent = sum(process.cpu_times()[:2]) - spent
    return REQUESTS / took, median(spans) * 1000, spent / REQUESTS * 1000


async def test_lists_and_look_ups_by_size_of_the_account(twin: EasyshipTwin) -> None:
    """Print what a first page and look-ups by key cost with 1,000 and with 100,000 orders, and their ratio."""
    cost: dict[str, list[float]] = {}

    for seed in ("medium", "large"):
        began = time.perf_counter()
        twin.reset(seed=seed)
        told(f"Easyship, {seed} seed", f"ready in {time.perf_counter() - began:.1f} s")
        token = twin.integration("bench", scopes="all")["production_token"]
        page = fetch(twin.production + LIST, headers={"Authorization": f"Bearer {token}"}).json()["shipments"]
        shipment = page[7]
        assert len(page) == 20
        order = shipment["order_data"]["platform_order_number"].replace("#", "%23")
        paths = {
            "20 rows": LIST,
            "one by its id": f"/2024-09/shipments/{shipment['easyship_shipment_id']}",
            "one by its order": f"/2024-09/shipments?platform_order_number={order}",
        }
        for name, path in paths.items():
            rate, middle, spent = await measure(twin, token, path)
            cost.setdefault(name, []).append(spent)
            told(f"Easyship, {seed}, {name}", f"{rate:.0f} requests/s, median {middle:.1f} ms, {spent:.2f} ms CPU")
        told(f"Easyship, {seed}, memory", f"{psutil.Process(twin.process.pid).memory_info().rss / 2**20:.0f} MB")

    for name, (small, large) in cost.items():
        told(f"Easyship, {name}: 100,000 orders / 1,000 orders", f"{large / small:.2f}")
