"""The one client that speaks HTTP outward."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from ssl import SSLContext
from typing import Final
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from multidict import CIMultiDict
from yarl import URL

from crossdock.egress import body, guard, head, limits
from crossdock.egress.errors import Kind, TransportError
from crossdock.egress.exchange import Reply, Request
from crossdock.egress.guard import BlockedError, Origin
from crossdock.egress.redact import Forms
from crossdock.egress.stream import EchoedError, Stream, Watch
from crossdock.kernel.errors import InvalidRequestError
from crossdock.kernel.secret import Secret

__all__ = ["Egress", "TransportError"]

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

_AGENT: Final = "Crossdock/0.1"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
# The client writes these itself, or they belong to one hop only (RFC 9110, 7.6.1).
_NOT_PASSED: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect"}
    | {"proxy-authorization", "proxy-connection"}
)
_NOT_TOLD: Final = frozenset({"set-cookie", "content-encoding", "content-length", "transfer-encoding", "connection"})
# The limits on reading are kept here: aiohttp would set and clear a timer for each bit of a reply.
_WITHIN: Final = aiohttp.ClientTimeout(total=None, sock_connect=limits.CONNECT_SECONDS)
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NO_RETRY: Final = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)
# aiohttp sends these again on a fresh connection where one was closing, as it does with the safe methods.
_REPEATED: Final = frozenset({"PUT", "DELETE"})
_SKIPPED: Final = ("Content-Type",)


class _CutOffError(Exception):
    """A request that changes something met a closing connection: it must not be sent a second time."""


@dataclass(slots=True)
class _Way:
    """How far a request has come."""

    connected: bool = False


_WAY: Final[ContextVar[_Way]] = ContextVar("crossdock.egress.way")


class _Connector(aiohttp.TCPConnector):
    """Notes that a request has its connection: from here on, part of it may have been sent."""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as aiohttp names it
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        _WAY.get().connected = True
        return connection


async def system_lookup(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name as this machine's resolver tells them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class _Resolver(AbstractResolver):
    """Resolves and judges in one step, and hands over addresses only: nothing can be resolved anew behind its back."""

    def __init__(self, lookup: Lookup, private: frozenset[Origin]) -> None:
        self._lookup = lookup
        self._private = {(origin.host, origin.port) for origin in private}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        check = guard.check_private if (host, port) in self._private else guard.check_public
        results: list[ResolveResult] = []
        for text in await self._lookup(host, port):
            address = guard.literal(text.partition("%")[0])
            if address is None:
                raise BlockedError(f"{host} leads to something that is not an address")
            check(address)
            results.append(_result(host, str(address), port, is_v6=address.version == 6))  # noqa: PLR2004 - IPv6
        if not results:
            raise OSError(socket.EAI_NONAME, "no address")
        return results

    async def close(self) -> None:
        """Hold nothing that needs closing."""


def _result(host: str, address: str, port: int, *, is_v6: bool) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if is_v6 else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


class Egress:
    """Sends requests to the origins that a connector names, and to nothing inside the operator's own network."""

    def __init__(self, session: aiohttp.ClientSession, private: frozenset[Origin]) -> None:
        self._session = session
        self._private = private

    @classmethod
    async def open(
        cls,
        *,
        private_origins: Iterable[str] = (),
        lookup: Lookup = system_lookup,
        tls: SSLContext | None = None,
    ) -> Egress:
        """Open the client; ``private_origins`` are those on private addresses that the operator allows."""
        private = frozenset(guard.origin_of(origin) for origin in private_origins)
        session = aiohttp.ClientSession(
            connector=_Connector(
                resolver=_Resolver(lookup, private),
                ttl_dns_cache=limits.DNS_SECONDS,
                limit=limits.CONNECTIONS,
                limit_per_host=limits.CONNECTIONS_PER_HOST,
                keepalive_timeout=limits.KEEP_ALIVE_SECONDS,
                ssl=tls or True,
            ),
            # The default jar would carry one tenant's cookies to the next.
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=limits.LINE_BYTES,
            max_field_size=limits.FIELD_BYTES,
        )
        return cls(session, private)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    def vet(self, url: str, *, origins: frozenset[str] | None = None) -> None:
        """Raise TransportError of kind ``blocked`` where the URL's own form already forbids it: no look-up is made."""
        self._judge(url, origins, _Way())

    async def send(self, request: Request, *, origins: frozenset[str] | None) -> Reply:
        """Send and return the reply, whatever its status; raise TransportError where there is none.

        ``origins`` are the connector's; None stands for any public https origin. GET requests follow three redirects
        at most, each judged anew, and secrets do not follow to another origin. Nothing but what reads is sent twice.
        """
        way = _Way()
        _WAY.set(way)
        started = asyncio.get_running_loop().time()
        host = self._judge(request.url, origins, way).host
        try:
            async with asyncio.timeout(min(request.timeout, limits.LONGEST_SECONDS)):
                reply = await self._follow(request, origins, way)
        except TransportError:
            raise
        except (aiohttp.ClientError, OSError, _CutOffError, body.TooLargeError, body.CodingError) as error:
            raise TransportError(_kind(error, way), sent=_sent(error, way), host=host) from None
        except BlockedError as error:
            raise TransportError("blocked", sent=way.connected, host=host, reason=str(error)) from None
        elapsed = asyncio.get_running_loop().time() - started
        return replace(reply, elapsed_ms=round(elapsed * 1000))

    async def stream(
        self,
        request: Request,
        *,
        origins: frozenset[str],
        forms: Forms,
        content: AsyncIterable[bytes] | None = None,
        length: int | None = None,
    ) -> Stream:
        """Send and return the reply as it comes in, in its own coding, to be closed; no redirect is followed.

        ``content`` goes out as it comes, in place of the request's body, and in chunks unless its ``length`` in bytes
        is known. What the reply says of the secrets whose ``forms`` these are is masked; where it cannot be, the reply
        breaks off. It has to begin within the request's limit, and each part of it within ``limits.IDLE_SECONDS`` of
        the one before. Raise TransportError where there is no reply, or where it breaks off.
        """
        way = _Way()
        _WAY.set(way)
        host = self._judge(request.url, origins, way).host
        try:
            async with asyncio.timeout(min(request.timeout, limits.LONGEST_SECONDS)):
                response = await self._ask(request, content, length)
            watch = Watch(forms, coding=head.coding(response))
        except (aiohttp.ClientError, OSError, _CutOffError) as error:
            raise TransportError(_kind(error, way), sent=_sent(error, way), host=host) from None
        except BlockedError as error:
            raise TransportError("blocked", sent=way.connected, host=host, reason=str(error)) from None

        async def close() -> None:
            response.release()
            await response.wait_for_close()

        return Stream(response.status, watch.headers(head.end_to_end(response)), _chunks(response, watch, host), close)

    async def _ask(
        self, request: Request, content: AsyncIterable[bytes] | None = None, length: int | None = None
    ) -> aiohttp.ClientResponse:
        """Send, and once more what only reads and met a closing connection: aiohttp does so for the safe methods."""
        try:
            return await self._ask_once(request, content, length)
        except _NO_RETRY as error:
            given = content is None and request.reads and request.method not in _SAFE
            if not given or isinstance(error, aiohttp.ClientConnectorError):
                raise
        return await self._ask_once(request, None, None)

    async def _ask_once(
        self, request: Request, content: AsyncIterable[bytes] | None, length: int | None
    ) -> aiohttp.ClientResponse:
        method, headers = request.method.upper(), _headers(request)
        if content is not None and length is not None:
            headers["Content-Length"] = str(length)
        data = _bytes(request.body) if content is None else content
        origin, tail = guard.split(request.url)
        response = await self._session.request(
            method,
            # Put together anew from the judged origin, so that no second parser finds another host in it.
            URL(f"{origin}{tail}", encoded=True),
            headers=headers,
            data=data,
            allow_redirects=False,
            timeout=_WITHIN,
            skip_auto_headers=None if method in _SAFE and data is None else _SKIPPED,
            middlewares=(_send_once,) if method in _REPEATED else (),
        )
        return head.check(response)

    async def _follow(self, request: Request, origins: frozenset[str] | None, way: _Way) -> Reply:
        for _ in range(limits.REDIRECTS + 1):
            reply = await self._exchange(request)
            target = reply.headers.get("location")
            if request.method.upper() != "GET" or reply.status not in _REDIRECTS or not target:
                return reply
            url = _joined(request.url, target)
            here, there = guard.origin_of(request.url), self._judge(url, origins, way)
            request = replace(request, url=url, headers=request.headers if here == there else _public(request))
        raise TransportError("bad_reply", sent=True, host=guard.origin_of(request.url).host)

    async def _exchange(self, request: Request) -> Reply:
        async with await self._ask(request) as response:
            coding = response.headers.get("content-encoding", "")
            content = await body.read(response.content.iter_any(), coding=coding)
            return Reply(status=response.status, headers=_told(response), body=content, url=request.url)

    def _judge(self, url: str, origins: frozenset[str] | None, way: _Way) -> Origin:
        try:
            origin = guard.origin_of(url)
            guard.check_origin(origin, allowed=_origins(origins), private=self._private)
        except BlockedError as error:
            raise TransportError("blocked", sent=way.connected, host="the address", reason=str(error)) from None
        return origin


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        raise BlockedError("the redirect leads to something that is not a URL") from None


@lru_cache(maxsize=256)
def _origins(origins: frozenset[str] | None) -> frozenset[Origin] | None:
    return None if origins is None else frozenset(guard.origin_of(origin) for origin in origins)


async def _send_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from repeating a PUT or DELETE on a fresh connection, as it does for every idempotent method."""
    try:
        return await handler(request)
    except _NO_RETRY as error:
        if request.method in _SAFE or isinstance(error, aiohttp.ClientConnectorError):
            raise
        raise _CutOffError from error


def _headers(request: Request) -> CIMultiDict[str]:
    given = {name: value.reveal() if isinstance(value, Secret) else value for name, value in request.headers.items()}
    plain = all(given) and (not given or _TOKEN.fullmatch("".join(given)))
    if not plain or _CONTROL.search("".join(given.values())):
        raise InvalidRequestError(
            "A header holds characters that cannot be sent.", remedy="Remove line breaks from the headers."
        )
    headers = CIMultiDict({"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": body.ACCEPTED})
    headers.update({name: text for name, text in given.items() if name.lower() not in _NOT_PASSED})
    return headers


def _public(request: Request) -> dict[str, str | Secret]:
    return {
        name: value
        for name, value in request.headers.items()
        if not isinstance(value, Secret) and name.lower() not in {"authorization", "cookie"}
    }


def _bytes(content: bytes | Secret | None) -> BytesIO | bytes | None:
    plain = content.reveal().encode() if isinstance(content, Secret) else content
    # aiohttp writes raw bytes in one go and warns where they are many; a file it writes piece by piece.
    return BytesIO(plain) if plain is not None and len(plain) > limits.WHOLE_BYTES else plain


async def _chunks(response: aiohttp.ClientResponse, watch: Watch, host: str) -> AsyncIterator[bytes]:
    content = response.content
    try:
        while not content.at_eof():
            passing = watch.feed(content.read_nowait() or await _awaited(content))
            if content.at_eof():
                passing += watch.end()
            if passing:
                yield passing
    except EchoedError:
        raise TransportError("bad_reply", sent=True, host=host) from None
    except (aiohttp.ClientError, OSError) as error:
        kind: Kind = "read_timeout" if isinstance(error, TimeoutError) else "cut_off"
        raise TransportError(kind, sent=True, host=host) from None


async def _awaited(content: aiohttp.StreamReader) -> bytes:
    """Return what comes next of a reply, if it comes in time."""
    async with asyncio.timeout(limits.IDLE_SECONDS):
        return await content.readany()


def _told(response: aiohttp.ClientResponse) -> dict[str, str]:
    told: dict[str, str] = {}
    for name, value in response.headers.items():
        key, text = name.lower(), value.encode("utf-8", "replace").decode()
        if key not in _NOT_TOLD:
            told[key] = f"{told[key]}, {text}" if key in told else text
    return told


def _sent(error: Exception, way: _Way) -> bool:
    return way.connected and not isinstance(error, aiohttp.ClientConnectorError)


_KINDS: Final[tuple[tuple[type[Exception], Kind], ...]] = (
    (aiohttp.ClientConnectorDNSError, "dns"),
    (aiohttp.ClientConnectorCertificateError, "tls"),
    (aiohttp.ClientSSLError, "tls"),
    (aiohttp.ConnectionTimeoutError, "connect_timeout"),
    (aiohttp.ClientConnectorError, "refused"),
    (body.TooLargeError, "too_large"),
    (body.CodingError, "bad_reply"),
    (head.HeadError, "bad_reply"),
    (aiohttp.ClientResponseError, "bad_reply"),
    (aiohttp.InvalidURL, "blocked"),
    (aiohttp.NonHttpUrlClientError, "blocked"),
)


def _kind(error: Exception, way: _Way) -> Kind:
    for cause, kind in _KINDS:
        if isinstance(error, cause):
            return kind
    if isinstance(error, TimeoutError):
        return "read_timeout" if way.connected else "connect_timeout"
    return "cut_off"
