"""Lists to their end: one row after the other, whichever way a method pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Final, ParamSpec, Protocol, TypeVar, overload

P = ParamSpec("P")
T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
_PAGE: Final = 100


class Page(Protocol[T_co]):
    """Some rows, and where the list goes on."""

    @property
    def next(self) -> str | None:
        """What leads to the next page, None at the end."""
        ...

    @property
    def data(self) -> Sequence[T_co]:
        """The rows."""
        ...


class Numbered(Protocol[T_co]):
    """Some rows of a list whose pages have numbers."""

    @property
    def data(self) -> Sequence[T_co]:
        """The rows."""
        ...

    @property
    def page(self) -> int:
        """Which page this is, from 1."""
        ...

    @property
    def page_size(self) -> int:
        """How many rows a full page has."""
        ...

    @property
    def total(self) -> int:
        """How many rows there are on all pages."""
        ...


@overload
def every(method: Callable[P, Page[T]], *args: P.args, **kwargs: P.kwargs) -> Iterator[T]: ...
@overload
def every(method: Callable[P, Numbered[T]], *args: P.args, **kwargs: P.kwargs) -> Iterator[T]: ...
@overload
def every(method: Callable[P, Sequence[T]], *args: P.args, **kwargs: P.kwargs) -> Iterator[T]: ...
def every(method: Callable[..., Any], *args: Any, **kwargs: Any) -> Iterator[Any]:
    """Yield every row of a list, page after page as they are needed: ``every(client.logs.list, success=False)``.

    ``next`` and ``page`` are not for the caller; ``page_size`` says how many rows are fetched at once.
    """
    asked = _first(kwargs)
    while asked is not None:
        answer = method(*args, **asked)
        yield from _rows(answer)
        asked = _following(answer, asked)


@overload
def aevery(method: Callable[P, Awaitable[Page[T]]], *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]: ...
@overload
def aevery(method: Callable[P, Awaitable[Numbered[T]]], *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]: ...
@overload
def aevery(method: Callable[P, Awaitable[Sequence[T]]], *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]: ...
async def aevery(method: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
    """Yield every row of a list in an asynchronous program, page after page as they are needed."""
    asked = _first(kwargs)
    while asked is not None:
        answer = await method(*args, **asked)
        for row in _rows(answer):
            yield row
        asked = _following(answer, asked)


def _first(kwargs: dict[str, Any]) -> dict[str, Any] | None:
    return {"page_size": _PAGE, **kwargs}


def _rows(answer: Any) -> Sequence[Any]:
    rows: Sequence[Any] = answer if isinstance(answer, list) else answer.data
    return rows


def _following(answer: Any, asked: dict[str, Any]) -> dict[str, Any] | None:
    """Return what to ask for the next page, by `next` or by number; a bare list ends with a page that is not full."""
    if hasattr(answer, "next"):
        return {**asked, "next": answer.next} if answer.next else None
    if isinstance(answer, list):
        goes_on = len(answer) >= asked["page_size"]
    else:
        goes_on = answer.page * answer.page_size < answer.total
    return {**asked, "page": asked.get("page", 1) + 1} if goes_on else None
