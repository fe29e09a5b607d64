from __future__ import annotations

from typing import Any

import pytest

from action_house import ActionHouse
from connector_samples import SHIPHERO
from crossdock.accounts.model import Account
from crossdock.actions.model import ProxyRequest
from crossdock.actions.proxy import passage
from crossdock.connectors.model import Effect
from crossdock.kernel.errors import (
    ForbiddenError,
    InvalidRequestError,
    OutcomeUnknownError,
    UnprocessableError,
)
from crossdock.projects.model import Principal
from twins import EasyshipTwin, ShipheroTwin

READ: frozenset[Effect] = frozenset({"read"})
WRITE: frozenset[Effect] = frozenset({"read", "write"})
MUTATION = {"query": 'mutation { order_add_tags(data: {order_id: "x", tags: ["a"]}) { request_id } }'}


async def test_request_passes_through_with_the_accounts_credential(house: ActionHouse, easyship: Account) -> None:
    """Status, data and the useful headers come back as the provider gave them."""
    reply = await house.proxy(easyship, "GET", "/2024-09/item_categories?per_page=2")

    assert reply.status == 200
    assert len(reply.data["item_categories"]) == 2
    assert "x-request-id" in reply.headers
    assert not {"set-cookie", "transfer-encoding", "content-length"} & reply.headers.keys()


async def test_graphql_query_passes_through_with_its_errors(house: ActionHouse, shiphero: Account) -> None:
    """An error inside a 200 is the caller's to read."""
    good = await house.proxy(shiphero, "POST", "/graphql", {"query": "{ user_quota { credits_remaining } }"})
    bad = await house.proxy(shiphero, "POST", "/graphql", {"query": '{ order(id: "nope") { data { id } } }'})

    assert good.data["data"]["user_quota"]["credits_remaining"] > 0
    assert bad.status == 200
    assert bad.data["errors"]


@pytest.mark.parametrize(("document", "reads"), [({"query": "{ me { id } }"}, True), (MUTATION, False)])
def test_a_request_of_ones_own_says_whether_it_only_reads(document: dict[str, str], *, reads: bool) -> None:
    """Only a query may be sent again where a connection closed under it."""
    asked = ProxyRequest(method="POST", target="/graphql", body=document)

    sent = passage(connector=SHIPHERO, environment=SHIPHERO.environment("production"), asked=asked).request

    assert (sent.method, sent.reads) == ("POST", reads)


@pytest.mark.parametrize(
    ("provider", "method", "target", "body", "effects"),
    [
        ("easyship", "POST", "/2024-09/shipments", {"a": 1}, READ),
        ("easyship", "DELETE", "/2024-09/shipments/ESUS10000001", None, WRITE),
        ("easyship", "POST", "/2024-09/shipments/ESUS10000001/cancel", None, WRITE),
        ("shiphero", "POST", "/graphql", MUTATION, READ),
    ],
)
async def test_what_the_grant_does_not_hold_is_refused_and_audited(
    house: ActionHouse,
    easyship_twin: EasyshipTwin,
    shiphero_twin: ShipheroTwin,
    provider: str,
    method: str,
    target: str,
    body: Any,
    effects: frozenset[Effect],
) -> None:
    """The proxy is no way round the grant: by method for REST, by document for GraphQL."""
    tokens = {
        "easyship": {"access_token": easyship_twin.integration(scopes="all")["production_token"]},
        "shiphero": {
            "refresh_token": shiphero_twin.developer(email=f"{provider}-{len(target)}@shop.example")["refresh_token"]
        },
    }
    account = await house.link(provider, tokens[provider], effects=effects)
    easyship_twin.clear_journal()
    shiphero_twin.clear_journal()

    with pytest.raises(ForbiddenError):
        await house.proxy(account, method, target, body)

    assert easyship_twin.journal() == shiphero_twin.journal() == []
    assert await house.audited(account) == ["proxy.refused"]


async def test_unreadable_document_is_refused(
    house: ActionHouse, shiphero: Account, shiphero_twin: ShipheroTwin
) -> None:
    """What cannot be told to be a read does not go out."""
    shiphero_twin.clear_journal()

    with pytest.raises(UnprocessableError):
        await house.proxy(shiphero, "POST", "/graphql", {"query": "{ me { "})

    assert shiphero_twin.journal() == []


@pytest.mark.parametrize("target", ["https://evil.example/x", "//evil.example/x", "/2024-09/../x"])
async def test_credential_never_goes_to_another_host(house: ActionHouse, easyship: Account, target: str) -> None:
    """Only the account's own API is called with its credential."""
    with pytest.raises(InvalidRequestError):
        await house.proxy(easyship, "GET", target)


async def test_providers_refusal_comes_back_as_it_is(house: ActionHouse, easyship: Account) -> None:
    """What the provider says is the caller's to read, refusals too."""
    reply = await house.proxy(easyship, "GET", "/2024-09/nothing_here")

    assert reply.status == 404
    assert reply.data["error"]["code"] == "invalid_endpoint"


async def test_interrupted_write_through_the_proxy_is_unknown(
    house: ActionHouse, easyship: Account, easyship_twin: EasyshipTwin
) -> None:
    """The rule for writes holds here too."""
    easyship_twin.fault("cut_off", paths="/2024-09/shipments")

    with pytest.raises(OutcomeUnknownError):
        await house.proxy(easyship, "POST", "/2024-09/shipments", {"a": 1})

    assert await house.audited(easyship) == ["proxy.wrote", "action.outcome_unknown"]


async def test_text_is_sent_as_it_is(house: ActionHouse, easyship: Account, easyship_twin: EasyshipTwin) -> None:
    """A body given as text is not written anew."""
    easyship_twin.clear_journal()

    reply = await house.proxy(easyship, "POST", "/2024-09/shipments", '{"a":  1.0, "b": "ä"}')

    assert reply.status == 422
    [entry] = easyship_twin.journal("/2024-09/shipments")
    assert "1.0" in str(entry["body"])


async def test_proxy_needs_its_own_scope(house: ActionHouse, easyship: Account) -> None:
    """A key that runs actions does not send requests of its own."""
    caller = Principal(project_id=house.caller.project_id, actor="key:a", scopes=frozenset({"actions:write"}))

    with pytest.raises(ForbiddenError):
        await ActionHouse(tokens=house.tokens, actions=house.actions, calls=house.calls, caller=caller).proxy(
            easyship, "GET", "/2024-09/account"
        )
