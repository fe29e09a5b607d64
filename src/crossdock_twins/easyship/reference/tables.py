"""Lists that never change: countries, item categories, currencies. The figures of exchange are the twin's own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from importlib.resources import files
from typing import Any

_CENT = Decimal("0.01")
_WIDE = Context(prec=700)


def load(name: str) -> Any:
    """Read one of the twin's data files; numbers with a point become Decimal."""
    text = files("crossdock_twins.easyship").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country; `id` is Easyship's own number, `state` and `postal_code` say whether addresses need them."""

    id: int
    alpha2: str
    alpha3: str
    name: str
    continent: str
    state: bool = False
    postal_code: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give the country as `GET /countries` shows it."""
        return {"alpha2": self.alpha2, "id": self.id, "name": self.name}


COUNTRIES: Mapping[str, Country] = {row["alpha2"]: Country(**row) for row in load("countries")}
"""All countries by their two letters, in the order of their names."""

CATEGORIES: tuple[dict[str, Any], ...] = tuple(load("item_categories"))
"""The 20 item categories that are known, as `GET /item_categories` shows them."""

_MONEY = load("money")
_CATEGORIES = {str(category[key]).lower(): category for category in CATEGORIES for key in ("name", "slug")}


def category(text: str) -> dict[str, Any] | None:
    """Find an item category by its name or its slug."""
    return _CATEGORIES.get(text.strip().lower())


def currency_of(country_alpha2: str) -> str:
    """Give the currency in which the twin prices what leaves a country."""
    return str(_MONEY["of_country"].get(country_alpha2, "USD"))


def exchange(amount: Decimal, *, source: str, target: str) -> Decimal:
    """Change an amount from one currency into another, unrounded."""
    if source == target:
        return amount
    per_usd = _MONEY["per_usd"]
    return amount * Decimal(per_usd[target]) / Decimal(per_usd[source])


def cents(amount: Decimal) -> Decimal:
    """Round to two places, halves away from zero."""
    return amount.quantize(_CENT, ROUND_HALF_UP, _WIDE)
