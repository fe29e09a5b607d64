"""The whole way of a newcomer, in a real browser: make a credential at the provider, link it, find it, use it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from house import PASSWORD, Live
from twins import EasyshipTwin, ShipheroTwin, TwinHandle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


async def enter(page: Page, twin: TwinHandle, path: str = "/") -> None:
    """Sign in to a twin's dashboard as its owner."""
    await page.goto(twin.dashboard + path)
    await page.get_by_label("E-mail").fill(twin.email)
    await page.get_by_label("Password").fill(twin.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def easyship_token(page: Page, twin: EasyshipTwin) -> str:
    """Make an integration by clicking, as a merchant would, and copy its production token."""
    await enter(page, twin)
    await page.get_by_role("link", name="API & Webhooks").first.click()
    await page.get_by_role("link", name="New Integration").first.click()
    await page.get_by_role("link", name="API Integration").last.click()
    await page.get_by_label("Integration Type").select_option(label="I'm developing a custom integration")
    await page.get_by_label("Integration Name").fill("Crossdock")
    await page.get_by_role("button", name="CONNECT").click()
    await page.locator("summary", has_text="Access Token").first.click()
    return await page.get_by_text(re.compile(r"^prod_\S+$")).inner_text()


async def shiphero_token(page: Page, twin: ShipheroTwin) -> str:
    """Add a developer by clicking, as a merchant would, and copy the refresh token."""
    await enter(page, twin)
    await page.get_by_role("link", name="My Account").first.click()
    await page.get_by_role("link", name="Developer Users").first.click()
    await page.get_by_role("link", name="Add a 3rd Party Developer").first.click()
    await page.get_by_label("First name").fill("Cross")
    await page.get_by_label("Last name").fill("Dock")
    await page.get_by_label("Email").fill("crossdock@shop.example")
    await page.get_by_role("button", name="Add Developer").click()
    await expect(page.get_by_text("It is shown this once")).to_be_visible()
    return (await page.locator("[data-copy='refresh token']").inner_text()).strip()


async def open_link(page: Page, live: Live, **members: object) -> None:
    """Open the hub with a connect session."""
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Harbour & Pine", **members}
    answer = await live.call("POST", "/connect_sessions", data=body)
    await page.goto(answer.json()["auth_link_url"])


async def confirm(page: Page) -> None:
    """Wait for the test's end, confirm, and see that it is linked."""
    await page.get_by_role("button", name="Link this account").click()
    await expect(page.get_by_role("heading", name=re.compile("is linked"))).to_be_visible()


async def accounts_page(page: Page, live: Live) -> None:
    """Sign in to the dashboard, which opens on the Accounts page."""
    await page.goto(live.url + "/dashboard")
    await page.get_by_label("E-mail").fill(live.tenant.owner.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name="Accounts")).to_be_visible()


async def use(live: Live, action: str) -> list[object]:
    """Run an action with the one linked account and give its rows."""
    account = (await live.call("GET", "/accounts")).json()[0]
    answer = await live.call("POST", "/actions/rpc", data={"action": action}, headers={"x-account-id": account["id"]})
    assert answer.status == 200, answer.text()
    rows: list[object] = answer.json()["data"]
    return rows


@pytest.mark.parametrize("javascript", ["with", "without"])
async def test_a_merchant_links_easyship(
    javascript: str, page: Page, plain_page: Page, live: Live, easyship_twin: EasyshipTwin
) -> None:
    """A token made by clicking at Easyship becomes an account that is listed and works, with and without JavaScript."""
    tab = page if javascript == "with" else plain_page
    easyship_twin.seed("small-shop")

    token = await easyship_token(tab, easyship_twin)
    await open_link(tab, live)
    await tab.get_by_role("link", name=re.compile("Easyship")).first.click()
    await tab.get_by_label("API Access Token").fill(token)
    await tab.get_by_role("button", name="Test this credential").click()
    await confirm(tab)
    await accounts_page(tab, live)

    await expect(tab.get_by_role("row", name=re.compile("Harbour & Pine Supply.*Active", re.DOTALL))).to_be_visible()
    assert await use(live, "easyship_list_shipments")


@pytest.mark.parametrize("javascript", ["with", "without"])
async def test_a_merchant_links_shiphero(
    javascript: str, page: Page, plain_page: Page, live: Live, shiphero_twin: ShipheroTwin
) -> None:
    """A refresh token copied at ShipHero becomes an account that is listed and works, with and without JavaScript."""
    tab = page if javascript == "with" else plain_page

    token = await shiphero_token(tab, shiphero_twin)
    await open_link(tab, live, provider="shiphero")
    await tab.get_by_role("textbox", name="Refresh token").fill(token)
    await tab.get_by_role("button", name="Test this credential").click()
    await confirm(tab)
    await accounts_page(tab, live)

    await expect(tab.get_by_role("row", name=re.compile("Active"))).to_be_visible()
    assert await use(live, "shiphero_list_orders")


@pytest.mark.parametrize("javascript", ["with", "without"])
async def test_a_merchant_links_easyship_by_oauth(
    javascript: str, page: Page, plain_page: Page, live: Live, easyship_twin: EasyshipTwin
) -> None:
    """Allowing access at Easyship links the account, with and without JavaScript."""
    tab = page if javascript == "with" else plain_page
    easyship_twin.seed("small-shop")
    app = easyship_twin.oauth_app([f"{live.url}/connect/oauth2/easyship/callback"])
    await live.house.integrations.create(
        project_id=live.tenant.project.id,
        connector_key="easyship",
        auth_method="oauth",
        setup=app,
        actor="system:cli",
    )

    await open_link(tab, live, provider="easyship")
    await tab.get_by_role("link", name="OAuth").click()
    await tab.get_by_role("button", name=re.compile("Easyship")).click()
    await tab.get_by_label("E-mail").fill(easyship_twin.email)
    await tab.get_by_label("Password").fill(easyship_twin.password)
    await tab.get_by_role("button", name="Sign in", exact=True).click()
    await tab.get_by_role("button", name="Allow").click()
    await confirm(tab)
    await accounts_page(tab, live)

    await expect(tab.get_by_role("row", name=re.compile("Harbour & Pine Supply"))).to_be_visible()
    assert await use(live, "easyship_list_shipments")


async def test_a_member_is_told_that_only_admins_may(page: Page, easyship_twin: EasyshipTwin) -> None:
    """A person without the admin role sees a page that says who can make the token."""
    await page.goto(easyship_twin.dashboard)
    await page.get_by_label("E-mail").fill("staff@easyship.twin")
    await page.get_by_label("Password").fill(easyship_twin.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()

    await page.goto(easyship_twin.dashboard + "/integrations")

    await expect(page.get_by_text(re.compile("admin", re.IGNORECASE)).first).to_be_visible()
    await expect(page.get_by_role("link", name="New Integration")).to_have_count(0)
