"""Identifiers: base64 of `Type:number` on the outside, the bare number inside; and the cursors of a page."""

import base64
import secrets

_CURSOR = "arrayconnection"
_LONGEST_NUMBER = 18


def encode(entity: str, number: int) -> str:
    """Give the API's id of an entity, such as `T3JkZXI6Nw==` for order 7."""
    return base64.b64encode(f"{entity}:{number}".encode()).decode()


def encode_or_none(entity: str, number: int | None) -> str | None:
    """Give the API's id of an entity that may be missing."""
    return None if number is None else encode(entity, number)


def decode(text: str, *entities: str) -> int | None:
    """Read an id of one of these types, or a bare number; None where it is neither."""
    plain = text.strip()
    if not plain.isascii() or not plain.isdigit():
        kind, _, plain = _opened(plain).partition(":")
        if kind not in entities:
            return None
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _LONGEST_NUMBER else None


def cursor(position: int) -> str:
    """Give the cursor of the row at a position that counts from 0."""
    return encode(_CURSOR, position)


def position_of(text: str | None) -> int | None:
    """Read a cursor; None for no cursor, an empty or a foreign one, which all mean the first page."""
    return decode(text, _CURSOR) if text else None


def request_id() -> str:
    """Make the 24 hexadecimal digits that name one answer."""
    return secrets.token_hex(12)


def _opened(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""
