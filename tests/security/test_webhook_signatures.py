"""Outgoing webhooks are signed so that receivers find out every forgery; the official library is the judge."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import b64encode, urlsafe_b64encode
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from crossdock.kernel.clock import SystemClock
from crossdock.kernel.secret import Secret
from crossdock.outbox import sign

BODY = json.dumps({"event": "account.created", "name": "Müller ✓"}).encode()
EVENT = "evt_01"


def now() -> datetime:
    return SystemClock().now()


@pytest.fixture
def secret() -> Secret:
    return sign.mint(os.urandom)


def signed(secret: Secret, *, at: datetime | None = None, others: tuple[Secret, ...] = ()) -> dict[str, str]:
    return sign.headers(secrets=[secret, *others], event_id=EVENT, at=at or now(), body=BODY)


def accepted(secret: Secret, headers: dict[str, str], body: bytes = BODY) -> bool:
    try:
        Webhook(secret.reveal()).verify(body, headers)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def test_a_secret_is_256_bits_in_the_standard_s_form(secret: Secret) -> None:
    """``whsec_`` and 32 random bytes in base64."""
    assert secret.reveal().startswith("whsec_")
    assert len(sign._key(secret)) == 32


def test_the_official_library_accepts_a_delivery(secret: Secret) -> None:
    """What Crossdock signs verifies as it is."""
    assert accepted(secret, signed(secret))


@given(body=st.binary(max_size=500).map(lambda raw: json.dumps({"x": raw.hex()}).encode()), event_id=st.uuids())
def test_the_official_library_accepts_any_body(body: bytes, event_id: object) -> None:
    """Whatever the event says, its signature verifies."""
    secret = sign.mint(os.urandom)
    headers = sign.headers(secrets=[secret], event_id=f"evt_{event_id}", at=now(), body=body)

    assert accepted(secret, headers, body)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_found_out(secret: Secret, header: str) -> None:
    """Each of the three headers is needed."""
    headers = signed(secret)
    del headers[header]

    assert not accepted(secret, headers)


@pytest.mark.parametrize("seconds", [-301, 302])
def test_an_old_or_early_delivery_is_found_out(secret: Secret, seconds: int) -> None:
    """Five minutes and a second off, the timestamp is refused; it is part of what is signed."""
    assert not accepted(secret, signed(secret, at=now() + timedelta(seconds=seconds)))
    assert accepted(secret, signed(secret, at=now() + timedelta(seconds=seconds // 2)))


def test_a_renewed_timestamp_is_found_out(secret: Secret) -> None:
    """An old delivery does not become young by another header."""
    headers = signed(secret, at=now() - timedelta(days=1)) | {"webhook-timestamp": str(int(now().timestamp()))}

    assert not accepted(secret, headers)


def test_another_id_is_found_out(secret: Secret) -> None:
    """A replay under another id does not verify, so receivers can drop ids that they have seen."""
    assert not accepted(secret, signed(secret) | {"webhook-id": "evt_02"})


def test_every_changed_byte_is_found_out(secret: Secret) -> None:
    """Whichever byte of the body changes, the signature no longer fits."""
    headers = signed(secret)

    for place in range(len(BODY)):
        body = bytearray(BODY)
        body[place] ^= 1
        assert not hmac.compare_digest(sign.stackone(secret=secret, body=bytes(body)), headers["x-stackone-signature"])
        assert not accepted(secret, headers, bytes(body).decode("latin-1").encode())


@pytest.mark.parametrize("signature", ["", "v1", "v1,", "v1,AAAA", "v1,%%%", "v2,{0}", "v1a,{0}", ",{0}", "sha256={0}"])
def test_a_garbled_or_swapped_signature_is_found_out(secret: Secret, signature: str) -> None:
    """Neither rubbish nor the right digits under another algorithm's name pass."""
    right = signed(secret)["webhook-signature"].removeprefix("v1,")

    assert not accepted(secret, signed(secret) | {"webhook-signature": signature.format(right)})


def test_another_secret_is_found_out(secret: Secret) -> None:
    """Neither another webhook's secret nor none at all verifies."""
    assert not accepted(sign.mint(os.urandom), signed(secret))


def test_both_secrets_verify_while_one_is_replaced(secret: Secret) -> None:
    """During the overlap a receiver may hold either secret; afterwards the old one is refused."""
    fresh = sign.mint(os.urandom)
    during, after = signed(fresh, others=(secret,)), signed(fresh)

    assert [accepted(held, during) for held in (fresh, secret)] == [True, True]
    assert [accepted(held, after) for held in (fresh, secret)] == [True, False]


def test_the_platform_s_signature_is_the_documented_one(secret: Secret) -> None:
    """It is base64url without padding of HMAC-SHA256 over the raw body, keyed with the secret as it is shown."""
    mac = hmac.new(secret.reveal().encode(), BODY, hashlib.sha256).digest()

    told = signed(secret)["x-stackone-signature"]

    assert told == urlsafe_b64encode(mac).decode().rstrip("=")
    assert told != b64encode(mac).decode()
    assert len(told) == 43


def test_no_header_shows_the_secret(secret: Secret) -> None:
    """The signatures give nothing of the secret away."""
    assert secret.reveal().removeprefix("whsec_") not in " ".join(signed(secret).values())
