"""The watch over a reply that is passed on while it comes in."""

import gzip

import pytest

from crossdock.egress.redact import Forms
from crossdock.egress.stream import EchoedError, Watch
from crossdock.kernel.secret import Secret

TOKEN = "prod_stream/canary+4711="
FORMS = Forms([Secret(TOKEN)])


@pytest.mark.parametrize("cut", range(0, len(TOKEN) + 4, 3))
def test_a_secret_across_two_chunks_is_masked(cut: int) -> None:
    """Wherever the bytes are cut, the secret is gone and their number stays."""
    body = b"so " + TOKEN.encode() + b" it is"
    watch = Watch(FORMS, coding="")

    passed = watch.feed(body[: cut + 2]) + watch.feed(body[cut + 2 :]) + watch.end()

    assert TOKEN.encode() not in passed
    assert len(passed) == len(body)
    assert passed.startswith(b"so ")


def test_a_folded_body_passes_as_it_is() -> None:
    """What was looked into is not written behind a body in gzip."""
    body = gzip.compress(b'{"orders": "a text that is longer than any form of the secret, by far"}' * 3)
    watch = Watch(FORMS, coding="gzip")

    passed = b"".join(watch.feed(body[place : place + 20]) for place in range(0, len(body), 20)) + watch.end()

    assert passed == body


def test_a_secret_in_a_folded_body_ends_it() -> None:
    """It cannot be masked there, so that nothing goes on."""
    watch = Watch(FORMS, coding="gzip")

    with pytest.raises(EchoedError):
        watch.feed(gzip.compress(TOKEN.encode()))


def test_headers_are_masked_one_by_one() -> None:
    """The value that holds the secret is masked, and all others come as they were."""
    watch = Watch(FORMS, coding="")

    headers = watch.headers([(b"x-said", TOKEN.encode()), (b"date", b"today")])

    assert headers == [(b"x-said", b"*" * len(TOKEN)), (b"date", b"today")]


def test_a_secret_in_a_later_member_ends_it() -> None:
    """A body in gzip may be of several members (RFC 1952, 2.2), wherever the bytes are cut."""
    watch = Watch(FORMS, coding="gzip")
    body = gzip.compress(b"one") + gzip.compress(b"two") + gzip.compress(TOKEN.encode())

    with pytest.raises(EchoedError):
        b"".join(watch.feed(body[place : place + 1]) for place in range(len(body)))
