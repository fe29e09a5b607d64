"""`/mcp` with the protocol's official client, both revisions: tools by account, grant and key; calls; the trail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from mcp import MCPError

from agent import REVISIONS, Revision, agent_key, asked, connected
from crossdock.accounts.model import AccountChange
from crossdock.agents import arguments
from crossdock.connectors.model import Action
from house import Live, loopback, serving
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

LIST = "easyship_list_item_categories"
OTHER = "acc_of_somebody_else"


@dataclass(frozen=True, slots=True)
class Linked:
    """A served house with a read-only account, and one of each provider that may do everything."""

    live: Live
    reader: str
    writer: str
    graph: str
    twin: EasyshipTwin

    async def tools(self, **asking: Any) -> list[dict[str, Any]]:
        """List the tools by a bare request."""
        answer = await asked(self.live, "tools/list", **{"x_account_id": self.reader, **asking})
        found: list[dict[str, Any]] = answer.json()["result"]["tools"]
        return found

    async def call(self, name: str, given: dict[str, Any] | None = None, **asking: Any) -> dict[str, Any]:
        """Call a tool by a bare request; gives its structured answer."""
        params = {"name": name, "arguments": given or {}}
        answer = await asked(self.live, "tools/call", params, **{"x_account_id": self.reader, **asking})
        found: dict[str, Any] = answer.json()["result"]["structuredContent"]
        return found

    def actions(self) -> list[Action]:
        return list(self.live.house.catalogue.get("easyship").actions.values())


@pytest_asyncio.fixture(scope="module")
async def linked_accounts(
    shared_live: Live, easyship_twin_process: EasyshipTwin, shiphero_twin_process: ShipheroTwin
) -> Linked:
    """Link once."""
    tokens = [easyship_twin_process.integration(f"agent {n}", scopes="all")["production_token"] for n in range(2)]
    reader = await link_pasted(shared_live, tokens[0], owner="reader")
    writer = await link_pasted(shared_live, tokens[1], owner="writer")
    everything = AccountChange(effects=frozenset({"read", "write", "destructive"}))
    pasted = shiphero_twin_process.developer("agent@shop.example")["refresh_token"]
    graph = await link_pasted(shared_live, pasted, owner="graph", provider="shiphero", field="refresh_token")
    project, accounts = shared_live.tenant.project.id, shared_live.house.accounts
    for account in (writer, graph):
        await accounts.change(project_id=project, account_id=account, change=everything, actor="key:k")
    return Linked(shared_live, reader, writer, graph, easyship_twin_process)


@pytest.fixture
def linked(linked_accounts: Linked) -> Linked:
    """Give the accounts with an empty journal at the provider."""
    linked_accounts.twin.clear_journal()
    return linked_accounts


@pytest.mark.parametrize("revision", REVISIONS)
async def test_the_official_client_lists_and_calls(linked: Linked, revision: Revision) -> None:
    """By handshake or by requests that say everything themselves, a tool gives data with its origin."""
    async with connected(linked.live, account=linked.reader, revision=revision) as client:
        tools = (await client.list_tools()).tools
        answer = await client.call_tool(LIST, {})

    reads = [action.name for action in linked.actions() if action.effect == "read"]
    assert [tool.name for tool in tools] == reads
    assert not answer.is_error
    assert answer.structured_content["data"][0]["name"]
    assert answer.structured_content["provenance"]["account_id"] == linked.reader


async def test_annotations_tell_the_effect(linked: Linked) -> None:
    """Reading, writing and deleting tools say so, in the words that clients know."""
    tools = {tool["name"]: tool["annotations"] for tool in await linked.tools(x_account_id=linked.writer)}

    for action in linked.actions():
        hints = tools[action.name]
        assert hints["readOnlyHint"] == (action.effect == "read")
        assert hints["destructiveHint"] == (action.effect == "destructive")
        assert hints["idempotentHint"] == action.idempotent


@pytest.mark.parametrize("query", ["?effects=read", "?effects=read&tool-mode=individual"])
async def test_an_address_can_be_read_only(linked: Linked, query: str) -> None:
    """With `effects=read` an account that may write shows no writing tool, and refuses one that is called."""
    writes = next(action for action in linked.actions() if action.effect == "write")

    tools = await linked.tools(x_account_id=linked.writer, query=query)
    refused = await linked.call(writes.name, {}, x_account_id=linked.writer, query=query)

    assert all(tool["annotations"]["readOnlyHint"] for tool in tools)
    assert refused["error"]["code"] == "agent_effect"
    assert linked.twin.journal() == []


async def test_no_write_passes_a_read_only_account(linked: Linked) -> None:
    """Every writing or deleting action, called straight: refused, and none reaches the provider."""
    changing = [action for action in linked.actions() if action.effect != "read"]

    refused = [
        (await linked.call(action.name, dict(action.examples[0]) if action.examples else {}))["error"]["code"]
        for action in changing
    ]

    assert set(refused) == {"effect_not_granted"}
    assert linked.twin.journal() == []


@pytest.mark.parametrize("style", ["flat_prefixed", "flat_smart"])
async def test_flat_styles_name_each_input(linked: Linked, style: str) -> None:
    """A flat tool has one level of arguments, and the call puts each back in its place."""
    tools = await linked.tools(query=f"?param-style={style}")
    name = "query_page_size" if style == "flat_prefixed" else "page_size"
    tool = next(one for one in tools if name in one["inputSchema"]["properties"])

    answer = await linked.call("easyship_list_shipments", {name: 1}, query=f"?param-style={style}")

    assert tool["inputSchema"]["type"] == "object"
    assert "error" not in answer
    assert linked.twin.journal("/2024-09/shipments*")[-1]["query"].count("per_page=1") == 1


@pytest.mark.parametrize("style", ["flat_prefixed", "flat_smart"])
async def test_flat_styles_give_each_input_one_type(linked: Linked, style: str) -> None:
    """Kits that read one word as the type get it; what may be null or is text or a number still says so."""
    tools = [
        tool
        for account in (linked.writer, linked.graph)
        for tool in await linked.tools(query=f"?param-style={style}", x_account_id=account)
    ]
    told = {(tool["name"], name): one for tool in tools for name, one in tool["inputSchema"]["properties"].items()}
    place = "body_" if style == "flat_prefixed" else ""

    assert [at for at, one in told.items() if not isinstance(one.get("type"), str) or None in one.get("enum", ())] == []
    assert told["easyship_create_product", f"{place}length"]["type"] == "number"
    assert told["easyship_create_product", f"{place}length"]["nullable"]
    assert told["easyship_create_shipment", f"{place}insurance"]["type"] == "object"
    assert told["easyship_create_shipment", f"{place}incoterms"]["enum"] == ["DDU", "DDP"]
    assert "nullable" not in told["easyship_update_asset", f"{place}name"]
    assert told["shiphero_create_order", f"{place}insurance_amount"]["type"] == "number"


@pytest.mark.parametrize("style", ["nested", "flat_prefixed", "flat_smart"])
def test_every_style_holds_every_input(linked: Linked, style: Any) -> None:
    """Whatever the style, an example of each action comes back to the same places."""
    for action in linked.actions():
        given = {place: dict(part) for place, part in (action.examples[0] if action.examples else {}).items()}
        flat = {f"{place}_{name}": value for place, part in given.items() for name, value in part.items()}

        back = arguments.places(
            action=action, style=style, arguments=given if style == "nested" else flat, account_id=None
        )

        assert {place: part for place, part in back.items() if part} == {k: v for k, v in given.items() if v}


async def test_search_and_execute(linked: Linked) -> None:
    """Two tools stand for all: one finds what the caller may do, the other does it, and no more."""
    mode = "?tool-mode=search_execute&param-style=flat_prefixed"

    tools = await linked.tools(query=mode)
    found = await linked.call("easyship_search_actions", {"query": "list item categories"}, query=mode)
    done = await linked.call("easyship_execute_action", {"action": LIST, "arguments": {}}, query=mode)
    refused = await linked.call("easyship_execute_action", {"action": "shiphero_get_me"}, query=mode)

    assert [tool["name"] for tool in tools] == ["easyship_search_actions", "easyship_execute_action"]
    assert tools[1]["annotations"]["readOnlyHint"] is True
    assert found["actions"][0]["name"] == LIST
    assert all(action["annotations"]["readOnlyHint"] for action in found["actions"])
    assert done["data"]
    assert refused["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "given", [{"x-account-id": OTHER}, {"headers_x-account-id": OTHER}, {"headers": {"X-Account-Id": OTHER}}]
)
async def test_an_argument_cannot_choose_the_account(linked: Linked, given: dict[str, Any]) -> None:
    """The header decides the account; another one among the arguments is refused before anything is sent."""
    answer = await linked.call(LIST, given)

    assert answer["error"]["code"] == "account_mismatch"
    assert linked.twin.journal() == []


async def test_an_agent_key_reaches_what_it_is_bound_to(linked: Linked) -> None:
    """Without any header a key of one account finds it; actions outside its patterns are not there."""
    key = await agent_key(linked.live, owner_id="reader", actions=("easyship_list_*",))

    async with connected(linked.live, account=None, revision="2026-07-28", key=key) as client:
        tools = (await client.list_tools()).tools
        done = await client.call_tool(LIST, {})
        refused = await client.call_tool("easyship_get_account", {})

    assert tools
    assert all(tool.name.startswith("easyship_list_") for tool in tools)
    assert not done.is_error
    assert refused.structured_content["error"]["code"] == "agent_action"


async def test_an_agent_key_opens_nothing_else(linked: Linked) -> None:
    """Foreign accounts look as if they were not there, and so does the rest of the API."""
    key = {"authorization": f"Bearer {await agent_key(linked.live, owner_id='reader')}"}
    bound = {"authorization": f"Bearer {await agent_key(linked.live, owner_id='reader', actions=('easyship_list_*',))}"}
    rpc = {"action": LIST}

    async def ask(method: str, path: str, account: str, headers: dict[str, str], data: Any = None) -> tuple[int, str]:
        sent = {"x-account-id": account, **headers}
        answer = await linked.live.call(method, path, data=data, headers=sent)
        return answer.status, answer.json().get("message", "")

    foreign = [
        await ask("POST", "/actions/rpc", account, key, rpc) for account in (linked.writer, "acc_that_is_not_there")
    ]
    passed = [await ask("GET", "/proxy/2024-09/tags", one, key) for one in (linked.writer, "acc_that_is_not_there")]
    writing = await ask("POST", "/proxy/2024-09/tags", linked.reader, key, {"name": "t"})
    unbound = await ask("GET", "/proxy/2024-09/tags", linked.reader, bound)
    accounts = await ask("GET", "/accounts", linked.reader, key)

    assert {*foreign, *passed} == {foreign[0]}
    assert foreign[0][0] == 404
    assert (writing[0], unbound[0], accounts[0]) == (403, 403, 403)
    assert linked.twin.journal() == []


@pytest.mark.parametrize(
    "document",
    [
        'mutation { order_add_tags(data: {order_id: "T3JkZXI6MQ==", tags: ["t"]}) { request_id } }',
        "query A { me { request_id } } mutation B { ...F } fragment F on Mutation { order_cancel { request_id } }",
    ],
)
async def test_a_reading_key_passes_no_mutation(
    linked: Linked, shiphero_twin_process: ShipheroTwin, document: str
) -> None:
    """At an account that may write, an agent that may only read sends no mutation by any of the ways."""
    live, account = linked.live, linked.graph
    headers = {"authorization": f"Bearer {await agent_key(live, owner_id='graph')}", "x-account-id": account}
    shiphero_twin_process.clear_journal()
    data = {"query": document}

    passed = await live.call("POST", "/proxy/graphql", data=data, headers=headers)
    wrapped = await live.call(
        "POST", "/unified/proxy", data={"method": "POST", "path": "/graphql", "body": data}, headers=headers
    )

    assert [passed.status, wrapped.status] == [403, 403]
    assert {passed.json()["code"], wrapped.json()["code"]} == {"agent_effect"}
    assert shiphero_twin_process.journal() == []


async def test_a_revoked_or_ended_key_is_refused_at_once(linked: Linked) -> None:
    """A revoked key gets 401 with a challenge, like one that never was."""
    text = await agent_key(linked.live, owner_id="reader")
    agents, project = linked.live.house.projects.agents, linked.live.tenant.project.id
    before = await asked(linked.live, "tools/list", authorization=f"Bearer {text}")
    newest = (await agents.all(project_id=project))[0]
    await agents.revoke(project_id=project, key_id=newest.id, actor="system:cli")

    after = await asked(linked.live, "tools/list", authorization=f"Bearer {text}")

    assert before.status == 200
    assert after.status == 401
    assert after.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer prod_abc", "Bearer v1.invalid.key", "Basic e30=", "Bearer eyJhbGciOiJub25lIn0.e30.", "Digest x"],
)
async def test_foreign_tokens_open_nothing(linked: Linked, authorization: str) -> None:
    """A provider's token, an unsigned one or none at all: 401, and nothing is sent on."""
    answer = await asked(linked.live, "tools/list", authorization=authorization, x_account_id=linked.reader)

    assert answer.status == 401
    assert "www-authenticate" in answer.headers
    assert linked.twin.journal() == []


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"host": "evil.example"}])
async def test_pages_of_others_are_refused(linked: Linked, headers: dict[str, str]) -> None:
    """A page elsewhere, or a name made to point here, gets nothing, even with a key."""
    answer = await asked(linked.live, "tools/list", **{"x_account_id": linked.reader, **headers})

    assert answer.status in {403, 421}


async def test_every_call_leaves_its_trace(linked: Linked) -> None:
    """Principal, client, tool, account, effect and outcome stand in the trail, for refused calls too."""
    async with connected(linked.live, account=linked.reader, revision="2026-07-28") as client:
        await client.call_tool(LIST, {})
        await client.call_tool("easyship_no_such_thing", {})
    async with linked.live.house.db.connection() as conn:
        trail = await linked.live.house.trail.entries(
            conn, project_id=linked.live.tenant.project.id, subject=linked.reader, limit=2
        )

    assert [entry.event for entry in trail] == ["agent.called", "agent.called"]
    assert [entry.detail["outcome"] for entry in trail] == ["not_found", "ok"]
    assert all(entry.actor.startswith("key:") and entry.detail["client"].startswith("mcp ") for entry in trail)


async def test_the_list_is_the_same_bytes_everywhere(linked: Linked) -> None:
    """A second application, as another replica has one, lists the same bytes as the first, and again."""
    first = await asked(linked.live, "tools/list", x_account_id=linked.reader)
    again = await asked(linked.live, "tools/list", x_account_id=linked.reader)
    with loopback() as port:
        url = f"http://127.0.0.1:{port.getsockname()[1]}"
        async with serving(linked.live.house, linked.live.tenant, port) as other:
            replica = await asked(replace(other, url=url), "tools/list", x_account_id=linked.reader)

    assert first.status == 200
    assert first.body == again.body == replica.body


async def test_unknown_methods_are_answered_by_the_protocol(linked: Linked) -> None:
    """What the server does not have is a protocol error; a stream is refused with 405."""
    async with connected(linked.live, account=linked.reader, revision="2025-11-25") as client:
        with pytest.raises(MCPError):
            await client.list_prompts()
    stream = await linked.live.call("GET", "/mcp")

    assert stream.status == 405
