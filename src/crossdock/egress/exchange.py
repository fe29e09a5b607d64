"""A request that goes out and the reply that comes back, as values that show no secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from crossdock.kernel.secret import Secret


def bare(url: str) -> str:
    """Return the URL without its query, fragment and user information: what logs, errors and reprs may show."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(unreadable URL)"
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One request to a provider or a subscriber; ``timeout`` is the whole exchange's limit in seconds."""

    method: str
    url: str
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    body: bytes | Secret | None = None
    timeout: float = 30.0

    def __repr__(self) -> str:
        return f"Request({self.method} {bare(self.url)})"


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """What came back: lower-cased header names, the body decoded from its content coding, and the final URL."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    elapsed_ms: int = 0

    def __repr__(self) -> str:
        return f"Reply({self.status} {bare(self.url)}, {len(self.body)} bytes)"

    def json(self) -> Any:
        """Return the body read as strict JSON; raise ValueError where it is not: NaN and deep nesting included."""
        try:
            return json.loads(self.body, parse_constant=_refuse_constant)
        except RecursionError:
            raise ValueError("the JSON is nested too deeply") from None

    def text(self) -> str:
        """Return the body as text in its declared charset, or UTF-8; undecodable bytes become U+FFFD."""
        charset = _charset(self.headers.get("content-type", ""))
        try:
            return self.body.decode(charset, errors="replace")
        except (LookupError, ValueError):
            return self.body.decode("utf-8", errors="replace")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name.lower() == "charset" and value:
            return value.strip("\"' ")
    return "utf-8"
