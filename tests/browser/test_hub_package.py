"""StackOne's hub components from npm, unmodified, in a customer's page on an origin of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from customer import bundle, customer, page_url
from house import Live
from twins import EasyshipTwin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

_WRONG = "prod_" + "A" * 43 + "="


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    bundle(folder)
    return folder


@pytest_asyncio.fixture(scope="module")
async def origin(bundles: Path, shared_live: Live) -> AsyncIterator[str]:
    async with customer(bundles, shared_live.url) as served:
        yield served


@pytest.fixture
def token(origin: str, easyship_twin_process: EasyshipTwin) -> str:
    """Give a token of the twin, after the house of ``origin`` has begun with a new one."""
    assert origin
    return str(easyship_twin_process.integration()["production_token"])


async def opened(live: Live, owner: str, **members: Any) -> dict[str, Any]:
    body = {"origin_owner_id": owner, "origin_owner_name": owner, "type": None, **members}
    session: dict[str, Any] = (await live.call("POST", "/connect_sessions", data=body)).json()
    return session


async def account_of(live: Live, owner: str) -> dict[str, Any]:
    (account,) = (await live.call("GET", f"/accounts?origin_owner_id={owner}")).json()
    return {"id": account["id"], "provider": account["provider"]}


def component(live: Live, origin: str, name: str, session: dict[str, Any], **asked: Any) -> str:
    settings = {"token": session["token"], "baseUrl": live.url, "appUrl": live.url, **asked}
    return page_url(origin, name, **settings)


async def told_after(page: Page, number: int) -> list[Any]:
    """Wait until the page was told so many things; the page's policy forbids the driver's own way of waiting."""
    for _ in range(600):
        said = await told(page)
        if len(said) >= number:
            return said
        await asyncio.sleep(0.1)
    raise AssertionError(f"the page was told {said} only")


def connect(page: Page) -> Locator:
    return page.get_by_role("button", name="Connect", exact=True)


def secret(page: Page) -> Locator:
    return page.locator("input[name=api_token]")


@pytest_asyncio.fixture(autouse=True)
async def only_pasting(shared_live: Live) -> AsyncIterator[None]:
    """Switch off what a test set up for signing in, so that the next one is offered tokens alone."""
    yield
    project, integrations = shared_live.tenant.project.id, shared_live.house.integrations
    for one in await integrations.list(project_id=project):
        if one.auth_method == "oauth":
            await integrations.switch_off(project_id=project, integration_id=one.id, actor="system:cli")


async def told(page: Page) -> list[Any]:
    said: list[Any] = await page.evaluate("window.told")
    return said


async def test_the_component_lists_searches_and_links(shared_live: Live, origin: str, page: Page, token: str) -> None:
    """The list has names and our pictures; a search narrows it; a right token is linked, and the page learns it."""
    session = await opened(shared_live, "react")
    await page.goto(component(shared_live, origin, "hub_react", session, onCloseLabel="Back to the shop"))
    rows = page.get_by_role("button", name=re.compile("Easyship|ShipHero"))

    await expect(rows).to_have_count(2)
    drawn = await page.locator("img").evaluate_all("all => all.map(one => one.naturalWidth > 0)")
    await page.get_by_placeholder("Search Integrations").fill("hero")
    await expect(rows).to_have_count(1)
    await page.get_by_placeholder("Search Integrations").fill("")
    await rows.first.click()
    await expect(connect(page)).to_be_disabled()
    await secret(page).fill(token)
    await connect(page).click()
    await page.get_by_role("button", name="Back to the shop").click()

    assert drawn == [True, True]
    assert await told(page) == [["success", await account_of(shared_live, "react")], ["close"]]


async def test_a_refusal_shows_the_cause_and_the_providers_answer(
    shared_live: Live, origin: str, page: Page, token: str
) -> None:
    """A wrong token stays in the form with the cause and the provider's own words; a right one then goes through."""
    session = await opened(shared_live, "refused", provider="easyship")
    await page.goto(component(shared_live, origin, "hub_react", session))

    await secret(page).fill(_WRONG)
    await connect(page).click()
    await expect(page.get_by_text("Easyship does not know this token")).to_be_visible()
    await page.get_by_role("button", name="Expand").click()
    await expect(page.get_by_text("invalid_request_error")).to_be_visible()
    await expect(page.get_by_text("Please try again later")).to_have_count(0)
    said = await told(page)
    await secret(page).fill(token)
    await connect(page).click()

    await expect(page.get_by_text("Connection Successful")).to_be_visible()
    assert said == []


async def test_an_account_is_linked_again_under_its_id(shared_live: Live, origin: str, page: Page, token: str) -> None:
    """A session for an account opens its form: the secret is masked and kept unless a new one is typed."""
    first = await opened(shared_live, "again", provider="easyship")
    offers = (await shared_live.hub("GET", "/hub/connectors", token=first["token"])).json()["integrations"]
    typed = {"integration_id": offers[0]["integration_id"], "credentials": {"api_token": token}}
    linked = (await shared_live.hub("POST", "/hub/accounts", token=first["token"], data=typed)).json()
    session = await opened(shared_live, "again", account_id=linked["id"])
    address = component(shared_live, origin, "hub_react", session)
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request.post_data_json) if request.method == "PATCH" else None)

    await page.goto(address)
    masked = await page.locator("input[disabled]").input_value()
    await connect(page).click()
    await expect(page.get_by_text("Connection Successful")).to_be_visible()
    await page.goto(address)
    await page.get_by_role("button", name="Edit", exact=True).click()
    await secret(page).fill(_WRONG)
    await connect(page).click()
    await expect(page.get_by_text("Easyship does not know this token")).to_be_visible()

    assert masked.endswith(token[-4:])
    assert masked.strip("•") == token[-4:]
    assert [body["credentials"] for body in sent] == [{}, {"api_token": _WRONG}]
    assert await account_of(shared_live, "again") == linked


async def test_the_element_links_too(shared_live: Live, origin: str, page: Page, token: str) -> None:
    """The custom element sends its events, with the account, up to the page."""
    session = await opened(shared_live, "element", provider="easyship")
    await page.goto(component(shared_live, origin, "hub_element", session, theme="dark"))

    await secret(page).fill(token)
    await connect(page).click()
    await page.get_by_role("button", name="Close", exact=True).click()

    assert await told(page) == [["success", await account_of(shared_live, "element")], ["close"]]


async def signing_in(live: Live, origin: str, page: Page, twin: EasyshipTwin, owner: str) -> Page:
    """Open the sign-in's window from the component and pass the provider's door in it."""
    app = twin.oauth_app([f"{live.url}/connect/oauth2/easyship/callback"])
    profile = await live.house.integrations.create(
        project_id=live.tenant.project.id,
        connector_key="easyship",
        auth_method="oauth",
        setup=app,
        actor="system:cli",
    )
    session = await opened(live, owner, integration_id=profile.id)
    await page.goto(component(live, origin, "hub_react", session))
    async with page.expect_popup() as window:
        await connect(page).click()
    provider = await window.value
    await provider.get_by_label("E-mail").fill(twin.email)
    await provider.get_by_label("Password").fill(twin.password)
    await provider.get_by_role("button", name="Sign in", exact=True).click()
    return provider


async def test_a_sign_in_links_and_its_window_closes(
    shared_live: Live, origin: str, page: Page, easyship_twin_process: EasyshipTwin
) -> None:
    """After Allow the page learns of the account by callback and by message, and the window is gone."""
    provider = await signing_in(shared_live, origin, page, easyship_twin_process, "oauth")

    async with provider.expect_event("close"):
        await provider.get_by_role("button", name="Allow").click()
    await expect(page.get_by_text("Connection Successful")).to_be_visible()

    account = await account_of(shared_live, "oauth")
    assert sorted(await told(page)) == [["message", account], ["success", account]]


async def test_a_refused_sign_in_is_said_in_the_component(
    shared_live: Live, origin: str, page: Page, easyship_twin_process: EasyshipTwin
) -> None:
    """After Deny the component says so, nothing is linked, and one may try again."""
    provider = await signing_in(shared_live, origin, page, easyship_twin_process, "denied")

    await provider.get_by_role("button", name="Deny").click()

    await expect(page.get_by_text("Access was not allowed. Start again and press Allow at Easyship.")).to_be_visible()
    await expect(connect(page)).to_be_enabled()
    assert await told(page) == []


async def test_a_sign_in_that_cannot_begin_is_said_in_its_window(shared_live: Live, page: Page) -> None:
    """A window with a token that nobody knows shows a page with the way on, not a text for programs."""
    await page.goto(f"{shared_live.url}/connect/oauth2/int_none?token=cs_unknown")

    await expect(page.get_by_role("heading", name="This link is not known")).to_be_visible()
    await expect(page.get_by_text("Ask the people who sent it for a new one.")).to_be_visible()


async def walk(frame: Any, token: str) -> None:
    """Link with a token on the hub's own pages, wherever they are shown."""
    await frame.get_by_label("API Access Token", exact=True).fill(token)
    await frame.get_by_role("button", name="Test this credential").click()
    await frame.get_by_role("button", name="Link this account").click()
    await expect(frame.get_by_role("heading", level=1)).to_contain_text("is linked")


def hook_url(live: Live, origin: str, session: dict[str, Any], **asked: Any) -> str:
    connect_url = f"{live.url}/stackone/connect.js"
    return page_url(origin, "hub_hook", connectUrl=connect_url, sessionToken=session["token"], apiUrl=live.url, **asked)


async def test_the_hook_links_in_a_frame(shared_live: Live, origin: str, page: Page, token: str) -> None:
    """In an app whose origin the session names the pages open in a dialog; the token stands in no address."""
    session = await opened(shared_live, "hook", provider="easyship", allowed_origins=[origin])
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    await page.goto(hook_url(shared_live, origin, session))

    await page.get_by_role("button", name="Link").click()
    await walk(page.frame_locator("iframe"), token)
    await told_after(page, 1)
    await page.get_by_role("button", name="Close").click()

    assert await told_after(page, 2) == [["success", await account_of(shared_live, "hook")], ["close"]]
    assert not [url for url in asked if session["token"] in url and urlsplit(url).path != "/hub_hook"]
    await expect(page.locator("iframe")).to_have_count(0)


async def test_the_hook_goes_on_in_a_window(shared_live: Live, origin: str, page: Page, token: str) -> None:
    """In an app whose origin nobody named nothing is framed: a window opens, and the app learns the end."""
    session = await opened(shared_live, "window", provider="easyship")
    await page.goto(hook_url(shared_live, origin, session))

    await page.get_by_role("button", name="Link").click()
    async with page.context.expect_page() as opening:
        await page.frame_locator("iframe").get_by_role("button", name="Continue in a new window").click()
    window = await opening.value
    await walk(window, token)
    await window.close()
    await told_after(page, 1)

    await expect(page.frame_locator("iframe").get_by_role("heading", name="It is linked")).to_be_visible()
    assert await told(page) == [["success", await account_of(shared_live, "window")]]


async def test_giving_up_is_told_as_cancelled(shared_live: Live, origin: str, page: Page) -> None:
    """Closing before anything is linked calls onCancel, then onClose, and the hook can start anew."""
    session = await opened(shared_live, "given up", provider="easyship", allowed_origins=[origin])
    await page.goto(hook_url(shared_live, origin, session))

    for turn in (1, 2):
        await page.get_by_role("button", name="Link").click()
        await expect(page.frame_locator("iframe").get_by_label("API Access Token", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Close").click()
        await told_after(page, 2 * turn)

    assert await told(page) == [["cancel"], ["close"]] * 2


async def test_a_used_session_tells_its_account_at_once(shared_live: Live, origin: str, page: Page, token: str) -> None:
    """What a session has linked already is not asked for again: the app hears it, and the frame shows the receipt."""
    session = await opened(shared_live, "used", provider="easyship", allowed_origins=[origin])
    offers = (await shared_live.hub("GET", "/hub/connectors", token=session["token"])).json()["integrations"]
    for typed in (token, _WRONG):
        body = {"integration_id": offers[0]["integration_id"], "credentials": {"api_token": typed}}
        await shared_live.hub("POST", "/hub/accounts", token=session["token"], data=body)
    inline = {"inline": {"containerId": "box", "height": "500px"}}
    await page.goto(hook_url(shared_live, origin, session, styles=inline))

    await page.get_by_role("button", name="Link").click()
    await told_after(page, 1)

    await expect(page.locator("#box iframe")).to_be_visible()
    await expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_contain_text("is linked")
    assert await told(page) == [["success", await account_of(shared_live, "used")]]


async def test_an_unknown_session_says_so(shared_live: Live, origin: str, page: Page) -> None:
    """A token that nobody knows gives words and no account."""
    await page.goto(hook_url(shared_live, origin, {"token": "cs_unknown"}))

    await page.get_by_role("button", name="Link").click()

    await expect(page.frame_locator("iframe").get_by_role("heading", name="This link does not work")).to_be_visible()
    assert await told(page) == []
