"""The text of a key: ``v1.local.`` (of an agent: ``v1.agent.``), 256 random bits in base64, six of checksum.

The form ``v1.{region}.{secret}`` is the one that clients of the platform API know. The checksum tells a mistyped
key from an unknown one without a look into the database, and lets secret scanners be sure.
"""

from __future__ import annotations

import binascii
import re
import zlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable

from crossdock.kernel import ids
from crossdock.kernel.secret import Secret

REGION = "v1.local."
AGENT = "v1.agent."
_BYTES = 32
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(r"v1\.(?:local|agent)\.[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}")
_SHOWN = len(REGION) + 4


def mint(random: Callable[[int], bytes], *, region: str = REGION) -> Secret:
    """Return a new key from ``random(32)``."""
    body = region + urlsafe_b64encode(random(_BYTES)).decode().rstrip("=")
    return Secret(body + checksum(body))


def checksum(body: str) -> str:
    """Return the CRC-32 of the key's text before it, as six base62 characters."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def well_formed(text: str) -> bool:
    """Tell whether a text has the form and the checksum of a key."""
    # A checksum is no secret: anybody can work it out from the text before it.
    return _FORM.fullmatch(text) is not None and checksum(text[:-6]) == text[-6:]


def of_header(authorization: str) -> str | None:
    """Return the key of an Authorization header: ``Basic base64("KEY:")``, ``Basic base64("KEY")`` or a bearer."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        text = b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text.partition(":")[0] or None


def prefix(key: Secret) -> str:
    """Return the first characters, by which people recognise a key."""
    return key.reveal()[:_SHOWN]


def digest(text: str) -> bytes:
    """Return the SHA-256 of a key: 256 random bits need no slow hash, and a slow one would stall the server."""
    return ids.digest(text)
