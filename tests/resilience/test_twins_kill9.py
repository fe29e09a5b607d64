"""Twins that are killed with -9 while they are written to: what they acknowledged is there afterwards."""

import threading
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from conformance.easyship_client import shipment
from shiphero_client import ORDER
from twins import EasyshipTwin, ShipheroTwin, easyship_handle, fetch, running_twin, shiphero_handle

KILLS = 20
WRITERS = 4
_CREATE = "mutation ($data: CreateOrderInput!) { order_create(data: $data) { order { id } } }"
_FIND = "query ($number: String) { orders(order_number: $number) { data(first: 2) { edges { node { id } } } } }"

Write = Callable[[int], str | None]
"""Writes the n-th thing and gives the id that was acknowledged, None where the twin refused it."""


class Writers:
    """Several threads that write without a pause until the twin is gone; `acknowledged` is what it said it has."""

    def __init__(self, writes: list[Write]) -> None:
        self.acknowledged: list[str] = []
        self.enough = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(write, each)) for each, write in enumerate(writes)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(timeout=60)

    def _run(self, write: Write, writer: int) -> None:
        for number in range(writer, 10_000, WRITERS):
            try:
                made = write(number)
            except (OSError, HTTPException):
                return
            if made is not None:
                self.acknowledged.append(made)
            if len(self.acknowledged) >= WRITERS * 2:
                self.enough.set()


def writes_of_easyship(twin: EasyshipTwin, tokens: list[str]) -> list[Write]:
    def write(token: str) -> Write:
        def one(_number: int) -> str | None:
            headers = {"Authorization": f"Bearer {token}"}
            reply = fetch(f"{twin.production}/2024-09/shipments", method="POST", headers=headers, data=shipment())
            return reply.json()["shipment"]["easyship_shipment_id"] if reply.status == 201 else None

        return one

    return [write(token) for token in tokens]


def graphql(twin: ShipheroTwin, token: str, query: str, variables: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    data = {"query": query, "variables": variables}
    return fetch(f"{twin.api}/graphql", method="POST", headers=headers, data=data).json()["data"]


def writes_of_shiphero(twin: ShipheroTwin, tokens: list[str], round_: int) -> list[Write]:
    def write(token: str) -> Write:
        def one(number: int) -> str | None:
            order_number = f"K-{round_}-{number}"
            data = graphql(twin, token, _CREATE, {"data": {**ORDER, "order_number": order_number}})
            return order_number if data is not None and data["order_create"] is not None else None

        return one

    return [write(token) for token in tokens]


def kill_in_the_middle(process: Any, writers: Writers, delay: float) -> None:
    """Let the writers get going, and kill the twin some moments later."""
    writers.start()
    assert writers.enough.wait(timeout=60)
    threading.Event().wait(delay)
    process.kill()
    process.wait(timeout=60)
    writers.join()


@pytest.mark.xdist_group("kill9")
def test_no_shipment_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    """An Easyship twin that is killed twenty times in the middle of writing has every shipment it answered 201 to."""
    known = list[str]()

    for round_ in range(KILLS):
        with running_twin("easyship", "--data-dir", str(tmp_path), "--no-rate-limit") as facts:
            twin = easyship_handle(facts)
            tokens = [twin.integration(f"writer {each}")["production_token"] for each in range(WRITERS)]
            writers = Writers(writes_of_easyship(twin, tokens))
            kill_in_the_middle(facts["process"], writers, round_ * 0.0025)
            known += writers.acknowledged

    with running_twin("easyship", "--data-dir", str(tmp_path), "--no-rate-limit") as facts:
        token = easyship_handle(facts).integration("reader")["production_token"]
        lost = [each for each in known if not has_shipment(facts, token, each)]
    assert len(known) >= KILLS * WRITERS
    assert lost == []


def has_shipment(facts: dict[str, Any], token: str, shipment_id: str) -> bool:
    path = f"{facts['production']}/2024-09/shipments/{shipment_id}"
    return fetch(path, headers={"Authorization": f"Bearer {token}"}).status == 200


@pytest.mark.xdist_group("kill9")
def test_no_order_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    """A ShipHero twin that is killed twenty times in the middle of writing has every order it acknowledged, once."""
    known = list[str]()

    for round_ in range(KILLS):
        with running_twin("shiphero", "--data-dir", str(tmp_path), "--no-rate-limit") as facts:
            twin = shiphero_handle(facts)
            tokens = [twin.developer(f"writer-{round_}-{each}@shop.example")["access_token"] for each in range(WRITERS)]
            writers = Writers(writes_of_shiphero(twin, tokens, round_))
            kill_in_the_middle(facts["process"], writers, round_ * 0.0025)
            known += writers.acknowledged

    with running_twin("shiphero", "--data-dir", str(tmp_path), "--no-rate-limit") as facts:
        twin = shiphero_handle(facts)
        token = twin.developer("reader@shop.example")["access_token"]
        found = {number: len(orders(twin, token, number)) for number in known}
    assert len(known) >= KILLS * WRITERS
    assert {number for number, count in found.items() if count != 1} == set()


def orders(twin: ShipheroTwin, token: str, number: str) -> list[Any]:
    edges: list[Any] = graphql(twin, token, _FIND, {"number": number})["orders"]["data"]["edges"]
    return edges
