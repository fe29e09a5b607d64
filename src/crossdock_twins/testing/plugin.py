"""The pytest plugin `crossdock-twins`: the fixtures `easyship_twin` and `shiphero_twin`.

Each twin runs in a process of its own, in memory, for the whole run, and is made as new before each test that asks for
it. `@pytest.mark.twin_seed("3pl")` chooses what it holds; without the mark that is `small-shop`.
`@pytest.mark.twin_limits(on=False)` lets a test ask as often as it likes.
"""

from collections.abc import Iterator

import pytest

from crossdock_twins.testing.handles import (
    EasyshipTwin,
    ShipheroTwin,
    TwinHandle,
    easyship_handle,
    running_twin,
    shiphero_handle,
)

_SEED = "small-shop"


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "twin_seed(name): what the twins hold when the test starts")
    config.addinivalue_line("markers", "twin_limits(on): whether the twins refuse who asks too often")


@pytest.fixture(scope="session")
def easyship_twin_process() -> Iterator[EasyshipTwin]:
    """Run one Easyship twin for the whole run."""
    with running_twin("easyship", "--memory") as facts:
        yield easyship_handle(facts)


@pytest.fixture(scope="session")
def shiphero_twin_process() -> Iterator[ShipheroTwin]:
    """Run one ShipHero twin for the whole run."""
    with running_twin("shiphero", "--memory") as facts:
        yield shiphero_handle(facts)


@pytest.fixture
def easyship_twin(easyship_twin_process: EasyshipTwin, request: pytest.FixtureRequest) -> EasyshipTwin:
    """Give an Easyship twin as new."""
    renew(easyship_twin_process, request)
    return easyship_twin_process


@pytest.fixture
def shiphero_twin(shiphero_twin_process: ShipheroTwin, request: pytest.FixtureRequest) -> ShipheroTwin:
    """Give a ShipHero twin as new."""
    renew(shiphero_twin_process, request)
    return shiphero_twin_process


def renew(twin: TwinHandle, request: pytest.FixtureRequest, *, seed: str = _SEED) -> None:
    """Make a twin as new, with the seed and the limits that a test's marks name; without a mark with this seed."""
    named, limits = (request.node.get_closest_marker(name) for name in ("twin_seed", "twin_limits"))
    twin.reset(seed=str(named.args[0]) if named is not None and named.args else seed)
    if limits is not None:
        twin.limits(*limits.args, **limits.kwargs)
