"""`request_link`: an agent asks, a person decides, and the agent learns how it ended and nothing more."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest
import pytest_asyncio
from mcp_types import ElicitRequestURLParams, ElicitResult

from agent import agent_key, asked
from app import Memory, Person, provider
from app import connected as let_itself_in
from crossdock.kernel.clock import OffsetClock
from guest import Guest, Sight, new_guest
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

OWNER = "asking-owner"
REASON = "I need the stock levels to say which orders can leave today."


@pytest_asyncio.fixture(scope="module")
async def account(shared_live: Live, easyship_twin_process: EasyshipTwin) -> str:
    """Link an account of the owner, once."""
    token = easyship_twin_process.integration("asking", scopes="all")["production_token"]
    return await link_pasted(shared_live, token, owner=OWNER)


@pytest_asyncio.fixture
async def key(shared_live: Live, account: str) -> str:
    """Make a key that may ask, for an owner with one account; no request of another test waits."""
    assert account
    async with shared_live.house.db.connection() as conn:
        await conn.execute("delete from link_requests")
    return await agent_key(shared_live, owner_id=OWNER, may_request_links=True)


@pytest_asyncio.fixture
async def somebody(shared_live: Live) -> AsyncIterator[Guest]:
    """Let somebody in who only follows links."""
    guest = new_guest(shared_live)
    yield guest
    await guest.client.close()


async def call(live: Live, key: str, /, **given: Any) -> dict[str, Any]:
    """Call the tool; gives its structured answer."""
    params = {"name": "request_link", "arguments": given}
    answer = await asked(live, "tools/call", params, authorization=f"Bearer {key}")
    found: dict[str, Any] = answer.json()["result"]["structuredContent"]
    return found


async def names(live: Live, key: str, query: str = "") -> list[str]:
    """List the tools' names."""
    answer = await asked(live, "tools/list", query=query, authorization=f"Bearer {key}")
    return [tool["name"] for tool in answer.json()["result"]["tools"]]


async def paste(guest: Guest, sight: Sight, token: str) -> Sight:
    """Go through the link pages with a pasted token, until it is linked."""
    form = next(form for form in sight.forms if "api_token" in dict(form.values) or "int_" in form.action)
    tested = await guest.submit(sight, form.action, {"api_token": token})
    for _ in range(1200):
        if any(form.action.endswith("/confirm") for form in tested.forms):
            return await guest.submit(tested, "/confirm", {"on_conflict": "accept"})
        await asyncio.sleep(0.05)
        tested = await guest.get(tested.url)
    raise AssertionError(tested.text)


@pytest.mark.parametrize("query", ["", "?tool-mode=search_execute"])
async def test_only_who_may_ask_sees_the_tool(shared_live: Live, key: str, query: str) -> None:
    """A key without that permission does not list it, and is refused where it calls it all the same."""
    plain = await agent_key(shared_live, owner_id=OWNER)

    refused = await call(shared_live, plain, connector="easyship", reason=REASON)

    assert (await names(shared_live, key, query)).count("request_link") == 1
    assert "request_link" not in await names(shared_live, plain, query)
    assert "request_link" not in await names(shared_live, shared_live.tenant.key.reveal(), query)
    assert refused["error"]["code"] == "links_not_granted"


async def test_a_person_follows_the_link_and_links(
    shared_live: Live, key: str, account: str, somebody: Guest, easyship_twin_process: EasyshipTwin
) -> None:
    """The reason is shown as the agent's; once a further account is linked, the agent learns its id."""
    made = await call(shared_live, key, connector="easyship", reason=REASON)
    waiting = await call(shared_live, key, request_id=made["request_id"])
    sight = await somebody.get(made["url"])

    token = easyship_twin_process.integration("asked for", scopes="all")["production_token"]
    linked = await paste(somebody, await somebody.submit(sight, "/follow"), token)
    outcome = await call(shared_live, key, request_id=made["request_id"])

    assert waiting["status"] == "pending"
    assert REASON in sight.text
    assert "These are the words of “agent”, a program. Nobody has checked them." in sight.text
    assert "frame-ancestors 'none'" in sight.headers["content-security-policy"]
    assert outcome["status"] == "linked", linked.text
    assert outcome["within_reach"] is True
    assert set(outcome) == {"request_id", "status", "account_id", "within_reach", "next_step"}
    assert outcome["account_id"] != account
    further = await shared_live.house.accounts.get(
        project_id=shared_live.tenant.project.id, account_id=outcome["account_id"]
    )
    assert further.origin_owner_id == OWNER


async def test_the_agents_link_opens_once(shared_live: Live, key: str, somebody: Guest) -> None:
    """Whoever holds the link afterwards, the agent above all, sees nothing of what the person does."""
    made = await call(shared_live, key, connector="easyship", reason=REASON)
    agent = new_guest(shared_live)

    followed = await somebody.submit(await somebody.get(made["url"]), "/follow")
    again = await agent.get(made["url"])
    session = await agent.get(followed.url)
    await agent.client.close()

    assert followed.status == 200
    assert again.status == 401
    assert REASON not in again.text
    assert session.status == 401


async def test_looking_at_a_request_changes_nothing(shared_live: Live, key: str, somebody: Guest) -> None:
    """A preview of the link, however often, leaves it open for the person."""
    made = await call(shared_live, key, connector="easyship", reason=REASON)

    sights = [await somebody.get(made["url"]) for _ in range(3)]

    assert {sight.status for sight in sights} == {200}
    assert (await call(shared_live, key, request_id=made["request_id"]))["status"] == "pending"


async def test_a_person_declines(shared_live: Live, key: str, somebody: Guest) -> None:
    """The agent learns that and no more, and the link is closed."""
    made = await call(shared_live, key, connector="easyship", reason=REASON)

    done = await somebody.submit(await somebody.get(made["url"]), "/decline")
    outcome = await call(shared_live, key, request_id=made["request_id"])
    after = await somebody.get(made["url"])

    assert "Nothing was linked" in done.text
    assert outcome["status"] == "declined"
    assert set(outcome) == {"request_id", "status", "next_step"}
    assert after.status == 401


async def test_no_other_page_answers_for_the_person(shared_live: Live, key: str, somebody: Guest) -> None:
    """A form of another site, or without our token, neither follows nor declines."""
    made = await call(shared_live, key, connector="easyship", reason=REASON)
    form = (await somebody.get(made["url"])).form("/decline")

    without = await somebody.post(form.action, [])
    crossed = await somebody.post(form.action, list(form.values), origin="https://elsewhere.example.com")

    assert (without.status, crossed.status) == (403, 403)
    assert (await call(shared_live, key, request_id=made["request_id"]))["status"] == "pending"


async def test_a_request_ends_after_a_day(shared_live: Live, key: str, somebody: Guest) -> None:
    """A link that nobody followed is dead, and the agent learns that it expired."""
    made = await call(shared_live, key, connector="easyship", reason=REASON)
    clock = shared_live.house.clock
    assert isinstance(clock, OffsetClock)
    longer = await agent_key(
        shared_live, owner_id=OWNER, may_request_links=True, ends_at=clock.now() + timedelta(days=9)
    )
    kept = await call(shared_live, longer, connector="easyship", reason=REASON)

    clock.offset += timedelta(hours=25)
    outcome = await call(shared_live, longer, request_id=kept["request_id"])
    late = await somebody.get(made["url"])
    clock.offset -= timedelta(hours=25)

    assert outcome["status"] == "expired"
    assert late.status == 401


async def test_old_requests_are_swept(shared_live: Live, key: str) -> None:
    """A month after its end a request is gone; until then its agent may ask how it ended."""
    await call(shared_live, key, connector="easyship", reason=REASON)
    house, clock = shared_live.house, shared_live.house.clock
    assert isinstance(clock, OffsetClock)
    left: list[int] = []

    for days in (20, 20):
        clock.offset += timedelta(days=days)
        await house.link_requests.sweep()
        async with house.db.connection() as conn:
            left.append(await conn.fetchval("select count(*) from link_requests"))
    clock.offset -= timedelta(days=40)

    assert left == [1, 0]


async def test_who_is_bound_to_named_accounts_gets_no_other_by_asking(
    shared_live: Live, account: str, somebody: Guest, easyship_twin_process: EasyshipTwin
) -> None:
    """The account is linked, the agent learns its id, and still does not reach it."""
    bound = await agent_key(shared_live, owner_id=OWNER, accounts=frozenset({account}), may_request_links=True)
    made = await call(shared_live, bound, connector="easyship", reason=REASON)
    sight = await somebody.get(made["url"])
    token = easyship_twin_process.integration("for the bound", scopes="all")["production_token"]

    await paste(somebody, await somebody.submit(sight, "/follow"), token)
    outcome = await call(shared_live, bound, request_id=made["request_id"])
    refused = await asked(
        shared_live, "tools/list", authorization=f"Bearer {bound}", x_account_id=outcome["account_id"]
    )

    assert outcome["status"] == "linked"
    assert outcome["within_reach"] is False
    assert refused.status == 404


async def test_an_agent_asks_about_its_own_requests_alone(shared_live: Live, key: str) -> None:
    """Another agent, of the same owner even, finds no such request."""
    made = await call(shared_live, key, connector="easyship", reason=REASON)
    other = await agent_key(shared_live, owner_id=OWNER, may_request_links=True)

    foreign = await call(shared_live, other, request_id=made["request_id"])
    unknown = await call(shared_live, other, request_id="lrq_unknown")

    assert foreign["error"] == unknown["error"]
    assert foreign["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "   ",
        "x" * 301,
        "Sign in at https://elsewhere.example.com first.",
        "Look at www.elsewhere.example",
        "Go to elsewhere.example now",
        "Go to elsewhere.xyz now",
        "Sign in at elsewhere.shop/crossdock first",
        "elsewhere\u3002example",
        "elsewhere\uff0eexample",
        "elsewhere [.] example",
        "elsewhere (dot) example",
        "Open http:\u2215\u2215elsewhere or //elsewhere",
        "Go to 203.0.113.7 now",
        "Go to http://[2001:db8::1]/",
        "Write to help@elsewhere for the code",
        "m\u00fcnchen.example",
        7,
        None,
    ],
)
async def test_a_reason_is_a_plain_short_text(shared_live: Live, key: str, reason: object) -> None:
    """None at all, a long one, or one that leads somewhere is refused, naming the field."""
    refused = await call(shared_live, key, connector="easyship", reason=reason)

    assert refused["error"]["code"] == "unprocessable"
    assert refused["error"]["invalid_fields"][0]["field"] == "reason"


@pytest.mark.parametrize(
    "reason", ["To print 2.5 kg labels, e.g. for U.S. parcels.", "For order no. 17. Then I stop.", "Version 3.10, v2.1"]
)
async def test_a_reason_may_have_dots(shared_live: Live, reason: str) -> None:
    """Numbers, shortened words and ends of sentences lead nowhere."""
    key = await agent_key(shared_live, owner_id=f"{OWNER} with dots", may_request_links=True)

    asked_for = await call(shared_live, key, connector="easyship", reason=reason)

    assert asked_for["status"] == "pending"


async def test_a_reason_is_shown_as_text(shared_live: Live, key: str, somebody: Guest) -> None:
    """Markup is printed, and what nobody sees or what turns the writing around is taken out."""
    made = await call(
        shared_live, key, connector="easyship", reason="<b>Crossdock</b> says\u202e: \u200bpress <script>go</script>"
    )

    sight = await somebody.get(made["url"])

    assert "<b>Crossdock" not in sight.html
    assert "<script>go" not in sight.html
    assert "\u202e" not in sight.html
    assert "&lt;b&gt;Crossdock&lt;/b&gt; says: press" in sight.html


async def test_an_agent_does_not_ask_on_and_on(shared_live: Live, key: str, somebody: Guest) -> None:
    """Five may wait; an answer makes room for the next."""
    made = [await call(shared_live, key, connector="easyship", reason=REASON) for _ in range(5)]

    sixth = await call(shared_live, key, connector="easyship", reason=REASON)
    await somebody.submit(await somebody.get(made[0]["url"]), "/decline")
    next_one = await call(shared_live, key, connector="easyship", reason=REASON)

    assert sixth["error"]["code"] == "links_pending"
    assert next_one["status"] == "pending"


async def test_the_trail_tells_of_the_request(shared_live: Live, key: str, somebody: Guest) -> None:
    """Asking, opening and calling stand there; neither link nor reason does."""
    made = await call(shared_live, key, connector="easyship", reason=REASON)
    await somebody.submit(await somebody.get(made["url"]), "/follow")

    async with shared_live.house.db.connection() as conn:
        entries = await shared_live.house.trail.entries(
            conn, project_id=shared_live.tenant.project.id, subject=made["request_id"]
        )
        kept = await conn.fetchval("select string_agg(t::text, ' ') from link_requests as t")

    assert [entry.event for entry in entries] == ["link.opened", "link.requested"]
    assert entries[1].actor.startswith("agent:agk_")
    assert REASON not in str(entries)
    assert made["url"].rpartition("/")[2] not in kept


async def test_a_client_that_can_show_links_shows_it_to_the_person(
    shared_live: Live, account: str, somebody: Guest
) -> None:
    """In revision 2026-07-28 the link reaches the person as a question of the client; a no there is a no here."""
    guest = new_guest(shared_live)
    await guest.sign_in(shared_live)
    person = Person(guest, {"accounts": account, "may_request_links": "yes"})
    shown: list[ElicitRequestURLParams] = []
    answers: Iterator[Literal["accept", "decline"]] = iter(("accept", "decline"))

    async def ask(_context: object, params: Any) -> ElicitResult:
        shown.append(params)
        return ElicitResult(action=next(answers))

    auth = provider(shared_live, person, Memory())
    async with let_itself_in(shared_live, auth, mode="2026-07-28", elicitation_callback=ask) as client:
        given = {"connector": "easyship", "reason": REASON}
        accepted = (await client.call_tool("request_link", given)).structured_content
        declined = (await client.call_tool("request_link", given)).structured_content
    await guest.client.close()
    sights = [await somebody.get(one.url) for one in shown]

    assert accepted["status"] == "pending"
    assert declined["status"] == "declined"
    assert [sight.status for sight in sights] == [200, 401]
    assert "These are the words of “Order assistant”" in sights[0].text


@pytest.mark.parametrize("ticked", ["yes", None])
async def test_a_key_of_the_dashboard_may_ask_where_somebody_ticked_it(
    shared_live: Live, account: str, somebody: Guest, ticked: str | None
) -> None:
    """The box is off at first; ticked, the key lists the tool."""
    assert account
    await somebody.sign_in(shared_live)
    form = await somebody.get(f"/dashboard/agents/new?owner={OWNER}")
    usual = dict(form.form("/dashboard/agents").values)

    made = await somebody.submit(form, "/dashboard/agents", {"name": "Asker", "may_request_links": ticked})
    found = re.search(r"v1\.agent\.[\w-]{49}", made.html)

    assert "may_request_links" not in usual
    assert found, made.text
    assert ("request_link" in await names(shared_live, found[0])) is (ticked == "yes")
