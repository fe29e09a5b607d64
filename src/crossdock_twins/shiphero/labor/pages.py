"""Pages of the labour lists, which take `first` and `cursor` and tell of themselves in snake case."""

from collections.abc import Sequence
from typing import Any

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call
from crossdock_twins.shiphero.errors import invalid
from crossdock_twins.shiphero.paging import DEFAULT_SIZE


def page_of(call: Call, rows: Sequence[dict[str, Any]], *, first: int | None, cursor: str | None) -> dict[str, Any]:
    """Give the page that follows the row of a cursor."""
    size = DEFAULT_SIZE if first is None else first
    if size < 0:
        raise invalid("first must not be negative")
    reached = ids.position_of(cursor)
    start = 0 if reached is None else reached + 1
    shown = rows[start : start + size]
    call.rows += len(shown)
    return {
        "edges": [{"node": row} for row in shown],
        "page_info": {
            "has_next_page": start + len(shown) < len(rows),
            "has_previous_page": start > 0,
            "start_cursor": ids.cursor(start) if shown else None,
            "end_cursor": ids.cursor(start + len(shown) - 1) if shown else None,
        },
    }
