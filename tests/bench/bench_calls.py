"""What Crossdock adds to a call: ratios to the same call made directly, in turn, in one run."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crossdock.kernel.clock import SystemClock
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.vault import envelope
from crossdock.vault.envelope import Place
from crossdock.vault.keys import KeyRing
from house import Live
from twins import ShipheroTwin

ROUNDS, CALLS, AT_ONCE = 5, 200, 16
DOCUMENT = {"query": "{ user_quota { credits_remaining } }"}


def told(what: str, ratios: list[float]) -> None:
    """Print the median ratio with the lowest and the highest."""
    assert len(ratios) == ROUNDS
    sys.stdout.write(f"\n{what}: {median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})\n")


async def _linked(live: Live, refresh_token: str) -> str:
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop", "provider": "shiphero"}
    token = (await live.call("POST", "/connect_sessions", data=body)).json()["token"]
    offers = (await live.hub("GET", "/hub/connectors", token=token)).json()["integrations"]
    pasted = {"integration_id": offers[0]["integration_id"], "credentials": {"refresh_token": refresh_token}}
    account: str = (await live.hub("POST", "/hub/accounts", token=token, data=pasted)).json()["id"]
    return account


async def test_a_proxied_call_against_a_direct_one(live: Live, shiphero_twin: ShipheroTwin) -> None:
    """Print how many times longer a proxied GraphQL call takes than the same call sent straight to the provider."""
    made = shiphero_twin.developer()
    account = await _linked(live, made["refresh_token"])
    gate = asyncio.Semaphore(AT_ONCE)

    async def direct() -> int:
        sent = {"authorization": f"Bearer {made['access_token']}"}
        async with gate, live.client.post(f"{shiphero_twin.api}/graphql", json=DOCUMENT, headers=sent) as reply:
            await reply.read()
            return reply.status

    async def proxied() -> int:
        call = {"method": "post", "path": "/graphql", "body": DOCUMENT}
        async with gate:
            return (await live.call("POST", "/unified/proxy", data=call, headers={"x-account-id": account})).status

    ratios = []
    for _ in range(ROUNDS):
        spans = []
        for way in (proxied, direct):
            began = time.perf_counter()
            statuses = await asyncio.gather(*(way() for _ in range(CALLS)))
            spans.append(time.perf_counter() - began)
            assert set(statuses) == {200}
        ratios.append(spans[0] / spans[1])

    told(f"proxied / direct, {CALLS} calls, {AT_ONCE} at once", ratios)


def test_a_sealed_secret_against_one_bare_encryption(tmp_path: Path) -> None:
    """Print how many times longer sealing takes than one AES-256-GCM encryption of the same bytes."""
    ring = KeyRing.create(tmp_path / "keys.json", ids=Ids(SystemClock()))
    key, place, secret = ring.newest(), Place("prj_1", "acc_1", "access_token", 1), Secret("t" * 800)
    bare = AESGCM(os.urandom(32))

    def seal() -> None:
        envelope.seal(key=key, place=place, secret=secret)

    def encrypt() -> None:
        bare.encrypt(os.urandom(12), secret.reveal().encode(), None)

    ratios = []
    for _ in range(ROUNDS):
        spans = []
        for way in (seal, encrypt):
            began = time.perf_counter()
            for _ in range(2000):
                way()
            spans.append(time.perf_counter() - began)
        ratios.append(spans[0] / spans[1])

    told("seal / bare encryption", ratios)
