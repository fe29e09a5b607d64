"""The two ways in which lists are cut into pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from crossdock_twins.easyship.replies import Page

Row = TypeVar("Row")

_PER_PAGE = 20


def counted(rows: Sequence[Row], query: Mapping[str, Any]) -> tuple[list[Row], Page]:
    """Cut a page out of a whole list, and count it."""
    page, per_page = query.get("page", 1), query.get("per_page", _PER_PAGE)
    end = page * per_page
    following = page + 1 if end < len(rows) else None
    return list(rows[end - per_page : end]), Page(page=page, next=following, count=len(rows))


def fetched(total: int, fetch: Callable[[int, int], list[Row]], query: Mapping[str, Any]) -> tuple[list[Row], Page]:
    """Fetch a page (limit, offset) of so many rows."""
    page, per_page = query.get("page", 1), query.get("per_page", _PER_PAGE)
    following = page + 1 if page * per_page < total else None
    return fetch(per_page, (page - 1) * per_page), Page(page=page, next=following, count=total)


def countless(fetch: Callable[[int, int], list[Row]], query: Mapping[str, Any]) -> tuple[list[Row], Page]:
    """Fetch a page and one row more (limit, offset), which tells whether another page follows; nobody counts."""
    page, per_page = query.get("page", 1), query.get("per_page", _PER_PAGE)
    rows = fetch(per_page + 1, (page - 1) * per_page)
    return rows[:per_page], Page(page=page, next=page + 1 if len(rows) > per_page else None, count=None)
