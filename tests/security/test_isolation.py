"""One project never sees, names or changes anything of another: a case for every function of every store."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType

import asyncpg
import pytest
import pytest_asyncio

import crossdock
from crossdock.db import embedded, pool
from crossdock.db.embedded import Embedded
from crossdock.kernel.errors import NotFoundError
from crossdock.kernel.ids import Ids
from crossdock.vault import rotation
from crossdock.vault.keys import KeyRing
from security.isolation import World, is_nothing, make_world

_DATABASE = "house_isolation"
_REFUSALS = (NotFoundError, asyncpg.IntegrityConstraintViolationError)


def store_modules() -> Iterator[ModuleType]:
    """Yield every module that keeps rows: the stores, and the trail, which is its own."""
    for found in pkgutil.walk_packages(crossdock.__path__, "crossdock."):
        name = found.name.rpartition(".")[2]
        if name == "store" or name.endswith("_store") or found.name == "crossdock.audit.trail":
            yield importlib.import_module(found.name)


def functions_of(module: ModuleType) -> Iterator[tuple[str, object]]:
    """Yield the public async functions of a store, and those of the classes that it defines."""
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        if inspect.iscoroutinefunction(thing):
            yield name, thing
        elif inspect.isclass(thing):
            for inner, method in vars(thing).items():
                if not inner.startswith("_") and inspect.iscoroutinefunction(method):
                    yield f"{name}.{inner}", method


def discovered() -> dict[str, object]:
    """Return every store function that belongs to one project, by its name."""
    return {
        f"{module.__name__.removeprefix('crossdock.')}.{name}": function
        for module in store_modules()
        for name, function in functions_of(module)
        if name not in getattr(module, "ACROSS_PROJECTS", ())
    }


REGISTRIES = {
    path.stem.removeprefix("isolation_cases_"): importlib.import_module(f"security.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("isolation_cases_*.py"))
}
CASES = {name: (package, case) for package, module in REGISTRIES.items() for name, case in module.CASES.items()}


@pytest_asyncio.fixture(scope="module")
async def isolation_dsn(postgres: Embedded, postgres_dsn: str) -> str:
    conn = await asyncpg.connect(postgres_dsn)
    try:
        await conn.execute(f"create database {_DATABASE} template house_template strategy file_copy")
    finally:
        await conn.close()
    return embedded.dsn(postgres.data_dir, database=_DATABASE)


@pytest_asyncio.fixture
async def world(isolation_dsn: str, tmp_path: Path) -> AsyncIterator[World]:
    """Two projects in a transaction that is rolled back after the case."""
    conn = await pool.connect(isolation_dsn)
    transaction = conn.transaction()
    await transaction.start()
    ring = KeyRing.create(tmp_path / "ring.json", ids=Ids())
    made = await make_world(conn, ring=ring)
    await rotation.admit(conn, ring=ring, clock=made.clock)
    yield made
    await transaction.rollback()
    await conn.close()


def test_every_store_function_has_a_case() -> None:
    """A store function that belongs to one project cannot come without its isolation case."""
    missing = sorted(discovered().keys() - CASES.keys())

    assert not missing, "write these into tests/security/isolation_cases_<package>.py"


def test_no_case_outlives_its_function() -> None:
    """A case whose function is gone, or is declared to work across projects, goes too."""
    assert not sorted(CASES.keys() - discovered().keys())


def test_every_store_function_asks_for_the_project() -> None:
    """Whoever calls a store function has to name the project, as a keyword without a default."""
    without = [
        name
        for name, function in discovered().items()
        if (given := inspect.signature(function).parameters.get("project_id")) is None  # type: ignore[arg-type]  # each is a function
        or given.kind is not inspect.Parameter.KEYWORD_ONLY
        or given.default is not inspect.Parameter.empty
    ]

    assert not without


def test_what_works_across_projects_exists() -> None:
    """The list of functions that work across projects names functions that exist."""
    gone = [
        f"{module.__name__}.{name}"
        for module in store_modules()
        for name in getattr(module, "ACROSS_PROJECTS", ())
        if name not in dict(functions_of(module))
    ]

    assert not gone


@pytest.mark.parametrize("name", sorted(CASES))
async def test_a_foreign_project_gets_nothing(world: World, name: str) -> None:
    """Called as another project, the function finds nothing of the first, and changes none of its rows."""
    package, case = CASES[name]
    await REGISTRIES[package].seed(world)
    before = await world.snapshot()

    try:
        async with world.conn.transaction():
            answer = await case.call(world)
    except _REFUSALS:
        answer = None

    assert case.answer == "writes" or is_nothing(answer), f"{name} answered {answer!r}"
    assert await world.snapshot() == before
