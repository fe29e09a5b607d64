"""What commands print: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crossdock.kernel.clock import iso
from crossdock.kernel.errors import CrossdockError, UnavailableError

T = TypeVar("T")

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
_SLOW_SECONDS: Final = 1.0
_WIDE: Final = 240

# Into a file or a pipe go whole lines.
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work on the fast event loop where there is one; name a lost database as what it is."""
    import asyncpg

    from crossdock.telemetry import logs

    # Log lines go to standard error: results alone stand on standard output.
    logs.configure(style="console", level="warning")
    try:
        return _runner()(work)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if not isinstance(error, ConnectionError | FileNotFoundError | asyncpg.PostgresError | asyncpg.InterfaceError):
            raise
        raise UnavailableError(
            f"The database did not answer as it should ({type(error).__name__}).",
            remedy="Find out why with: crossdock doctor",
            retry_after=1.0,
        ) from error


def _runner() -> Callable[[Coroutine[Any, Any, T]], T]:
    if sys.platform == "win32":
        return asyncio.run
    import uvloop

    return uvloop.run


def emit(document: object) -> None:
    """Print one document as a line of JSON."""
    sys.stdout.write(json.dumps(document, default=_plain, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def table(*, columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print rows under their column names, or a sentence where there are none."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        drawn.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        drawn.add_row(*(escape(_cell(value)) for value in row))
    if drawn.row_count:
        out.print(drawn)
    else:
        out.print(empty)


def facts(pairs: Mapping[str, object]) -> None:
    """Print names and values under each other."""
    width = max(map(len, pairs), default=0)
    for name, value in pairs.items():
        out.print(f"[dim]{escape(name.ljust(width))}[/]  {escape(_cell(value))}")


def say(text: str) -> None:
    """Print a sentence to the person; never part of a result."""
    err.print(text)


def fail(error: CrossdockError, *, as_json: bool) -> None:
    """Print what went wrong and what to do about it."""
    if as_json:
        document = {"error": {"code": error.error_code, "message": error.message, "remedy": error.remedy}}
        sys.stderr.write(json.dumps(document, ensure_ascii=False) + "\n")
        return
    err.print(f"[bold red]Error:[/] {escape(error.message)}")
    err.print(f"[bold]What to do:[/] {escape(error.remedy)}")


@asynccontextmanager
async def working(text: str) -> AsyncIterator[None]:
    """Show that something goes on once it has taken over a second: a spinner, or one line without a terminal."""
    status = err.status(f"{escape(text)} …")

    async def show() -> None:
        await asyncio.sleep(_SLOW_SECONDS)
        if err.is_terminal:
            status.start()
        else:
            err.print(f"{escape(text)} …")

    showing = asyncio.create_task(show())
    try:
        yield
    finally:
        showing.cancel()
        status.stop()


def ago(moment: datetime | None, *, now: datetime) -> str:
    """Return how far a moment is from now, as a person says it: "3 h ago", "in 12 d", "never"."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if size >= length:
            amount = f"{int(size // length)} {unit}"
            return f"{amount} ago" if seconds > 0 else f"in {amount}"
    return "now"


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something that cannot be undone, unless told not to; end where the person says no."""
    if yes:
        return
    if not sys.stdin.isatty() or os.environ.get("CI"):
        raise typer.BadParameter("nobody is there to confirm: add --yes")
    if not typer.confirm(question, default=False, err=True):
        raise typer.Exit(code=1)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(map(str, value))) or "-"
    return str(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(map(str, value)) if not isinstance(value, tuple) else list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
