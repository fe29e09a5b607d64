"""Takes secrets out of a provider's answer before it is stored or shown."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
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
_RUN = re.compile(r"[A-Za-z0-9_\-+/=%.]{32,}")
_HEX_LIMIT: Final = 40
_SHORTEST: Final = 8


def redact(text: str) -> str:
    """Mask tokens by their forms, values by the names before them, and long runs of random characters."""
    masked = _MEMBER.sub(lambda match: f"{match['name']}{scrub.HIDDEN}", scrub.text(text))
    return _RUN.sub(_mask_run, masked)


def without(reply: Reply, secrets: Iterable[Secret]) -> Reply:
    """Return a reply without the secrets that its request carried, which a careless provider says back to the caller.

    They are known here, so that they are found whatever their form: plain, escaped, percent-encoded or in base64.
    """
    body, headers = reply.body, dict(reply.headers)
    for secret in secrets:
        for coded in codings(secret.reveal()):
            if coded.encode() in body:
                body = body.replace(coded.encode(), scrub.HIDDEN.encode())
            headers = {name: value.replace(coded, scrub.HIDDEN) for name, value in headers.items()}
    return replace(reply, body=body, headers=headers)


def codings(secret: str) -> Iterator[str]:
    """Yield a secret as it may stand in a text; of base64 what is the same wherever it stands in the coded text."""
    if len(secret) < _SHORTEST:
        return
    yield secret
    yield secret.replace("/", "\\/")
    yield quote(secret, safe="")
    yield quote(secret)
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
