from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crossdock_twins.base import deliveries
from crossdock_twins.base.deliveries import FAILED, Deliveries, Outcome, Verdict
from crossdock_twins.base.store import Store

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_REFUSED = Outcome(status=500, body="no", error="", duration_ms=1.5)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store(None)
    yield opened
    opened.close()


def _post(store: Store, lane: str = "a", *, minutes: int = 0) -> int:
    at = _NOW + timedelta(minutes=minutes)
    return deliveries.post(store, lane=lane, event="Happened", message_id=f"m-{minutes}", body="{}", at=at)


def test_posting_rings_the_bell(store: Store) -> None:
    """Whoever listens hears of each new message, until it stops listening."""
    rung = list[int]()
    store.bell.listen(listener := lambda: rung.append(1))
    _post(store)
    store.bell.forget(listener)

    _post(store)

    assert rung == [1]


def test_lanes_are_served_by_what_is_due_longest(store: Store) -> None:
    """A lane counts from its oldest message; what is due later is not there yet."""
    _post(store, "late", minutes=2)
    _post(store, "early", minutes=1)
    _post(store, "future", minutes=9)

    lanes = Deliveries(store).lanes(_NOW + timedelta(minutes=5))

    assert lanes == ["early", "late"]


def test_the_next_try_counts_from_the_one_before(store: Store) -> None:
    """However late a try is made, it stands at the moment it was due."""
    post = Deliveries(store)
    number = _post(store)
    much_later = _NOW + timedelta(days=1)

    for _ in range(2):
        delivery = post.next_of("a", much_later)
        assert delivery is not None
        post.note(delivery, url="http://hooks.example", outcome=_REFUSED)
        post.settle(delivery, Verdict(state="waiting", again=timedelta(minutes=1)))

    (shown,) = post.shown(limit=10)
    assert (shown["id"], shown["tries"], shown["state"]) == (number, 2, "waiting")
    assert [attempt["at"][11:16] for attempt in shown["attempts"]] == ["12:00", "12:01"]
    assert shown["due"][11:16] == "12:02"


def test_a_dropped_lane_waits_for_nothing(store: Store) -> None:
    """Messages that were given up stay in the list, and are not tried again whatever a judge says."""
    post = Deliveries(store)
    _post(store)
    delivery = post.next_of("a", _NOW)
    assert delivery is not None

    dropped = deliveries.drop_lane(store, "a")
    post.settle(delivery, Verdict(state="waiting", again=timedelta(minutes=1)))

    assert (dropped, post.due(_NOW + timedelta(days=1)), post.waits(delivery.id)) == (1, 0, False)
    assert [each["state"] for each in post.shown(limit=10)] == ["dropped"]


def test_a_judge_that_drops_its_lane_still_decides(store: Store) -> None:
    """The message that switched its webhook off has failed; those behind it were dropped."""
    post = Deliveries(store)
    _post(store)
    _post(store, minutes=1)
    delivery = post.next_of("a", _NOW)
    assert delivery is not None

    deliveries.drop_lane(store, "a")
    post.settle(delivery, FAILED)

    assert [each["state"] for each in post.shown(limit=10)] == ["failed", "dropped"]


def test_lost_and_doubled_messages_are_counted_down(store: Store) -> None:
    """The next new messages get lost, those after them leave twice; a retry is neither."""
    post = Deliveries(store)
    for minutes in range(4):
        _post(store, minutes=minutes)
    post.meddle(lose=1, duplicate=1)
    later = _NOW + timedelta(hours=1)

    copies = []
    while (delivery := post.next_of("a", later)) is not None:
        copies.append((delivery.message_id, delivery.copies))
        post.settle(delivery, FAILED)

    assert copies == [("m-1", 2), ("m-2", 1), ("m-3", 1)]
    assert post.meddling() == {"lose": 0, "duplicate": 0}
    assert post.shown(limit=10)[0]["state"] == "lost"


def test_what_was_sent_is_listed_without_secrets(store: Store) -> None:
    """Bodies and addresses are masked like the journal's; the newest come last, and `after` goes on from there."""
    post = Deliveries(store)
    body = '{"secret": "webh_00112233445566778899aabbccddeeff", "n": 1}'
    numbers = [
        deliveries.post(store, lane="a", event="E", message_id=str(place), body=body, at=_NOW) for place in range(3)
    ]

    newest = post.shown(limit=2)
    following = post.shown(limit=1, after=numbers[0])

    assert [each["id"] for each in newest] == numbers[1:]
    assert [each["id"] for each in following] == [numbers[1]]
    assert "00112233" not in newest[0]["body"]
    assert '"n": 1' in newest[0]["body"]
