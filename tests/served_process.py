"""Runs `crossdock serve` in a process of its own, over a database that is there."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil

from crossdock_process import COMMAND, environment
from house import loopback


@asynccontextmanager
async def served(
    dsn: str, folder: Path, *, origins: Mapping[str, str], **more: str
) -> AsyncIterator[tuple[str, psutil.Process]]:
    """Serve in the block; gives the address and the process. ``more`` are further variables of its environment."""
    with loopback() as held:
        port = held.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = {
        "CROSSDOCK_DATABASE_URL": dsn,
        "CROSSDOCK_DATA_DIR": str(folder),
        "CROSSDOCK_PORT": str(port),
        "CROSSDOCK_HUB_URL": url,
        "CROSSDOCK_ORIGIN_REWRITES": json.dumps(dict(origins)),
        "CROSSDOCK_CALLS_PER_MINUTE": "0",
        "CROSSDOCK_PACE": "off",
        "CROSSDOCK_LOG_LEVEL": "error",
        **more,
    }
    # The process is only started here, which takes a moment; nothing waits for its output.
    process = subprocess.Popen([*COMMAND, "serve"], env=environment(**settings), stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - see above
    try:
        async with aiohttp.ClientSession() as client, asyncio.timeout(90):
            while True:
                try:
                    async with client.get(f"{url}/openapi.json"):
                        break
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.2)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)
