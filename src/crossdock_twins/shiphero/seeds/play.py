"""A shop's sales, played from the first day to the last: rows are written, and stock ends where it ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.seeds import books, stockroom
from crossdock_twins.shiphero.seeds.books import Books
from crossdock_twins.shiphero.seeds.rows import Rows
from crossdock_twins.shiphero.seeds.sale import Sale, Shop
from crossdock_twins.shiphero.seeds.stockroom import Key, Stockroom
from crossdock_twins.shiphero.seeds.world import FIRST_LOCATION

_CLOSE = "UPDATE warehouse_products SET on_hand = ?, allocated = ?, backorder = ?, updated_at = ? WHERE id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """How a shop stocks: what lay there at first, what a purchase order brings, what is found to be gone at last."""

    opening: Mapping[Key, int]
    batches: Mapping[Key, int]
    gone: Sequence[Key] = ()


class Playwright:
    """Plays shops of one twin; numbers of rows go on from shop to shop."""

    def __init__(self, store: Store, *, now: datetime) -> None:
        self._store = store
        self._now = now
        self._rows = Rows(store)
        self._places = stockroom.Numbers(count(FIRST_LOCATION), count(30_101), count(4_101))
        self._numbers = books.Numbers(count(331_000_001), count(88_400_001), count(91_700_001), count(5_200_001))

    def play(self, shop: Shop, sales: Iterable[Sale], levels: Levels, *, opened: datetime) -> None:
        """Write a shop with all its sales."""
        room = Stockroom(shop, self._rows, self._places, opened=opened)
        room.open(levels.opening)
        ledger = Books(room, self._rows, self._numbers, now=self._now)
        ledger.write(sales, batches=levels.batches)
        room.run_out(levels.gone, at=self._now)
        ledger.allocate()
        today = dates.text_of(self._now)
        self._store.many(_CLOSE, [(*figures, today, number) for *figures, number in room.close()])
        room.shelves(today)
        self._rows.flush()
        self._store.execute("DELETE FROM stock_news")
