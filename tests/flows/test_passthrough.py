"""`/proxy/...`: the provider's API as it is, with the account's live credential put in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from yarl import URL

from crossdock.accounts.model import AccountChange
from house import Answer, Live
from twins import EasyshipTwin, ShipheroTwin, fetch

ME = {"query": "{ me { data { email } } }"}
TAG = {"query": 'mutation { order_add_tags(data: {order_id: "T3JkZXI6MQ==", tags: ["t"]}) { request_id } }'}
BOTH = {"query": 'query A { me { request_id } } mutation B { node(id: "x") { id } }', "operationName": "A"}


@dataclass(frozen=True, slots=True)
class Linked:
    """A served house with a read-only account of each provider, and one of Easyship's that may write."""

    live: Live
    easyship: str
    writer: str
    shiphero: str
    easyship_token: str

    async def ask(self, account: str, method: str, path: str, data: Any = None, **headers: str) -> Answer:
        """Send a request through."""
        return await self.live.call(method, f"/proxy{path}", data=data, headers={"x-account-id": account, **headers})

    async def ask_plainly(self, account: str, method: str, path: str, body: bytes | None = None) -> Answer:
        """Send a request whose address and body no client library writes in its own way."""
        headers = {"x-account-id": account, "authorization": f"Bearer {self.live.tenant.key.reveal()}"}
        if body is not None:
            headers["content-type"] = "application/json"
        url = URL(f"{self.live.url}/proxy{path}", encoded=True)
        async with self.live.client.request(method, url, data=body, headers=headers) as reply:
            told = {name.lower(): value for name, value in reply.headers.items()}
            return Answer(reply.status, told, await reply.read())


@pytest_asyncio.fixture(scope="module")
async def house_with_accounts(
    shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin
) -> Linked:
    """Link the accounts once."""
    easyship_twin_process.reset()
    shiphero_twin_process.reset()
    tokens = [easyship_twin_process.integration(f"proxy {n}", scopes="all")["production_token"] for n in range(2)]
    developer = shiphero_twin_process.developer("proxy@shop.example")
    reader = await link(shared_live, "easyship", {"api_token": tokens[0]}, owner="reader")
    writer = await link(shared_live, "easyship", {"api_token": tokens[1]}, owner="writer")
    shiphero = await link(shared_live, "shiphero", {"refresh_token": developer["refresh_token"]}, owner="reader")
    await shared_live.house.accounts.change(
        project_id=shared_live.tenant.project.id,
        account_id=writer,
        change=AccountChange(effects=frozenset({"read", "write"})),
        actor="key:k",
    )
    return Linked(shared_live, reader, writer, shiphero, tokens[0])


@pytest.fixture
def easyship(easyship_twin_process: EasyshipTwin) -> EasyshipTwin:
    """Give the Easyship twin with an empty journal."""
    easyship_twin_process.clear_faults()
    easyship_twin_process.clear_journal()
    return easyship_twin_process


@pytest.fixture
def shiphero(shiphero_twin_process: ShipheroTwin) -> ShipheroTwin:
    """Give the ShipHero twin with an empty journal."""
    shiphero_twin_process.clear_faults()
    shiphero_twin_process.clear_journal()
    return shiphero_twin_process


@pytest.fixture
def linked(house_with_accounts: Linked, easyship: EasyshipTwin, shiphero: ShipheroTwin) -> Linked:
    """Give the accounts, nothing having been asked of the twins yet."""
    assert (easyship.journal(), shiphero.journal()) == ([], [])
    return house_with_accounts


async def link(live: Live, provider: str, pasted: dict[str, str], *, owner: str) -> str:
    body = {"origin_owner_id": owner, "origin_owner_name": owner, "provider": provider}
    token = (await live.call("POST", "/connect_sessions", data=body)).json()["token"]
    offers = (await live.hub("GET", "/hub/connectors", token=token)).json()["integrations"]
    sent = {"integration_id": offers[0]["integration_id"], "credentials": pasted}
    account: str = (await live.hub("POST", "/hub/accounts", token=token, data=sent)).json()["id"]
    return account


async def test_the_answer_is_the_providers_byte_for_byte(linked: Linked, easyship: EasyshipTwin) -> None:
    """Status, body and headers come back as the provider sent them; only what belongs to one hop is missing."""
    path = "/2024-09/item_categories?per_page=2&ignored[]=a%20b"
    direct = fetch(easyship.production + path, headers={"Authorization": f"Bearer {linked.easyship_token}"})

    passed = await linked.ask_plainly(linked.easyship, "GET", path)

    entry = easyship.journal("/2024-09/*")[-1]
    assert passed.status == direct.status == 200
    assert {**passed.json(), "meta": None} == {**direct.json(), "meta": None}
    assert passed.headers["x-request-id"] == passed.json()["meta"]["request_id"]
    assert passed.headers["etag"].startswith('W/"')
    assert entry["query"] == "per_page=2&ignored[]=a%20b"
    assert "x-account-id" not in entry["headers"]


async def test_what_is_sent_arrives_byte_for_byte(linked: Linked, easyship: EasyshipTwin) -> None:
    """A body is passed on as it was written, blanks and order of members included."""
    body = b'{  "zzz" : 1.50,\n "name":"\xc3\xa9" }'

    passed = await linked.ask_plainly(linked.writer, "POST", "/2024-09/tags", body)

    assert passed.headers["x-crossdock-error"] == "provider"
    entry = easyship.journal("/2024-09/tags")[-1]
    assert entry["headers"]["content-length"] == str(len(body))
    assert json.loads(entry["body"]) == json.loads(body)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_read_only_account_passes_no_write(linked: Linked, easyship: EasyshipTwin, method: str) -> None:
    """A method that changes something is refused before anything is sent, and the hub says that it was the hub."""
    refused = await linked.ask(linked.easyship, method, "/2024-09/tags", data={"name": "x"})

    assert refused.status == 403
    assert refused.json()["code"] == "effect_not_granted"
    assert refused.headers["x-crossdock-error"] == "hub"
    assert easyship.journal("/2024-09/*") == []


@pytest.mark.parametrize("document", [TAG, BOTH])
async def test_a_read_only_account_passes_no_mutation(
    linked: Linked, shiphero: ShipheroTwin, document: dict[str, Any]
) -> None:
    """A GraphQL document that holds a mutation is refused, whichever of its operations is asked for."""
    refused = await linked.ask(linked.shiphero, "POST", "/graphql", data=document)

    assert refused.status == 403
    assert refused.headers["x-crossdock-error"] == "hub"
    assert shiphero.journal("/graphql") == []


async def test_a_graphql_query_passes(linked: Linked) -> None:
    """A document that only asks goes through for a read-only account."""
    passed = await linked.ask(linked.shiphero, "POST", "/graphql", data=ME)

    assert passed.status == 200
    assert passed.json()["data"]["me"]["data"]["email"] == "proxy@shop.example"


async def test_after_a_401_the_token_is_renewed_and_a_read_sent_again(linked: Linked, shiphero: ShipheroTwin) -> None:
    """A refused token costs the caller nothing: one refresh, one replay, one answer."""
    shiphero.fault("unauthorized", paths="/graphql", times=1)

    passed = await linked.ask(linked.shiphero, "POST", "/graphql", data=ME)

    assert passed.status == 200
    assert len(shiphero.journal("/auth/refresh")) == 1
    statuses = [entry["status"] for entry in shiphero.journal("/graphql")]
    assert statuses[0] == 401
    assert statuses[-1] == 200


async def test_the_providers_refusals_are_answers(linked: Linked) -> None:
    """What the provider refuses comes back as it is, and says that it was the provider."""
    passed = await linked.ask(linked.easyship, "GET", "/2024-09/shipments/ESUS1")

    assert passed.status == 404
    assert passed.json()["error"]["code"] == "resource_not_found"
    assert passed.headers["x-crossdock-error"] == "provider"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"x-account-id": "acc_nobody"}, 404, "not_found"),
        ({"x-account-id": ""}, 400, "account_missing"),
        ({"authorization": "Basic nonsense"}, 401, "unauthenticated"),
    ],
)
async def test_the_hubs_refusals_name_what_to_do(
    linked: Linked, headers: dict[str, str], status: int, code: str
) -> None:
    """An unknown account, no account and no key are refused in the API's own form."""
    refused = await linked.live.call(
        "GET", "/proxy/2024-09/item_categories", headers={"x-account-id": linked.easyship, **headers}
    )

    assert refused.status == status
    assert refused.json()["code"] == code
    assert refused.json()["remedy"]
    assert refused.headers["x-crossdock-error"] == "hub"


async def test_a_path_that_can_be_read_in_two_ways_is_refused(linked: Linked, easyship: EasyshipTwin) -> None:
    """Dot segments and hidden slashes do not get past the judgement of what a request does."""
    for path in ("/2024-09/%2e%2e/admin", "//2024-09/account", "/2024-09/a%2Fb", "/2024-09/a%5Cb"):
        refused = await linked.ask_plainly(linked.easyship, "GET", path)
        assert refused.status == 400

    assert easyship.journal("/*") == []
