import json
from datetime import timedelta

import pytest

from crossdock_twins.base.deliveries import Outcome
from crossdock_twins.shiphero.webhooks import labels, rules
from crossdock_twins.shiphero.webhooks.addresses import signature


def _outcome(status: int | None, body: str = "", error: str = "") -> Outcome:
    return Outcome(status=status, body=body, error=error, duration_ms=1.0)


def test_each_wait_is_twice_the_one_before() -> None:
    """Five tries have four waits between them."""
    waits = [rules.wait_after(tries) for tries in range(1, rules.TRIES)]

    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]


@pytest.mark.parametrize(("lost", "health"), [(0, "HEALTHY"), (1, "WARNING"), (4, "WARNING"), (5, "UNHEALTHY")])
def test_health_falls_with_messages_lost_in_a_row(lost: int, health: str) -> None:
    """One is a warning, five are too many."""
    assert rules.health_of(lost) == health


def test_a_signature_is_over_the_octets() -> None:
    """Letters beyond ASCII count as UTF-8; the value is one that other implementations give."""
    assert signature("key", "The quick brown fox jumps over the lazy dog") == (
        "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="
    )
    assert signature("key", "é") != signature("key", "e")


@pytest.mark.parametrize("url", ["https://x.example/1.PDF", "https://x.example/a.png?v=2"])
def test_a_label_is_the_address_of_a_picture_or_a_pdf(url: str) -> None:
    """The ending of the path decides, whatever its case and the query behind it."""
    read = labels.read(_outcome(200, json.dumps({"label": url, "tracking_number": "1Z"})))

    assert (read["label"], read["tracking_number"], read["problem"]) == (url, "1Z", None)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (_outcome(200, '{"label": "https://x.example/label"}'), "ends in .png or .pdf"),
        (_outcome(200, "[]"), "ends in .png or .pdf"),
        (_outcome(400, '{"Message": "Weight is missing"}'), "Weight is missing"),
        (_outcome(500, "broken"), "broken"),
        (_outcome(503), "The label webhook answered 503."),
        (_outcome(None, error="No answer within 20 seconds."), "No answer within 20 seconds."),
    ],
)
def test_a_missing_label_has_words_for_the_packer(outcome: Outcome, words: str) -> None:
    """The endpoint's own where it has some, else what happened."""
    read = labels.read(outcome)

    assert read["label"] is None
    assert words in read["problem"]
