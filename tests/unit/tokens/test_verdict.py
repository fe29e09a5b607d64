from __future__ import annotations

import pytest

from account_arrangements import START, made_account, made_cause, made_credential
from crossdock.accounts.model import Account, SealedCredential
from crossdock.connectors.model import Verdict
from crossdock.tokens import verdict

DEAD = made_cause("dead")
LOST = made_cause("dead", key="refresh_interrupted")


def test_one_refused_refresh_is_no_verdict() -> None:
    """A token endpoint that refuses once is asked again before anybody is told."""
    judged = verdict.of_refusal(
        account=made_account(),
        credential=made_credential(),
        lifecycle="fixed_refresh",
        cause=DEAD,
        lost=LOST,
        now=START,
    )

    assert judged is None


@pytest.mark.parametrize(
    ("account", "credential"),
    [
        (made_account(), made_credential(refusals=1)),
        (made_account(), made_credential(refused_generation=1)),
        (made_account(refusals=1), made_credential()),
        (made_account(status="suspended"), made_credential()),
    ],
)
def test_a_second_witness_makes_it_a_verdict(account: Account, credential: SealedCredential) -> None:
    """A refusal before, a refused token in use, or a verdict that stands already: then one more is enough."""
    judged = verdict.of_refusal(
        account=account, credential=credential, lifecycle="fixed_refresh", cause=DEAD, lost=LOST, now=START
    )

    assert judged is not None
    assert (judged.status, judged.reason.code) == ("error", "some_dead")


@pytest.mark.parametrize("kind", ["weather", "request", "scope", None])
def test_what_is_not_a_refusal_is_never_a_verdict(kind: Verdict | None) -> None:
    """Weather, a wrong request of ours or a missing scope say nothing of the credential, however often they come."""
    judged = verdict.of_refusal(
        account=made_account(refusals=9),
        credential=made_credential(refusals=9),
        lifecycle="rotating_refresh",
        cause=made_cause(kind),
        lost=LOST,
        now=START,
    )

    assert judged is None


def test_a_refusal_after_a_lost_reply_is_told_as_an_interruption() -> None:
    """A rotating token that is refused after its last reply was lost was spent: the cause is the interruption."""
    credential = made_credential(refresh_started_at=START)

    judged = verdict.of_refusal(
        account=made_account(), credential=credential, lifecycle="rotating_refresh", cause=DEAD, lost=LOST, now=START
    )

    assert judged is not None
    assert judged.reason.code == "refresh_interrupted"


def test_a_fixed_refresh_token_cannot_be_spent() -> None:
    """A refresh token that does not rotate survives a lost reply, so its first refusal is no verdict."""
    credential = made_credential(refresh_started_at=START)

    judged = verdict.of_refusal(
        account=made_account(), credential=credential, lifecycle="fixed_refresh", cause=DEAD, lost=LOST, now=START
    )

    assert judged is None


def test_a_refused_fresh_token_is_a_verdict_on_the_account() -> None:
    """A provider that issues a token and refuses it has suspended the account; the cause says so."""
    judged = verdict.of_fresh_token(cause=made_cause("suspended"), now=START)

    assert judged.status == "suspended"


def test_the_first_refusal_of_all_is_looked_at_twice() -> None:
    """Only where nothing was refused before does a fresh token get a second look."""
    assert verdict.needs_second_look(account=made_account(), credential=made_credential())
    assert not verdict.needs_second_look(account=made_account(refusals=1), credential=made_credential())
    assert not verdict.needs_second_look(account=made_account(), credential=made_credential(refused_generation=1))
    assert not verdict.needs_second_look(account=made_account(status="suspended"), credential=made_credential())
