"""Takes secrets out of a provider's answer before it is stored or shown."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from crossdock.egress.exchange import Reply
from crossdock.kernel.secret import Secret
from crossdock.telemetry import scrub

_NAMES: Final = (
    r"(?:access|refresh|id|api|auth|bearer|session|csrf|sso)?[_\-]?(?:token|key|secret|password|passwd|pwd|credentials?)"
    r"|client[_\-]?secret|authorization|signature|cookie|code[_\-]?verifier|assertion"
)
# A name in JSON (also inside a quoted text), a form or a query, and the value after it.
_MEMBER = re.compile(
    rf"(?P<name>(?<![A-Za-z0-9])(?:{_NAMES})\\*[\"']?\s*(?::|=|%3D)\s*\\*[\"']?)[^\s\"'\\&,;<>{{}}\[\]]{{4,}}",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# What a member's name holds at least, in small letters: looking for these first is quicker than the pattern.
_HINTS: Final = (
    *("token", "key", "secret", "password", "passwd", "pwd", "credential"),
    *("authorization", "signature", "cookie", "verifier", "assertion"),
)
_RUN = re.compile(r"[A-Za-z0-9_\-+/=%.]{32,}")
_HEX_LIMIT: Final = 40
_SHORTEST: Final = 8


def redact(text: str) -> str:
    """Mask tokens by their forms, values by the names before them, and long runs of random characters."""
    masked = scrub.text(text)
    if scrub.mentions(masked, _HINTS):
        masked = _MEMBER.sub(lambda match: f"{match['name']}{scrub.HIDDEN}", masked)
    return _RUN.sub(_mask_run, masked)


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """Mask the values of headers by their names and forms; looked at as one text, as there is seldom what to mask."""
    told = "\n".join(given.values())
    masked = given if redact(told) == told else {name: redact(value) for name, value in given.items()}
    return {name: scrub.HIDDEN if scrub.is_secret(name) else value for name, value in masked.items()}


class Forms:
    """Known secrets as they may stand in a text: plain, escaped, percent-encoded, in base64 or in hexadecimal."""

    __slots__ = ("_texts", "coded")

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._texts = tuple(dict.fromkeys(form for secret in secrets for form in _codings(secret.reveal())))
        self.coded = tuple(form.encode() for form in self._texts)

    def out_of(self, reply: Reply) -> Reply:
        """Return a reply without the secrets that its request carried, which a careless provider says back."""
        told = "\n".join(reply.headers.values())
        if not any(form in reply.body for form in self.coded) and not any(form in told for form in self._texts):
            return reply
        body, headers = reply.body, dict(reply.headers)
        for text, coded in zip(self._texts, self.coded, strict=True):
            body = body.replace(coded, scrub.HIDDEN.encode())
            headers = {name: value.replace(text, scrub.HIDDEN) for name, value in headers.items()}
        return replace(reply, body=body, headers=headers)


def without(reply: Reply, secrets: Iterable[Secret]) -> Reply:
    """Return a reply without these secrets, whatever their form."""
    return Forms(secrets).out_of(reply)


def _codings(secret: str) -> Iterator[str]:
    """Yield a secret as it may stand in a text; of base64 what is the same wherever it stands in the coded text."""
    if len(secret) < _SHORTEST:
        return
    yield secret
    yield secret.replace("/", "\\/")
    # Some writers of JSON escape these too, for the sake of pages.
    yield secret.replace("=", "\\u003d")
    yield secret.replace("+", "\\u002B")
    yield quote(secret, safe="")
    yield quote(secret)
    yield secret.encode().hex()
    yield secret.encode().hex().upper()
    for shift, lost in enumerate((0, 2, 3)):
        coded = b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")[lost:-1]
        yield coded
        yield coded.replace("+", "-").replace("/", "_")


def _mask_run(match: re.Match[str]) -> str:
    run = match[0]
    if _UUID.fullmatch(run) or not _looks_random(run):
        return run
    return scrub.HIDDEN


def _looks_random(run: str) -> bool:
    """Tell a key from words, paths and ids: letters in both cases and digits, or forty characters of hex."""
    if "/" in run and all(len(part) < 24 for part in run.split("/")):  # noqa: PLR2004 - the words of a path
        return False
    mixed = any(c.islower() for c in run) and any(c.isupper() for c in run) and any(c.isdigit() for c in run)
    return mixed or (len(run) >= _HEX_LIMIT and re.fullmatch(r"[0-9a-fA-F]+", run) is not None)
