"""Takes secrets out of a provider's answer before it is stored or shown."""

from __future__ import annotations

import re
from typing import Final

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


def redact(text: str) -> str:
    """Mask tokens by their forms, values by the names before them, and long runs of random characters."""
    masked = _MEMBER.sub(lambda match: f"{match['name']}{scrub.HIDDEN}", scrub.text(text))
    return _RUN.sub(_mask_run, masked)


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
