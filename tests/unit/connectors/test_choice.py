from __future__ import annotations

from collections.abc import Sequence

import pytest

from crossdock.connectors import choice
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.choice import EVERYTHING, Choice
from crossdock.connectors.model import Effect
from crossdock.kernel.errors import UnprocessableError

EASYSHIP = Catalogue.load().get("easyship")


@pytest.mark.parametrize(
    ("actions", "name", "held"),
    [
        (("*",), "easyship_list_boxes", "yes"),
        (("easyship_list_boxes",), "easyship_list_boxes", "yes"),
        (("easyship_list_*",), "easyship_list_boxes", "yes"),
        (("easyship_list_*",), "easyship_get_account", "no"),
        (("easyship_get_account",), "easyship_get_account_2", "no"),
        ((), "easyship_get_account", "no"),
        (("EASYSHIP_LIST_*",), "easyship_list_boxes", "no"),
        (("easyship_[lg]*",), "easyship_get_account", "yes"),
    ],
)
def test_names_and_globs_hold_actions(actions: tuple[str, ...], name: str, held: str) -> None:
    """A choice holds an action by its whole name or by a glob, in the case it is written in."""
    chosen = Choice(actions=actions)

    assert chosen.names(name) is (held == "yes")


@pytest.mark.parametrize("effect", ["read", "write", "destructive"])
def test_effects_bound_every_name(effect: Effect) -> None:
    """An effect that is not chosen lets nothing through, whichever names are."""
    chosen = Choice(effects=frozenset({"read"}))

    assert chosen.allows(action="easyship_anything", effect=effect) is (effect == "read")
    assert EVERYTHING.allows(action="easyship_anything", effect=effect)


def test_a_choice_lists_what_it_holds_in_order() -> None:
    """The connector's actions come in the order of its definition, without those beyond the effects."""
    held = Choice(actions=("easyship_*_box*",), effects=frozenset({"read"})).of(EASYSHIP)

    expected = [one.name for one in EASYSHIP.actions.values() if "_box" in one.name and one.effect == "read"]
    assert [one.name for one in held] == expected
    assert expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["*", "easyship_get_account"], ("*",)),
        ([" easyship_get_account", "easyship_get_account"], ("easyship_get_account",)),
        (["easyship_list_*"], ("easyship_list_*",)),
    ],
)
def test_actions_are_put_in_order(given: Sequence[str], kept: tuple[str, ...]) -> None:
    """Blanks and repetitions go, and a star stands for all others."""
    assert choice.checked_actions(connector=EASYSHIP, actions=given) == kept


@pytest.mark.parametrize("given", [[], ["easyship_fly"], ["shiphero_*"], [""], ["easyship_" + "x" * 200]])
def test_what_fits_no_action_is_refused(given: Sequence[str]) -> None:
    """No name, a name that is none, and a glob that fits nothing are refused."""
    with pytest.raises(UnprocessableError):
        choice.checked_actions(connector=EASYSHIP, actions=given)


def test_scopes_are_the_connectors() -> None:
    """Scopes lose the provider's prefix, stand in the connector's order, and go out with the prefix again."""
    kept = choice.checked_scopes(connector=EASYSHIP, scopes=["public.rate:read", "shipment:read", "rate:read"])

    assert kept == ("shipment:read", "rate:read")
    assert choice.wire_scopes(connector=EASYSHIP, scopes=kept, otherwise=["x"]) == (
        "public.shipment:read",
        "public.rate:read",
    )
    assert choice.wire_scopes(connector=EASYSHIP, scopes=(), otherwise=["x"]) == ("x",)
    with pytest.raises(UnprocessableError, match="moon:read"):
        choice.checked_scopes(connector=EASYSHIP, scopes=["moon:read"])


def test_reading_is_always_in_it() -> None:
    """Whatever effects are chosen, reading is one of them."""
    assert choice.checked_effects(["write"]) == {"read", "write"}
    assert choice.checked_effects([]) == {"read"}
