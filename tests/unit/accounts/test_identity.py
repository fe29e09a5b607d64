from __future__ import annotations

from account_arrangements import made_account
from crossdock.accounts import identity
from crossdock.accounts.model import Identity


def test_the_providers_own_id_tells_accounts_apart() -> None:
    """Names may change or be the same; the provider's account id decides."""
    account = made_account()

    assert identity.compare(account=account, environment="production", identity=Identity("42", "New Name")) == "same"
    assert identity.compare(account=account, environment="production", identity=Identity("7", "Acme")) == "different"
    assert identity.identity_key(None) is None


def test_another_environment_is_another_account() -> None:
    """The same company in the sandbox is not the account that was linked."""
    found = identity.compare(account=made_account(), environment="sandbox", identity=Identity("42", "Acme Pets"))

    assert found == "different"


def test_an_identity_that_could_not_be_read_is_unknown() -> None:
    """Without an identity on either side nothing is claimed, so nobody is asked."""
    account = made_account(identity=None, identity_key=None)

    assert identity.compare(account=account, environment="production", identity=Identity("42", "A")) == "unknown"
    assert identity.difference(account=account, environment="production", identity=None) == {}


def test_a_difference_shows_both_sides() -> None:
    """A person who relinks sees which account it was and which it would become."""
    found = identity.difference(account=made_account(), environment="production", identity=Identity("7", "Other"))

    assert found["kind"] == "identity_differs"
    assert (found["before"]["name"], found["after"]["name"]) == ("Acme Pets", "Other")


def test_already_linked_is_told_for_the_same_owner_and_environment_only() -> None:
    """The same provider account of another owner, or in another environment, may be linked as well."""
    other = made_account()

    mine = identity.already_linked(others=[other], origin_owner_id="owner-1", environment="production")
    theirs = identity.already_linked(others=[other], origin_owner_id="owner-2", environment="production")
    sandbox = identity.already_linked(others=[other], origin_owner_id="owner-1", environment="sandbox")

    assert (mine["kind"], mine["account_id"]) == ("already_linked", "acc_a")
    assert theirs == sandbox == {}
