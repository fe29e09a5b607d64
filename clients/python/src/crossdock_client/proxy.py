"""The provider's own API, through the hub: bytes as they are, with the account's credential put in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, Unpack

import httpx2

from crossdock_client.call import ONCE, SAFE, once
from crossdock_client.transport import Asked, AsyncTransport, Transport, refusal

_SAYS_WHO: Final = "x-crossdock-error"
_PROVIDER: Final = "provider"


class Asking(Asked, total=False):
    """What a request through the proxy may say beside where it goes.

    ``priority`` `bulk` lets other calls of the account go first; the same ``idempotency_key`` gives a write's first
    answer again, for a day.
    """

    priority: str
    idempotency_key: str


class Proxy:
    """Requests to the provider of a linked account; its answers are given as they are, its refusals too.

    ``path`` is the provider's, such as ``/2024-09/shipments``. What the hub itself refuses is raised.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def request(self, method: str, path: str, *, account_id: str, **asking: Unpack[Asking]) -> httpx2.Response:
        """Send a request and return the whole answer; a write carries a key, and is made once."""
        asked = _asked(method, account_id, asking, keyed=True)

        def attempt() -> httpx2.Response:
            with self._opened(method, path, asked) as answer:
                answer.read()
                return answer

        return self._transport.repeated(attempt, repeatable=_repeatable(method, asked))

    @contextmanager
    def stream(self, method: str, path: str, *, account_id: str, **asking: Unpack[Asking]) -> Iterator[httpx2.Response]:
        """Send a request, once, and give the answer to be read as it comes: ``for chunk in answer.iter_bytes()``."""
        with self._opened(method, path, _asked(method, account_id, asking, keyed=False)) as answer:
            yield answer

    @contextmanager
    def _opened(self, method: str, path: str, asked: Asked) -> Iterator[httpx2.Response]:
        with self._transport.stream(method, _path(path), **asked) as answer:
            if _is_hubs(answer):
                answer.read()
                raise refusal(answer)
            yield answer


class AsyncProxy:
    """The same for asynchronous programs."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def request(self, method: str, path: str, *, account_id: str, **asking: Unpack[Asking]) -> httpx2.Response:
        """Send a request and return the whole answer; a write carries a key, and is made once."""
        asked = _asked(method, account_id, asking, keyed=True)

        async def attempt() -> httpx2.Response:
            async with self._opened(method, path, asked) as answer:
                await answer.aread()
                return answer

        return await self._transport.repeated(attempt, repeatable=_repeatable(method, asked))

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, *, account_id: str, **asking: Unpack[Asking]
    ) -> AsyncIterator[httpx2.Response]:
        """Send a request, once, and give the answer as it comes: ``async for chunk in answer.aiter_bytes()``."""
        async with self._opened(method, path, _asked(method, account_id, asking, keyed=False)) as answer:
            yield answer

    @asynccontextmanager
    async def _opened(self, method: str, path: str, asked: Asked) -> AsyncIterator[httpx2.Response]:
        async with self._transport.stream(method, _path(path), **asked) as answer:
            if _is_hubs(answer):
                await answer.aread()
                raise refusal(answer)
            yield answer


def _asked(method: str, account_id: str, asking: Asking, *, keyed: bool) -> Asked:
    """Return what is sent: account, priority and key as headers, and for a write a new key unless one is given."""
    key = asking.get("idempotency_key")
    if keyed and method.upper() not in SAFE:
        key = once(key)
    named = {"x-account-id": account_id, "x-crossdock-priority": asking.get("priority"), ONCE: key}
    headers = {"accept": "*/*", **asking.get("headers", {})}
    headers |= {name: value for name, value in named.items() if value is not None}
    asked = Asked(headers=headers)
    for name in ("params", "json", "content", "timeout"):
        if name in asking:
            asked[name] = asking[name]
    return asked


def _repeatable(method: str, asked: Asked) -> bool:
    """Tell whether a request may be sent again: it reads or has a key, and its body is not one that is used up."""
    is_whole = isinstance(asked.get("content", b""), bytes)
    return is_whole and (method.upper() in SAFE or ONCE in asked["headers"])


def _path(path: str) -> str:
    """Return the hub's path; a dot segment would lead out of the proxy, to the hub's own API."""
    plain = path.partition("?")[0]
    if "#" in path or {".", ".."}.intersection(plain.split("/")):
        raise ValueError("A path must not hold `.`, `..` or `#`. Write what comes from elsewhere percent-encoded.")
    return "/proxy/" + path.removeprefix("/")


def _is_hubs(answer: httpx2.Response) -> bool:
    """Tell whether a refusal is the hub's, or of what stands before it: the provider's are marked as such."""
    return answer.is_error and answer.headers.get(_SAYS_WHO) != _PROVIDER
