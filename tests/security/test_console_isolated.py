"""The dashboard's pages for logs, agents and tests, opened by another project and by people who may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from crossdock.kernel.secret import Secret
from crossdock.projects.agents import granted
from crossdock.projects.model import Role
from guest import Guest, new_guest
from house import PASSWORD, Live, new_tenant
from shared_house import link_pasted
from twins import EasyshipTwin

OWNER = "Mine-4711"
_READ = "easyship_get_account"
_WRITE = "easyship_create_shipment"


@dataclass(frozen=True, slots=True)
class World:
    """What belongs to the first project, and a foreign project's owner who is signed in."""

    live: Live
    foreign: Guest
    account: str
    call: str
    agent: str
    twin: EasyshipTwin


@pytest_asyncio.fixture(scope="module")
async def world(shared_live: Live, easyship_twin_process: EasyshipTwin) -> AsyncIterator[World]:
    live = shared_live
    account = await link_pasted(live, easyship_twin_process.integration("Mine")["production_token"], owner=OWNER)
    await live.call("PATCH", f"/accounts/{account}", data={"effects": ["read", "write", "destructive"]})
    await live.call("POST", "/actions/rpc", data={"action": _READ}, headers={"x-account-id": account})
    call = (await live.call("GET", "/requests/logs")).json()["data"][0]["request_id"]
    grant = granted(owner_id=OWNER, accounts=[], actions=[], effects=["read"], days=5, clock=live.house.clock)
    agent, _ = await live.house.projects.agents.create(
        project_id=live.tenant.project.id, actor="system:cli", name=OWNER, grant=grant
    )
    tenant = await new_tenant(live.house, "Foreign Console")
    foreign = await entered(live, tenant.owner.email)
    yield World(live, foreign, account, call, agent.id, easyship_twin_process)
    await foreign.client.close()


async def entered(live: Live, email: str) -> Guest:
    """Sign somebody in."""
    guest = new_guest(live)
    door = await guest.get("/dashboard/sign-in")
    inside = await guest.submit(door, "/dashboard/sign-in", {"email": email, "password": PASSWORD})
    assert inside.status == 200
    return guest


async def token(guest: Guest) -> str:
    """Return the form token of somebody who is signed in."""
    return dict((await guest.get("/dashboard/audit")).forms[-1].values)["csrf"]


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/logs/{call}",
        "/dashboard/tester?account={account}&action=easyship_get_account",
        "/dashboard/agents/{agent}/revoke",
    ],
)
async def test_another_project_finds_nothing_at_an_address(world: World, path: str) -> None:
    """A page of something that belongs to another project is the page of something that is not there."""
    known = {"call": world.call, "account": world.account, "agent": world.agent}

    theirs = await world.foreign.get(path.format(**known))
    nowhere = await world.foreign.get(path.format(**{name: value[:-4] + "aaaa" for name, value in known.items()}))

    assert (theirs.status, nowhere.status) == (404, 404)
    assert theirs.text == nowhere.text
    assert OWNER not in theirs.html


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/logs",
        "/dashboard/logs?account={account}",
        "/dashboard/logs?id={call}",
        "/dashboard/logs?who=agent:{agent}",
        "/dashboard/logs/export",
        "/dashboard/logs/export?account={account}",
        "/dashboard/agents",
        "/dashboard/agents/new",
        f"/dashboard/agents/new?owner={OWNER}",
        "/dashboard/tester",
        "/dashboard/tester?account={account}",
    ],
)
async def test_another_project_sees_nothing_in_a_list(world: World, path: str) -> None:
    """Lists, filters and exports hold what belongs to the person's own project alone."""
    page = await world.foreign.get(path.format(call=world.call, account=world.account, agent=world.agent))

    assert page.status == 200
    assert f"/dashboard/logs/{world.call}" not in page.html
    assert f'value="{world.account}"' not in page.html
    assert f"/dashboard/agents/{world.agent}" not in page.html
    assert "1 account" not in page.text


async def test_another_project_runs_nothing(world: World) -> None:
    """A form that names another project's account reaches no provider, whatever it asks for."""
    csrf = await token(world.foreign)
    world.twin.clear_journal()

    answers = [
        await world.foreign.post(
            "/dashboard/tester",
            [("csrf", csrf), ("account", world.account), ("action", action), ("deed", deed), ("once", "try_x")],
        )
        for action in (_READ, _WRITE)
        for deed in ("run", "sure", "run:2", "add:body.parcels", "json")
    ]

    assert {answer.status for answer in answers} == {404}
    assert world.twin.journal() == []


async def test_another_project_revokes_nothing_and_binds_nothing(world: World) -> None:
    """A foreign agent key stays as it is, and no key is made for another project's account."""
    csrf = await token(world.foreign)
    bound = [("csrf", csrf), ("owner_id", OWNER), ("name", "Spy"), ("accounts", world.account), ("actions", "*")]
    bound += [("effects", "read"), ("ends", (world.live.house.clock.now()).date().isoformat()), ("deed", "create")]

    revoked = await world.foreign.post(f"/dashboard/agents/{world.agent}/revoke", [("csrf", csrf)])
    made = await world.foreign.post("/dashboard/agents", bound)
    agents = world.live.house.projects.agents
    mine = await agents.all(project_id=world.live.tenant.project.id)

    assert revoked.status == 404
    assert [key.revoked_at for key in mine if key.id == world.agent] == [None]
    assert made.status == 422
    assert "not one of this owner" in made.text


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("viewer", {"/dashboard/logs": 200, "/dashboard/tester": 403, "/dashboard/agents": 403}),
        ("member", {"/dashboard/logs": 200, "/dashboard/tester": 200, "/dashboard/agents": 403}),
        ("admin", {"/dashboard/logs": 200, "/dashboard/tester": 200, "/dashboard/agents": 200}),
    ],
)
async def test_roles_open_their_pages(world: World, role: Role, allowed: dict[str, int]) -> None:
    """Everybody sees the log, members run what reads, and admins make keys; the menu offers no more than that."""
    live, email = world.live, f"{role}@console.example"
    await live.house.projects.create_person(
        project_id=live.tenant.project.id,
        email=email,
        name=role,
        password=Secret(PASSWORD),
        role=role,
        actor="system:cli",
    )
    guest = await entered(live, email)

    pages = {path: await guest.get(path) for path in allowed}
    menu = set(pages["/dashboard/logs"].links.values())
    await guest.client.close()

    assert {path: page.status for path, page in pages.items()} == allowed
    assert menu & allowed.keys() == {path for path, status in allowed.items() if status == 200}


async def test_a_member_writes_nothing(world: World) -> None:
    """Who may only read is told so, and answering the question before a write sends nothing either."""
    live = world.live
    await live.house.projects.create_person(
        project_id=live.tenant.project.id,
        email="writer@console.example",
        name="Writer",
        password=Secret(PASSWORD),
        role="member",
        actor="system:cli",
    )
    guest = await entered(live, "writer@console.example")
    world.twin.clear_journal()
    form = await guest.get(f"/dashboard/tester?account={world.account}&action={_WRITE}&example=1")

    asked = await guest.submit(form, "/dashboard/tester#result", {"deed": "run"})
    sent = await guest.submit(form, "/dashboard/tester#result", {"deed": "sure", "once": "try_x"})
    await guest.client.close()

    assert "Your role only reads" in form.text
    assert "Send it" not in asked.text
    assert "This needs the scope actions:write" in sent.text
    assert world.twin.journal("*shipments*") == []


async def test_the_export_is_what_the_api_gives(world: World) -> None:
    """The lines are those of the API with the same filter, as a file that no other site's page can read."""
    live = world.live
    guest = await entered(live, live.tenant.owner.email)

    page = await guest.get(f"/dashboard/logs/export?account={world.account}&result=yes")
    lines = await live.call(
        "GET",
        f"/requests/logs?account_ids={world.account}&success=true",
        headers={"accept": "application/x-ndjson"},
    )
    await guest.client.close()

    assert page.html == lines.text() != ""
    assert page.headers["content-disposition"] == 'attachment; filename="calls.ndjson"'
    assert page.headers["cross-origin-resource-policy"] == "same-origin"
