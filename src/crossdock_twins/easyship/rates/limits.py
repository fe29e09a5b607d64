"""What may stand in an offer and in which order, where a company's own rules say so."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crossdock_twins.easyship.rates.catalogue import Service
from crossdock_twins.easyship.rates.pricing import Quote
from crossdock_twins.easyship.rates.ranking import Ranked

SortBy = Literal["total_charge", "delivery_time_rank", "value_for_money_rank"]

NEVER = "This courier service is excluded by a shipping rule."
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "less_than": operator.lt,
    "less_than_or_equal_to": operator.le,
    "greater_than_or_equal_to": operator.ge,
    "greater_than": operator.gt,
}
_ORDERS: Mapping[SortBy, Callable[[Ranked], float]] = {
    "total_charge": lambda ranked: ranked.cost,
    "delivery_time_rank": lambda ranked: ranked.time,
    "value_for_money_rank": lambda ranked: ranked.value,
}
_OF_THE_FIRST, _OF_THE_OTHER = 3, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of an offer; by default there are none.

    `never` are services that are left out, `preferred` those that are taken where one of them can carry, `ratings` the
    tracking ratings allowed, `days` comparisons with the longest delivery time, `also` the other incoterms of which the
    best quote is added to the three best ones. `linked` are services of the company's own accounts, asked as well.
    """

    never: frozenset[str] = frozenset()
    preferred: frozenset[str] = frozenset()
    ratings: frozenset[int] | None = None
    days: tuple[tuple[str, int], ...] = ()
    sort_by: SortBy = "value_for_money_rank"
    also: Literal["DDU", "DDP"] | None = None
    linked: tuple[Service, ...] = ()

    def obstacle(self, quote: Quote) -> str | None:
        """Tell why a quote may not stand in the offer, or None where it may."""
        if quote.service.id in self.never:
            return NEVER
        if self.ratings is not None and quote.service.tariff.tracking_rating not in self.ratings:
            return NEVER
        if not all(_COMPARISONS[name](quote.max_days, days) for name, days in self.days):
            return NEVER
        return None

    def prefer(self, quotes: Sequence[Quote]) -> list[Quote]:
        """Give the preferred quotes, or all of them where no preferred service can carry."""
        return [quote for quote in quotes if quote.service.id in self.preferred] or list(quotes)

    def sort(self, ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
        """Put an offer into the order that is wanted."""
        return tuple(sorted(ranked, key=_ORDERS[self.sort_by]))


def mixed(first: Sequence[Ranked], other: Sequence[Ranked]) -> list[Quote]:
    """Give the three best quotes of some incoterms and the best one of the others."""
    return [ranked.quote for ranked in (*first[:_OF_THE_FIRST], *other[:_OF_THE_OTHER])]


NO_LIMITS = Limits()
