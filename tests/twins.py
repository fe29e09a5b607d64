"""The twins as our own tests use them: the plugin's handles, kept for the whole run, and the watch over credentials.

`easyship_twin` and `shiphero_twin` are the fixtures; `running_twin` starts one more where a test needs its own.
Their rate limits are off, or what a test sees would depend on how fast the machine is; those that are about the limits
say `@pytest.mark.twin_limits(on=True)`, or take `limited` where a module shares its twins.
"""

import json
from base64 import b64encode
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import quote

import pytest

from crossdock_twins.testing import plugin
from crossdock_twins.testing.handles import (
    EasyshipTwin,
    Reply,
    ShipheroTwin,
    TwinHandle,
    easyship_handle,
    fetch,
    running_twin,
    shiphero_handle,
)

__all__ = [
    "EasyshipTwin",
    "Reply",
    "ShipheroTwin",
    "TwinHandle",
    "easyship_handle",
    "fetch",
    "limited",
    "running_twin",
    "shiphero_handle",
]

HANDED_OUT = TwinHandle.credentials
"""Every credential that a twin has handed to this worker's tests; none may stand in what a test prints or logs."""


@pytest.fixture(scope="session")
def easyship_twin_process() -> Iterator[EasyshipTwin]:
    """Run one Easyship twin for the whole run, with its limits off."""
    with running_twin("easyship", "--memory", "--no-rate-limit") as facts:
        yield easyship_handle(facts)


@pytest.fixture(scope="session")
def shiphero_twin_process() -> Iterator[ShipheroTwin]:
    """Run one ShipHero twin for the whole run, with its limits off."""
    with running_twin("shiphero", "--memory", "--no-rate-limit") as facts:
        yield shiphero_handle(facts)


@pytest.fixture
def easyship_twin(easyship_twin_process: EasyshipTwin, request: pytest.FixtureRequest) -> EasyshipTwin:
    """Give an Easyship twin as new, without a shipment; `reset(seed="small-shop")` brings thirty."""
    plugin.renew(easyship_twin_process, request, seed="empty")
    return easyship_twin_process


@contextmanager
def limited(*twins: TwinHandle) -> Iterator[None]:
    """Switch the limits of twins on for the block."""
    for twin in twins:
        twin.limits(on=True)
    try:
        yield
    finally:
        for twin in twins:
            twin.limits(on=False)


def leaks(said: str) -> int:
    """Count the credentials handed out that stand in a text: plain, base64, base64url, percent-encoded, hex or JSON."""
    return sum(any(form in said for form in _forms(secret)) for secret in HANDED_OUT) if said else 0


@cache
def _forms(secret: str) -> frozenset[str]:
    raw = secret.encode()
    inner = {b64encode(b"\0" * shift + raw).decode().rstrip("=")[4:-2] for shift in range(3)}
    urlsafe = {text.replace("+", "-").replace("/", "_") for text in inner}
    return frozenset({secret, quote(secret, safe=""), raw.hex(), json.dumps(secret)[1:-1], *inner, *urlsafe})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test in whose output or log a credential stands that a twin has handed out."""
    report = yield
    leaked = leaks(report.capstdout + report.capstderr + report.caplog)
    if leaked and report.passed:
        report.outcome = "failed"
        report.longrepr = f"{leaked} credential(s) of a twin stand in what this test printed or logged."
        report.sections = []
    return report
