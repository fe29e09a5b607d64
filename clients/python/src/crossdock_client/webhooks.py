"""Verifies deliveries: call `verify` with the raw body before anything in it is believed."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crossdock_client import clock
from crossdock_client.errors import SignatureError

TOLERANCE: Final = 300.0
_PREFIX: Final = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A verified delivery: ``id`` is the same when it is sent again, ``name`` says what happened, ``data`` the rest."""

    id: str
    name: str
    data: Mapping[str, Any] = field(repr=False)


def verify(
    *, secret: str, headers: Mapping[str, str], body: bytes, tolerance: float = TOLERANCE, now: float | None = None
) -> Event:
    """Return a delivery's event; raise SignatureError unless the secret signed it, ``tolerance`` ago at most.

    The signature is that of Standard Webhooks 1.0, over ``id.timestamp.body``; ``tolerance`` and ``now`` are seconds.
    """
    given = {name.lower(): value for name, value in headers.items()}
    event_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise SignatureError("The delivery has no webhook-timestamp. Answer 400 and do nothing with it.")
    if abs((clock.now() if now is None else now) - int(timestamp)) > tolerance:
        raise SignatureError("The delivery is too old, or a clock is wrong. Answer 400 and do nothing with it.")
    digest = hmac.digest(_key(secret), f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256)
    expected = f"v1,{b64encode(digest).decode()}"
    # Several stand there while a secret is being replaced.
    if not any(_same(expected, one) for one in given.get("webhook-signature", "").split()):
        raise SignatureError("The delivery is signed with another secret. Answer 400 and do nothing with it.")
    return _event(event_id, body)


def verify_stackone(*, secret: str, headers: Mapping[str, str], body: bytes) -> Event:
    """Return a delivery's event by its `x-stackone-signature`, which says nothing of its age; raise SignatureError."""
    given = {name.lower(): value for name, value in headers.items()}
    digest = hmac.digest(secret.encode(), body, hashlib.sha256)
    expected = urlsafe_b64encode(digest).decode().rstrip("=")
    if not _same(expected, given.get("x-stackone-signature", "")):
        raise SignatureError("The delivery is signed with another secret. Answer 400 and do nothing with it.")
    return _event(given.get("webhook-id", ""), body)


def _key(secret: str) -> bytes:
    try:
        return b64decode(secret.removeprefix(_PREFIX), validate=True)
    except NotBase64 as error:
        raise ValueError("The secret is not one of a webhook: those begin with whsec_.") from error


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())


def _event(event_id: str, body: bytes) -> Event:
    """Read a body that is known to be the hub's."""
    data = json.loads(body)
    return Event(id=event_id, name=str(data["event"]), data=data)
