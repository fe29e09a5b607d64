"""Where this command works: its settings, its database, and whether `crossdock up` runs beside it."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from crossdock.cli.output import working
from crossdock.db import lock
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import ConflictError, MisconfiguredError, NotFoundError

if TYPE_CHECKING:
    from crossdock.projects.model import Project
    from crossdock.server import House, KeySource
    from crossdock.settings import Settings

LOCK: Final = "crossdock.lock"
_STATE: Final = "up.json"

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Where database, key and twins live; else CROSSDOCK_DATA_DIR.", show_default=False),
]
ProjectId = Annotated[
    str | None, typer.Option("--project", help="The project's id; needed where there are several.", show_default=False)
]


@dataclass(frozen=True, slots=True)
class Running:
    """What a running `crossdock up` tells other commands on the same data directory; nothing secret."""

    pid: int
    hub: str
    offset_seconds: float
    origin_rewrites: dict[str, str]
    private_origins: list[str]


def read_settings(*, data_dir: Path | None = None, **chosen: Any) -> Settings:
    """Read the settings, with what the command line chose on top; raise MisconfiguredError naming a wrong one."""
    from pydantic import ValidationError

    from crossdock.settings import Settings

    if data_dir is not None:
        chosen["data_dir"] = data_dir.expanduser().absolute()
    try:
        settings = Settings(**chosen)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        raise MisconfiguredError(
            f"The setting CROSSDOCK_{name} is wrong: {first['msg']}.",
            remedy=f"Correct CROSSDOCK_{name}; docs/reference/settings.md says what it takes.",
        ) from error
    return settings.model_copy(update={"data_dir": settings.data_dir.expanduser().absolute()})


def running(data_dir: Path) -> Running | None:
    """Return what a `crossdock up` on this data directory has written, while it runs."""
    return None if lock.holder(data_dir / LOCK) is None else last_run(data_dir)


def last_run(data_dir: Path) -> Running | None:
    """Return what the last `crossdock up` on this data directory has written, running or not."""
    try:
        return Running(**json.loads((data_dir / _STATE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_running(data_dir: Path, state: Running) -> None:
    """Tell other commands where this `crossdock up` is."""
    fresh = data_dir / f"{_STATE}.new"
    fresh.write_text(json.dumps(asdict(state)))
    fresh.replace(data_dir / _STATE)


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Settings]:
    """Give settings with a database that answers: the external one, a running `up`'s, or the embedded one started.

    Accounts that were linked at the twins must be looked for there: the last `up` has noted where they are.
    """
    from crossdock.db import embedded

    data_dir = settings.data_dir
    if (last := last_run(data_dir)) is not None:
        settings = beside(settings, last)
    if settings.database_url is not None:
        yield settings
    elif not (data_dir / "postgres" / "PG_VERSION").exists():
        raise NotFoundError(
            f"There is no Crossdock database in {data_dir} yet.",
            remedy="Start one with: crossdock up, or name yours in CROSSDOCK_DATABASE_URL.",
        )
    elif lock.holder(data_dir / "postgres.lock") is not None:
        yield with_database(settings, embedded.dsn(data_dir))
    else:
        server = embedded.Embedded(data_dir=data_dir)
        async with working("Starting the database"):
            dsn = await server.start()
        try:
            yield with_database(settings, dsn)
        finally:
            await server.stop()


def with_database(settings: Settings, dsn: str) -> Settings:
    """Return the settings with this database."""
    from pydantic import SecretStr

    return settings.model_copy(update={"database_url": SecretStr(dsn)})


def beside(settings: Settings, last: Running) -> Settings:
    """Return the settings by which a command talks to what the last `up` talked to."""
    chosen: dict[str, object] = {
        "origin_rewrites": {**last.origin_rewrites, **settings.origin_rewrites},
        "allow_private_origins": [*settings.allow_private_origins, *last.private_origins],
    }
    if "hub_url" not in settings.model_fields_set:
        chosen["hub_url"] = last.hub
    return settings.model_copy(update=chosen)


def clock_of(data_dir: Path) -> OffsetClock:
    """Return the clock that a running `up` goes by, so that a command beside it lives in the same time."""
    state = running(data_dir)
    return OffsetClock(offset=timedelta(seconds=state.offset_seconds if state else 0.0))


@asynccontextmanager
async def house(settings: Settings, *, key: KeySource = "require") -> AsyncIterator[House]:
    """Open the whole house for one command; `key` says whether a vault key may be made."""
    from crossdock.server import open_house

    clock = clock_of(settings.data_dir)
    async with database(settings) as located, open_house(located, clock=clock, key=key) as opened:
        yield opened


async def project(opened: House, project_id: str | None) -> Project:
    """Return the named project, or the only one there is."""
    if project_id is not None:
        return await opened.projects.get_project(project_id=project_id)
    every = await opened.projects.list_projects()
    if not every:
        raise NotFoundError("There is no project yet.", remedy="Make one with: crossdock init")
    if len(every) > 1:
        names = ", ".join(f"{one.id} ({one.name})" for one in every)
        raise ConflictError(f"There are several projects: {names}.", remedy="Name one with --project ID.")
    return every[0]


def private_dir(path: Path) -> Path:
    """Make a directory that only this user may enter; raise MisconfiguredError where that cannot be."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        usable = os.access(path, os.W_OK | os.X_OK)
    except OSError:
        usable = False
    if not usable:
        raise MisconfiguredError(
            f"The data directory {path} cannot be written to.",
            remedy="Name another with --data-dir or CROSSDOCK_DATA_DIR, or correct its owner.",
        )
    return path
