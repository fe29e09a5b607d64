"""The twins' own pages in a real browser: accessible, within their width, and the journal as it grows."""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from browser.test_a11y import TOO_WIDE, violations
from twins import EasyshipTwin, ShipheroTwin, TwinHandle, fetch

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EASYSHIP = (
    "/",
    "/shipments",
    "/webhooks",
    "/integrations",
    "/apps",
    "/people",
    "/subscription",
    "/_twin/",
    "/_twin/live",
)
SHIPHERO = ("/", "/orders", "/inventory", "/my-account", "/my-account/developer-users", "/_twin/", "/_twin/live")
FIRST_ROW = "tbody a"


async def signed_in(context: BrowserContext, twin: TwinHandle) -> Page:
    """Sign in on a twin's dashboard."""
    page = await context.new_page()
    await page.goto(f"{twin.dashboard}/sign-in")
    await page.fill("input[name=email]", twin.email)
    await page.fill("input[name=password]", twin.password)
    async with page.expect_navigation():
        await page.click("button:has-text('Sign in')")
    return page


async def looked_at(page: Page, twin: TwinHandle, path: str) -> list[str]:
    """Open a page, and the first thing on its list, and say what is wrong with them."""
    answer = await page.goto(twin.dashboard + path)
    assert answer is not None
    assert answer.status == 200, path
    found = [f"{path}: {each}" for each in await violations(page)]
    if await page.evaluate(TOO_WIDE):
        found.append(f"{path}: wider than the window")
    if path in {"/shipments", "/orders", "/inventory"}:
        async with page.expect_navigation():
            await page.click(FIRST_ROW)
        found += [f"below {path}: {each}" for each in await violations(page)]
        if await page.evaluate(TOO_WIDE):
            found.append(f"below {path}: wider than the window")
    return found


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 1280)])
async def test_every_page_of_both_twins_is_accessible_and_fits(
    browser: Browser,
    easyship_twin: EasyshipTwin,
    shiphero_twin: ShipheroTwin,
    theme: Literal["light", "dark"],
    width: int,
) -> None:
    """Axe finds nothing on the pages that show what is in a twin, and no page is wider than its window."""
    easyship_twin.reset(seed="small-shop")
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce", bypass_csp=True
    )
    wrong: list[str] = []

    for twin, paths in ((easyship_twin, EASYSHIP), (shiphero_twin, SHIPHERO)):
        page = await signed_in(context, twin)
        for path in paths:
            wrong += await looked_at(page, twin, path)
    await context.close()

    assert wrong == []


async def test_the_journal_grows_while_somebody_looks(page: Page, shiphero_twin: ShipheroTwin) -> None:
    """A request shows up on the page by itself, newest first, its secrets masked; a pause holds it back."""
    await page.goto(f"{shiphero_twin.base}/_twin/live")
    token = shiphero_twin.developer()["access_token"]

    async def ask() -> None:
        await asyncio.to_thread(
            fetch,
            f"{shiphero_twin.api}/graphql",
            method="POST",
            headers={"Authorization": f"Bearer {token}"},
            data={"query": "{ me { request_id } }"},
        )

    await ask()
    await page.wait_for_selector("#entries details")
    await page.click("#pause")
    await ask()
    await page.wait_for_timeout(1500)
    held = await page.locator("#entries details").count()
    await page.click("#pause")
    await expect(page.locator("#entries details")).to_have_count(2)

    assert held == 1
    assert token not in await page.content()
    assert await page.locator("#entries .path").first.text_content() == "/graphql"


async def test_the_journal_shows_without_scripts(plain_page: Page, shiphero_twin: ShipheroTwin) -> None:
    """Without JavaScript the page shows what is there, and only the paths that were asked for."""
    await asyncio.to_thread(fetch, f"{shiphero_twin.api}/graphql", method="POST", data={"query": "{ me }"})
    await asyncio.to_thread(fetch, f"{shiphero_twin.api}/auth/refresh", method="POST", data={})

    await plain_page.goto(f"{shiphero_twin.base}/_twin/live?path=/auth/*")

    assert await plain_page.locator("#entries .path").all_text_contents() == ["/auth/refresh"]
