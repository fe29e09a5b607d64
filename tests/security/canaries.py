"""Secrets that are followed: each is known by name, and looked for in every coding that a leak may take."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from urllib.parse import quote

import structlog

from crossdock.kernel.secret import Secret
from crossdock.telemetry import logs

_SHORTEST = 12


def codings(secret: str) -> Iterator[tuple[str, str]]:
    """Yield a secret as it may stand in a text: whole or its middle half, and coded in six ways.

    Base64 of a text that holds the secret depends on where it stands: three shifts, without the characters at the ends.
    """
    quarter = len(secret) // 4
    raw = secret.encode()
    yield "plain", secret
    if len(secret) - 2 * quarter >= _SHORTEST:
        yield "the middle of it", secret[quarter : len(secret) - quarter]
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        inner = coded[(0, 2, 3)[shift] : len(coded) - 1]
        yield "base64", inner
        yield "base64url", inner.replace("+", "-").replace("/", "_")
    yield "percent", quote(secret, safe="")
    yield "percent of all", "".join(f"%{byte:02X}" for byte in raw)
    yield "hex", raw.hex()
    yield "JSON", json.dumps(secret)[1:-1]
    yield "JSON with slashes escaped", json.dumps(secret)[1:-1].replace("/", "\\/")
    yield "JSON of all", "".join(f"\\u{byte:04x}" for byte in raw)


@dataclass(slots=True, repr=False)
class Hunt:
    """The secrets, and the texts in which none of them may stand: each text has the place where it was seen."""

    secrets: dict[str, Secret] = field(default_factory=dict)
    seen: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    shown: list[tuple[str, str]] = field(default_factory=list)
    """A secret's name and the answer that may show it, this once."""

    def follow(self, name: str, secret: str | Secret) -> None:
        """Follow a secret from now on."""
        self.secrets[name] = secret if isinstance(secret, Secret) else Secret(secret)

    def note(self, kind: str, place: str, text: str) -> None:
        """Keep a text to look through at the end."""
        self.seen.setdefault(kind, []).append((place, text))

    def may_show(self, name: str, place: str) -> None:
        """Let the answer at a place show one secret."""
        self.shown.append((name, place))

    def error(self, error: BaseException) -> None:
        """Keep what an error says of itself."""
        self.note("errors", type(error).__name__, repr(error) + str(error) + repr(vars(error)))
        self.note("errors", type(error).__name__, "".join(traceback.format_exception(error)))

    def found(self, kind: str) -> list[tuple[str, str, str]]:
        """Return what was found in the texts of a kind: the place, the secret's name and the coding, no secret."""
        needles = [
            (name, coding, needle)
            for name, secret in self.secrets.items()
            for coding, needle in codings(secret.reveal())
        ]
        hits = set()
        for place, text in self.seen.get(kind, []):
            low = text.lower()
            for name, coding, needle in needles:
                there = needle in text or (coding in {"hex", "percent of all", "JSON of all"} and needle.lower() in low)
                if there and (name, place) not in self.shown:
                    hits.add((place, name, coding))
        return sorted(hits)


@contextmanager
def logged() -> Iterator[dict[str, StringIO]]:
    """Catch every log line of this process from debug level on, in both formats, until the end of the block."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    streams = {"json": StringIO(), "console": StringIO()}
    logs.configure(style="json", level="debug", stream=streams["json"])
    as_json = root.handlers[0]
    logs.configure(style="console", level="debug", stream=streams["console"])
    root.addHandler(as_json)
    try:
        yield streams
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()
