from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from account_arrangements import START, made_account
from crossdock.accounts.model import Account
from crossdock.audit import events
from crossdock.audit.chain import GENESIS, Entry
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod
from crossdock.hub import life
from crossdock.hub.i18n import Texts

TEXTS = Texts()
NOW = START + timedelta(days=40)


def account() -> Account:
    return made_account(next_probe_at=None, next_refresh_at=None, expires_at=None)


def method(lifecycle: str) -> AuthMethod:
    return next(
        each
        for connector in Catalogue.load().connectors()
        for each in connector.auth_methods
        if each.lifecycle == lifecycle
    )


def entry(seq: int, at: datetime, event: str, **detail: str) -> Entry:
    return Entry("prj_1", seq, at, "system:worker", event, "acc_1", detail, GENESIS, GENESIS)


@pytest.mark.parametrize(
    ("lifecycle", "said"),
    [
        ("static", "Works until somebody deletes it at Acme. Crossdock checks it every day."),
        ("fixed_refresh", "Renews itself about every 22 days, as long as the account at Acme is active."),
    ],
)
def test_the_promise_follows_from_how_the_credential_lives(lifecycle: str, said: str) -> None:
    """One sentence says how long it works and who renews it."""
    assert life.promise(TEXTS, method=method(lifecycle), name="Acme", hard_end=None) == said


def test_a_hard_end_is_named_with_its_day() -> None:
    """Where the link ends for good, the day stands in the promise."""
    end = datetime.fromisoformat("2027-10-14T12:00:00+00:00")

    said = life.promise(TEXTS, method=method("rotating_refresh"), name="Acme", hard_end=end)

    assert "until 14 Oct 2027" in said


def test_the_line_runs_from_linking_over_now_to_the_end() -> None:
    """Points stand in order of time between 0 and 100, with now among them and what comes after it."""
    linked = NOW - timedelta(days=40)
    renewed = [NOW - timedelta(days=18), NOW - timedelta(days=18) + timedelta(seconds=30)]
    subject = replace(
        account(), created_at=linked, next_refresh_at=NOW + timedelta(days=4), expires_at=NOW + timedelta(days=10)
    )
    entries = [
        entry(3, renewed[1], events.TOKEN_REFRESHED),
        entry(2, renewed[0], events.TOKEN_REFRESHED),
        entry(1, linked, events.ACCOUNT_LINKED),
    ]

    line = life.line(TEXTS, account=subject, method=method("fixed_refresh"), name="Acme", entries=entries, now=NOW)

    assert [mark.kind for mark in line.marks] == ["linked", "renewed", "now", "next", "end"]
    assert [mark.x for mark in line.marks] == [0.0, 44.0, 80.0, 88.0, 100.0]
    assert line.now_x == 80.0
    assert [mark.future for mark in line.marks] == [False, False, False, True, True]
    assert line.marks[3].said == "in 4 days"


def test_trouble_is_on_the_line_and_in_the_sentence() -> None:
    """An account that needs somebody says so, and shows when the trouble began."""
    subject = replace(account(), status="suspended", created_at=NOW - timedelta(days=9))
    entries = [entry(2, NOW - timedelta(days=1), events.ACCOUNT_STATUS_CHANGED, to="suspended")]

    line = life.line(TEXTS, account=subject, method=method("static"), name="Acme", entries=entries, now=NOW)

    assert "link it again" in line.sentence
    assert "bad" in [mark.kind for mark in line.marks]


def test_a_long_life_shows_its_newest_points() -> None:
    """A line of many renewals keeps the linking and the newest points, so that it stays readable."""
    start = NOW - timedelta(days=400)
    subject = replace(account(), created_at=start)
    entries = [entry(n, start + timedelta(days=n), events.TOKEN_REFRESHED) for n in range(399, 0, -1)]

    line = life.line(TEXTS, account=subject, method=method("fixed_refresh"), name="Acme", entries=entries, now=NOW)

    assert line.marks[0].kind == "linked"
    assert 10 <= len(line.marks) <= 20


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"paused_at": NOW - timedelta(hours=3)}, "Paused 3 hours ago"),
        ({"status": "error", "status_since": NOW - timedelta(days=2)}, "Since"),
        ({"next_refresh_at": NOW + timedelta(days=12)}, "Renews in 12 days"),
        ({"next_refresh_at": NOW - timedelta(minutes=1)}, "Renews now"),
        ({"probed_at": NOW - timedelta(hours=3)}, "Checked 3 hours ago"),
        ({"probed_at": None}, "Not checked yet"),
    ],
)
def test_health_is_told_in_a_few_words(changes: dict[str, Any], said: str) -> None:
    """The table says what comes next, or when it was last looked at."""
    subject = replace(account(), **changes)

    assert life.health(TEXTS, account=subject, now=NOW).startswith(said)
