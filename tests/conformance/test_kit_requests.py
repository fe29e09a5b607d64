"""Requests of StackOne's Python kit (PyPI stackone-ai) that say more than was asked, as they were seen on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from crossdock.accounts.model import AccountChange
from house import Answer, Live
from shared_house import link_pasted
from twins import EasyshipTwin

KIT = "stackone-python/1.0.0"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Shop:
    """An account that may write, and what the kit sends for it."""

    live: Live
    account: str

    async def run(self, action: str, *, agent: str = KIT, at: str = "/actions/rpc", **parts: Any) -> Answer:
        headers = {"x-account-id": self.account, "user-agent": agent}
        data = {"action": action, "body": {}, "headers": {"x-account-id": self.account}, **parts}
        return await self.live.call("POST", at, data=data, headers=headers)

    async def product(self, **members: Any) -> str:
        """Make a product; gives its id."""
        body = {"name": "Mug", "identifier": f"mug-{next(_numbers)}", "comments": "Fragile", "length": 10, **members}
        answer = await self.run("easyship_create_product", body=body)
        assert answer.status == 200, answer.text()
        return str(answer.json()["data"]["id"])

    def filled(self, action: str, **body: Any) -> dict[str, Any]:
        """Return a body as the kit's function for LangChain sends it: all inputs, those left out as null."""
        schema = self.live.house.catalogue.action(action)[1].inputs["properties"]["body"]
        return {**dict.fromkeys(schema["properties"]), **body}


@pytest_asyncio.fixture(scope="module")
async def shop(shared_live: Live, easyship_twin_process: EasyshipTwin) -> Shop:
    token = easyship_twin_process.integration("Kit requests", scopes="all")["production_token"]
    account = await link_pasted(shared_live, token, owner="kit-requests")
    everything = AccountChange(effects=frozenset({"read", "write", "destructive"}))
    await shared_live.house.accounts.change(
        project_id=shared_live.tenant.project.id, account_id=account, change=everything, actor="key:k"
    )
    return Shop(shared_live, account)


@pytest.mark.parametrize("at", ["/actions/rpc", "/actions/rpc?debug=true"])
async def test_nulls_that_the_kit_fills_in_empty_nothing(shop: Shop, at: str) -> None:
    """An update that names every input, most of them null, changes what has a value and leaves the rest."""
    product = await shop.product()
    body = shop.filled("easyship_update_product", name="Cup")

    answer = await shop.run("easyship_update_product", at=at, path={"product_id": product}, body=body)

    assert answer.status == 200, answer.text()
    data = answer.json()["data"]
    assert (data["name"], data["comments"], data["length"]) == ("Cup", "Fragile", 10)


async def test_a_null_that_was_meant_empties_the_field(shop: Shop) -> None:
    """Beside few others, null is a value where the input takes it, for the kit as for everybody."""
    product = await shop.product()

    answer = await shop.run("easyship_update_product", path={"product_id": product}, body={"comments": None})

    assert answer.json()["data"]["comments"] is None


async def test_null_is_no_value_where_the_kit_alone_takes_it_for_one(shop: Shop) -> None:
    """The kit calls every optional input nullable: there null is as if it were not sent; others are told."""
    body = {"name": "Mug", "identifier": "mug-null", "item_category_id": None}

    by_kit = await shop.run("easyship_create_product", body=body)
    by_others = await shop.run("easyship_create_product", body=body, agent="curl/8")

    assert by_kit.status == 200, by_kit.text()
    assert (by_others.status, "item_category_id" in by_others.text()) == (422, True)


async def test_a_required_null_and_an_unknown_one_are_told(shop: Shop) -> None:
    """Null never stands for an input that is needed, nor hides one that is not there."""
    needed = await shop.run("easyship_create_product", body={"name": None, "identifier": "x"})
    unknown = await shop.run("easyship_create_product", body={"name": "x", "identifier": "x", "wings": None})
    nothing = await shop.run("easyship_fly", body={"wings": None})

    assert (needed.status, "body.name" in needed.text()) == (422, True)
    assert (unknown.status, "body.wings" in unknown.text()) == (422, True)
    assert nothing.status == 404
