from __future__ import annotations

import pytest

from crossdock.kernel.errors import ForbiddenError, InvalidRequestError
from crossdock.projects import policy
from crossdock.projects.model import Principal


def principal(*scopes: str, role: str | None = None) -> Principal:
    return Principal(project_id="prj_1", actor="key:1", scopes=frozenset(scopes), role=role)


@pytest.mark.parametrize("scope", sorted(policy.SCOPES))
def test_a_scope_gives_itself_and_admin_gives_all(scope: str) -> None:
    """Exactly the scope itself or ``admin`` opens what a scope guards."""
    openers = {held for held in policy.SCOPES if policy.may(principal(held), scope)}

    assert openers == {scope, "admin"}


def test_an_unknown_scope_is_never_had() -> None:
    """What the list does not name is refused, to an admin too."""
    assert not policy.may(principal("admin", "accounts:everything"), "accounts:everything")


def test_a_key_without_the_scope_is_told_which_one() -> None:
    """The refusal of a key names the scope and where keys are made."""
    with pytest.raises(ForbiddenError) as caught:
        policy.require(principal("accounts:read"), "accounts:write")

    assert caught.value.detail == {"scope": "accounts:write"}
    assert "API key" in caught.value.remedy


def test_a_person_without_the_right_is_told_whom_to_ask() -> None:
    """The refusal of a person speaks of the role."""
    with pytest.raises(ForbiddenError, match="needs the scope") as caught:
        policy.require(principal(*policy.ROLES["viewer"], role="viewer"), "webhooks:write")

    assert "owner or admin" in caught.value.remedy


def test_roles_grow_by_rank() -> None:
    """A viewer may less than a member; an admin and an owner may everything; no role has an unknown scope."""
    assert policy.ROLES["viewer"] < policy.ROLES["member"]
    assert policy.ROLES["admin"] == policy.ROLES["owner"] == {"admin"}
    assert all(scopes <= policy.SCOPES.keys() for scopes in policy.ROLES.values())


@pytest.mark.parametrize("effect", ["read", "write", "destructive"])
def test_a_grant_allows_its_own_effects_only(effect: str) -> None:
    """One effect never stands for another."""
    others = frozenset({"read", "write", "destructive"}) - {effect}

    policy.check_effect(frozenset({effect}), effect)
    with pytest.raises(ForbiddenError) as caught:
        policy.check_effect(others, effect)

    assert caught.value.error_code == "effect_not_granted"


def test_an_unknown_effect_is_refused_even_where_it_is_granted() -> None:
    """An effect that nobody knows counts as forbidden."""
    with pytest.raises(ForbiddenError):
        policy.check_effect(frozenset({"launch"}), "launch")


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({"everything"}), frozenset({"accounts:read", "x"})])
def test_a_key_cannot_be_made_with_unknown_scopes(scopes: frozenset[str]) -> None:
    """No scope at all, or one outside the list, is refused with the list."""
    with pytest.raises(InvalidRequestError) as caught:
        policy.check_scopes(scopes)

    assert "accounts:read" in caught.value.remedy
