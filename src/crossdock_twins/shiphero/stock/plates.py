"""License plates (LPNs): pallets and boxes with a number, and which of a location's pieces stand on them."""

from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.stock.shelves import Part

ENTITY = "LicensePlateNumber"


def find(store: Store, text: str) -> int | None:
    """Give a plate by its id or by the number that is printed on it."""
    row = store.one("SELECT id FROM lpns WHERE number = ? AND status <> 'DELETED'", text.strip())
    return ids.decode(text, ENTITY) if row is None else int(row["id"])


def follow(store: Store, item_location_id: int, part: Part, *, lpn_id: int | None, at: str) -> None:
    """Let the plates follow pieces that were booked into or out of a location.

    Pieces that come with a plate stand on it. Pieces that go leave their plate, or, named by none, whichever plates
    hold more than still lies there.
    """
    if part.quantity > 0 and lpn_id is not None:
        _load(store, item_location_id, part, lpn_id, at=at)
    elif part.quantity < 0 and lpn_id is not None:
        _unload(store, item_location_id, lpn_id, -part.quantity, at=at)
    elif part.quantity < 0:
        _unload_surplus(store, item_location_id, at=at)


def _load(store: Store, item_location_id: int, part: Part, lpn_id: int, *, at: str) -> None:
    plate = store.one("SELECT location_id, status FROM lpns WHERE id = ?", lpn_id)
    if plate is None or plate["status"] not in {"UNUSED", "INUSE"}:
        raise invalid("This license plate number cannot be used")
    if plate["location_id"] not in {None, part.location_id}:
        raise invalid("This license plate number is in another location")
    store.execute(
        "INSERT INTO lpn_items (item_location_id, lpn_id, units) VALUES (?, ?, ?)"
        " ON CONFLICT (item_location_id, lpn_id) DO UPDATE SET units = units + excluded.units",
        *(item_location_id, lpn_id, part.quantity),
    )
    store.execute(
        "UPDATE lpns SET status = 'INUSE', location_id = ?, updated_at = ? WHERE id = ?", part.location_id, at, lpn_id
    )


def _unload_surplus(store: Store, item_location_id: int, *, at: str) -> None:
    plates = store.all(
        "SELECT c.lpn_id, c.units, sum(c.units) OVER () - i.quantity AS surplus"
        " FROM lpn_items c JOIN item_locations i ON i.id = c.item_location_id WHERE i.id = ? ORDER BY c.lpn_id DESC",
        item_location_id,
    )
    surplus = plates[0]["surplus"] if plates else 0
    for plate in plates:
        if surplus > 0:
            units = min(surplus, plate["units"])
            _unload(store, item_location_id, plate["lpn_id"], units, at=at)
            surplus -= units


def _unload(store: Store, item_location_id: int, lpn_id: int, units: int, *, at: str) -> None:
    """Take pieces off a plate; one that is empty has been used and is nowhere any more."""
    store.execute(
        "DELETE FROM lpn_items WHERE item_location_id = ? AND lpn_id = ? AND units <= ?",
        *(item_location_id, lpn_id, units),
    )
    store.execute(
        "UPDATE lpn_items SET units = units - ? WHERE item_location_id = ? AND lpn_id = ?",
        *(units, item_location_id, lpn_id),
    )
    store.execute(
        "UPDATE lpns SET status = 'USED', location_id = NULL, updated_at = ?"
        " WHERE id = ? AND NOT EXISTS (SELECT 1 FROM lpn_items c WHERE c.lpn_id = lpns.id)",
        *(at, lpn_id),
    )
