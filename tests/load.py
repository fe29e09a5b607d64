"""Callers for the benchmarks: wrk where it is installed, since it leaves the machine to those who are measured."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import psutil

WRK = shutil.which("wrk")
SECONDS = 3
CALLS = 3000
"""How many calls the caller in Python makes, where there is no wrk."""
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to the upstream: what is sent to which port, and the process whose CPU counts."""

    name: str
    port: int
    path: str
    process: psutil.Process
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one way did: requests a second, milliseconds, and CPU milliseconds a request."""

    rate: float
    p50: float
    p99: float
    cpu: float


async def measure(way: Way, connections: int) -> Figures:
    """Call over so many connections at once."""
    await _called(way, 1, 20)
    before = sum(way.process.cpu_times()[:2])
    made, elapsed, p50, p99 = await (_by_wrk(way, connections) if WRK else _called(way, connections, CALLS))
    cpu = sum(way.process.cpu_times()[:2]) - before
    return Figures(rate=made / elapsed, p50=p50, p99=p99, cpu=cpu / made * 1000)


async def _by_wrk(way: Way, connections: int) -> tuple[int, float, float, float]:
    named = [f"-H{name}: {value}" for name, value in way.headers.items()]
    script = Path(__file__).parent / "bench" / "post.lua"
    posted = ["-s", str(script), f"http://127.0.0.1:{way.port}{way.path}", way.body]
    target = posted if way.body else [f"http://127.0.0.1:{way.port}{way.path}"]
    process = await asyncio.create_subprocess_exec(
        str(WRK),
        "-t1",
        f"-c{connections}",
        f"-d{SECONDS}s",
        "--latency",
        "--timeout=30s",
        *named,
        *target,
        stdout=asyncio.subprocess.PIPE,
    )
    told = (await process.communicate())[0].decode()
    assert "Non-2xx" not in told, told
    assert "Socket errors" not in told, told
    made = re.search(r"(\d+) requests in ([\d.]+)s", told)
    assert made is not None, told
    p50, p99 = (_milliseconds(told, share) for share in ("50%", "99%"))
    return int(made[1]), float(made[2]), p50, p99


def _milliseconds(told: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", told)
    assert found is not None, told
    return float(found[1]) * _UNITS[found[2]]


async def _called(way: Way, connections: int, calls: int) -> tuple[int, float, float, float]:
    spans: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_one_connection(way, max(1, calls // connections), spans) for _ in range(connections)))
    cuts = quantiles(spans, n=100)
    return len(spans), time.perf_counter() - began, cuts[49] * 1000, cuts[98] * 1000


async def _one_connection(way: Way, calls: int, spans: list[float]) -> None:
    """Send the same request again and again over one connection."""
    sent = _written(way)
    reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
    for _ in range(calls):
        began = time.perf_counter()
        writer.write(sent)
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


def _written(way: Way) -> bytes:
    """Write a request as it goes over the wire."""
    headers = {"host": "bench", **way.headers}
    if way.body:
        headers["content-length"] = str(len(way.body))
    lines = [f"{way.method} {way.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", way.body]).encode()
