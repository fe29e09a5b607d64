"""Where an order can be served from: pure reckoning over what its lines want and what lies in each warehouse.

One warehouse serves the order, a locked line only its own; each line as far as it reaches, the rest as backorder.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Stock of one product in one warehouse: the pieces that the order may take."""

    id: int
    warehouse_id: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A product that a line is made of: the line's own, or a component of its kit with the pieces for one kit."""

    stocks: tuple[Stock, ...]
    per_unit: int = 1
    is_kit_component: bool = False

    def in_warehouse(self, warehouse_id: int) -> Stock | None:
        """Give the stock in a warehouse, if the warehouse carries the product."""
        return next((stock for stock in self.stocks if stock.warehouse_id == warehouse_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """A line that still wants stock; `locked_to` is the only warehouse that may serve it, if one is named."""

    id: int
    wanted: int
    locked_to: int | None
    parts: tuple[Part, ...]

    def warehouses(self) -> Iterator[int]:
        """Give the warehouses that may serve this line and carry all its parts."""
        for stock in self.parts[0].stocks if self.parts else ():
            if self.locked_to in {None, stock.warehouse_id} and self.stocks_in(stock.warehouse_id) is not None:
                yield stock.warehouse_id

    def stocks_in(self, warehouse_id: int) -> tuple[tuple[Part, Stock], ...] | None:
        """Give each part with its stock in a warehouse; None where one of them is not carried there."""
        found = tuple((part, part.in_warehouse(warehouse_id)) for part in self.parts)
        carried = tuple((part, stock) for part, stock in found if stock is not None)
        return carried if carried and len(carried) == len(found) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Pieces of one stock that are set aside for a line, and those that are missing."""

    line_id: int
    stock_id: int
    warehouse_id: int
    quantity: int
    backorder: int
    is_kit_component: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What one line gets: `taken` units from a warehouse, `missing` ones as backorder."""

    line_id: int
    warehouse_id: int | None
    taken: int
    missing: int
    bookings: tuple[Booking, ...]


def plan(lines: Sequence[OpenLine], *, home: int | None) -> list[Served]:
    """Serve the lines in their order: locked ones from their warehouse, all others from `home`."""
    left: dict[int, int] = {}
    return [_serve(line, line.locked_to if line.locked_to is not None else home, left) for line in lines]


def choose_home(lines: Sequence[OpenLine], *, current: int | None) -> int | None:
    """Choose the warehouse for the lines that are free to choose: the current one while it serves at all."""
    free = [line for line in lines if line.locked_to is None]
    if current is not None and _pieces(free, current) > 0:
        return current
    return best_warehouse(free)


def best_warehouse(lines: Sequence[OpenLine]) -> int | None:
    """Choose the warehouse that can serve the most pieces; of equals the one with the lower number."""
    candidates = {warehouse_id for line in lines for warehouse_id in line.warehouses()}
    return min(candidates, key=lambda number: (-_pieces(lines, number), number)) if candidates else None


def _pieces(lines: Sequence[OpenLine], warehouse_id: int) -> int:
    left: dict[int, int] = {}
    return sum(_serve(line, warehouse_id, left).taken for line in lines if line.locked_to in {None, warehouse_id})


def _serve(line: OpenLine, warehouse_id: int | None, left: dict[int, int]) -> Served:
    stocks = None if warehouse_id is None else line.stocks_in(warehouse_id)
    if warehouse_id is None or stocks is None:
        return Served(line_id=line.id, warehouse_id=line.locked_to, taken=0, missing=line.wanted, bookings=())
    reach = min(left.get(stock.id, stock.available) // part.per_unit for part, stock in stocks)
    taken = max(0, min(line.wanted, reach))
    for part, stock in stocks:
        left[stock.id] = left.get(stock.id, stock.available) - taken * part.per_unit
    bookings = tuple(
        Booking(
            line_id=line.id,
            stock_id=stock.id,
            warehouse_id=warehouse_id,
            quantity=taken * part.per_unit,
            backorder=(line.wanted - taken) * part.per_unit,
            is_kit_component=part.is_kit_component,
        )
        for part, stock in stocks
    )
    return Served(
        line_id=line.id, warehouse_id=warehouse_id, taken=taken, missing=line.wanted - taken, bookings=bookings
    )
