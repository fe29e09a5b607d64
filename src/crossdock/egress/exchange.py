"""A request that goes out and the reply that comes back, as values that show no secret."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from crossdock.kernel.secret import Secret

_UNCARRIED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNWRITTEN = re.compile("[\x00\ud800-\udfff]")
# What a number has that may be larger than any that can be counted with.
_HUGE = re.compile(r"[eE]\+?[0-9]{3}|[0-9]{309}")


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
    """One request to a provider or a subscriber; ``timeout`` is the whole exchange's limit in seconds.

    ``reads`` says of one whose method may change something that it does not, as a GraphQL query is sent by POST.
    """

    method: str
    url: str
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    body: bytes | Secret | None = None
    timeout: float = 30.0
    reads: bool = False

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
        """Return the body read as strict JSON; raise ValueError where it is not: NaN and deep nesting included.

        Half surrogate pairs and NULs, which neither UTF-8 nor PostgreSQL can carry, become U+FFFD; numbers that are
        too large to be written again stay as their text.
        """
        # Read by itself, bytes could hold half a surrogate pair that stands in them without an escape.
        text = self.body.decode(json.detect_encoding(self.body))
        numbers = _counted if _HUGE.search(text) else None
        try:
            content = json.loads(text, parse_constant=_refuse_constant, parse_float=numbers)
            return _mended(content) if _UNCARRIED.search(text) else content
        except RecursionError:
            raise ValueError("the JSON is nested too deeply") from None

    def text(self) -> str:
        """Return the body as text in its declared charset, or UTF-8; what cannot be carried on becomes U+FFFD."""
        charset = _charset(self.headers.get("content-type", ""))
        try:
            text = self.body.decode(charset, errors="replace")
        except (LookupError, ValueError):
            text = self.body.decode("utf-8", errors="replace")
        return _mended(text) if _UNWRITTEN.search(text) else text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _counted(number: str) -> float | str:
    return value if math.isfinite(value := float(number)) else number


def _mended(content: Any) -> Any:
    if isinstance(content, str):
        return content.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(content, list):
        return [_mended(item) for item in content]
    if isinstance(content, dict):
        return {_mended(key): _mended(item) for key, item in content.items()}
    return content


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name.lower() == "charset" and value:
            return value.strip("\"' ")
    return "utf-8"
