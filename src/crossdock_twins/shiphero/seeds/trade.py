"""The sales of a shop as they might have been: when, by whom, of what, and how each of them went."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from crossdock_twins.shiphero.seeds import draw, world, year
from crossdock_twins.shiphero.seeds.books import CANCELED, FULFILLED, HOLDS
from crossdock_twins.shiphero.seeds.crowd import Crowd
from crossdock_twins.shiphero.seeds.play import Levels
from crossdock_twins.shiphero.seeds.sale import Sale, Shop

_MOST_LINES = (0.40, 0.66, 0.86, 0.95, 0.985)
"""How many orders have at most 1, 2, 3, 4, 5 lines; the rest have six."""

_PIECES_PER_ORDER = 3.2
_CANCELED, _RETURNED, _HELD, _TAGGED, _STUCK, _MARKETPLACE = 0.024, 0.046, 0.05, 0.22, 0.004, 0.3
_SINGLE, _NEXT_DAY = 0.78, 0.8
_STOCK_DAYS = 45
_SHIPS_FROM, _SHIPS_HOURS = 9, 8
_SATURDAY = 5
_LEAST_STOCK, _GONE_ONE_IN = 12, 23


def popularity(count: int) -> list[float]:
    """Give how often each ware is bought beside the others: few of them make most of the sales."""
    return [1 / (place + 12) for place in range(count)]


def levels(shop: Shop, *, orders: int, days: int) -> Levels:
    """Stock six weeks of sales at first and with each purchase order; a few bins are found empty at last."""
    shares, houses = popularity(len(shop.wares)), len(shop.houses)
    per_day = orders * _PIECES_PER_ORDER / days / houses / sum(shares)
    need = {
        (place, house): max(_LEAST_STOCK, int(per_day * share * _STOCK_DAYS))
        for place, share in enumerate(shares)
        for house in range(houses)
    }
    gone = [key for key in need if draw.spread("gone", *key, shop.account_id) % _GONE_ONE_IN == 0]
    return Levels(opening=need, batches=need, gone=gone)


class Trade:
    """Thinks of a shop's sales, one after another."""

    def __init__(self, shop: Shop, *, now: datetime, first_order: int, prefix: str = "BF") -> None:
        self._shop = shop
        self._now = now
        self._first = first_order
        self._prefix = prefix
        self._dice: Random = draw.dice("trade", shop.account_id)
        self._crowd = Crowd(world.SHOP, self._dice)
        self._places = range(len(shop.wares))
        self._popularity = list(accumulate(popularity(len(shop.wares))))
        self._carriers = [tuple(each) for each in world.SHOP["carriers"]]

    def sales(self, *, orders: int, days: int) -> Iterator[Sale]:
        """Give the sales, oldest first."""
        moments = year.moments(until=self._now, days=days, count=orders, dice=self._dice)
        for number, placed in enumerate(moments):
            yield self._sale(number, placed)

    def _sale(self, number: int, placed: datetime) -> Sale:
        roll = self._dice.random
        shipped: datetime | None = self._leaves(placed, roll())
        status, hold = FULFILLED, ""
        if roll() < _CANCELED:
            status, shipped = CANCELED, None
        elif shipped is None or shipped > self._now or roll() < _STUCK:
            status, shipped = "pending", None
            hold = HOLDS[number % len(HOLDS)] if roll() < _HELD else ""
        back = shipped + timedelta(days=5 + roll() * 21) if shipped and roll() < _RETURNED else None
        return Sale(
            id=self._first + number,
            order_number=f"{self._prefix}-{10401 + number}",
            partner_order_id=str(5_600_100_200 + number * 37),
            shop_name=world.SHOP["shops"][roll() < _MARKETPLACE],
            status=status,
            placed=placed,
            shipped=shipped,
            house=int(roll() * len(self._shop.houses)),
            lines=self._lines(roll()),
            buyer=self._crowd.next(),
            carrier=self._carriers[int(roll() * len(self._carriers))],
            hold=hold,
            tag=world.SHOP["tags"][number % len(world.SHOP["tags"])] if roll() < _TAGGED else "",
            returned=back if back and back < self._now else None,
        )

    def _leaves(self, placed: datetime, roll: float) -> datetime:
        """Ship on the next working day, or the one after when it is busy."""
        day = placed + timedelta(days=1 if roll < _NEXT_DAY else 2)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
        return day.replace(
            hour=_SHIPS_FROM + int(roll * 997) % _SHIPS_HOURS, minute=placed.minute, second=placed.second
        )

    def _lines(self, roll: float) -> list[tuple[int, int]]:
        count = 1 + sum(roll > share for share in _MOST_LINES)
        chosen = dict.fromkeys(self._dice.choices(self._places, cum_weights=self._popularity, k=count))
        return [(place, 1 if self._dice.random() < _SINGLE else 2) for place in chosen]
