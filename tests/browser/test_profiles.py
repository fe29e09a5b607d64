"""The pages of connector profiles in a real browser: found, ticked by area, counted, kept, and open to everybody."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from browser.test_dashboard import sign_in
from house import Live

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


async def test_a_profile_is_found_ticked_and_kept(live: Live, page: Page) -> None:
    """Searching narrows the list, a ticked area ticks its actions, the count follows, and what is kept comes back."""
    await sign_in(page, live)
    await page.goto(f"{live.url}/dashboard/connectors")
    await page.get_by_role("link", name="New profile Easyship").first.click()
    await page.get_by_label("Name", exact=True).fill("Reports")
    await expect(page.get_by_label("Find an action")).to_be_hidden()
    await page.get_by_role("radio", name="Only the ticked ones").check()
    await page.get_by_label("Find an action").fill("list boxes")
    await expect(page.get_by_text("easyship_list_boxes", exact=True)).to_be_visible()
    await expect(page.get_by_text("easyship_cancel_shipment", exact=True)).to_be_hidden()
    await page.get_by_role("checkbox", name="easyship_list_boxes").check()
    await page.get_by_label("Find an action").fill("")
    await page.locator("details.area summary", has_text="Batches").click()
    await page.get_by_role("checkbox", name="All of Batches").check()
    await expect(page.get_by_role("status")).to_have_text("7 of 138 ticked")

    await page.get_by_role("radio", name="Reading only").check()
    await page.get_by_role("button", name="Make the profile").click()

    await expect(page.get_by_text("The profile is made")).to_be_visible()
    await expect(page.get_by_role("radio", name="Only the ticked ones")).to_be_checked()
    await expect(page.get_by_role("checkbox", name="All of Batches")).to_be_checked()
    await expect(page.get_by_role("heading", name="Reports")).to_be_visible()
