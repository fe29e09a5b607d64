"""The Link requests page: who asks for what, in whose words, how it stands, and the two answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import pytest_asyncio

from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.secret import Secret
from crossdock.linking.asking import LIFE, Answered, Asked
from crossdock.projects.model import AgentGrant, Principal, Role
from guest import Guest, Sight, new_guest
from house import PASSWORD, Live, new_tenant
from twins import EasyshipTwin

REASON = "I need the stock levels to say which orders can leave today."


@dataclass(frozen=True, slots=True)
class Scene:
    """A house in which nobody asked yet, and its owner at the dashboard."""

    live: Live
    guest: Guest

    @property
    def clock(self) -> OffsetClock:
        assert isinstance(self.live.house.clock, OffsetClock)
        return self.live.house.clock

    def agent(self, number: int = 1, *, holder: str = "agent:agk") -> Principal:
        """Return an agent that may ask for accounts of a customer."""
        grant = AgentGrant(owner_id="customer-17", may_request_links=True)
        return Principal(
            project_id=self.live.tenant.project.id,
            actor=f"{holder}_{number}",
            scopes=frozenset(),
            grant=grant,
            name=f"Agent {number}",
        )

    async def ask(self, agent: Principal, *, reason: str = REASON) -> Asked:
        """Have an agent ask for an account at Easyship."""
        return await self.live.house.link_requests.create(principal=agent, connector="easyship", reason=reason)

    async def learns(self, agent: Principal, asked: Asked) -> Answered:
        """Return what the agent learns of its request."""
        return await self.live.house.link_requests.answered(principal=agent, request_id=asked.request.id)

    async def page(self, query: str = "") -> Sight:
        """Open the page."""
        sight = await self.guest.get(f"/dashboard/requests{query}")
        assert sight.status == 200, sight.text
        return sight


@pytest_asyncio.fixture
async def scene(shared_live: Live) -> AsyncIterator[Scene]:
    """Sign the owner in; no request of another test is there."""
    async with shared_live.house.db.connection() as conn:
        await conn.execute("delete from link_requests")
    guest = new_guest(shared_live)
    await guest.sign_in(shared_live)
    yield Scene(shared_live, guest)
    await guest.client.close()


@pytest_asyncio.fixture
async def somebody(shared_live: Live) -> AsyncIterator[Guest]:
    """Let somebody in who only follows links."""
    guest = new_guest(shared_live)
    yield guest
    await guest.client.close()


async def test_the_page_says_who_asks_for_what_and_why(scene: Scene) -> None:
    """Agent, kind, provider, customer and reason, which is printed as the agent's own words and never as markup."""
    await scene.ask(scene.agent(1), reason="<b>Crossdock</b> wants it")
    await scene.ask(scene.agent(2, holder="oauth:ocl_1:app"))

    sight = await scene.page()

    assert "Agent 1 asks for an account at Easyship" in sight.text
    assert "An agent with a key · for customer-17" in sight.text
    assert "A connected app · for customer-17" in sight.text
    assert "&lt;b&gt;Crossdock&lt;/b&gt; wants it" in sight.html
    assert "Words of “Agent 1”, a program" in sight.text
    assert "2 requests wait" in sight.text
    assert sight.text.index("Agent 2 asks") < sight.text.index("Agent 1 asks")


async def test_each_standing_is_told_apart(scene: Scene, somebody: Guest) -> None:
    """Waiting, opened, declined and lapsed, each with the answers that are left, and each found by the filter."""
    await scene.ask(scene.agent(1))
    scene.clock.offset += LIFE + timedelta(seconds=1)
    await scene.guest.sign_in(scene.live)
    await scene.ask(scene.agent(2))
    opened, declined = await scene.ask(scene.agent(3)), await scene.ask(scene.agent(4))
    await somebody.submit(await somebody.get(opened.url), "/follow")
    await somebody.submit(await somebody.get(declined.url), "/decline")

    found = {
        standing: await scene.page(f"?standing={standing}") for standing in ("open", "followed", "declined", "lapsed")
    }
    unknown = await scene.page("?standing=nonsense")
    scene.clock.offset -= LIFE + timedelta(seconds=1)

    shown = {standing: [n for n in range(1, 5) if f"Agent {n} asks" in one.text] for standing, one in found.items()}
    deeds = {
        standing: sorted({form.action.rpartition("/")[2] for form in one.forms if "/requests/" in form.action})
        for standing, one in found.items()
    }
    assert shown == {"open": [2], "followed": [3], "declined": [4], "lapsed": [1]}
    assert deeds == {"open": ["decline", "follow"], "followed": ["decline"], "declined": [], "lapsed": []}
    assert "has not linked an account so far" in found["followed"].text
    assert "The agent was told that." in found["declined"].text
    assert "Nobody answered within a day." in found["lapsed"].text
    assert all(f"Agent {n} asks" in unknown.text for n in range(1, 5))


async def test_staff_decline_for_the_person(scene: Scene, somebody: Guest) -> None:
    """The agent learns it, the link is dead, and the trail names who said no; a second answer is refused."""
    agent = scene.agent()
    asked = await scene.ask(agent)
    sight = await scene.page()

    done = await scene.guest.submit(sight, "/decline")
    outcome = await scene.learns(agent, asked)
    link = await somebody.get(asked.url)
    again = await scene.guest.submit(sight, "/decline")
    late = await scene.guest.submit(sight, "/follow")

    assert "Declined. The agent is told that, and nothing else." in done.text
    assert (outcome.status, outcome.account_id) == ("declined", None)
    assert (link.status, again.status, late.status) == (401, 409, 409)
    assert "Load the list again" in again.text
    async with scene.live.house.db.connection() as conn:
        entries = await scene.live.house.trail.entries(
            conn, project_id=scene.live.tenant.project.id, subject=asked.request.id
        )
    assert [one.event for one in entries] == ["link.declined", "link.requested"]
    assert entries[0].actor == f"person:{scene.live.tenant.owner.id}"


async def test_declining_takes_back_what_somebody_has_opened(scene: Scene, somebody: Guest) -> None:
    """Whoever followed the link and linked nothing gets no further."""
    agent = scene.agent()
    asked = await scene.ask(agent)
    opened = await somebody.submit(await somebody.get(asked.url), "/follow")

    await scene.guest.submit(await scene.page(), "/decline")
    after = await somebody.get(opened.url)

    assert (opened.status, after.status) == (200, 401)
    assert (await scene.learns(agent, asked)).status == "declined"


async def test_staff_link_the_account_themselves(
    scene: Scene, somebody: Guest, easyship_twin_process: EasyshipTwin
) -> None:
    """Link an account opens the pages here and now; the agent learns the id, the link of its own is dead."""
    agent = scene.agent()
    asked = await scene.ask(agent)
    token = easyship_twin_process.integration("staff", scopes="all")["production_token"]

    flow = await scene.guest.submit(await scene.page(), "/follow")
    link = await somebody.get(asked.url)
    linked = await _paste(scene.guest, flow, token)
    outcome = await scene.learns(agent, asked)
    listed = await scene.page("?standing=linked")

    assert link.status == 401
    assert outcome.status == "linked", linked.text
    assert listed.link("See the account") == f"/dashboard/accounts/{outcome.account_id}"
    account = await scene.live.house.accounts.get(
        project_id=scene.live.tenant.project.id, account_id=outcome.account_id or ""
    )
    assert account.origin_owner_id == "customer-17"
    assert account.effects == {"read"}


async def test_the_accounts_page_says_that_somebody_asks(scene: Scene) -> None:
    """While a request waits, the page on which people begin leads there."""
    before = await scene.guest.get("/dashboard/accounts")
    await scene.ask(scene.agent())

    after = await scene.guest.get("/dashboard/accounts")
    there = await scene.guest.get(after.link("1 request of an agent waits"))

    assert "of an agent" not in before.text
    assert "Agent 1 asks" in there.text


async def test_a_long_list_has_pages(scene: Scene) -> None:
    """Twenty at a time, newest first, with the way on and back."""
    for number in range(1, 24):
        await scene.ask(scene.agent(number))

    first = await scene.page()
    second = await scene.guest.get(first.link("Older"))
    beyond = await scene.page("?page=99999999")

    assert "1 to 20 of 23" in first.text
    assert "21 to 23 of 23" in second.text
    assert ("Agent 23 asks" in first.text, "Agent 3 asks" in second.text) == (True, True)
    assert "page=1" in second.link("Newer")
    assert beyond.status == 200


@pytest.mark.parametrize(("role", "may"), [("member", True), ("viewer", False)])
async def test_who_may_only_look_answers_nothing(scene: Scene, role: Role, *, may: bool) -> None:
    """A viewer reads the list; who may link accounts may answer as well."""
    asked = await scene.ask(scene.agent())
    guest = await _person(scene, role)

    sight = await guest.get("/dashboard/requests")
    csrf = dict(sight.form("/dashboard/sign-out").values)["csrf"]
    sent = await guest.post(f"/dashboard/requests/{asked.request.id}/decline", [("csrf", csrf)])
    await guest.client.close()

    assert "Agent 1 asks" in sight.text
    assert any(form.action.endswith("/decline") for form in sight.forms) is may
    assert sent.status == (200 if may else 403)


async def test_another_project_sees_and_answers_nothing(scene: Scene) -> None:
    """Its list is empty, and the request is as if it were not there."""
    agent = scene.agent()
    asked = await scene.ask(agent)
    tenant, guest = await new_tenant(scene.live.house, f"Isle {asked.request.id[-6:]}"), new_guest(scene.live)
    await guest.sign_in(replace(scene.live, tenant=tenant))

    sight = await guest.get("/dashboard/requests")
    csrf = dict(sight.form("/dashboard/sign-out").values)["csrf"]
    sent = [
        await guest.post(f"/dashboard/requests/{asked.request.id}/{deed}", [("csrf", csrf)])
        for deed in ("follow", "decline")
    ]
    await guest.client.close()

    assert "No agent has asked yet" in sight.text
    assert [one.status for one in sent] == [404, 404]
    assert (await scene.learns(agent, asked)).status == "pending"


async def _person(scene: Scene, role: Role) -> Guest:
    tenant, guest = scene.live.tenant, new_guest(scene.live)
    person = await scene.live.house.projects.create_person(
        project_id=tenant.project.id, email=f"{role}@asked.example", name=role, password=Secret(PASSWORD), role=role
    )
    await guest.sign_in(replace(scene.live, tenant=replace(tenant, owner=person)))
    return guest


async def _paste(guest: Guest, sight: Sight, token: str) -> Sight:
    """Go through the link pages with a pasted token, until it is linked."""
    form = next(form for form in sight.forms if "int_" in form.action)
    tested = await guest.submit(sight, form.action, {"api_token": token})
    for _ in range(1200):
        if any(form.action.endswith("/confirm") for form in tested.forms):
            return await guest.submit(tested, "/confirm")
        await asyncio.sleep(0.05)
        tested = await guest.get(tested.url)
    raise AssertionError(tested.text)
