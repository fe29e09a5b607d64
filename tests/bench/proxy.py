"""Requests a second, p50, p99 and CPU of a call through the hub, against the same upstream called directly.

All in one run, in processes of their own: the upstream, which is a raw ASGI echo; one hub; the least that a proxy of
the same parts can do; nginx adding the header, where it is installed; and the caller, which is wrk where it is
installed. The table goes to `docs/reference/performance.md`.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from crossdock.db.embedded import Embedded
from crossdock_process import environment
from house import loopback
from load import Figures, Way, measure
from served_process import served
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin

ROUNDS, CONNECTIONS = 3, (1, 16, 64)
FOLDER = Path(__file__).parent
PROVIDER = "https://public-api.easyship.com"
PATH = "/2024-09/item_categories"
FLOOR = "the least proxy of the same server and client"


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
def nginx(folder: Path, upstream: int) -> Iterator[list[Way]]:
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
        yield [Way(name="nginx adding the header", port=port, path=PATH, process=psutil.Process(process.pid))]
    finally:
        process.terminate()
        process.wait(timeout=10)


def table(measured: Mapping[int, Mapping[str, Sequence[Figures]]]) -> Iterator[str]:
    """Write the table: of the rounds the one with the least CPU, and its CPU as a multiple of the direct call's."""
    yield "| way | connections | requests/s | p50 ms | p99 ms | CPU ms a request | times direct |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for connections, ways in measured.items():
        best = {name: min(rounds, key=lambda one: one.cpu) for name, rounds in ways.items()}
        least = next(iter(best.values())).cpu
        for name, one in best.items():
            shown = f"{one.rate:,.0f} | {one.p50:.2f} | {one.p99:.2f} | {one.cpu:.3f} | {one.cpu / least:.1f}"
            yield f"| {name} | {connections} | {shown} |"


async def test_calls_through_the_hub_against_direct_ones(
    postgres: Embedded, postgres_dsn: str, easyship_twin_process: EasyshipTwin, tmp_path: Path
) -> None:
    """Print the table of every way at 1, 16 and 64 connections, the ways in turn in each round."""
    easyship_twin_process.reset(seed="empty")
    place = {"PYTHONPATH": str(FOLDER.parent)}
    with ExitStack() as stack:
        echo, told = stack.enter_context(running([sys.executable, str(FOLDER / "echo.py")], **place))
        upstream = f"http://127.0.0.1:{told}"
        least, floor = stack.enter_context(running([sys.executable, str(FOLDER / "floor.py"), upstream], **place))
        async with fresh_database(postgres, postgres_dsn) as dsn:
            origins = {PROVIDER: easyship_twin_process.production}
            async with opened(dsn, data_dir=tmp_path, origin_rewrites=origins) as live:
                token = easyship_twin_process.integration("bench", scopes="all")["production_token"]
                account = await link_pasted(live, token, owner="bench")
            key = base64.b64encode(f"{live.tenant.key.reveal()}:".encode()).decode()
            named = {"authorization": f"Basic {key}", "x-account-id": account, "accept": "application/json"}
            async with served(dsn, tmp_path, origins={PROVIDER: upstream}) as (url, process):
                port = int(url.rpartition(":")[2])
                ways = [
                    Way(name="direct: a raw ASGI echo", port=int(told), path=PATH, process=psutil.Process(echo.pid)),
                    *stack.enter_context(nginx(tmp_path, int(told))),
                    Way(name=FLOOR, port=int(floor), path=PATH, process=psutil.Process(least.pid)),
                    Way(name="`/proxy`", port=port, path=f"/proxy{PATH}", process=process, headers=named),
                    Way(
                        name="`/actions/rpc`",
                        port=port,
                        path="/actions/rpc",
                        process=process,
                        method="POST",
                        headers={**named, "content-type": "application/json"},
                        body=json.dumps({"action": "easyship_list_item_categories"}),
                    ),
                ]
                measured: dict[int, dict[str, list[Figures]]] = {}
                for connections in CONNECTIONS:
                    measured[connections] = {way.name: [] for way in ways}
                    for _ in range(ROUNDS):
                        for way in ways:
                            measured[connections][way.name].append(await measure(way, connections))

    sys.stdout.write("\n" + "\n".join(table(measured)) + "\n")
