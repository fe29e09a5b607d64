"""A call of the API as a value, and what it is sent by."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote

T = TypeVar("T")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ONCE = "idempotency-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """One request and the kind of its answer; members of query and body that are None are left out."""

    method: str
    path: str
    answer: type[T]
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does what sending it once does: it reads, or carries a key that the hub honours."""
        return self.method in SAFE or bool(self.headers.get(ONCE))

    def request(self) -> dict[str, Any]:
        """Return what the HTTP library takes beside method and address."""
        asked: dict[str, Any] = {
            "params": [(name, text) for name, value in self.query.items() for text in _texts(value)],
            "headers": {name: value for name, value in self.headers.items() if value is not None},
        }
        if self.body is not None:
            asked["json"] = _present(self.body)
        return asked


class Sender(Protocol):
    """What sends calls and waits for their answers."""

    def send(self, call: Call[T]) -> T:
        """Send a call; return its answer or raise a CrossdockError."""
        ...


class AsyncSender(Protocol):
    """The same for asynchronous programs."""

    async def send(self, call: Call[T]) -> T:
        """Send a call; return its answer or raise a CrossdockError."""
        ...


def segment(text: str) -> str:
    """Return a text as one segment of a path; an empty one would lead to another address."""
    if text in {"", ".", ".."}:
        raise ValueError("An id must not be empty.")
    return quote(text, safe="")


def comma(given: str | Iterable[object] | None) -> str | None:
    """Return names as the comma list that the API takes."""
    return given if given is None or isinstance(given, str) else ",".join(map(str, given))


def commas(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a query whose lists are comma lists."""
    return {name: comma(value) if isinstance(value, list | tuple) else value for name, value in asked.items()}


def once(key: str | None) -> str:
    """Return an Idempotency-Key, a new one unless it is given."""
    return key or str(uuid.uuid4())


def _texts(value: Any) -> Iterable[str]:
    if value is None:
        return
    if isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, datetime):
        yield value.isoformat()
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for one in value:
            yield from _texts(one)
    else:
        yield str(value)


def _present(body: Any) -> Any:
    """Return a body as JSON takes it, without the members of itself and of its models that are None."""
    if is_dataclass(body):
        return _present({one.name: getattr(body, one.name) for one in fields(body)})
    if isinstance(body, Mapping):
        return {name: _inner(value) for name, value in body.items() if value is not None}
    return _inner(body)


def _inner(value: Any) -> Any:
    """Return a member of a body; only models are rewritten in it."""
    if is_dataclass(value):
        return _present(value)
    return [_inner(one) for one in value] if isinstance(value, list | tuple) else value
