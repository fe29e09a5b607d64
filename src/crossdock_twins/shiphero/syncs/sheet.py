"""The CSV file of a sync: its columns by their names, in any order, with what they may be called."""

import csv
import io
import re

from crossdock_twins.shiphero.syncs.store import Line

MOST_LINES = 50_000
_WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
_COLUMNS = {
    "sku": ("sku", "product_sku"),
    "quantity": ("quantity", "qty", "on_hand"),
    "action": ("action", "type"),
    "reason": ("reason",),
    "location": ("location", "location_name", "bin"),
}


class SheetError(ValueError):
    """The file is not one that a sync can read; the text says why."""


def read(text: str) -> list[Line]:
    """Give the lines of a file; SheetError where there are no columns sku and quantity, or no or too many lines."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise SheetError(f"The file is not valid CSV: {error}") from error
    if not rows:
        raise SheetError("The file is empty")
    places = _places(rows[0])
    if len(rows) == 1:
        raise SheetError("The file has no rows below its header")
    if len(rows) > MOST_LINES:
        raise SheetError(f"The file has more than {MOST_LINES} rows: split it")
    return [Line(**{name: _cell(row, places.get(name)) for name in _COLUMNS}) for row in rows[1:]]


def whole(text: str) -> int | None:
    """Read a whole number; None where the text is something else."""
    return int(text) if _WHOLE.fullmatch(text) else None


def _places(header: list[str]) -> dict[str, int]:
    names = [cell.strip().lower().replace(" ", "_") for cell in header]
    found = {
        name: names.index(alias) for name, aliases in _COLUMNS.items() for alias in aliases[::-1] if alias in names
    }
    missing = [name for name in ("sku", "quantity") if name not in found]
    if missing:
        raise SheetError(f"The file has no column {' and no column '.join(missing)}")
    return found


def _cell(row: list[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""
