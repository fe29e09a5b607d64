"""`crossdock serve`, `work`, `migrate` and `openapi`: the parts of a real installation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from crossdock.cli import output, place
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir
from crossdock.kernel.errors import MisconfiguredError

if TYPE_CHECKING:
    from crossdock.settings import Settings

Host = Annotated[str | None, typer.Option("--host", help="The address to listen on.", show_default=False)]
Port = Annotated[int | None, typer.Option("--port", help="The port to listen on.", show_default=False, min=0)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (serve, work, migrate, openapi):
        app.command()(command)


def serve(host: Host = None, port: Port = None, json: Json = False) -> None:
    """Serve hub and API on an external PostgreSQL (CROSSDOCK_DATABASE_URL); run as many as you like."""
    from crossdock.cli import web
    from crossdock.server import build_app, open_house

    settings = _external(host=host, port=port)
    listener = web.bind(settings.host, settings.port)
    if "hub_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"hub_url": web.url_of(listener)})

    async def run(stop: asyncio.Event) -> None:
        async with open_house(settings) as house:
            await web.serve(
                build_app(house), listener, ready=lambda: _ready({"hub": settings.hub_url}, json=json), stop=stop
            )

    output.run(_until_stopped(settings, run))


def work(json: Json = False) -> None:
    """Run jobs and sweeps on an external PostgreSQL: refreshes, probes, deliveries; run as many as you like."""
    from crossdock import server

    settings = _external()

    async def run(stop: asyncio.Event) -> None:
        async with server.open_house(settings) as house:
            _ready({"worker": "ready"}, json=json)
            await server.work(house, stop=stop, kind="work")

    output.run(_until_stopped(settings, run))


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is pending; end with 1 where anything is.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Bring the database up to this release; safe to run from many replicas at once, and again."""
    from crossdock.db import migrate as migrations

    async def run() -> list[str]:
        async with place.database(place.read_settings(data_dir=data_dir)) as settings, output.working("Migrating"):
            return await (migrations.pending(settings.dsn()) if check else migrations.upgrade(settings.dsn()))

    steps = output.run(run())
    if json:
        output.emit({"pending" if check else "applied": steps})
    elif not steps:
        output.out.print("The database is up to date.")
    else:
        output.out.print(f"{'Pending' if check else 'Applied'}: {', '.join(steps)}")
    if check and steps:
        output.say("Apply them with: crossdock migrate")
        raise typer.Exit(code=1)


def openapi() -> None:
    """Print the API's OpenAPI document."""
    from crossdock.api import app as api

    output.emit(api.document())


def _external(*, host: str | None = None, port: int | None = None) -> Settings:
    chosen = {"host": host, "port": port}
    settings = place.read_settings(
        data_dir=None, **{name: value for name, value in chosen.items() if value is not None}
    )
    settings.dsn()
    return settings


async def _until_stopped(settings: Settings, run: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    from crossdock.cli import web
    from crossdock.db import migrate as migrations
    from crossdock.telemetry import logs

    logs.configure(style=settings.log_format, level=settings.log_level)
    pending = await migrations.pending(settings.dsn())
    if pending:
        raise MisconfiguredError(
            f"The database lacks {', '.join(pending)}.", remedy="Bring it up to date with: crossdock migrate"
        )
    stop = asyncio.Event()
    task = asyncio.current_task()
    if task is not None:
        web.stop_on_signals(stop, task=task)
    await run(stop)


def _ready(document: dict[str, str], *, json: bool) -> None:
    if json:
        output.emit(document)
    else:
        output.say(", ".join(f"{name}: {value}" for name, value in document.items()))
