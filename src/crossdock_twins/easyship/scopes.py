"""What a token may do: the scopes of both kinds of API version, and who can grant them."""

from collections.abc import Iterable
from typing import Literal

ApiVersion = Literal["2024-09", "2023-01"]


def _full(*short: str) -> tuple[str, ...]:
    return tuple(
        f"public.{resource}:{action}"
        for resource, _, actions in (item.partition(":") for item in short)
        for action in actions.split("+")
    )


STANDARD = _full(
    "shipment:read+write",
    "shipment_document:read",
    "label:write",
    "track:read",
    "batch:read+write",
    "manifest:read+write",
    "pickup:read+write",
    "address:read+write",
    "box:read+write",
    "product:read+write",
    "tag:read+write",
    "asset:read+write",
    "setting:read+write",
    "courier:read+write",
    "courier_service:read",
    "shipping_rule:read+write",
    "store:read",
    "location:read",
    "reference:read",
    "webhook:read+write",
    "redirect:write",
    "credit:read",
    "billing_document:read",
    "transaction_record:read",
    "payment_source:read",
    "analytics:read",
)
"""On by default. The dashboard's help names eleven of them; the others carry no special note on their pages."""

ADVANCED = _full(
    "rate:read",
    "address_validation:write",
    "address_validation_domestic:write",
    "hs_code:read",
    "tax_and_duty:read",
    "track_3p:read+write",
)
"""Metered, and off until ticked."""

STAFF = _full(
    "efulfillment:write",
    "insurance_policy:read+write",
    "insurance_policy_3p:write",
    "insurance_policy_from_quote:write",
    "insurance_quote:write",
    "payment:read+write",
    "payment_source:write",
    "app_access:write",
    "billing_document:write",
)
"""By contract: the dashboard shows them, but only Easyship's staff (here: the control API) can grant them."""

OLD_STANDARD = (
    *("shipment", "label", "track", "batch", "pickup", "address", "box", "product", "tag", "settings"),
    *("courier", "reference", "billing_document", "webhook"),
)
"""Scopes of 2023-01 are bare words that cover reading and writing; which of them are standard is our choice."""

OLD_ADVANCED = ("rate", "address_validation", "hs_code", "tax_and_duty")


class UnknownScopeError(ValueError):
    """A scope that does not exist for this version of the API."""


def standard(version: ApiVersion) -> tuple[str, ...]:
    """Give the scopes that are ticked when an integration is made."""
    return STANDARD if version == "2024-09" else OLD_STANDARD


def advanced(version: ApiVersion) -> tuple[str, ...]:
    """Give the scopes that are offered unticked."""
    return ADVANCED if version == "2024-09" else OLD_ADVANCED


def everything(version: ApiVersion) -> tuple[str, ...]:
    """Give all scopes, also those that only staff can grant."""
    return (*standard(version), *advanced(version), *(STAFF if version == "2024-09" else ()))


def parse(names: Iterable[str], *, version: ApiVersion) -> tuple[str, ...]:
    """Read scopes, with or without `public.`, and give them once each in the table's order."""
    known = everything(version)
    wanted = {name if name in known else f"public.{name}" for name in names}
    unknown = sorted(wanted - set(known))
    if unknown:
        raise UnknownScopeError(f"There is no scope {unknown[0].removeprefix('public.')} in {version}.")
    return tuple(scope for scope in known if scope in wanted)


def by_resource(names: Iterable[str]) -> dict[str, list[str]]:
    """Group scopes by the resource that they are about, in the order in which they come."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.removeprefix("public.").partition(":")[0], []).append(name)
    return groups


def title(resource: str) -> str:
    """Give a resource's name as a person reads it."""
    words = {"hs": "HS", "3p": "(other couriers)", "efulfillment": "eFulfilment"}
    text = " ".join(words.get(word, word) for word in resource.split("_"))
    return text[0].upper() + text[1:] if not text.startswith("eF") else text
