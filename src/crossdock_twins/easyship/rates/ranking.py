"""The three ranks of an offer: 1 to n without ties, by cost, by time and by a mixture of both.

The mixture, `w x cost + (1 - w) x time` with both scaled to 0..1 over the offer, gives the recorded orders for w
between about 0.55 and 0.70; the twin takes 0.6.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crossdock_twins.easyship.rates.pricing import Quote

_COST_WEIGHT = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A quote with its ranks."""

    quote: Quote
    cost: int
    time: int
    value: int


def rank(quotes: Sequence[Quote]) -> tuple[Ranked, ...]:
    """Rank an offer and give it in the order in which the API lists it: best value first."""
    costs = _scaled([float(quote.total) for quote in quotes])
    times = _scaled([_days(quote) for quote in quotes])
    mixture = {
        id(quote): _COST_WEIGHT * cost + (1 - _COST_WEIGHT) * time
        for quote, cost, time in zip(quotes, costs, times, strict=True)
    }
    by_cost = _places(quotes, lambda quote: quote.total)
    by_time = _places(quotes, lambda quote: (_days(quote), quote.service.tariff.by_hour))
    by_value = _places(quotes, lambda quote: (mixture[id(quote)], quote.total))
    ranked = [
        Ranked(quote=quote, cost=by_cost[id(quote)], time=by_time[id(quote)], value=by_value[id(quote)])
        for quote in quotes
    ]
    return tuple(sorted(ranked, key=lambda entry: entry.value))


def _days(quote: Quote) -> float:
    return (quote.min_days + quote.max_days) / 2


def _scaled(figures: Sequence[float]) -> list[float]:
    least, most = min(figures, default=0.0), max(figures, default=0.0)
    return [(figure - least) / (most - least) if most > least else 0.0 for figure in figures]


def _places(quotes: Sequence[Quote], key: Callable[[Quote], object]) -> dict[int, int]:
    ordered = sorted(quotes, key=lambda quote: (key(quote), quote.service.id))
    return {id(quote): place for place, quote in enumerate(ordered, start=1)}
