"""Ten thousand rows of a large shop in one answer: all of them, each once, in flat memory."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest_asyncio

from crossdock.db.embedded import Embedded
from desk import Desk, open_desk
from shared_house import fresh_database, opened
from twins import ShipheroTwin, easyship_handle, running_twin

ROWS = 10_000
EACH = 2000
"""After so many rows the memory is looked at."""


@pytest_asyncio.fixture
async def desk(
    postgres: Embedded, postgres_dsn: str, shiphero_twin_process: ShipheroTwin, tmp_path: Path
) -> AsyncIterator[Desk]:
    """Serve a house on a twin of its own with a hundred thousand shipments."""
    with running_twin("easyship", "--memory", "--seed", "large", "--no-rate-limit") as facts:
        twin = easyship_handle(facts)
        origins = {
            "https://public-api.easyship.com": twin.production,
            "https://public-api.shiphero.com": shiphero_twin_process.api,
        }
        async with (
            fresh_database(postgres, postgres_dsn) as dsn,
            opened(dsn, data_dir=tmp_path, origin_rewrites=origins) as live,
        ):
            yield await open_desk(live, twin, shiphero_twin_process, name="large")


async def test_ten_thousand_rows_come_in_flat_memory(desk: Desk) -> None:
    """Over 50 MB of rows pass while the hub holds a page at a time."""
    since = (desk.easyship_twin.now() - timedelta(days=31)).isoformat()
    data = {"action": "easyship_list_shipments", "query": {"created_at_from": since}, "collect": True}
    key = base64.b64encode(f"{desk.live.tenant.key.reveal()}:".encode()).decode()
    headers = {"authorization": f"Basic {key}", "x-account-id": desk.easyship}
    process, held = psutil.Process(), [0]
    seen: set[str] = set()
    count = passed = 0

    async with desk.live.client.post(f"{desk.live.url}/actions/rpc", json=data, headers=headers) as reply:
        assert reply.status == 200
        while line := await reply.content.readline():
            row = json.loads(line)
            if "end" in row or "error" in row:
                break
            count, passed = count + 1, passed + len(line)
            seen.add(row["easyship_shipment_id"])
            if count % EACH == 0:
                held.append(process.memory_info().rss)

    assert row == {"end": {"rows": count}}
    assert count == len(seen) >= ROWS
    assert passed > 50_000_000
    assert max(held) - held[1] < 50_000_000
