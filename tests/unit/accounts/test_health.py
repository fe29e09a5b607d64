from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from account_arrangements import LIFE, START, made_account, made_cause
from crossdock.accounts import health
from crossdock.accounts.health import Lifecycle, ProbeResult
from crossdock.accounts.model import Account, Identity, StatusReason

DEAD = ProbeResult(outcome="dead", cause=made_cause("dead"))
SUSPENDED = ProbeResult(outcome="suspended", cause=made_cause("suspended"))
WEATHER = ProbeResult(outcome="weather", cause=made_cause("weather"))
ALIVE = ProbeResult(outcome="alive", identity=Identity("42", "Acme Pets"))
NOW = START + timedelta(days=3)


def test_an_alive_probe_clears_failures_and_plans_the_next_day() -> None:
    """A probe that goes well wipes out earlier failures and is repeated within a day."""
    account = made_account(failures=3, refusals=1)

    after = health.after_probe(account, ALIVE, lifecycle="fixed_refresh", now=NOW)

    assert (after.failures, after.refusals, after.succeeded_at) == (0, 0, NOW)
    assert after.next_probe_at is not None
    assert timedelta(hours=23) <= after.next_probe_at - NOW <= timedelta(hours=24)


def test_a_static_credential_dies_by_the_second_refusal_in_a_row() -> None:
    """One refusal is a suspicion that is looked at again at once; the second one is the verdict."""
    once = health.after_probe(made_account(), DEAD, lifecycle="static", now=NOW)
    twice = health.after_probe(once, DEAD, lifecycle="static", now=NOW)

    assert (once.status, once.next_probe_at) == ("active", NOW)
    assert (twice.status, twice.next_probe_at) == ("error", None)
    assert twice.status_reasons[0].code == "some_dead"


def test_a_refused_call_and_a_refused_probe_are_two_witnesses() -> None:
    """After a call was refused, one refused probe is enough."""
    called = health.after_call(made_account(), made_cause("dead"), now=NOW)

    probed = health.after_probe(called, DEAD, lifecycle="static", now=NOW)

    assert called.next_probe_at == NOW
    assert probed.status == "error"


def test_a_credential_that_renews_itself_is_not_judged_by_a_probe() -> None:
    """A refused probe of a renewable credential asks for a refresh, however often it comes."""
    account = made_account()

    for _ in range(5):
        account = health.after_probe(account, DEAD, lifecycle="fixed_refresh", now=NOW)

    assert account.status == "active"
    assert account.next_refresh_at == NOW


def test_a_suspended_account_is_looked_at_every_hour() -> None:
    """A suspension may end by itself at the provider, so the look is repeated hourly and its first date stands."""
    judged = health.after_verdict(
        made_account(), "suspended", StatusReason(NOW, "off", "Off."), lifecycle="fixed_refresh", now=NOW
    )
    later = NOW + timedelta(hours=1)
    again = health.after_verdict(
        judged, "suspended", StatusReason(later, "off", "Off."), lifecycle="fixed_refresh", now=later
    )

    assert judged.next_refresh_at == NOW + timedelta(hours=1)
    assert judged.next_probe_at is None
    assert (again.status_since, again.status_reasons[0].timestamp) == (NOW, NOW)
    assert again.next_refresh_at == later + timedelta(hours=1)


def test_a_dead_account_is_left_in_peace() -> None:
    """After a verdict of death nothing is planned: the schedule does not hammer the provider."""
    judged = health.after_verdict(
        made_account(), "error", StatusReason(NOW, "gone", "Gone."), lifecycle="rotating_refresh", now=NOW
    )

    assert judged.next_refresh_at is None
    assert judged.next_probe_at is None


def test_a_static_account_that_works_again_is_active_again() -> None:
    """A static credential that the provider takes again is alive, whatever was said before."""
    dead = health.after_verdict(
        made_account(), "suspended", StatusReason(NOW, "off", "Off."), lifecycle="static", now=NOW
    )

    after = health.after_probe(dead, ALIVE, lifecycle="static", now=NOW)

    assert (after.status, after.status_reasons) == ("active", ())


def test_an_old_token_that_still_works_does_not_lift_a_verdict() -> None:
    """A renewable account under a verdict recovers by a proven refresh only."""
    judged = health.after_verdict(
        made_account(), "suspended", StatusReason(NOW, "off", "Off."), lifecycle="fixed_refresh", now=NOW
    )

    after = health.after_probe(judged, ALIVE, lifecycle="fixed_refresh", now=NOW)

    assert after.status == "suspended"


def test_a_proven_refresh_makes_the_account_active_and_plans_the_next_one() -> None:
    """After a refresh the account is active, and the next refresh falls at 70 to 80 % of the life."""
    judged = health.after_verdict(
        made_account(), "suspended", StatusReason(NOW, "off", "Off."), lifecycle="fixed_refresh", now=NOW
    )

    after = health.after_refresh(
        judged, lifecycle="fixed_refresh", issued_at=NOW, expires_at=NOW + LIFE, hard_end_at=None, now=NOW
    )

    assert after.status == "active"
    assert after.next_refresh_at is not None
    assert 0.70 <= (after.next_refresh_at - NOW) / LIFE <= 0.80


@pytest.mark.parametrize(
    ("days", "status"), [(1, "active"), (23.5, "expiring"), (27.9, "expiring"), (28, "expired"), (40, "expired")]
)
def test_an_end_that_nothing_renews_is_announced_and_then_told(days: float, status: str) -> None:
    """A credential that cannot renew itself is expiring in its last days and expired after its end."""
    account = made_account(hard_end_at=START + LIFE)

    after = health.after_time(account, issued_at=START, now=START + timedelta(days=days))

    assert after.status == status


def test_the_announcement_is_due_on_its_day() -> None:
    """The next probe is planned no later than the day from which the end is announced."""
    account = made_account(hard_end_at=START + timedelta(hours=3), next_probe_at=START + timedelta(days=1))

    after = health.after_time(account, issued_at=START, now=START)

    assert after.next_probe_at == START + timedelta(hours=3) * 0.8


def test_scopes_of_a_short_probe_do_not_wipe_out_what_a_full_one_found() -> None:
    """A daily probe looks at part of the scopes only; the others stay as they were."""
    account = made_account(scopes_found=frozenset({"a", "b"}), scopes_missing=frozenset({"c"}))
    seen = ProbeResult(outcome="alive", scopes_found=frozenset({"c"}), scopes_missing=frozenset({"a"}))

    after = health.after_probe(account, seen, lifecycle="static", now=NOW)

    assert after.scopes_found == {"b", "c"}
    assert after.scopes_missing == {"a"}


def test_a_probe_does_not_change_whose_account_it_is() -> None:
    """Another identity than the linked one is not taken over silently."""
    seen = ProbeResult(outcome="alive", identity=Identity("43", "Somebody Else"))

    after = health.after_probe(made_account(), seen, lifecycle="static", now=NOW)

    assert after.identity_key == "42"
    assert after.identity is not None
    assert after.identity.name == "Acme Pets"


def test_a_request_that_is_wrong_says_nothing_bad_of_the_credential() -> None:
    """A provider that finds a request wrong has taken the credential."""
    account = made_account(failures=2, refusals=1)

    after = health.after_call(account, made_cause("request"), now=NOW)

    assert (after.failures, after.refusals, after.succeeded_at) == (0, 0, None)


_STEPS = st.lists(
    st.sampled_from(
        ["probe_weather", "call_weather", "refresh_weather", "stray_probe", "stray_call", "probe_fine", "call_fine"]
    ),
    min_size=1,
    max_size=60,
)


@given(steps=_STEPS, lifecycle=st.sampled_from(["static", "fixed_refresh", "rotating_refresh"]))
@settings(max_examples=2000, deadline=None)
def test_no_weather_ever_kills_an_account(steps: list[str], lifecycle: Lifecycle) -> None:
    """Whatever weather and stray refusals come in whatever order, an account that works is never declared dead.

    A stray refusal is one that the look after it does not confirm.
    """
    account, now, failures = made_account(), START, 0

    for step in steps:
        now += timedelta(minutes=7)
        account, failures = _weathered(account, step, failures, lifecycle, now)

        assert account.status == "active"
        assert account.next_probe_at is not None


def _weathered(account: Account, step: str, failures: int, lifecycle: Lifecycle, now: datetime) -> tuple[Account, int]:
    if step == "refresh_weather":
        if lifecycle == "static":
            return account, 0
        return health.after_refresh_weather(account, failures=failures + 1, now=now), failures + 1
    if step == "call_weather":
        return health.after_call(account, made_cause("weather"), now=now), failures
    if step == "call_fine":
        return health.after_call(account, None, now=now), failures
    if step == "probe_weather":
        return health.after_probe(account, WEATHER, lifecycle=lifecycle, now=now), failures
    if step == "stray_call":
        account = health.after_call(account, made_cause("dead"), now=now)
    if step == "stray_probe":
        account = health.after_probe(replace(account, refusals=0), DEAD, lifecycle=lifecycle, now=now)
    return health.after_probe(account, ALIVE, lifecycle=lifecycle, now=now), failures


@given(failures=st.integers(min_value=1, max_value=10_000), expired=st.booleans())
@settings(max_examples=200, deadline=None)
def test_retries_grow_and_stay_within_an_hour(failures: int, expired: bool) -> None:  # noqa: FBT001 - hypothesis names it
    """A refresh that weather stops is tried again after 30 seconds at the earliest, an hour at the latest."""
    now = START + LIFE * (1.1 if expired else 0.9)

    after = health.after_refresh_weather(made_account(), failures=failures, now=now)

    assert after.next_refresh_at is not None
    longest = timedelta(minutes=2) if expired else timedelta(hours=1)
    assert timedelta(seconds=30) <= after.next_refresh_at - now <= longest
