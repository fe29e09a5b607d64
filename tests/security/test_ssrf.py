"""No way leads from Crossdock into the network that it stands in: targets, sinks, redirects and rebinding names."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from crossdock.egress.client import Egress, TransportError
from crossdock.egress.exchange import Request
from receiver import Heard, Receiver, answer, receiving
from security.ssrf_targets import TARGETS, V4, V6

PUBLIC = "93.184.216.34"
INNER = "https://inner.example.com/"


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record where sockets connect, and let no connection leave this machine."""
    seen: list[str] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        seen.append(address[0])
        if ipaddress.ip_address(address[0]).is_global:
            raise ConnectionRefusedError(111, "nothing leaves this machine")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


@pytest_asyncio.fixture
async def redirector() -> AsyncIterator[Receiver]:
    """Answer a path that is a number with a redirect to that target; a relative one comes back here, and is told."""

    def script(heard: Heard) -> bytes:
        number = heard.target[1:]
        location = TARGETS[int(number)] if number.isdigit() else ""
        return answer(302, location="".join(location.splitlines())) if location else answer(204)

    async with receiving(script) as receiver:
        yield receiver


@pytest_asyncio.fixture
async def egress(redirector: Receiver) -> AsyncIterator[Egress]:
    """Open a client for which the redirector alone is an allowed private origin, and every name a public one."""

    async def public(_host: str, _port: int) -> Sequence[str]:
        return [PUBLIC]

    opened = await Egress.open(private_origins=[redirector.origin], lookup=public)
    yield opened
    await opened.close()


async def kind_of(egress: Egress, url: str, origins: frozenset[str] | None, *, method: str = "GET") -> str:
    with pytest.raises(TransportError) as caught:
        await egress.send(Request(method, url, timeout=30), origins=origins)
    return caught.value.kind


def test_there_are_enough_targets() -> None:
    """The list holds at least 120 targets, and none twice."""
    assert len(TARGETS) == len(set(TARGETS)) >= 120


async def test_no_subscriber_leads_inside(egress: Egress, connects: list[str]) -> None:
    """Sink 1: a delivery to any public address refuses every target, without a single connection."""
    passed = [url for url in TARGETS if await kind_of(egress, url, None, method="POST") != "blocked"]

    assert (passed, connects) == ([], [])


async def test_no_connector_leads_inside(egress: Egress, connects: list[str]) -> None:
    """Sink 2: a connector that names the very target as its host does not reach it either."""
    passed = [
        url
        for url in TARGETS
        if await kind_of(egress, url, frozenset({"https://api.example.com"}), method="POST") != "blocked"
    ]
    for address in (*V4, *(f"[{address}]" for address in V6)):
        origins = frozenset({f"https://{address}"})
        passed += [address for _ in origins if await kind_of(egress, f"https://{address}/", origins) != "blocked"]

    assert (passed, connects) == ([], [])


async def test_no_redirect_leads_inside(egress: Egress, redirector: Receiver, connects: list[str]) -> None:
    """Sink 3: an allowed host that redirects to a target is as far as the request comes."""
    passed, kinds = [], set()
    for number, url in enumerate(TARGETS):
        try:
            reply = await egress.send(Request("GET", f"{redirector.origin}/{number}", timeout=30), origins=None)
        except TransportError as error:
            kinds.add(error.kind)
        else:
            if not reply.url.startswith(f"{redirector.origin}/"):
                passed.append(url)

    assert passed == []
    assert kinds <= {"blocked", "bad_reply", "refused"}
    assert set(connects) <= {"127.0.0.1", PUBLIC}


def test_no_webhook_is_registered_inside(egress: Egress) -> None:
    """Sink 4: the check that a webhook's URL meets when it is entered refuses every target at once."""
    passed = []
    for url in TARGETS:
        try:
            egress.vet(url)
        except TransportError:
            continue
        passed.append(url)

    assert passed == []


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        [PUBLIC, "10.0.0.1"],
        ["10.0.0.1", PUBLIC],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::a9fe:a9fe"],
        ["2002:7f00:1::"],
        ["fe80::1%eth0"],
        ["fd00::1"],
        ["0.0.0.1"],
        ["100.64.0.1"],
        ["localhost"],
    ],
    ids=str,
)
async def test_a_name_that_resolves_inside_is_refused(connects: list[str], answers: list[str]) -> None:
    """The address that the name leads to decides: one inner address among public ones is enough to refuse."""

    async def lookup(_host: str, _port: int) -> Sequence[str]:
        return answers

    egress = await Egress.open(lookup=lookup)
    kinds = [await kind_of(egress, INNER, origins) for origins in (None, frozenset({INNER.rstrip("/")}))]
    await egress.close()

    assert (kinds, connects) == (["blocked", "blocked"], [])


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:7f00:1"])
@pytest.mark.parametrize("looked_up", [1, 2])
async def test_a_name_that_changes_its_mind_is_refused(connects: list[str], inner: str, looked_up: int) -> None:
    """A name that is public at first and private later never gets a connection to the private address."""
    asked = 0

    async def rebinding(_host: str, _port: int) -> Sequence[str]:
        nonlocal asked
        asked += 1
        return [PUBLIC] if asked <= looked_up else [inner]

    egress = await Egress.open(lookup=rebinding)
    for _ in range(4):
        egress._session.connector.clear_dns_cache()  # type: ignore[union-attr]  # the session has its TCP connector
        kind = await kind_of(egress, INNER, None)
    await egress.close()

    assert (kind, set(connects), asked) == ("blocked", {PUBLIC}, 4)


async def test_the_connection_goes_to_the_address_that_was_judged(connects: list[str]) -> None:
    """Between the judgement and the connection nothing is resolved anew: the socket gets the address itself."""
    asked = 0

    async def once(_host: str, _port: int) -> Sequence[str]:
        nonlocal asked
        asked += 1
        return [PUBLIC]

    egress = await Egress.open(lookup=once)
    kind = await kind_of(egress, INNER, None)
    await egress.close()

    assert (kind, connects, asked) == ("refused", [PUBLIC], 1)


async def test_the_operators_own_origin_is_reached(egress: Egress, redirector: Receiver, connects: list[str]) -> None:
    """The guard is not a wall: what the operator allowed answers."""
    redirector.script = lambda _: answer(200)

    reply = await egress.send(Request("GET", f"{redirector.origin}/"), origins=None)

    assert (reply.status, connects) == (200, ["127.0.0.1"])
