"""Connector profiles made ready for their pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crossdock.accounts.model import Integration
from crossdock.connectors.choice import EVERYTHING, Choice
from crossdock.connectors.model import Action, AuthMethod, Connector, Effect
from crossdock.hub.connectors.views import (
    ActionView,
    AreaView,
    ProfileHeldView,
    ProfileRowView,
    ScopeView,
    SetupFieldView,
)
from crossdock.hub.desk import Desk
from crossdock.hub.views_dashboard import BadgeView, ChoiceView, MenuItemView
from crossdock.hub.views_link import Tone

CEILINGS: Final[Mapping[str, tuple[frozenset[Effect], str, str]]] = {
    "read": (frozenset({"read"}), "Reading only", "Nothing is ever changed at the provider."),
    "write": (frozenset({"read", "write"}), "Reading and writing", "Nothing is cancelled or deleted."),
    "destructive": (
        frozenset({"read", "write", "destructive"}),
        "Everything",
        "As far as the person allows who links the account.",
    ),
}
_BADGES: Final[Mapping[Effect, tuple[str, Tone]]] = {
    "read": ("Reads", "good"),
    "write": ("Writes", "warn"),
    "destructive": ("Cannot be undone", "bad"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A profile's form as it was filled in, or as the profile is held."""

    name: str
    environment: str
    setup: Mapping[str, str] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    choice: Choice = EVERYTHING


def draft_of(connector: Connector, method: AuthMethod, held: Integration | None) -> Draft:
    """Return what stands in the form before anybody typed: what is held, or what a new profile comes with."""
    if held is None:
        return Draft(name=f"{connector.name}: {method.label}", environment="")
    return Draft(
        name=held.name,
        environment=held.environment or "",
        setup={key: str(value) for key, value in held.setup.items()},
        scopes=frozenset(held.scopes),
        choice=held.choice,
    )


def ceiling(effects: frozenset[Effect]) -> str:
    """Return which of the ceilings a set of effects is."""
    return "destructive" if "destructive" in effects else "write" if "write" in effects else "read"


def said(desk: Desk, connector: Connector, choice: Choice) -> str:
    """Say in a line how much a profile lets through."""
    texts, held = desk.texts, choice.of(connector)
    if len(held) == len(connector.actions):
        return texts.text("Every action")
    only = (
        texts.text("reading only") if choice.effects <= {"read"} else texts.text(CEILINGS[ceiling(choice.effects)][1])
    )
    some = texts.text("%(some)s of %(all)s actions", some=len(held), all=len(connector.actions))
    return f"{some} · {only}"


def used(desk: Desk, count: int) -> str:
    """Say how many accounts are linked through a profile."""
    return desk.texts.count("%(num)s account", "%(num)s accounts", count) if count else desk.texts.text("No account")


def badges(desk: Desk, one: Integration) -> list[BadgeView]:
    """Say whether a profile is on, and whether it is the default."""
    shown = [
        BadgeView(text=desk.texts.text("On"), tone="good") if one.active else BadgeView(text=desk.texts.text("Off"))
    ]
    return [*shown, BadgeView(text=desk.texts.text("Default"), tone="info")] if one.is_default else shown


def toggle(desk: Desk, one: Integration) -> MenuItemView:
    """Return the switch of a profile."""
    label, word = ("Switch off", "off") if one.active else ("Switch on", "on")
    return MenuItemView(label=desk.texts.text(label), url=f"/dashboard/profiles/{one.id}/switch-{word}", posts=True)


def row(desk: Desk, connector: Connector, one: Integration, count: int) -> ProfileRowView:
    """Show a profile in the list of its connector."""
    admin = desk.may("admin")
    return ProfileRowView(
        name=one.name,
        badges=badges(desk, one),
        said=f"{said(desk, connector, one.choice)} · {used(desk, count)}",
        edit=f"/dashboard/profiles/{one.id}" if admin else None,
        toggle=toggle(desk, one) if admin else None,
    )


def held_view(desk: Desk, one: Integration, count: int) -> ProfileHeldView:
    """Show what stands beside the form."""
    url = f"/dashboard/profiles/{one.id}"
    return ProfileHeldView(
        id=one.id,
        badges=badges(desk, one),
        used=used(desk, count),
        toggle=toggle(desk, one),
        make_default=None if one.is_default else f"{url}/default",
        delete=None if count else f"{url}/delete",
    )


def fields(desk: Desk, method: AuthMethod, held: Integration | None, draft: Draft) -> list[SetupFieldView]:
    """Show the fields of the own application; a secret is never filled in."""
    return [
        SetupFieldView(
            key=one.key,
            label=desk.texts.text(one.label),
            secret=one.secret,
            help=desk.texts.text(one.description) if one.description else "",
            value="" if one.secret else draft.setup.get(one.stores_as, draft.setup.get(one.key, "")),
            kept=one.secret and held is not None and one.stores_as in held.setup_secrets,
        )
        for one in method.setup_fields
    ]


def environments(desk: Desk, connector: Connector, method: AuthMethod, draft: Draft) -> list[ChoiceView]:
    """Offer the provider's worlds, after the one that the credential tells."""
    told = ChoiceView(value="", label=desk.texts.text("As the credential says"), chosen=not draft.environment)
    return [
        told,
        *(
            ChoiceView(value=key, label=connector.environment(key).name, chosen=key == draft.environment)
            for key in method.environments
        ),
    ]


def ceilings(desk: Desk, draft: Draft) -> list[ChoiceView]:
    """Offer how far calls may go."""
    chosen = ceiling(draft.choice.effects)
    return [
        ChoiceView(value=key, label=desk.texts.text(label), chosen=key == chosen, help=desk.texts.text(help_text))
        for key, (_, label, help_text) in CEILINGS.items()
    ]


def scopes(desk: Desk, connector: Connector, draft: Draft) -> list[ScopeView]:
    """Show the connector's scopes; what is off by default at the provider says so."""
    return [
        ScopeView(key=one.key, label=desk.texts.text(one.label), advanced=one.advanced, chosen=one.key in draft.scopes)
        for one in connector.scopes.values()
    ]


def areas(desk: Desk, connector: Connector, draft: Draft) -> list[AreaView]:
    """Show the connector's actions by area, in the order of the definition."""
    found: dict[str, list[Action]] = {}
    for action in connector.actions.values():
        found.setdefault(action.area, []).append(action)
    return [_area(desk, key, actions, draft.choice) for key, actions in found.items()]


def patterns(connector: Connector, draft: Draft) -> str:
    """Return what of the choice is no name, one a line."""
    return "\n".join(one for one in draft.choice.actions if one not in connector.actions and one != "*")


def _area(desk: Desk, key: str, actions: list[Action], choice: Choice) -> AreaView:
    shown = [
        ActionView(
            name=one.name,
            label=desk.texts.text(one.label),
            effect=BadgeView(text=desk.texts.text(_BADGES[one.effect][0]), tone=_BADGES[one.effect][1]),
            chosen=one.name in choice.actions,
            words=f"{one.name} {one.label} {key}".lower().replace("_", " "),
        )
        for one in actions
    ]
    label = desk.texts.text(key.replace("_", " ").capitalize())
    return AreaView(key=key, label=label, actions=shown, chosen=sum(one.chosen for one in shown))
