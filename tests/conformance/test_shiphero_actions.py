"""Each ShipHero action on the running twin: its example works, and the broken one is refused before it is sent."""

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

ACTIONS = tuple(Catalogue.load().get("shiphero").actions.values())
RUN_HERE = [action for action in ACTIONS if owner_of(action) != LOGISTICIAN]
"""The others are about bills, which want a 3PL with customers: test_shiphero_bill_actions runs them."""


@pytest_asyncio.fixture(scope="module")
async def opened(
    postgres: Embedded,
    postgres_dsn: str,
    tmp_path_factory: pytest.TempPathFactory,
    shiphero_twin_process: ShipheroTwin,
) -> AsyncIterator[Desk]:
    """Open the desk on the small shop."""
    folder = tmp_path_factory.mktemp("vault")
    async with open_desk(
        postgres=postgres, dsn=postgres_dsn, folder=folder, twin=shiphero_twin_process, seed="small-shop"
    ) as desk:
        yield desk


@pytest.fixture
def desk(opened: Desk) -> Desk:
    """Give the desk with a calm twin and with full buckets of credits."""
    opened.twin.clear_faults()
    opened.twin.clock_advance("2m")
    return opened


@pytest.mark.parametrize("action", RUN_HERE, ids=lambda action: action.name)
async def test_an_action_runs_as_its_example_says(desk: Desk, action: Action) -> None:
    """The valid example succeeds, and its answer holds something."""
    await desk.run_examples(action)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
async def test_a_broken_input_is_refused_before_it_is_sent(desk: Desk, action: Action) -> None:
    """The error names the field, and nothing reaches ShipHero."""
    await desk.refuse_broken(action)
