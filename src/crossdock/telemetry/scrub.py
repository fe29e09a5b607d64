"""Takes secrets out of what is about to be logged, whoever put them there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from crossdock.kernel.secret import Secret

HIDDEN: Final = "***"

_SECRET_NAME: Final = re.compile(
    r"(?i)(^|[_\-.])(authorization|password|passwd|secret|secrets|token|tokens|api[_\-]?key|cookie|credential|credentials"
    r"|code[_\-]?verifier|private[_\-]?key|vault[_\-]?key|csrf|dsn|database[_\-]?url)$"
)
_FORMS: Final = re.compile(
    r"(?P<jwt>eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)"
    r"|(?P<prefixed>\b(?:prod|sand|whsec|v1\.local|v1\.agent)[_.][\w+/=-]{8,})"
    r"|(?P<scheme>\b(?:bearer|basic)\s+)[\w.+/=~-]{6,}"
    r"|(?P<userinfo>\w+://[^\s:/@]*:)[^\s@/]+@"
    r"|(?P<member>[\"']?\b(?:\w+[_-])?(?:password|secret|token|api_?key|code_verifier|cookie)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s\"'&,;}]{4,}",
    re.IGNORECASE,
)
# What each of the forms above holds at least, in small letters: looking for these first is quicker than the pattern.
_HINTS: Final = (
    *("eyj", "prod", "sand", "whsec", "v1.", "bearer", "basic", "://"),
    *("password", "secret", "token", "api", "code_verifier", "cookie"),
)


def text(value: str) -> str:
    """Mask every token form, header value, URL password and secret-named member inside a text."""
    return _FORMS.sub(_mask, value) if mentions(value, _HINTS) else value


def mentions(value: str, words: Iterable[str]) -> bool:
    """Tell whether one of the words, in small letters, stands in a text in letters of any size."""
    folded = value.casefold()
    return any(word in folded for word in words)


@lru_cache(maxsize=1024)
def is_secret(name: str) -> bool:
    """Tell whether what stands under a name is a secret."""
    return _SECRET_NAME.search(name) is not None


def _mask(match: re.Match[str]) -> str:
    for kept in ("scheme", "member"):
        if match[kept]:
            return f"{match[kept]}{HIDDEN}"
    if match["userinfo"]:
        return f"{match['userinfo']}{HIDDEN}@"
    return HIDDEN


def value(anything: Any, *, name: str = "") -> Any:
    """Mask a value by its type, by the name it stands under and by its form; containers are walked through."""
    if anything is None or isinstance(anything, bool | int | float):
        return anything
    if isinstance(anything, Secret) or is_secret(name):
        return HIDDEN
    if isinstance(anything, bytes):
        return f"<{len(anything)} bytes>"
    if isinstance(anything, Mapping):
        return {str(key): value(member, name=str(key)) for key, member in anything.items()}
    if isinstance(anything, list | tuple | set | frozenset):
        return [value(member, name=name) for member in anything]
    return text(str(anything))
