"""A running twin in a test's hands: its addresses, and its control API as methods."""

import json
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from typing import Any, ClassVar, Literal
from urllib.parse import quote, urlencode, urlsplit

_CREDENTIALS = {"production_token", "sandbox_token", "access_token", "refresh_token", "client_secret"}
_START_SECONDS = 60
_STOP_SECONDS = 10
_LOOK_AGAIN = 0.02
_ANSWERED = range(200, 300)

Twin = Literal["easyship", "shiphero"]


class TwinError(AssertionError):
    """A twin refused what a test asked of its control API, or did not start; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)

    def text(self) -> str:
        """Read the body as text."""
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
    """Send one request without following redirects; `data` is sent as JSON, `timeout` is in seconds."""
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
    """A running twin; `base` is the address of its control API, `email` and `password` sign in to its `dashboard`.

    `credentials` is every credential that twins have handed to this process: none should stand in what it logs.
    """

    credentials: ClassVar[set[str]] = set()

    def __init__(self, *, process: subprocess.Popen[str], facts: Mapping[str, str], base: str) -> None:
        self.process = process
        self.facts = dict(facts)
        self.base = base
        self.dashboard = facts["dashboard"]
        self.email = facts["email"]
        self.password = facts["password"]

    def control(self, method: str, path: str, data: Any = None) -> Any:
        """Call `/_twin{path}` and give its JSON; TwinError with the twin's own words where it refuses."""
        reply = fetch(f"{self.base}/_twin{path}", method=method, data=data)
        if reply.status not in _ANSWERED:
            raise TwinError(f"{method} /_twin{path} answered {reply.status}: {reply.text()}")
        answer = reply.json()
        if isinstance(answer, dict):
            self.credentials.update(str(value) for name, value in answer.items() if name in _CREDENTIALS)
        return answer

    def now(self) -> datetime:
        """Give the twin's time."""
        return datetime.fromisoformat(self.control("GET", "/clock")["now"])

    def clock_advance(self, span: str) -> datetime:
        """Turn the clock, e.g. by `27d` or `1d12h`, and give the new time; what falls due on the way has happened."""
        return datetime.fromisoformat(self.control("POST", "/clock", {"advance": span})["now"])

    def clock_stop(self) -> None:
        """Stop the clock: its time passes only when it is turned, so that nothing happens between two calls."""
        self.control("POST", "/clock", {"stopped": True})

    def clock_start(self) -> None:
        """Let the clock go again: from where it stood, or from the machine's time where that is later."""
        self.control("POST", "/clock", {"stopped": False})

    def limits(self, *, on: bool) -> None:
        """Switch the rate limits; switched on, they begin with everything unused."""
        self.control("POST", "/limits", {"on": on})

    def fault(self, kind: str, *, paths: str = "*", **members: Any) -> int:
        """Switch a fault on and give its number; members are `methods, times, every, delay, status`."""
        number: int = self.control("POST", "/faults", {"kind": kind, "paths": paths, **members})["id"]
        return number

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self.control("DELETE", "/faults")

    def journal(self, path: str = "*", *, after: int = 0, limit: int = 10_000) -> list[dict[str, Any]]:
        """Give the requests received on paths that fit a glob, oldest first; credentials in them are masked."""
        query = urlencode({"path": path, "after": after, "limit": limit}, quote_via=quote, safe="/*")
        entries: list[dict[str, Any]] = self.control("GET", f"/journal?{query}")["entries"]
        return entries

    def clear_journal(self) -> None:
        """Empty the journal."""
        self.control("DELETE", "/journal")

    def deliveries(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Give the webhook messages, oldest first, each with its `state` and its `attempts`."""
        found: list[dict[str, Any]] = self.control("GET", f"/deliveries?after={after}")["deliveries"]
        return found

    def delivered(self, *, seconds: float = 30) -> list[dict[str, Any]]:
        """Wait until no webhook message is due and give all of them; TwinError where some still are after that long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = self.control("GET", "/deliveries")
            if not answer["due"]:
                found: list[dict[str, Any]] = answer["deliveries"]
                return found
            time.sleep(_LOOK_AGAIN)
        raise TwinError(f"Webhook messages are still on their way after {seconds:g} s. Does their receiver answer?")

    def lose_webhooks(self, number: int) -> None:
        """Lose the next new webhook messages: they are never sent."""
        self.control("POST", "/deliveries", {"lose": number})

    def duplicate_webhooks(self, number: int) -> None:
        """Send the next new webhook messages twice."""
        self.control("POST", "/deliveries", {"duplicate": number})

    def accounts(self) -> list[dict[str, str]]:
        """Give the accounts with their states."""
        accounts: list[dict[str, str]] = self.control("GET", "/accounts")["accounts"]
        return accounts

    def set_state(self, account_id: str, state: str) -> None:
        """Make an account `active`, `suspended`, `cancelled` or `inactive`."""
        self.control("PATCH", f"/accounts/{account_id}", {"state": state})

    def seed(self, name: str) -> None:
        """Fill the twin with another seed's data."""
        self.control("POST", "/seed", {"name": name})

    def reset(self, *, seed: str = "small-shop") -> None:
        """Make the twin as new: today, no faults, no journal, the limits that it was started with, this seed."""
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
        """Tick these scopes and untick the others; the tokens stay."""
        self.control("PATCH", f"/integrations/{integration_id}", {"scopes": list(scopes)})

    def regenerate(self, integration_id: str, environment: str) -> dict[str, Any]:
        """Replace one token; gives the integration with the new one."""
        made: dict[str, Any] = self.control(
            "POST", f"/integrations/{integration_id}/regenerate", {"environment": environment}
        )
        return made

    def delete_integration(self, integration_id: str) -> None:
        """Delete an integration, and its tokens with it."""
        self.control("DELETE", f"/integrations/{integration_id}")

    def subscription(self, account_id: str = "CUS000001", **members: Any) -> dict[str, Any]:
        """Change an account's `plan`, `allowance` of metered calls or `units`, and give what it has used this month."""
        path = f"/subscriptions/{account_id}"
        shown: dict[str, Any] = self.control("PATCH", path, members) if members else self.control("GET", path)
        return shown

    def pass_check(self, intent_id: str) -> None:
        """Do what a customer does at the card processor before a card or a payment is confirmed."""
        self.control("POST", "/payment_checks", {"intent_id": intent_id})

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
def running_twin(name: Twin, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run a twin in a process of its own; gives the facts of its ready line, with the process under `process`.

    `arguments` are those of `python -m crossdock_twins`; TwinError where it is not ready within a minute.
    """
    command = [sys.executable, "-m", "crossdock_twins", "--only", name, "--port", "0", "--json", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this interpreter, our module
        try:
            yield {**json.loads(_first_line(process))[name], "process": process}
        finally:
            process.terminate()
            try:
                process.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def easyship_handle(facts: Mapping[str, Any]) -> EasyshipTwin:
    """Take a running Easyship twin in hand."""
    return EasyshipTwin(process=facts["process"], facts=facts)


def shiphero_handle(facts: Mapping[str, Any]) -> ShipheroTwin:
    """Take a running ShipHero twin in hand."""
    return ShipheroTwin(process=facts["process"], facts=facts)


def _first_line(process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + _START_SECONDS
    with selectors.DefaultSelector() as waiting:
        if process.stdout is not None:
            waiting.register(process.stdout, selectors.EVENT_READ)
        while process.stdout is not None and time.monotonic() < deadline and process.poll() is None:
            if waiting.select(timeout=0.2) and (line := process.stdout.readline()):
                return line
    raise TwinError(f"The twin was not ready within {_START_SECONDS} s. Its output says why.")
