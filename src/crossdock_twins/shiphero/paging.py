"""Pages of a list in Relay's manner: a window over rows that SQLite sorts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crossdock_twins.base.store import Store, Value
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call
from crossdock_twins.shiphero.errors import invalid

DEFAULT_SIZE = 100

Nodes = Callable[[Call, list[Any]], list[dict[str, Any]]]


class Conditions:
    """The WHERE of a query, put together from what was asked for; a value of None asks for nothing."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self.values: list[Value] = []

    def add(self, text: str, *values: Value) -> None:
        """Add a condition with its values."""
        self._texts.append(text)
        self.values += values

    def compare(self, column: str, operator: str, value: Value) -> None:
        """Add a comparison, if there is a value to compare with."""
        if value is not None:
            self.add(f"{column} {operator} ?", value)

    def among(self, column: str, values: Sequence[Value], *, negated: bool = False) -> None:
        """Add that a column is, or is not, one of these values."""
        marks = ", ".join("?" * len(values))
        self.add(f"{column} {'NOT IN' if negated else 'IN'} ({marks})", *values)

    @property
    def sql(self) -> str:
        """Give the WHERE clause, empty where nothing was asked for."""
        return f"WHERE {' AND '.join(self._texts)}" if self._texts else ""


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list a page wants: from `start`, before `end` (None: no bound), the last ones on `backwards`."""

    start: int
    end: int | None
    backwards: bool

    @property
    def size(self) -> int | None:
        """How many rows fit, or None without a bound."""
        return None if self.end is None else max(0, self.end - self.start)


def window(
    *, total: Callable[[], int], first: int | None, last: int | None, after: str | None, before: str | None
) -> Window:
    """Work out the rows of a page; `total` is only asked where the page counts from the end."""
    for name, size in (("first", first), ("last", last)):
        if size is not None and size < 0:
            raise invalid(f"{name} must not be negative")
    reached, end = ids.position_of(after), ids.position_of(before)
    start = 0 if reached is None else reached + 1
    if first is None and last is None:
        first = DEFAULT_SIZE
    if first is not None:
        end = min(start + first, end if end is not None else start + first)
    if last is not None:
        end = min(total(), end) if end is not None else total()
        start = max(start, end - last)
    return Window(start, end, backwards=last is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that nobody has read yet: a table, a condition, and the columns by which it may be sorted, or is."""

    store: Store
    table: str
    where: Conditions
    sorts: Mapping[str, str]
    nodes: Nodes
    default: str = "id"

    def connection(
        self,
        call: Call,
        *,
        sort: str | None = None,
        first: int | None = None,
        last: int | None = None,
        after: str | None = None,
        before: str | None = None,
        search: Any = None,
    ) -> dict[str, Any]:
        """Read one page; `search` keeps the rows whose columns, those that can be sorted by, equal its members."""
        if isinstance(search, dict) and search:
            found_by = replace(self, where=self._narrowed(search))
            return found_by.connection(call, sort=sort, first=first, last=last, after=after, before=before)
        order = self._order(sort)
        page = window(total=self.total, first=first, last=last, after=after, before=before)
        limit = -1 if page.size is None else page.size + 1
        found = self.store.all(
            f"SELECT * FROM {self.table} {self.where.sql} ORDER BY {order} LIMIT ? OFFSET ?",
            *(*self.where.values, limit, page.start),
        )
        shown = found if page.size is None else found[: page.size]
        call.rows += len(shown)
        more = len(found) > len(shown)
        return connection(self.nodes(call, shown), start=page.start, more=more, total=self.total)

    def total(self) -> int:
        """Count all rows."""
        rows = self.store.all(f"SELECT count(*) AS n FROM {self.table} {self.where.sql}", *self.where.values)
        return int(rows[0]["n"])

    def _narrowed(self, search: Mapping[str, Any]) -> Conditions:
        where = Conditions()
        if self.where.sql:
            where.add(self.where.sql.removeprefix("WHERE "), *self.where.values)
        for name, value in search.items():
            plain = value if isinstance(value, str | int | float) else None
            where.add(f"{self.sorts[name]} = ?" if name in self.sorts else "0 = ?", plain)
        return where

    def _order(self, sort: str | None) -> str:
        name = (sort or "").strip()
        if not name:
            return self.default
        descending, name = name.startswith("-"), name.lstrip("-+")
        if name not in self.sorts:
            raise invalid(f"This list cannot be sorted by {name}. It can be sorted by {', '.join(sorted(self.sorts))}")
        direction = "DESC" if descending else "ASC"
        return f"{self.sorts[name]} {direction}, id {direction}"


def connection(nodes: Sequence[dict[str, Any]], *, start: int, more: bool, total: Callable[[], int]) -> dict[str, Any]:
    """Lay nodes out as a connection; positions count from `start`."""
    edges = [{"node": node, "cursor": ids.cursor(start + place)} for place, node in enumerate(nodes)]
    page_info = {
        "hasNextPage": more,
        "hasPreviousPage": start > 0,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"pageInfo": page_info, "edges": edges, "total_count": lambda _info: total()}


def connection_of(
    call: Call,
    nodes: Sequence[dict[str, Any]],
    *,
    sort: str | None = None,
    search: Any = None,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """Give a page of a short list that is in memory already; `search` keeps rows whose members equal its own."""
    kept = [node for node in nodes if _fits(node, search)]
    if sort and sort.strip():
        kept.sort(key=_sort_key(sort.strip().lstrip("-+")), reverse=sort.strip().startswith("-"))
    page = window(total=lambda: len(kept), first=first, last=last, after=after, before=before)
    shown = kept[page.start : page.end]
    call.rows += len(shown)
    more = page.end is not None and page.end < len(kept)
    return connection(shown, start=page.start, more=more, total=lambda: len(kept))


def _sort_key(name: str) -> Callable[[Mapping[str, Any]], tuple[bool, float, str]]:
    def key(node: Mapping[str, Any]) -> tuple[bool, float, str]:
        value = node.get(name)
        if value is not None and not isinstance(value, str | int | float):
            raise invalid(f"This list cannot be sorted by {name}")
        number = float(value) if isinstance(value, int | float) else 0.0
        return value is not None, number, value if isinstance(value, str) else ""

    return key


def _fits(node: Mapping[str, Any], search: Any) -> bool:
    """Tell whether a node has the members searched for, or the text searched for in any of its texts."""
    if isinstance(search, str):
        wanted = search.strip().lower()
        return any(wanted in value.lower() for value in node.values() if isinstance(value, str))
    return not isinstance(search, dict) or all(node.get(name) == value for name, value in search.items())
