"""How large a request's body may be, and which texts it may hold, before anything is done with it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Final

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST: Final = 4 * 1024 * 1024
_TOO_LARGE: Final = 413
_DEEPEST: Final = 64
_UNKEPT: Final = re.compile("[\x00\ud800-\udfff]")


class BodyLimit:
    """Stops reading a body at 4 MiB, whatever its length was said to be: whoever asks is not known yet by then."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the bytes as they come in."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST:
                raise HTTPException(_TOO_LARGE)
            return message

        await self.app(scope, counted if scope["type"] == "http" else receive, send)


def refuse_unkept(value: Any) -> None:
    """Raise ValueError for what a JSON parser lets through and nothing behind it can keep.

    NUL, half surrogate pairs, NaN and infinities, and lists or objects nested over 64 deep.
    """
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _looked_into(outer)]
        if not level:
            return
    raise ValueError("is nested too deeply")


def _looked_into(value: Any) -> Sequence[Any]:
    if isinstance(value, str) and _UNKEPT.search(value):
        raise ValueError("holds a character that no text may have")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("holds a number that JSON does not know")
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else ()
