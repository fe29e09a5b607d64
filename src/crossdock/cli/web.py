"""Serves the application on a socket until told to stop, and turns signals into that."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from crossdock.kernel.errors import MisconfiguredError, UnavailableError

_GRACE_SECONDS: Final = 10
_BACKLOG: Final = 2048
# Longer than clients and proxies keep an idle connection, so that none sends a request on one that is closing.
_IDLE_SECONDS: Final = 75
# Objects more than there were; a call makes some hundreds and leaves none, so that the usual 700 look every few calls.
_LOOKED_THROUGH_AFTER: Final = 20_000


class _Server(uvicorn.Server):
    """A server that leaves signals to the command that runs it beside other things."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """Bind a listening socket, port 0 taking any free one; raise MisconfiguredError where it is taken."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # The protocol is named, because the loop sends small answers at once only on sockets that say they are TCP.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise MisconfiguredError(
            f"Crossdock cannot listen on {host}:{port}: {error.strerror or error}.",
            remedy="Stop what uses the port, or take others: crossdock up --port 8300",
            code="port_in_use",
        ) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the address under which this machine reaches a bound socket."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - asked about, not listened on
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(app: ASGIApp, listener: socket.socket, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Answer requests until `stop` is set; then finish those in hand, for ten seconds at most."""
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_keep_alive=_IDLE_SECONDS,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="crossdock-http")
    try:
        while not server.started:
            if serving.done():
                await serving
                raise UnavailableError(
                    "The web server did not start.", remedy="Read the log lines above.", retry_after=1.0
                )
            await asyncio.sleep(0.005)
        ready()
        # What is there by now stays: looking through it again and again would hold calls up for a tenth of a second.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_LOOKED_THROUGH_AFTER)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
    finally:
        server.should_exit = True
        await serving


def stop_on_signals(stop: asyncio.Event, *, task: asyncio.Task[Any]) -> None:
    """Let the first Ctrl-C or SIGTERM stop everything in order, and the second one at once."""
    loop = asyncio.get_running_loop()

    def heard() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, heard)
