"""A twin put together: its own routes, the control API and the pages' files, behind the gate."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, ExceptionHandler

from crossdock_twins.base import control
from crossdock_twins.base.gate import FaultReply, Gate
from crossdock_twins.base.pages import FormRefusedError
from crossdock_twins.base.postman import Postman
from crossdock_twins.base.twin import Control


def assemble(
    *,
    parts: Control,
    routes: Sequence[BaseRoute],
    reply: FaultReply,
    quiet: Sequence[str],
    handlers: dict[type[Exception] | int, ExceptionHandler],
    postman: Postman | None,
) -> ASGIApp:
    """Give a twin's ASGI app; `quiet` are globs of dashboard paths, neither journalled nor faulted.

    Of several apps over one store, one has the postman, who works for as long as that app runs.
    """

    def lifespan(_app: Starlette) -> AbstractAsyncContextManager[None]:
        return _idle() if postman is None else postman.at_work()

    app = Starlette(
        routes=[*control.routes(parts), *parts.pages.routes(), *routes],
        exception_handlers={FormRefusedError: parts.pages.refused, **handlers},
        lifespan=lifespan,
    )
    return Gate(
        app,
        clock=parts.clock,
        faults=parts.faults,
        journal=parts.journal,
        agenda=parts.agenda,
        reply=reply,
        quiet=("/static/*", *quiet),
    )


@asynccontextmanager
async def _idle() -> AsyncIterator[None]:
    yield
