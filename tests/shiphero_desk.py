"""A desk at which every ShipHero action runs: accounts of a merchant, of a 3PL and of a customer, on a running twin."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from action_house import ActionHouse, open_action_house
from crossdock.accounts.model import Account
from crossdock.connectors.model import Action
from crossdock.db import embedded
from crossdock.db.embedded import Embedded
from crossdock.kernel.errors import UnprocessableError
from endpoint import listening
from receiver import Heard, answer
from shiphero_things import CUSTOMER, LOGISTICIAN, MERCHANT
from shiphero_wholesale_things import AllThings
from twins import ShipheroTwin

_COUNTS = b"SKU,Quantity,Action,Reason,Location\nCD-1,9,,,\n"


@dataclass(frozen=True)
class Desk:
    """Runs actions; ``sheet`` is the address of a file of counts."""

    house: ActionHouse
    twin: ShipheroTwin
    accounts: Mapping[str, Account]
    sheet: str

    async def run(self, action: str, *, of: str, **inputs: Any) -> Any:
        """Run an action of an account and give its data."""
        result = await self.house.run(self.accounts[of], f"shiphero_{action}", **inputs)
        return result.data

    async def run_examples(self, action: Action) -> None:
        """Run an action as its examples say, with things made for them."""
        for example in action.examples:
            things = AllThings(self, owner_of(action))
            inputs = await things.into(dict(example))

            result = await self.house.run(self.accounts[owner_of(action)], action.name, **inputs)

            # No kind of thing is a node in the provider's schema, so a node is nothing.
            assert result.data is not None or action.name.endswith("_node")
            assert not result.warnings

    async def refuse_broken(self, action: Action) -> None:
        """Run an action with its broken input: the error names the field, and the twin hears nothing."""
        path, inputs = broken(action)
        self.twin.clear_journal()

        with pytest.raises(UnprocessableError) as refused:
            await self.house.run(self.accounts[owner_of(action)], action.name, **inputs)

        named = [one["field"] for one in refused.value.detail["errors"]]
        assert any(name == path or name.startswith(f"{path}.") for name in named), named
        assert self.twin.journal("/graphql") == []


@asynccontextmanager
async def open_desk(
    *, postgres: Embedded, dsn: str, folder: Path, twin: ShipheroTwin, seed: str
) -> AsyncIterator[Desk]:
    """Link the three accounts, a month after the seed, so that there are invoices; the database is a fresh one."""
    name = f"desk_{seed.replace('-', '_')}"
    twin.reset(seed=seed)
    twin.clock_advance("32d")
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(f"drop database if exists {name} with (force)")
        await conn.execute(f"create database {name} template house_template strategy file_copy")
        with listening(_slowly) as files:
            async with open_action_house(
                dsn=embedded.dsn(postgres.data_dir, database=name),
                key_file=folder / "keys.json",
                twins={"https://public-api.shiphero.com": twin.api},
            ) as house:
                accounts = {}
                for owner in (MERCHANT, LOGISTICIAN, CUSTOMER):
                    made = twin.developer(email=f"desk-{owner}@shop.example", account_id=owner)
                    accounts[owner] = await house.link("shiphero", {"refresh_token": made["refresh_token"]})
                yield Desk(house, twin, accounts, f"{files.origin}/stock.csv")
        await conn.execute(f"drop database {name} with (force)")
    finally:
        await conn.close()


async def _slowly(_: Heard) -> bytes:
    """Give the file of counts late, so that a run that reads it can be stopped before it begins."""
    await asyncio.sleep(10)
    return answer(body=_COUNTS)


def owner_of(action: Action) -> str:
    """Give the account that an action makes sense for."""
    if "shipping_plan" in action.name:
        return CUSTOMER
    return LOGISTICIAN if action.area == "billing" and "invoice" not in action.name else MERCHANT


def broken(action: Action) -> tuple[str, dict[str, Any]]:
    """Give the field of the broken input, and the first example with that field changed or left out."""
    assert action.broken is not None
    path, value = action.broken
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inputs: Any = copy.deepcopy(dict(action.examples[0]))
    inside = inputs
    for step in steps:
        inside = inside.setdefault(step, {}) if isinstance(inside, dict) else inside[step]
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return path, inputs
