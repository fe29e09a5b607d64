"""Accounts through the API: found, paged, read, changed, paused and deleted, as the official clients do it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from house import Answer, Live
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

TYPESCRIPT = "speakeasy-sdk/typescript {} 2.800.0 0.3.0 @stackone/stackone-client-ts"
NODE_OLD, NODE_NEW = TYPESCRIPT.format("4.28.0"), TYPESCRIPT.format("4.34.1")


@dataclass(frozen=True, slots=True)
class Shop:
    """A tenant with six linked accounts."""

    live: Live
    accounts: dict[str, str]

    async def found(self, query: str) -> list[str]:
        """Return the names of the accounts that a query finds, in their order."""
        answer = await self.live.call("GET", f"/accounts?{query}")
        assert answer.status == 200, answer.text()
        names = {account_id: name for name, account_id in self.accounts.items()}
        return [names[account["id"]] for account in answer.json()]

    async def patch(self, name: str, data: Any, *, agent: str = "curl") -> Answer:
        return await self.live.call(
            "PATCH", f"/accounts/{self.accounts[name]}", data=data, headers={"user-agent": agent}
        )

    async def read(self, name: str) -> dict[str, Any]:
        told: dict[str, Any] = (await self.live.call("GET", f"/accounts/{self.accounts[name]}")).json()
        return told


@pytest_asyncio.fixture(scope="module")
async def shop(
    shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin
) -> AsyncIterator[Shop]:
    """Link four Easyship accounts, one of them a sandbox, and two of ShipHero, for three owners."""
    accounts = {}
    for name, owner, environment in (
        ("a1", "ada", "production"),
        ("a2", "ada", "sandbox"),
        ("b1", "bob", "production"),
        ("c1", "cyd", "production"),
    ):
        made = easyship_twin_process.integration(name)
        accounts[name] = await link_pasted(shared_live, made[f"{environment}_token"], owner=owner)
    for name, owner in (("b2", "bob"), ("c2", "cyd")):
        developer = shiphero_twin_process.developer(f"{name}@shop.example")
        accounts[name] = await link_pasted(
            shared_live, developer["refresh_token"], owner=owner, provider="shiphero", field="refresh_token"
        )
    yield Shop(shared_live, accounts)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["c2", "b2", "c1", "b1", "a2", "a1"]),
        ("provider=easyship", ["c1", "b1", "a2", "a1"]),
        ("providers=shiphero", ["c2", "b2"]),
        ("providers=shiphero&providers=easyship&origin_owner_id=bob", ["b2", "b1"]),
        ("provider=nobody", []),
        ("origin_owner_id=ada", ["a2", "a1"]),
        ("origin_owner_ids=ada&origin_owner_ids=cyd", ["c2", "c1", "a2", "a1"]),
        ("origin_owner_id=bob&origin_owner_ids=cyd&provider=easyship", ["c1", "b1"]),
        ("status=active", ["c2", "b2", "c1", "b1", "a2", "a1"]),
        ("status=expired&status=suspended", []),
        ("page_size=4", ["c2", "b2", "c1", "b1"]),
        ("page_size=4&page=2", ["a2", "a1"]),
        ("page_size=4&page=3", []),
        ("page=1&page_size=25&provider=easyship&status=active&origin_owner_id=cyd", ["c1"]),
        ("unknown=filter", ["c2", "b2", "c1", "b1", "a2", "a1"]),
    ],
)
async def test_accounts_are_found_by_every_filter(shop: Shop, query: str, names: list[str]) -> None:
    """Filters narrow, several of one kind widen, pages follow each other, and the newest comes first."""
    assert await shop.found(query) == names


async def test_accounts_are_found_by_their_ids(shop: Shop) -> None:
    """Ids come as repeated keys; one that is not there is passed over."""
    asked = [shop.accounts["a1"], "acc_none", shop.accounts["c2"]]

    assert await shop.found("&".join(f"account_ids={one}" for one in asked)) == ["c2", "a1"]


async def test_an_account_is_told_whole(shop: Shop) -> None:
    """One account has identity, environment, health dates with an offset, scopes, and nothing of its secret."""
    told, sandbox, renewed = [await shop.read(name) for name in ("a1", "a2", "b2")]

    assert (told["status"], told["provider_name"], told["type"]) == ("active", "Easyship", "production")
    assert (sandbox["environment"], sandbox["type"]) == ("sandbox", "test")
    assert told["identity"]["name"]
    assert told["created_at"].endswith("Z")
    assert told["last_success_at"].endswith("Z")
    assert renewed["next_refresh_at"] < renewed["expires_at"]
    assert told["effects"] == ["read"]
    assert "public.shipment:read" in told["scopes"] or "shipment:read" in told["scopes"]
    assert told["credentials"] is None


async def test_an_account_tells_its_connector(shop: Shop) -> None:
    """The deprecated `meta` names connector and category."""
    answer = await shop.live.call("GET", f"/accounts/{shop.accounts['b2']}/meta")

    assert answer.json() == {"provider": "shiphero", "category": answer.json()["category"], "models": {}}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"label": {}, "metadata": {}, "credentials": {}, "secrets": {}, "setup_information": {}},
        {"label": None, "origin_owner_id": None, "effects": None, "type": None},
        {"integration_id": "", "environment": "", "unknown": 1},
    ],
)
async def test_what_is_left_out_stays(shop: Shop, data: dict[str, Any]) -> None:
    """Empty objects, nulls and members that nobody knows leave an account as it is, without an event."""
    before = await shop.read("c1")

    answer = await shop.patch("c1", data)

    assert answer.status == 200
    assert answer.json() == before


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"label": "Main shop"}, {"label": "Main shop"}),
        ({"origin_owner_name": "Bob & Co"}, {"origin_owner_name": "Bob & Co"}),
        ({"origin_username": "bob@shop.example"}, {"origin_username": "bob@shop.example"}),
        ({"metadata": {"plan": "gold"}}, {"metadata": {"plan": "gold"}}),
        ({"effects": ["write"]}, {"effects": ["read", "write"]}),
        ({"effects": ["read"]}, {"effects": ["read"]}),
        ({"effects": []}, {"effects": ["read"]}),
        ({"type": "test"}, {"type": "test"}),
        ({"type": "production"}, {"type": "production"}),
    ],
)
async def test_an_account_is_changed(shop: Shop, data: dict[str, Any], told: dict[str, Any]) -> None:
    """Label, owner, metadata, type and grant change, and are told by the answer and afterwards; reading stays."""
    answer = await shop.patch("b1", data)

    after = await shop.read("b1")
    assert answer.status == 200
    assert {name: answer.json()[name] for name in told} == told == {name: after[name] for name in told}


@pytest.mark.parametrize(("agent", "kind"), [(NODE_OLD, "test"), (NODE_NEW, "production"), ("curl/8", "production")])
async def test_an_unasked_type_changes_nothing(shop: Shop, agent: str, kind: str) -> None:
    """TypeScript clients up to 4.28.0 send `type: production` with every PATCH, so that it is not meant."""
    await shop.patch("b1", {"type": "test"})

    answer = await shop.patch("b1", {"type": "production", "label": "x"}, agent=agent)

    assert answer.json()["type"] == kind


async def test_an_older_client_makes_a_test_account(shop: Shop) -> None:
    """What those clients never send by themselves is meant: `type: test`."""
    await shop.patch("b1", {"type": "production"})

    answer = await shop.patch("b1", {"type": "test"}, agent=NODE_OLD)

    assert answer.json()["type"] == "test"


async def test_a_grant_takes_hold_at_once(shop: Shop) -> None:
    """A write is refused until the grant holds it, and again as soon as it is taken away."""
    call = {"action": "easyship_cancel_shipment", "path": {"easyship_shipment_id": "ESUS00000000"}}
    headers = {"x-account-id": shop.accounts["a1"]}

    codes = []
    for effects in (["read"], ["write", "destructive"], ["read"]):
        await shop.patch("a1", {"effects": effects})
        codes.append((await shop.live.call("POST", "/actions/rpc", data=call, headers=headers)).json()["code"])

    assert codes[0] == codes[2] == "effect_not_granted"
    assert codes[1] != "effect_not_granted"


async def test_a_paused_account_is_inactive(shop: Shop) -> None:
    """A paused account is `inactive` on the wire and in filters, its calls answer 412, and resumed it works again."""
    house, tenant = shop.live.house, shop.live.tenant
    where = {"project_id": tenant.project.id, "account_id": shop.accounts["c1"], "actor": tenant.principal.actor}
    call = {"action": "easyship_list_shipments"}
    headers = {"x-account-id": shop.accounts["c1"]}

    await house.accounts.pause(**where)
    paused, found = await shop.read("c1"), await shop.found("status=inactive")
    refused = await shop.live.call("POST", "/actions/rpc", data=call, headers=headers)
    await house.accounts.resume(**where)
    works = await shop.live.call("POST", "/actions/rpc", data=call, headers=headers)

    assert (paused["status"], found) == ("inactive", ["c1"])
    assert (refused.status, refused.json()["code"]) == (412, "inactive")
    assert works.status == 200
    assert (await shop.read("c1"))["status"] == "active"
    assert "c1" in await shop.found("status=active")


async def test_a_deleted_account_is_gone(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """Deleting answers with the account as it was, erases its secrets, and leaves 404 and the trail behind."""
    token = easyship_twin_process.integration("gone")["production_token"]
    account_id = await link_pasted(shared_live, token, owner="gone")
    before = (await shared_live.call("GET", f"/accounts/{account_id}")).json()

    deleted = await shared_live.call("DELETE", f"/accounts/{account_id}")
    again = await shared_live.call("DELETE", f"/accounts/{account_id}")
    call = await shared_live.call(
        "POST", "/actions/rpc", data={"action": "easyship_list_shipments"}, headers={"x-account-id": account_id}
    )

    async with shared_live.house.db.connection() as conn:
        sealed = await conn.fetchval("select count(*) from vault_sealed where owner_id = $1", account_id)
        credentials = await conn.fetchval("select count(*) from credentials where account_id = $1", account_id)
        events = await conn.fetch("select type from events where account_id = $1 order by created_at, id", account_id)
    life = await shared_live.house.accounts.life_line(project_id=shared_live.tenant.project.id, account_id=account_id)
    assert (deleted.status, deleted.json()["id"], deleted.json()["status"]) == (200, account_id, before["status"])
    assert (again.status, call.status) == (404, 404)
    assert (sealed, credentials) == (0, 0)
    assert [row["type"] for row in events] == ["account.created", "account.deleted"]
    assert [entry.event for entry in life] == ["account.deleted", "account.linked"]


async def test_a_session_is_known_by_its_token(shop: Shop) -> None:
    """Opening and knowing a session answer 201 with the same members, the token only on opening."""
    body = {
        "origin_owner_id": "dee",
        "origin_owner_name": "Dee",
        "origin_username": "dee@shop.example",
        "provider": "easyship",
        "categories": ["accounting"],
        "label": "Dee's",
        "metadata": {"plan": "gold"},
        "type": "test",
        "expires_in": 600,
        "multiple": False,
    }

    opened = await shop.live.call("POST", "/connect_sessions", data=body)
    known = await shop.live.call("POST", "/connect_sessions/authenticate", data={"token": opened.json()["token"]})

    told = {**opened.json()}
    assert told.pop("auth_link_url").startswith(shop.live.url)
    assert told.pop("token").startswith("cs_")
    assert (opened.status, known.status) == (201, 201)
    assert known.json() == told
    assert {name: told[name] for name in body if name in told} == {
        name: value for name, value in body.items() if name in told
    }


@pytest.mark.parametrize(
    ("agent", "organization"),
    [
        ("python-requests/2.32", "1"),
        (TYPESCRIPT.format("4.28.0"), 1),
        (TYPESCRIPT.format("4.33.1"), 1),
        (TYPESCRIPT.format("4.34.0"), "1"),
        (TYPESCRIPT.format("5.0.0"), "1"),
        ("speakeasy-sdk/ruby 0.40.1 2.600.0", "1"),
    ],
)
async def test_the_organization_is_told_as_each_client_takes_it(
    shop: Shop, agent: str, organization: int | str
) -> None:
    """TypeScript clients before 4.34.0 take a number and nothing else; everybody else takes a text."""
    owner = {"origin_owner_id": "eve", "origin_owner_name": "Eve"}

    opened = await shop.live.call("POST", "/connect_sessions", data=owner, headers={"user-agent": agent})
    known = await shop.live.call(
        "POST", "/connect_sessions/authenticate", data={"token": opened.json()["token"]}, headers={"user-agent": agent}
    )

    assert opened.json()["organization_id"] == known.json()["organization_id"] == organization
    assert isinstance(opened.json()["id"], int)


async def test_the_same_owner_and_provider_open_the_account_again(shop: Shop) -> None:
    """A session for an owner with an account of the provider relinks it, one for several does not."""
    owner = {"origin_owner_id": "bob", "origin_owner_name": "bob", "provider": "shiphero"}

    again = await shop.live.call("POST", "/connect_sessions", data=owner)
    several = await shop.live.call("POST", "/connect_sessions", data={**owner, "multiple": True})

    assert again.json()["account_id"] == shop.accounts["b2"]
    assert several.json()["account_id"] is None
