"""Requests a second, p50, p99 and CPU of a call through the hub, against the same upstream called directly.

All in one run, in processes of their own: the upstream, which is a raw ASGI echo; one hub; nginx adding the header,
where it is installed; and this one, which calls. The table goes to `docs/reference/performance.md`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import aiohttp
import psutil

from crossdock.db.embedded import Embedded
from crossdock_process import COMMAND, environment
from house import Live, loopback
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin

ROUNDS, CONNECTIONS = 3, {1: 600, 16: 3000, 64: 3000}
FOLDER = Path(__file__).parent
PROVIDER = "https://public-api.easyship.com"
PATH = "/2024-09/item_categories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to the upstream: the bytes to send, to which port, and the process whose CPU counts."""

    name: str
    port: int
    sent: bytes
    process: psutil.Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one way did: requests a second, milliseconds, and CPU milliseconds a request."""

    rate: float
    p50: float
    p99: float
    cpu: float


async def one_connection(way: Way, calls: int, spans: list[float]) -> None:
    """Send the same request again and again over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
    for _ in range(calls):
        began = time.perf_counter()
        writer.write(way.sent)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        if b"content-length: " in head:
            await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        else:
            while (size := int(await reader.readline(), 16)) > 0:
                await reader.readexactly(size + 2)
            await reader.readline()
        spans.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()


async def measure(way: Way, connections: int, calls: int) -> Figures:
    """Call over so many connections at once."""
    spans: list[float] = []
    await one_connection(way, 20, [])
    before, began = sum(way.process.cpu_times()[:2]), time.perf_counter()
    await asyncio.gather(*(one_connection(way, calls // connections, spans) for _ in range(connections)))
    elapsed, cpu = time.perf_counter() - began, sum(way.process.cpu_times()[:2]) - before
    cuts = quantiles(spans, n=100)
    return Figures(rate=len(spans) / elapsed, p50=cuts[49] * 1000, p99=cuts[98] * 1000, cpu=cpu / len(spans) * 1000)


@contextmanager
def running(command: list[str], **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a process that prints one line when it is ready."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(**more))
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def nginx(folder: Path, upstream: int, sent: bytes) -> Iterator[list[Way]]:
    """Run nginx in front of the upstream, adding the credential; give nothing where it is not installed."""
    found = shutil.which("nginx")
    if found is None:
        yield []
        return
    with loopback() as held:
        port = held.getsockname()[1]
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; master_process off; pid {folder}/pid; error_log stderr crit;\n"
        f"events {{}} http {{ access_log off; upstream up {{ server 127.0.0.1:{upstream}; keepalive 128; }}\n"
        f"server {{ listen 127.0.0.1:{port}; keepalive_requests 1000000; location / {{ proxy_http_version 1.1;\n"
        'proxy_set_header Connection ""; proxy_set_header Authorization "Bearer x"; proxy_pass http://up; } } }\n'
    )
    process = subprocess.Popen([found, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    time.sleep(1)
    try:
        yield [Way(name="nginx adding the header", port=port, sent=sent, process=psutil.Process(process.pid))]
    finally:
        process.terminate()
        process.wait(timeout=10)


@asynccontextmanager
async def hub(dsn: str, folder: Path, upstream: int) -> AsyncIterator[tuple[int, psutil.Process]]:
    """Serve one hub process with the upstream in the provider's place."""
    with loopback() as held:
        port = held.getsockname()[1]
    settings = {
        "CROSSDOCK_DATABASE_URL": dsn,
        "CROSSDOCK_DATA_DIR": str(folder),
        "CROSSDOCK_PORT": str(port),
        "CROSSDOCK_HUB_URL": f"http://127.0.0.1:{port}",
        "CROSSDOCK_ORIGIN_REWRITES": json.dumps({PROVIDER: f"http://127.0.0.1:{upstream}"}),
        "CROSSDOCK_CALLS_PER_MINUTE": "0",
        "CROSSDOCK_PACE": "off",
        "CROSSDOCK_LOG_LEVEL": "error",
    }
    # The process is only started here, which takes a moment; nothing waits for its output.
    process = subprocess.Popen([*COMMAND, "serve"], env=environment(**settings), stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - see above
    try:
        async with aiohttp.ClientSession() as client, asyncio.timeout(60):
            while True:
                try:
                    async with client.get(f"http://127.0.0.1:{port}/openapi.json"):
                        break
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.2)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def request(method: str, path: str, *, live: Live | None = None, account: str = "", body: bytes = b"") -> bytes:
    """Write a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "host: bench", "accept: application/json"]
    if live is not None:
        key = base64.b64encode(f"{live.tenant.key.reveal()}:".encode()).decode()
        lines += [f"authorization: Basic {key}", f"x-account-id: {account}"]
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def row(name: str, connections: int, rounds: list[Figures]) -> str:
    """Write a line of the table: of the rounds the one with the most requests a second."""
    best = max(rounds, key=lambda one: one.rate)
    return f"| {name} | {connections} | {best.rate:,.0f} | {best.p50:.2f} | {best.p99:.2f} | {best.cpu:.3f} |"


async def test_calls_through_the_hub_against_direct_ones(
    postgres: Embedded, postgres_dsn: str, easyship_twin_process: EasyshipTwin, tmp_path: Path
) -> None:
    """Print the table of every way at 1, 16 and 64 connections, the ways in turn in each round."""
    easyship_twin_process.reset(seed="empty")
    with ExitStack() as stack:
        served, told = stack.enter_context(
            running([sys.executable, str(FOLDER / "echo.py")], PYTHONPATH=str(FOLDER.parent))
        )
        upstream = int(told)
        echo = psutil.Process(served.pid)
        plain = request("GET", PATH)
        async with fresh_database(postgres, postgres_dsn) as dsn:
            origins = {PROVIDER: easyship_twin_process.production}
            async with opened(dsn, data_dir=tmp_path, origin_rewrites=origins) as live:
                token = easyship_twin_process.integration("bench", scopes="all")["production_token"]
                account = await link_pasted(live, token, owner="bench")
            async with hub(dsn, tmp_path, upstream) as (port, process):
                call = json.dumps({"action": "easyship_list_item_categories"}).encode()
                proxied = request("GET", f"/proxy{PATH}", live=live, account=account)
                acted = request("POST", "/actions/rpc", live=live, account=account, body=call)
                ways = [
                    Way(name="direct: a raw ASGI echo", port=upstream, sent=plain, process=echo),
                    *stack.enter_context(nginx(tmp_path, upstream, plain)),
                    Way(name="`/proxy`", port=port, sent=proxied, process=process),
                    Way(name="`/actions/rpc`", port=port, sent=acted, process=process),
                ]
                table = []
                for connections, calls in CONNECTIONS.items():
                    rounds = [[await measure(way, connections, calls) for way in ways] for _ in range(ROUNDS)]
                    columns = zip(ways, zip(*rounds, strict=True), strict=True)
                    table += [row(way.name, connections, list(found)) for way, found in columns]

    head = "| way | connections | requests/s | p50 ms | p99 ms | CPU ms a request |\n|---|--:|--:|--:|--:|--:|"
    sys.stdout.write("\n" + "\n".join([head, *table]) + "\n")
