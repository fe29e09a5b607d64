"""The command that starts the twins: their ports, their files, and the line that says they are ready."""

import argparse
import asyncio
import json
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from starlette.types import ASGIApp

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.hosts import SignIn, TwinUrls
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.serve import bind, die_with_parent, serve_until_signal, url_of
from crossdock_twins.base.store import Store

DEFAULT_PORT = 8201
_SOCKETS = {"easyship": 2, "shiphero": 1}
_OFFSETS = {"easyship": 0, "shiphero": 2}
_SEEDS = ("small-shop", "empty", "3pl", "medium", "large")

App = tuple[socket.socket, ASGIApp]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the twins until a signal; 1 where a port is taken."""
    options = _parser().parse_args(arguments)
    names = [options.only] if options.only else list(_SOCKETS)
    die_with_parent()
    try:
        listeners = {name: _bind(name, host=options.host, port=options.port) for name in names}
    except OSError as error:
        print(f"A port is taken: {error}. Name another with --port, or --port 0 for any.", file=sys.stderr)  # noqa: T201 - a command
        return 1
    stores = {name: Store(None if options.memory else options.data_dir / f"{name}.sqlite3") for name in names}
    apps: list[App] = []
    line: dict[str, dict[str, str]] = {}
    for name in names:
        limits = Limits(stores[name], started=not options.no_rate_limit)
        clock = TwinClock(stores[name], tied=options.followed)
        built, line[name] = _BUILDERS[name](
            stores[name], listeners[name], clock=clock, limits=limits, first_seed=options.seed
        )
        apps += built
    asyncio.run(serve_until_signal(apps, ready=lambda: _tell(line, as_json=options.json)))
    for store in stores.values():
        store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crossdock_twins", description="Local Easyship and ShipHero.")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--data-dir", type=Path, default=_default_folder(), help="where the twins keep their files")
    place.add_argument("--memory", action="store_true", help="keep nothing")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="the first of three ports; 0 takes free ones")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    parser.add_argument("--followed", action="store_true", help="a hub lives in the twins' time: it cannot be stopped")
    parser.add_argument("--no-rate-limit", action="store_true", help="let everybody ask as often as they like")
    parser.add_argument(
        "--seed", choices=_SEEDS, default=_SEEDS[0], help="what new twins hold, and those after a reset"
    )
    parser.add_argument("--only", choices=sorted(_SOCKETS), help="start one twin alone, on its usual ports")
    return parser


def _default_folder() -> Path:
    """Give the folder that `crossdock twins` uses."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "crossdock" / "twins"


def _bind(name: str, *, host: str, port: int) -> list[socket.socket]:
    return [bind(host, port and port + _OFFSETS[name] + number) for number in range(_SOCKETS[name])]


def _easyship(
    store: Store, listeners: Sequence[socket.socket], *, clock: TwinClock, limits: Limits, first_seed: str
) -> tuple[list[App], dict[str, str]]:
    from crossdock_twins.easyship import app

    production, sandbox = (url_of(listener) for listener in listeners)
    urls = TwinUrls(production=production, sandbox=sandbox, dashboard=production)
    environments: tuple[Literal["production", "sandbox"], ...] = ("production", "sandbox")
    apps: list[App] = [
        (
            listener,
            app.build(
                store=store, clock=clock, limits=limits, environment=environment, urls=urls, first_seed=first_seed
            ),
        )
        for listener, environment in zip(listeners, environments, strict=True)
    ]
    return apps, {"production": production, "sandbox": sandbox, "dashboard": production, **_person(app.SIGN_IN)}


def _shiphero(
    store: Store, listeners: Sequence[socket.socket], *, clock: TwinClock, limits: Limits, first_seed: str
) -> tuple[list[App], dict[str, str]]:
    from crossdock_twins.shiphero import app

    (listener,) = listeners
    url = url_of(listener)
    urls = TwinUrls(production=url, dashboard=url)
    built = app.build(store=store, clock=clock, limits=limits, urls=urls, first_seed=first_seed)
    return [(listener, built)], {"api": url, "dashboard": url, **_person(app.SIGN_IN)}


_BUILDERS = {"easyship": _easyship, "shiphero": _shiphero}


def _person(person: SignIn) -> dict[str, str]:
    return {"email": person.email, "password": person.password}


def _tell(line: dict[str, dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(line), flush=True)  # noqa: T201 - the line that the starter waits for
        return
    for name, facts in line.items():
        print(f"{name}: {facts['dashboard']}  ({facts['email']} / {facts['password']})", flush=True)  # noqa: T201 - a command
