"""A twin put together: its own routes, the control API and the pages' files, behind the gate."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, ExceptionHandler

from crossdock_twins.base import control
from crossdock_twins.base.gate import FaultReply, Gate
from crossdock_twins.base.pages import FormRefusedError
from crossdock_twins.base.twin import Control


def assemble(
    *,
    parts: Control,
    routes: Sequence[BaseRoute],
    reply: FaultReply,
    quiet: Sequence[str],
    handlers: dict[type[Exception] | int, ExceptionHandler],
) -> ASGIApp:
    """Give a twin's ASGI app; `quiet` are globs of dashboard paths, neither journalled nor faulted."""
    app = Starlette(
        routes=[*control.routes(parts), *parts.pages.routes(), *routes],
        exception_handlers={FormRefusedError: parts.pages.refused, **handlers},
    )
    return Gate(
        app,
        clock=parts.clock,
        faults=parts.faults,
        journal=parts.journal,
        reply=reply,
        quiet=("/static/*", *quiet),
    )
