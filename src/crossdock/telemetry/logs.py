"""Log lines: a dotted event and its ids, as JSON or for a terminal, always scrubbed of secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, Literal, TextIO

import structlog

from crossdock.telemetry import scrub

_UNTOUCHED: Final = frozenset({"level", "timestamp", "logger", "_record", "_from_structlog"})
_QUIET: Final = ("uvicorn.access", "alembic", "asyncio", "aiohttp.access", "pgqueuer")


def drop_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask whatever looks like a secret in a log event; a processor of structlog, last before the renderer."""
    for name in event.keys() - _UNTOUCHED:
        event[name] = scrub.value(event[name], name=name)
    return event


def configure(*, style: Literal["console", "json"], level: str, stream: TextIO | None = None) -> None:
    """Send every log line of the process, libraries' included, to one stream (standard error by default)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                drop_secrets,
                _renderer(style, target),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(style: Literal["console", "json"], stream: TextIO) -> structlog.typing.Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(sort_keys=True)
    # Rich tracebacks would print the local variables, and with them secrets.
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=32
    )


def get(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module: ``logs.get(__name__)``."""
    return structlog.stdlib.get_logger(name)
