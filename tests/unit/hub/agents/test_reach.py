"""How many tools a key would offer, before it is made."""

from __future__ import annotations

from dataclasses import replace

from account_arrangements import made_account
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.choice import Choice
from crossdock.connectors.model import EFFECTS
from crossdock.hub.agents import reach as agent_reach
from crossdock.hub.agents.reach import Reach
from crossdock.projects.model import AgentGrant

CATALOGUE = Catalogue.load()
ALL = frozenset(EFFECTS)
READER = made_account()


def reach(*accounts: object, **grant: object) -> dict[str, Reach]:
    """Return what a grant reaches, by effect."""
    found = agent_reach.reach(catalogue=CATALOGUE, accounts=accounts, grant=AgentGrant(**grant))  # type: ignore[arg-type] # a test's short form
    return {one.effect: one for one in found}


def test_only_what_key_and_account_both_allow_is_offered() -> None:
    """A key that writes offers no write of an account that is linked for reading, and says what keeps it back."""
    found = reach(READER, effects=frozenset({"read", "write"}))

    reads = sum(action.effect == "read" for action in CATALOGUE.get("shiphero").actions.values())
    assert (found["read"].offered, found["read"].kept_back) == (reads, "")
    assert (found["write"].offered, found["write"].kept_back) == (0, "accounts")
    assert (found["destructive"].offered, found["destructive"].kept_back) == (0, "key")


def test_patterns_narrow_what_fits() -> None:
    """Only actions whose names fit a pattern are counted, of the connectors that the accounts are of."""
    found = reach(READER, actions=("shiphero_list_*", "easyship_*"), effects=ALL)

    assert found["read"].fitting == found["read"].offered > 10
    assert all(name.startswith("shiphero_list_") for name in found["read"].names)
    assert len(found["read"].names) == agent_reach.SHOWN
    assert found["write"].fitting == 0


def test_any_account_that_allows_it_is_enough() -> None:
    """One account that is linked for writing makes its tools count, beside one that only reads."""
    writer = replace(READER, id="acc_b", effects=ALL)

    both = reach(READER, writer, effects=ALL)

    assert both["write"].offered == both["write"].fitting > 0


def test_a_profile_keeps_back_what_it_is_not_for() -> None:
    """What the account's connector profile leaves out is not counted as offered."""
    narrow = replace(READER, choice=Choice(actions=("shiphero_get_account",)))

    found = reach(narrow, effects=ALL)

    assert (found["read"].offered, found["read"].names) == (1, ("shiphero_get_account",))
    assert found["read"].kept_back == "accounts"


def test_without_an_account_every_connector_counts() -> None:
    """For an owner of whom nothing is linked yet the patterns are counted over everything there is."""
    found = reach(actions=("*_list_*",))

    assert found["read"].offered > 60


def test_patterns_that_fit_nothing_are_named() -> None:
    """A pattern that no action's name fits is told, so that a slip of the pen is seen."""
    assert agent_reach.unfit(catalogue=CATALOGUE, globs=["*", "shiphero_lst_*"]) == ["shiphero_lst_*"]
