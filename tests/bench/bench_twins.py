"""How fast a twin answers with a large seed, and how that grows with the account: measured, printed, never judged."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import aiohttp
import psutil
import pytest

from shiphero_client import Client, new_client
from twins import fetch, running_twin, shiphero_handle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twins import ShipheroTwin, TwinHandle

REQUESTS, AT_ONCE, DEVELOPERS, ROUNDS = 400, 4, 10, 3
PAGE = """query($ids: [String]) { orders(ids: $ids) { request_id complexity data(first: 20) {
  pageInfo { hasNextPage endCursor } edges { cursor node { id legacy_id order_number shop_name fulfillment_status
  order_date total_price subtotal email updated_at tags shipping_address { first_name last_name address1 city zip }
  shipping_lines { carrier method } holds { fraud_hold payment_hold }
  line_items(first: 3) { edges { node { id sku quantity price product_name quantity_allocated } } } } } } } }"""
LINES = "{ orders { data(first: 100) { edges { node { id line_items(first: 3) { edges { cursor } } } } } } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is sent, to where, and with which headers in turn: what another twin's benchmark brings as well."""

    url: str
    body: bytes
    headers: Sequence[dict[str, str]]


async def measure(load: Load, process: psutil.Process) -> tuple[float, float, float]:
    """Send the load; give requests per second, the median in milliseconds, and the twin's CPU milliseconds for each."""
    gate, spans = asyncio.Semaphore(AT_ONCE), []

    async def one(session: aiohttp.ClientSession, number: int) -> None:
        headers = load.headers[number % len(load.headers)]
        async with gate:
            began = time.perf_counter()
            async with session.post(load.url, data=load.body, headers=headers) as reply:
                body = await reply.read()
            spans.append(time.perf_counter() - began)
            assert reply.status == 200
            assert b'"errors"' not in body

    spent = sum(process.cpu_times()[:2])
    async with aiohttp.ClientSession() as session:
        began = time.perf_counter()
        await asyncio.gather(*(one(session, number) for number in range(REQUESTS)))
        took = time.perf_counter() - began
    spent = sum(process.cpu_times()[:2]) - spent
    return REQUESTS / took, median(spans) * 1000, spent / REQUESTS * 1000


def fill(twin: TwinHandle, seed: str) -> None:
    """Fill a twin, however long it takes on a busy machine."""
    reply = fetch(f"{twin.base}/_twin/seed", method="POST", data={"name": seed}, timeout=300)
    assert reply.status == 200, reply.text()


def told(what: str, value: str) -> None:
    """Print a figure."""
    sys.stdout.write(f"\n{what}: {value}\n")


@pytest.fixture(scope="module")
def large_shiphero() -> Iterator[ShipheroTwin]:
    """Run a ShipHero twin of its own with the large seed, and print how long filling takes and what it weighs."""
    with running_twin("shiphero", "--memory") as facts:
        twin = shiphero_handle(facts)
        began = time.perf_counter()
        fill(twin, "large")
        told("ShipHero, large seed", f"ready in {time.perf_counter() - began:.1f} s")
        told("ShipHero, memory", f"{psutil.Process(facts['process'].pid).memory_info().rss / 2**20:.0f} MB")
        yield twin


def _developers(twin: ShipheroTwin, stem: str) -> list[Client]:
    return [new_client(twin, f"{stem}{number}@bench.example") for number in range(DEVELOPERS)]


def _load(twin: ShipheroTwin, clients: Sequence[Client], query: str, variables: Any) -> Load:
    headers = [{"Authorization": f"Bearer {each.token}", "Content-Type": "application/json"} for each in clients]
    body = json.dumps({"query": query, "variables": variables}).encode()
    return Load(url=f"{twin.api}/graphql", body=body, headers=headers)


async def test_twenty_orders_with_three_lines_each(large_shiphero: ShipheroTwin) -> None:
    """Print how many such queries a second are answered."""
    clients = _developers(large_shiphero, "page")
    edges = new_client(large_shiphero, "look@bench.example").data(LINES)["orders"]["data"]["edges"]
    full = [edge["node"]["id"] for edge in edges if len(edge["node"]["line_items"]["edges"]) == 3][:20]

    load = _load(large_shiphero, clients, PAGE, {"ids": full})
    rate, middle, cpu = await measure(load, psutil.Process(large_shiphero.process.pid))

    told("ShipHero, 20 orders with 3 lines", f"{rate:.0f} requests/s, median {middle:.1f} ms, CPU {cpu:.2f} ms each")


LOOK_UPS = {
    "a first page": "",
    "an order by number": 'order_number: "{order_number}"',
    "an order by the shop's number": 'partner_order_id: "{partner_order_id}"',
    "orders with a backorder": "has_backorder: true",
    "orders on hold": "operator_hold: true",
}
KNOWN = "{ orders { data(first: 1) { edges { node { order_number partner_order_id } } } } }"


async def test_look_ups_by_size_of_the_account(large_shiphero: ShipheroTwin) -> None:
    """Print what a first page, look-ups by key and filters cost with 1,000 and with 100,000 orders, and their ratio."""
    cost: dict[str, list[float]] = {}
    process = psutil.Process(large_shiphero.process.pid)

    for seed in ("medium", "large"):
        fill(large_shiphero, seed)
        clients = _developers(large_shiphero, f"{seed}-")
        known = clients[0].data(KNOWN)["orders"]["data"]["edges"][0]["node"]
        for name, filtered in LOOK_UPS.items():
            arguments = f"({filtered.format(**known)})" if filtered else ""
            asked = f'{{ orders{arguments} {{ data(first: 5, sort: "-created_at") {{ edges {{ node {{ id }} }} }} }} }}'
            load = _load(large_shiphero, clients, asked, None)
            cost.setdefault(name, []).append(min([(await measure(load, process))[2] for _ in range(ROUNDS)]))

    for name, (medium, large) in cost.items():
        ratio = f"{large / medium:.2f} times"
        told(f"ShipHero, {name}", f"CPU {medium:.2f} ms with 1,000 orders, {large:.2f} ms with 100,000: {ratio}")
