"""Sends calls over HTTP, again where that does no harm; the API key stands in a header and nowhere else."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final, TypedDict, TypeVar, Unpack
from urllib.parse import unquote, urlsplit

import anyio
import httpx2

from crossdock_client import errors
from crossdock_client.call import Call
from crossdock_client.decode import decode
from crossdock_client.retry import Retries

T = TypeVar("T")
_AGENT: Final = f"crossdock-client/{version('crossdock-client')} (Python)"


class Asked(TypedDict, total=False):
    """What a streamed request may say: query, headers, a body as JSON or as bytes, and seconds to wait."""

    params: Mapping[str, Any]
    headers: Mapping[str, str]
    json: Any
    content: bytes | Iterable[bytes] | AsyncIterable[bytes]
    timeout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the hub is, and the key that opens it."""

    base_url: str
    api_key: str = field(repr=False)
    retries: Retries = field(default_factory=Retries)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            raise ValueError("base_url is the hub's address, such as https://hub.example.com.")
        if not self.api_key:
            raise ValueError("api_key is empty. Make a key on the dashboard, under API keys.")

    def url(self, path: str) -> str:
        """Return the whole address of a path."""
        return self.base_url.rstrip("/") + path

    def headers(self) -> dict[str, str]:
        """Return the headers of every request."""
        return {"authorization": f"Bearer {self.api_key}", "user-agent": _AGENT, "accept": "application/json"}

    def asked(self, call: Call[Any]) -> dict[str, Any]:
        """Return what the HTTP library takes for a call; redirects are not followed, as the key would go along."""
        asked = call.request()
        return {**asked, "headers": {**self.headers(), **asked["headers"]}, "follow_redirects": False}

    def streamed(self, asked: Asked) -> Asked:
        """Return what a streamed request says, with the headers of every request under its own."""
        return {**asked, "headers": {**self.headers(), **asked.get("headers", {})}}


@contextmanager
def told() -> Iterator[None]:
    """Raise what the HTTP library raises in the client's own words; its texts could repeat an address."""
    try:
        yield
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise errors.ConnectError("The hub was not reached. Look at base_url and at the network.") from error
    except httpx2.TimeoutException as error:
        raise errors.NoAnswerError(
            "No answer came in time. Look whether a write happened before you repeat it."
        ) from error
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        raise errors.NoAnswerError(
            "The connection broke. Look whether a write happened before you repeat it."
        ) from error


def refusal(reply: httpx2.Response) -> errors.ApiError:
    """Return the error that a reply, wholly read, tells of."""
    return errors.of_answer(status=reply.status_code, headers=reply.headers, content=reply.content)


def read(call: Call[T], reply: httpx2.Response) -> T:
    """Return a call's answer, or raise the error that came in its place."""
    if not reply.is_success:
        raise refusal(reply)
    if reply.headers.get("content-disposition", "").startswith("attachment"):
        return decode(call.answer, {"data": _file(reply)})
    try:
        value = reply.json()
    except ValueError as error:
        raise errors.UnexpectedAnswerError("The answer is not JSON. See whether base_url leads to a hub.") from error
    late = value.get("statusCode") if isinstance(value, dict) and "preference-applied" in reply.headers else None
    if isinstance(late, int):
        # The head was out when it failed: the hub had been asked for heartbeats, and it took long.
        headers = {**reply.headers, "retry-after": str(value.get("retry_after", ""))}
        raise errors.of_answer(status=late, headers=headers, content=reply.content)
    return decode(call.answer, value)


def _file(reply: httpx2.Response) -> dict[str, Any]:
    """Return a file in the form that JSON has it in, its content in base64, so that an answer is one whatever came."""
    named = reply.headers["content-disposition"].rpartition("filename*=UTF-8''")[2]
    return {
        "name": unquote(named),
        "type": reply.headers.get("content-type", ""),
        "size": len(reply.content),
        "content": b64encode(reply.content).decode(),
    }


class Transport:
    """Sends calls and waits for them."""

    def __init__(self, place: Place, *, timeout: httpx2.Timeout | float, http: httpx2.Client | None) -> None:
        self.place = place
        self._own = http is None
        self._http = http or httpx2.Client(timeout=timeout, follow_redirects=False)

    def send(self, call: Call[T]) -> T:
        """Send a call; return its answer or raise a CrossdockError."""

        def attempt() -> T:
            with told():
                reply = self._http.request(call.method, self.place.url(call.path), **self.place.asked(call))
            return read(call, reply)

        return self.repeated(attempt, repeatable=call.repeatable)

    def repeated(self, attempt: Callable[[], T], *, repeatable: bool) -> T:
        """Attempt something until it is done or there is no use in going on."""
        number = 0
        while True:
            try:
                return attempt()
            except errors.CrossdockError as error:
                pause = self.place.retries.pause(attempt=number, error=error, repeatable=repeatable)
                if pause is None:
                    raise
            time.sleep(pause)
            number += 1

    @contextmanager
    def stream(self, method: str, path: str, **asked: Unpack[Asked]) -> Iterator[httpx2.Response]:
        """Send one request, once, and give its reply before the body has come."""
        url, asked = self.place.url(path), self.place.streamed(asked)
        with told(), self._http.stream(method, url, follow_redirects=False, **asked) as reply:
            yield reply

    def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._own:
            self._http.close()


class AsyncTransport:
    """Sends calls and awaits them."""

    def __init__(self, place: Place, *, timeout: httpx2.Timeout | float, http: httpx2.AsyncClient | None) -> None:
        self.place = place
        self._own = http is None
        self._http = http or httpx2.AsyncClient(timeout=timeout, follow_redirects=False)

    async def send(self, call: Call[T]) -> T:
        """Send a call; return its answer or raise a CrossdockError."""

        async def attempt() -> T:
            with told():
                reply = await self._http.request(call.method, self.place.url(call.path), **self.place.asked(call))
            return read(call, reply)

        return await self.repeated(attempt, repeatable=call.repeatable)

    async def repeated(self, attempt: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
        """Attempt something until it is done or there is no use in going on."""
        number = 0
        while True:
            try:
                return await attempt()
            except errors.CrossdockError as error:
                pause = self.place.retries.pause(attempt=number, error=error, repeatable=repeatable)
                if pause is None:
                    raise
            await anyio.sleep(pause)
            number += 1

    @asynccontextmanager
    async def stream(self, method: str, path: str, **asked: Unpack[Asked]) -> AsyncIterator[httpx2.Response]:
        """Send one request, once, and give its reply before the body has come."""
        url, asked = self.place.url(path), self.place.streamed(asked)
        with told():
            async with self._http.stream(method, url, follow_redirects=False, **asked) as reply:
                yield reply

    async def aclose(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._own:
            await self._http.aclose()
