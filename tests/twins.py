"""The twins for tests: each in a process of its own, kept for the whole run and made as new before each test.

`easyship_twin` and `shiphero_twin` are the fixtures; `running_twin` starts one more where a test needs its own.
"""

import json
import selectors
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

HANDED_OUT: set[str] = set()
"""Every credential that a twin has handed to this worker's tests; none may stand in what a test prints or logs."""

_CREDENTIALS = {"production_token", "sandbox_token", "access_token", "refresh_token", "client_secret"}
_START_SECONDS = 30
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        return json.loads(self.body)

    def text(self) -> str:
        return self.body.decode()


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    data: Any = None,
    timeout: float = 30,
) -> Reply:
    """Send one request without following redirects; `data` is sent as JSON."""
    parts = urlsplit(url)
    sent = {"User-Agent": "crossdock-tests", **(headers or {})}
    if data is not None:
        body = json.dumps(data).encode()
        sent.setdefault("Content-Type", "application/json")
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    try:
        connection.request(method, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, sent)
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


class TwinHandle:
    """A running twin and its control API; `base` is the address that the control API is asked at."""

    def __init__(self, *, process: subprocess.Popen[str], facts: Mapping[str, str], base: str) -> None:
        self.process = process
        self.facts = dict(facts)
        self.base = base
        self.dashboard = facts["dashboard"]
        self.email = facts["email"]
        self.password = facts["password"]

    def control(self, method: str, path: str, data: Any = None) -> Any:
        """Call `/_twin{path}` and give its JSON; anything but 2xx fails the test with the twin's words."""
        reply = fetch(f"{self.base}/_twin{path}", method=method, data=data)
        assert 200 <= reply.status < 300, f"{method} /_twin{path} answered {reply.status}: {reply.text()}"
        answer = reply.json()
        if isinstance(answer, dict):
            HANDED_OUT.update(str(value) for name, value in answer.items() if name in _CREDENTIALS)
        return answer

    def now(self) -> datetime:
        return datetime.fromisoformat(self.control("GET", "/clock")["now"])

    def clock_advance(self, span: str) -> datetime:
        """Turn the clock, e.g. by `27d`, and give the new time."""
        return datetime.fromisoformat(self.control("POST", "/clock", {"advance": span})["now"])

    def fault(self, kind: str, *, paths: str = "*", **members: Any) -> int:
        """Switch a fault on and give its number; members are `methods, times, every, delay, status`."""
        number: int = self.control("POST", "/faults", {"kind": kind, "paths": paths, **members})["id"]
        return number

    def clear_faults(self) -> None:
        self.control("DELETE", "/faults")

    def journal(self, path: str = "*", *, after: int = 0, limit: int = 10_000) -> list[dict[str, Any]]:
        """Give the requests received on paths that fit a glob, oldest first."""
        entries: list[dict[str, Any]] = self.control("GET", f"/journal?path={path}&after={after}&limit={limit}")[
            "entries"
        ]
        return entries

    def clear_journal(self) -> None:
        self.control("DELETE", "/journal")

    def accounts(self) -> list[dict[str, str]]:
        accounts: list[dict[str, str]] = self.control("GET", "/accounts")["accounts"]
        return accounts

    def set_state(self, account_id: str, state: str) -> None:
        self.control("PATCH", f"/accounts/{account_id}", {"state": state})

    def seed(self, name: str) -> None:
        self.control("POST", "/seed", {"name": name})

    def reset(self, *, seed: str = "small-shop") -> None:
        """Make the twin as new: today, no faults, no journal, this seed."""
        self.control("POST", "/reset", {"seed": seed})


class EasyshipTwin(TwinHandle):
    """The Easyship twin: two hosts over one store."""

    def __init__(self, *, process: subprocess.Popen[str], facts: Mapping[str, str]) -> None:
        super().__init__(process=process, facts=facts, base=facts["production"])
        self.production = facts["production"]
        self.sandbox = facts["sandbox"]

    def integration(self, name: str = "Crossdock", **members: Any) -> dict[str, Any]:
        """Make an integration: `id, account_id, production_token, sandbox_token, scopes`.

        Members are `scopes` (a list or "all"), `api_version`, `account_id`.
        """
        made: dict[str, Any] = self.control("POST", "/integrations", {"name": name, **members})
        return made

    def set_scopes(self, integration_id: str, scopes: Sequence[str]) -> None:
        self.control("PATCH", f"/integrations/{integration_id}", {"scopes": list(scopes)})

    def regenerate(self, integration_id: str, environment: str) -> dict[str, Any]:
        """Replace one token; gives the integration with the new one."""
        made: dict[str, Any] = self.control(
            "POST", f"/integrations/{integration_id}/regenerate", {"environment": environment}
        )
        return made

    def delete_integration(self, integration_id: str) -> None:
        self.control("DELETE", f"/integrations/{integration_id}")

    def oauth_app(self, redirect_uris: Sequence[str], *, name: str = "Crossdock", **members: Any) -> dict[str, str]:
        """Register a partner app: `client_id, client_secret`."""
        made: dict[str, str] = self.control(
            "POST", "/oauth_apps", {"name": name, "redirect_uris": list(redirect_uris), **members}
        )
        return made

    def oauth_grant(self, client_id: str, **members: Any) -> dict[str, Any]:
        """Skip the pages: give an app tokens, as the token endpoint answers them."""
        made: dict[str, Any] = self.control("POST", "/oauth_grants", {"client_id": client_id, **members})
        return made


class ShipheroTwin(TwinHandle):
    """The ShipHero twin."""

    def __init__(self, *, process: subprocess.Popen[str], facts: Mapping[str, str]) -> None:
        super().__init__(process=process, facts=facts, base=facts["api"])
        self.api = facts["api"]

    def developer(self, email: str = "crossdock@shop.example", **members: Any) -> dict[str, Any]:
        """Add a developer: `id, account_id, access_token, refresh_token`."""
        made: dict[str, Any] = self.control(
            "POST", "/developers", {"first_name": "Cross", "last_name": "Dock", "email": email, **members}
        )
        return made


@contextmanager
def running_twin(name: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run `python -m crossdock_twins --only name`; gives its ready line's facts with the process under `process`."""
    command = [sys.executable, "-m", "crossdock_twins", "--only", name, "--port", "0", "--json", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield {**json.loads(_first_line(process))[name], "process": process}
        finally:
            process.terminate()
            process.wait(timeout=_STOP_SECONDS)


def easyship_handle(facts: Mapping[str, Any]) -> EasyshipTwin:
    return EasyshipTwin(process=facts["process"], facts=facts)


def shiphero_handle(facts: Mapping[str, Any]) -> ShipheroTwin:
    return ShipheroTwin(process=facts["process"], facts=facts)


@pytest.fixture(scope="session")
def easyship_process() -> Iterator[EasyshipTwin]:
    """Run one Easyship twin for this worker."""
    with running_twin("easyship", "--memory") as facts:
        yield easyship_handle(facts)


@pytest.fixture(scope="session")
def shiphero_process() -> Iterator[ShipheroTwin]:
    """Run one ShipHero twin for this worker."""
    with running_twin("shiphero", "--memory") as facts:
        yield shiphero_handle(facts)


@pytest.fixture
def easyship_twin(easyship_process: EasyshipTwin) -> EasyshipTwin:
    """Give an Easyship twin as new, without a shipment; `reset(seed="small-shop")` brings thirty."""
    easyship_process.reset(seed="empty")
    return easyship_process


@pytest.fixture
def shiphero_twin(shiphero_process: ShipheroTwin) -> ShipheroTwin:
    """Give a ShipHero twin as new."""
    shiphero_process.reset()
    return shiphero_process


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + _START_SECONDS
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline and process.poll() is None:
            if waiting.select(timeout=0.2):
                return process.stdout.readline()
    pytest.fail(f"The twin did not say that it is ready within {_START_SECONDS} s.")


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
