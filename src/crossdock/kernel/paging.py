"""Pages of a list, and the opaque cursor that leads to the next one."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from crossdock.kernel.errors import InvalidRequestError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows and the cursor of the next page, or None at the end."""

    rows: Sequence[T]
    next: str | None = None


def encode(*keys: str | int) -> str:
    """Write the sort keys of a page's last row as an opaque cursor."""
    return urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def decode(cursor: str, *, size: int) -> list[str | int]:
    """Read ``size`` sort keys back from a cursor; raise InvalidRequestError where it is not one of ours."""
    try:
        keys = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        keys = None
    if not isinstance(keys, list) or len(keys) != size or not all(isinstance(key, str | int) for key in keys):
        raise InvalidRequestError(
            "The page cursor is not valid.", remedy="Leave `next` out to start from the first page."
        )
    return keys
