"""Secrets that do not print, pickle or serialise."""

from __future__ import annotations

import hmac
from typing import NoReturn, final

_HIDDEN = "Secret(…)"


@final
class Secret:
    """A text that leaves only through :meth:`reveal`; its hint is at most its last four characters."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one line that puts it on the wire or seals it."""
        return self._text

    def hint(self) -> str:
        """Return the last four characters where the text is long enough to spare them, else nothing."""
        return self._text[-4:] if len(self._text) >= 16 else ""  # noqa: PLR2004 - a quarter at most is shown

    def __repr__(self) -> str:
        return _HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return _HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(("crossdock.secret", self._text))

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret does not pickle: pass the account id and open the vault where it is needed")

    def __iter__(self) -> NoReturn:
        raise TypeError("a Secret does not iterate")
