"""Each of Easyship's actions against the twin: its examples succeed, and what is broken is never sent."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from action_house import ActionHouse, open_action_house
from conformance.easyship_client import Client
from conformance.easyship_things import Things
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.effects import proxy_effect
from crossdock.connectors.model import Action
from crossdock.db import embedded
from crossdock.db.embedded import Embedded
from crossdock.kernel.errors import UnprocessableError
from endpoint import listening
from twins import EasyshipTwin, easyship_handle, running_twin

_ACTIONS = tuple(Catalogue.load(origin_rewrites={}).get("easyship").actions.values())
_EXAMPLES = [
    pytest.param(action, number, id=f"{action.name}-{number}")
    for action in _ACTIONS
    for number in range(len(action.examples))
]
_IN_SANDBOX = {"easyship_update_sandbox_tracking"}


@pytest.fixture(scope="module")
def shop() -> Iterator[EasyshipTwin]:
    """Run a twin with a small shop that limits nobody."""
    with running_twin("easyship", "--memory", "--no-rate-limit") as facts:
        yield easyship_handle(facts)


@pytest_asyncio.fixture(scope="module")
async def house(
    shop: EasyshipTwin, postgres: Embedded, postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ActionHouse]:
    """Open the rooms up to the actions on the twin."""
    twins = {
        "https://public-api.easyship.com": shop.production,
        "https://public-api-sandbox.easyship.com": shop.sandbox,
        "https://api.easyship.com": shop.production,
        "https://api-sandbox.easyship.com": shop.sandbox,
    }
    conn = await asyncpg.connect(postgres_dsn)
    await conn.execute("create database easyship_actions template house_template strategy file_copy")
    dsn = embedded.dsn(postgres.data_dir, database="easyship_actions")
    key_file: Path = tmp_path_factory.mktemp("vault") / "keys.json"
    async with open_action_house(dsn=dsn, key_file=key_file, twins=twins) as opened:
        yield opened
    await conn.execute("drop database easyship_actions with (force)")
    await conn.close()


@pytest.fixture(scope="module")
def things(shop: EasyshipTwin) -> Iterator[dict[str, Things]]:
    """Give what makes things, for each environment."""
    made = shop.integration(scopes="all")
    with listening() as receiver:
        yield {
            environment: Things(
                twin=shop,
                caller=Client(base=getattr(shop, environment), token=made[f"{environment}_token"]),
                receiver=receiver,
            )
            for environment in ("production", "sandbox")
        }


def _broken(action: Action) -> dict[str, Any]:
    """Return the first example with its one broken field."""
    assert action.broken is not None
    inputs = copy.deepcopy(dict(action.examples[0]))
    path, value = action.broken
    *way, last = path.split(".")
    place: Any = inputs
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return inputs


@pytest.mark.parametrize(("action", "number"), _EXAMPLES)
async def test_example_of_an_action_succeeds(
    house: ActionHouse, shop: EasyshipTwin, things: dict[str, Things], action: Action, number: int
) -> None:
    """The provider takes it, and something comes back; the scopes that the action names are enough."""
    environment = "sandbox" if action.name in _IN_SANDBOX else "production"
    inputs = things[environment].example(action.examples[number])
    connector = house.tokens.catalogue.get("easyship")
    made = shop.integration(scopes=[f"{connector.scope_prefix}{scope}" for scope in action.scopes])
    account = await house.link("easyship", {"access_token": made[f"{environment}_token"]}, environment=environment)

    result = await house.run(account, action.name, **inputs)

    assert result.data is not None
    assert not result.warnings
    assert (result.file is not None) == (action.file is not None)


@pytest.mark.parametrize("action", _ACTIONS, ids=lambda action: action.name)
async def test_broken_example_is_refused_before_it_is_sent(
    house: ActionHouse, shop: EasyshipTwin, things: dict[str, Things], action: Action
) -> None:
    """The error names the field, and the twin hears nothing."""
    inputs = things["production"].example(_broken(action))
    account = await house.link("easyship", {"access_token": shop.integration()["production_token"]})
    shop.clear_journal()

    with pytest.raises(UnprocessableError) as refused:
        await house.run(account, action.name, **inputs)

    assert action.broken is not None
    told = [error["field"] for error in refused.value.detail["errors"]]
    assert any(
        f"{field}.".startswith(f"{action.broken[0]}.") or action.broken[0].startswith(f"{field}.") for field in told
    )
    assert shop.journal() == []


@pytest.mark.parametrize("action", _ACTIONS, ids=lambda action: action.name)
def test_action_and_proxy_agree_on_the_effect(action: Action) -> None:
    """The same request has the same effect whether it comes as an action or through the proxy."""
    connector = Catalogue.load(origin_rewrites={}).get("easyship")
    path = action.call.path.replace("{", "").replace("}", "")

    effect = proxy_effect(connector=connector, method=action.call.method, path=path, query="", headers={}, body=None)

    assert effect == action.effect


def test_every_operation_has_one_action(shop: EasyshipTwin) -> None:
    """The provider's contract, as the twin tells it, and the definition name the same calls, each once."""
    paths = shop.control("GET", "/openapi.json")["paths"]
    operations = sorted(
        (method.upper(), path) for path, found in paths.items() for method in found if method != "parameters"
    )

    calls = sorted((action.call.method, action.call.path) for action in _ACTIONS)

    assert len(operations) == 138
    assert calls == operations
