"""The dashboard in a real browser: its menus, its forms, and what others wrote in it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from house import PASSWORD, Live
from twins import EasyshipTwin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAYLOADS = [
    "<script>window.hurt=1</script>",
    "<img src=x onerror=window.hurt=1>",
    '"><svg onload=window.hurt=1>',
    "'-window.hurt=1-'",
    "</textarea><script>window.hurt=1</script>",
    "</title><script>window.hurt=1</script>",
    "{{constructor.constructor('window.hurt=1')()}}",
    "<a href=javascript:window.hurt=1>x</a>",
    "<iframe srcdoc='<script>parent.hurt=1</script>'></iframe>",
    "<details open ontoggle=window.hurt=1>",
]


async def sign_in(page: Page, live: Live) -> None:
    """Sign in as the tenant's owner."""
    await page.goto(f"{live.url}/dashboard")
    await page.get_by_label("E-mail").fill(live.tenant.owner.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name="Accounts", exact=True)).to_be_visible()


async def linked(live: Live, twin: EasyshipTwin, **members: str) -> str:
    """Link an account without pages and return its id."""
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop One", "provider": "easyship", **members}
    session = (await live.call("POST", "/connect_sessions", data=body)).json()
    offers = (await live.hub("GET", "/hub/connectors", token=session["token"])).json()
    sent = {
        "integration_id": offers["integrations"][0]["integration_id"],
        "credentials": {"api_token": twin.integration()["production_token"]},
    }
    answer = await live.hub("POST", "/hub/accounts", token=session["token"], data=sent)
    return str(answer.json()["id"])


async def test_a_row_is_worked_with_by_keyboard_alone(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """The menu opens, closes by Escape, and its deeds work without a mouse."""
    await linked(live, easyship_twin)
    await sign_in(page, live)
    menu = page.get_by_label(re.compile("Actions for"))

    await menu.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    await expect(menu).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Pause").focus()
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("status")).to_contain_text("The account is paused")


async def test_the_table_is_filtered(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """Search and filters narrow the table; what fits nothing says so with a way back."""
    await linked(live, easyship_twin, origin_owner_id="shop-7", origin_owner_name="Shop Seven")
    await sign_in(page, live)

    await page.get_by_label("Search accounts").fill("zebra")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_text("No account fits")).to_be_visible()
    await page.get_by_role("link", name="Show all accounts").click()
    await page.get_by_label("Owner id").fill("shop-7")
    await page.get_by_label("Status").select_option("active")
    await page.get_by_role("button", name="Show").click()

    await expect(page.get_by_role("row", name=re.compile("Shop Seven"))).to_be_visible()


async def test_a_key_is_shown_once(live: Live, page: Page) -> None:
    """The key stands on the page after it was made, ready for copying, and nowhere later."""
    await sign_in(page, live)
    await page.get_by_role("link", name="API keys").click()

    await page.get_by_label("Name").fill("Backend")
    await page.get_by_role("button", name="Make the key").click()
    key = await page.get_by_label("API key", exact=True).input_value()
    await page.get_by_role("link", name="I have copied it").click()

    assert key.startswith("v1.")
    await expect(page.get_by_role("row", name=re.compile("^Backend"))).to_be_visible()
    assert key not in await page.content()


@pytest.mark.parametrize("width", [390, 1280])
async def test_every_page_is_reached_from_the_menu(live: Live, plain_page: Page, width: int) -> None:
    """On a desk each page is one click away; on a telephone the menu opens first, without scripts too."""
    page = plain_page
    await page.set_viewport_size({"width": width, "height": 800})
    await sign_in(page, live)
    menu = page.locator("summary", has_text="Menu")
    is_folded = await menu.is_visible()

    for name in (
        "Connectors",
        "Request tester",
        "Request logs",
        "API keys",
        "Agent keys",
        "Webhooks",
        "Audit",
        "Settings",
        "Accounts",
    ):
        if is_folded:
            await expect(page.get_by_role("navigation", name="Dashboard")).to_have_count(0)
            await menu.click()
        await page.get_by_role("navigation", name="Dashboard").get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(name)

    assert is_folded == (width == 390)


async def test_what_others_wrote_is_never_run(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """Names with markup in them are shown as they are on every page that prints them."""
    account = await linked(live, easyship_twin)
    await sign_in(page, live)
    tenant = live.tenant

    for payload in PAYLOADS:
        body = {"label": payload, "origin_owner_name": payload, "origin_owner_id": payload}
        for name, value in body.items():
            await live.call("PATCH", f"/accounts/{account}", data={name: {"text": value} if name == "label" else value})
        await live.house.projects.create_key(
            project_id=tenant.project.id, name=payload, scopes=["admin"], actor="system:cli"
        )
        for path in ("accounts", f"accounts/{account}", f"accounts/{account}/edit", "keys", "audit"):
            await page.goto(f"{live.url}/dashboard/{path}")
        await page.goto(f"{live.url}/dashboard/accounts?q={payload}")
        assert not await page.evaluate("window.hurt")
    await page.goto(f"{live.url}/dashboard/accounts")

    await expect(page.get_by_text(PAYLOADS[-1]).first).to_be_visible()
