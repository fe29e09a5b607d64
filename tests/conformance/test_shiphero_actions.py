"""Each ShipHero action on the running twin: its example works, and the broken one is refused before it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Action
from crossdock.db.embedded import Embedded
from shiphero_desk import Desk, open_desk, owner_of
from shiphero_things import LOGISTICIAN, MERCHANT
from shiphero_wholesale_things import AllThings
from twins import ShipheroTwin

ACTIONS = tuple(Catalogue.load().get("shiphero").actions.values())
RUN_HERE = [action for action in ACTIONS if owner_of(action) != LOGISTICIAN]
"""The others are about bills, which want a 3PL with customers: test_shiphero_bill_actions runs them."""

MORE_THAN_ONE = (
    "carrier_boxes",
    "custom_boxes",
    "warehouse_products",
    "packed_boxes",
    "picks",
    "labor_jobs",
    "labor_workers",
    "locations",
    "item_locations",
    "orders",
    "products",
    "returns",
    "shipments",
    "shipping_containers",
    "users",
    "vendors",
    "staging_locations",
)
"""Lists of which the small shop has several rows."""


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


@pytest.mark.parametrize("name", MORE_THAN_ONE)
async def test_a_list_goes_on_where_it_stopped(desk: Desk, name: str) -> None:
    """Pages of one row follow each other, in the usual way and in the ways of single operations."""
    [action] = [one for one in ACTIONS if one.name == f"shiphero_list_{name}"]
    example = await AllThings(desk, owner_of(action)).into(dict(action.examples[0]))
    query = {**example.get("query", {}), "page_size": 1}
    account = desk.accounts[owner_of(action)]

    first = await desk.house.run(account, action.name, **{**example, "query": query})
    assert first.next is not None
    second = await desk.house.run(account, action.name, **{**example, "query": {**query, "next": first.next}})

    assert isinstance(first.data, list)
    assert isinstance(second.data, list)
    assert len(first.data) == len(second.data) == 1
    assert first.data != second.data


async def test_fields_widen_what_comes_back(desk: Desk) -> None:
    """What is asked for beside the usual fields is there, down to the rows of a list."""
    fields = "source, line_items.barcode, attachments(first: 2) { url }"

    found = await desk.run("list_orders", of=MERCHANT, query={"page_size": 1, "fields": fields})

    [order] = found
    assert order["order_number"]
    assert {"source", "attachments"} <= order.keys()
    assert {"sku", "barcode"} <= order["line_items"]["edges"][0]["node"].keys()
