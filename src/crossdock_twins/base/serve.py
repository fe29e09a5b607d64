"""Several ASGI apps served by one process, until a signal or until the caller says so."""

import asyncio
import contextlib
import ctypes
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from starlette.types import ASGIApp

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 3
# As long as providers keep an idle connection; with less, a caller meets one that is closing just then.
_IDLE_SECONDS = 75


class _QuietServer(uvicorn.Server):
    """A server that leaves signals to whoever runs several of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """Bind a listening socket; port 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, because asyncio sends small answers at once (TCP_NODELAY) only on sockets that say they are TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    """Give the base address under which a bound socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def die_with_parent() -> None:
    """Ask Linux to end this process when the thread that started it ends; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


async def serve(
    apps: Sequence[tuple[socket.socket, ASGIApp]], *, ready: Callable[[], None], stop: asyncio.Event
) -> None:
    """Serve each app on its socket until `stop` is set; `ready` is called once all of them answer."""
    servers = [
        _QuietServer(
            uvicorn.Config(
                app,
                log_level="critical",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                timeout_keep_alive=_IDLE_SECONDS,
            )
        )
        for _, app in apps
    ]
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, (listener, _) in zip(servers, apps, strict=True)
    ]
    while not all(server.started for server in servers):
        await asyncio.sleep(0.005)
        if any(task.done() for task in tasks):
            break
    else:
        ready()
        await stop.wait()
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*tasks)


async def serve_until_signal(apps: Sequence[tuple[socket.socket, ASGIApp]], *, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(apps, ready=ready, stop=stop)
