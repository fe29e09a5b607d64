"""Starts database, twins, hub, API and worker in one process, lives, and stops them in the opposite order."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from crossdock.cli import first_run, output, place, twin_process, web, welcome
from crossdock.cli.place import Running
from crossdock.cli.twin_control import Follow, TwinControl, register_apps
from crossdock.cli.twin_process import Twins
from crossdock.cli.welcome import Ready
from crossdock.db import migrate
from crossdock.db.embedded import Embedded
from crossdock.db.lock import DirectoryLock
from crossdock.egress.client import Egress
from crossdock.kernel.clock import OffsetClock
from crossdock.settings import Settings
from crossdock.telemetry import logs

if TYPE_CHECKING:
    from crossdock.server import House

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asked for."""

    settings: Settings
    follow: Follow
    twins: bool
    json: bool


async def up(wishes: Wishes) -> None:
    """Run until a signal; one that comes during the start ends the start."""
    logs.configure(style=wishes.settings.log_format, level=wishes.settings.log_level)
    stop, started = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(_run(wishes, stop=stop, started=started))
    web.stop_on_signals(stop, task=running)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not started.is_set():
        running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    stopping.cancel()


async def _run(wishes: Wishes, *, stop: asyncio.Event, started: asyncio.Event) -> None:
    """Start everything from the ground up, live, and stop it in the opposite order."""
    async with AsyncExitStack() as stack:
        settings, listener = await _settle(wishes.settings, stack)
        control = None
        if wishes.twins:
            twins = Twins(
                folder=settings.data_dir / "twins",
                host=settings.host,
                port=settings.port + 1 if settings.port else 0,
                followed=wishes.follow == "always",
            )
            stack.push_async_callback(twins.stop)
            facts, settings = await _both(twins.start(), _database(settings, stack))
            settings = _aimed_at(settings, facts)
            control = TwinControl(await _twin_egress(facts, stack), facts)
        else:
            settings = await _database(settings, stack)
        from crossdock import server

        clock = OffsetClock((await control.one_time(follow=wishes.follow)).offset if control else timedelta())
        fresh_key = not settings.key_file.exists()
        house = await stack.enter_async_context(server.open_house(settings, clock=clock, key="create"))
        opened = await first_run.ensure(house, settings.data_dir)
        if control is not None:
            await register_apps(control, house, project_id=opened.project_id)
        ready = Ready(settings.hub_url, opened, control.facts if control else {}, settings, fresh_key)
        await _live(wishes, house, listener, control, ready, stop=stop, started=started)


async def _settle(settings: Settings, stack: AsyncExitStack) -> tuple[Settings, socket.socket]:
    """Take the data directory and the port for this process."""
    data_dir = place.private_dir(settings.data_dir)
    lock = DirectoryLock(data_dir / place.LOCK)
    await lock.take()
    stack.callback(lock.release)
    listener = web.bind(settings.host, settings.port)
    stack.callback(listener.close)
    chosen: dict[str, object] = {"port": listener.getsockname()[1] if settings.port else 0}
    if "hub_url" not in settings.model_fields_set:
        chosen["hub_url"] = web.url_of(listener)
    return settings.model_copy(update=chosen), listener


async def _database(settings: Settings, stack: AsyncExitStack) -> Settings:
    """Start the embedded database unless there is an external one, and bring it up to this release."""
    # The longest import of all, made while the twins start on another core.
    import crossdock.server  # noqa: F401

    if settings.database_url is None:
        server = Embedded(data_dir=settings.data_dir)
        async with output.working("Starting the database"):
            dsn = await server.start()
        stack.push_async_callback(server.stop)
        settings = place.with_database(settings, dsn)
    if await migrate.pending(settings.dsn()):
        async with output.working("Bringing the database up to date"):
            await migrate.upgrade(settings.dsn())
    return settings


async def _twin_egress(facts: twin_process.Facts, stack: AsyncExitStack) -> Egress:
    egress = await Egress.open(private_origins=twin_process.addresses(facts))
    stack.push_async_callback(egress.close)
    return egress


def _aimed_at(settings: Settings, facts: twin_process.Facts) -> Settings:
    """Return settings by which the hub talks to the twins; what the operator has set stays."""
    return settings.model_copy(
        update={
            "origin_rewrites": {**twin_process.rewrites(facts), **settings.origin_rewrites},
            "allow_private_origins": [*settings.allow_private_origins, *twin_process.addresses(facts)],
        }
    )


async def _live(
    wishes: Wishes,
    house: House,
    listener: socket.socket,
    control: TwinControl | None,
    ready: Ready,
    *,
    stop: asyncio.Event,
    started: asyncio.Event,
) -> None:
    """Serve, work and follow the clock side by side until told to stop."""
    from crossdock import server

    def tell(offset: timedelta) -> None:
        state = Running(
            pid=os.getpid(),
            hub=ready.hub,
            offset_seconds=offset.total_seconds(),
            origin_rewrites=ready.settings.origin_rewrites,
            private_origins=ready.settings.allow_private_origins,
        )
        place.write_running(wishes.settings.data_dir, state)

    def announce() -> None:
        started.set()
        if wishes.json:
            output.emit(ready.document())
        else:
            welcome.greet(ready)

    clock = house.clock
    tell(clock.offset if isinstance(clock, OffsetClock) else timedelta())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(server.work(house, stop=stop, kind="up"))
            if control is not None and isinstance(clock, OffsetClock):
                group.create_task(control.follow(clock=clock, follow=wishes.follow, turned=tell, stop=stop))
            await web.serve(server.build_app(house), listener, ready=announce, stop=stop)
            stop.set()
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from errors


async def _both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Run two at once; when one fails, wait until the other has ended too."""
    one, other = asyncio.create_task(first), asyncio.create_task(second)
    try:
        await asyncio.wait({one, other}, return_when=asyncio.FIRST_EXCEPTION)
        for task in (one, other):
            if task.done():
                task.result()
        return one.result(), other.result()
    finally:
        one.cancel()
        other.cancel()
        await asyncio.wait({one, other})
