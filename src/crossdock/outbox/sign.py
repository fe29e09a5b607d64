"""Signatures of outgoing webhooks: StackOne's header, and Standard Webhooks 1.0 beside it.

``x-stackone-signature`` is HMAC-SHA256 of the raw body in base64url without padding, keyed with the secret's text.
Standard Webhooks signs ``id.timestamp.body``, keyed with the bytes that the secret spells after ``whsec_``.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from crossdock.kernel.secret import Secret

PREFIX: Final = "whsec_"
_BYTES: Final = 32


def mint(random: Callable[[int], bytes]) -> Secret:
    """Return a new signing secret: ``whsec_`` and 256 random bits in base64."""
    return Secret(PREFIX + b64encode(random(_BYTES)).decode())


def headers(*, secrets: Sequence[Secret], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the signature headers; the first secret is today's, a second one signs along while it is replaced."""
    timestamp = str(int(at.timestamp()))
    signed = f"{event_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{b64encode(_hmac(_key(secret), signed)).decode()}" for secret in secrets),
        "x-stackone-signature": stackone(secret=secrets[0], body=body),
    }


def stackone(*, secret: Secret, body: bytes) -> str:
    """Return the value of ``x-stackone-signature``."""
    return urlsafe_b64encode(_hmac(secret.reveal().encode(), body)).decode().rstrip("=")


def _key(secret: Secret) -> bytes:
    return b64decode(secret.reveal().removeprefix(PREFIX))


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)
