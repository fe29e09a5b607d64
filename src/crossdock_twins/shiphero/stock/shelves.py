"""Pieces in locations: which of them to take, and the rows that say how many lie where."""

from dataclasses import dataclass, replace

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.errors import invalid

_IN_ORDER = (
    "SELECT i.location_id, i.lot_id, {count} AS quantity FROM item_locations i"
    " JOIN locations l ON l.id = i.location_id LEFT JOIN lots t ON t.id = i.lot_id {more}"
    " WHERE i.stock_id = ? {where} AND i.quantity > 0"
    " ORDER BY l.staging, t.expires_at IS NULL, t.expires_at, l.pickable DESC, l.pick_priority, i.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Pieces of one lot (or none) in one location; a negative quantity leaves it."""

    location_id: int
    lot_id: int | None
    quantity: int

    def taken(self) -> "Part":
        """Give the same pieces on their way out."""
        return replace(self, quantity=-self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Pieces to be taken of a stock record: from one location or any, of one lot or any, perhaps for an order."""

    stock_id: int
    quantity: int
    location_id: int | None = None
    lot_id: int | None = None
    only_sellable: bool = False


def choose(store: Store, wanted: Wanted, *, lpn_id: int | None = None) -> list[Part]:
    """Say where pieces come from: what expires first, in picking order, staged ones last; ApiError where too few."""
    left, parts = wanted.quantity, []
    for row in _candidates(store, wanted, lpn_id):
        quantity = min(left, row.quantity)
        if quantity > 0:
            parts.append(replace(row, quantity=quantity))
            left -= quantity
    if left > 0:
        raise invalid(_shortage(store, wanted, there=wanted.quantity - left))
    return parts


def put(store: Store, stock_id: int, part: Part, *, at: str) -> int:
    """Book pieces into or out of a location, and give the row's number; it stays when the last piece has gone."""
    row = store.one(
        "UPDATE item_locations SET quantity = quantity + ?, updated_at = ?"
        " WHERE stock_id = ? AND location_id = ? AND coalesce(lot_id, 0) = ? RETURNING id",
        *(part.quantity, at, stock_id, part.location_id, part.lot_id or 0),
    )
    if row is not None:
        return int(row["id"])
    return store.insert(
        "INSERT INTO item_locations (stock_id, location_id, lot_id, quantity, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        *(stock_id, part.location_id, part.lot_id, part.quantity, at, at),
    )


def merge(store: Store, item_location_id: int, *, into: int) -> None:
    """Let a row go whose pieces were booked into another one of the same location, its plates included."""
    store.execute(
        "INSERT INTO lpn_items (item_location_id, lpn_id, units)"
        " SELECT ?, lpn_id, units FROM lpn_items WHERE item_location_id = ?"
        " ON CONFLICT (item_location_id, lpn_id) DO UPDATE SET units = lpn_items.units + excluded.units",
        *(into, item_location_id),
    )
    store.execute("DELETE FROM item_locations WHERE id = ?", item_location_id)


def _candidates(store: Store, wanted: Wanted, lpn_id: int | None) -> list[Part]:
    where, values = "", [wanted.stock_id]
    if wanted.location_id is not None:
        where, values = " AND i.location_id = ?", [*values, wanted.location_id]
    if wanted.lot_id is not None:
        where, values = f"{where} AND i.lot_id = ?", [*values, wanted.lot_id]
    if wanted.only_sellable:
        where = f"{where} AND l.sellable"
    more, count = "", "i.quantity"
    if lpn_id is not None:
        more, count = f"JOIN lpn_items c ON c.item_location_id = i.id AND c.lpn_id = {lpn_id:d}", "c.units"
    rows = store.all(_IN_ORDER.format(count=count, more=more, where=where), *values)
    return [Part(location_id=row["location_id"], lot_id=row["lot_id"], quantity=row["quantity"]) for row in rows]


def _shortage(store: Store, wanted: Wanted, *, there: int) -> str:
    place = "in this warehouse"
    if wanted.location_id is not None:
        row = store.one("SELECT name FROM locations WHERE id = ?", wanted.location_id)
        place = f"in location {row['name'] if row else wanted.location_id}"
    return f"Not enough inventory {place}: {wanted.quantity} requested, {there} there"
