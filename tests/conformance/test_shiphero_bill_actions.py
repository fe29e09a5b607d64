"""The actions on bills, on the running twin of a 3PL with forty customers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Action
from crossdock.db.embedded import Embedded
from shiphero_desk import Desk, open_desk, owner_of
from shiphero_things import LOGISTICIAN
from twins import ShipheroTwin

ACTIONS = [action for action in Catalogue.load().get("shiphero").actions.values() if owner_of(action) == LOGISTICIAN]


@pytest_asyncio.fixture(scope="module")
async def desk(
    postgres: Embedded,
    postgres_dsn: str,
    tmp_path_factory: pytest.TempPathFactory,
    shiphero_twin_process: ShipheroTwin,
) -> AsyncIterator[Desk]:
    """Open the desk on the 3PL."""
    folder = tmp_path_factory.mktemp("vault")
    async with open_desk(
        postgres=postgres, dsn=postgres_dsn, folder=folder, twin=shiphero_twin_process, seed="3pl"
    ) as opened:
        yield opened


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
async def test_an_action_on_bills_runs_as_its_example_says(desk: Desk, action: Action) -> None:
    """The valid example succeeds, and its answer holds something."""
    desk.twin.clock_advance("2m")

    await desk.run_examples(action)
