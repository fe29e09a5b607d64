"""The client's verification against what the hub really signs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from crossdock.kernel.clock import SystemClock
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.outbox import sign
from crossdock_client import SignatureError, webhooks

BODY = b'{"event":"account.created","account_id":"acc_1"}'


@pytest.fixture
def secret() -> Secret:
    return sign.mint(Ids(clock=SystemClock()).random)


def signed(*secrets: Secret, back: float = 0) -> dict[str, str]:
    at = SystemClock().now() - timedelta(seconds=back)
    return sign.headers(secrets=secrets, event_id="evt_1", at=at, body=BODY)


def test_a_delivery_is_verified_and_read(secret: Secret) -> None:
    """What the hub signs is accepted, with its event; names of headers may be written in any way."""
    headers = {name.title(): value for name, value in signed(secret).items()}

    event = webhooks.verify(secret=secret.reveal(), headers=headers, body=BODY)
    same = webhooks.verify_stackone(secret=secret.reveal(), headers=headers, body=BODY)

    assert event == same
    assert (event.id, event.name, event.data["account_id"]) == ("evt_1", "account.created", "acc_1")


def test_both_secrets_count_while_one_is_replaced(secret: Secret) -> None:
    """Whoever still has the old secret, or already the new one, accepts the same delivery."""
    new = sign.mint(Ids(clock=SystemClock()).random)

    headers = signed(new, secret)

    assert webhooks.verify(secret=new.reveal(), headers=headers, body=BODY).id == "evt_1"
    assert webhooks.verify(secret=secret.reveal(), headers=headers, body=BODY).id == "evt_1"


def test_what_another_library_signs_is_accepted(secret: Secret) -> None:
    """The signature is that of Standard Webhooks, as its own library makes it."""
    now = SystemClock().now()
    made = Webhook(secret.reveal()).sign("msg_1", now, BODY.decode())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": made}

    assert webhooks.verify(secret=secret.reveal(), headers=headers, body=BODY).id == "msg_1"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "evt_2"},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "-5"},
        {"webhook-timestamp": "²"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,gef\u00e4lscht"},
    ],
)
def test_what_was_changed_is_refused(secret: Secret, change: dict[str, str]) -> None:
    """Another id, time or signature is refused, whatever characters stand there."""
    with pytest.raises(SignatureError):
        webhooks.verify(secret=secret.reveal(), headers={**signed(secret), **change}, body=BODY)


def test_other_bodies_and_secrets_are_refused(secret: Secret) -> None:
    """A blank more, or another webhook's secret, and the delivery is nobody's."""
    other = sign.mint(Ids(clock=SystemClock()).random).reveal()
    headers = signed(secret)

    for key, body in ((secret.reveal(), BODY + b" "), (other, BODY)):
        with pytest.raises(SignatureError):
            webhooks.verify(secret=key, headers=headers, body=body)
        with pytest.raises(SignatureError):
            webhooks.verify_stackone(secret=key, headers=headers, body=body)


def test_what_is_old_is_refused_and_the_time_can_be_given(secret: Secret) -> None:
    """After five minutes a delivery is refused; a program with a clock of its own hands the time in."""
    headers = signed(secret, back=400)

    with pytest.raises(SignatureError, match="too old"):
        webhooks.verify(secret=secret.reveal(), headers=headers, body=BODY)
    event = webhooks.verify(
        secret=secret.reveal(), headers=headers, body=BODY, now=float(headers["webhook-timestamp"]) + 1
    )

    assert event.id == "evt_1"


def test_a_secret_that_is_none_is_named(secret: Secret) -> None:
    """Another text in the secret's place is the program's mistake, not the sender's, and is not repeated."""
    with pytest.raises(ValueError, match="whsec_") as mistake:
        webhooks.verify(secret="not a secret!", headers=signed(secret), body=BODY)

    assert "not a secret" not in str(mistake.value)
