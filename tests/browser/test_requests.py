"""The Link requests page on a telephone without scripts: read the agent's words, and say no."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from crossdock.projects.model import AgentGrant, Principal
from house import PASSWORD, Live

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

REASON = "I need the stock levels to say which orders can leave today."


async def test_a_person_on_the_way_declines(browser: Browser, live: Live) -> None:
    """From the Accounts page to the request, its reason and the no, on a small screen in the dark."""
    agent = Principal(
        project_id=live.tenant.project.id,
        actor="agent:agk_1",
        scopes=frozenset(),
        grant=AgentGrant(owner_id="customer-17", may_request_links=True),
        name="Stock agent",
    )
    asked = await live.house.link_requests.create(principal=agent, connector="easyship", reason=REASON)
    context = await browser.new_context(
        viewport={"width": 390, "height": 800}, color_scheme="dark", java_script_enabled=False
    )
    page = await context.new_page()

    await page.goto(f"{live.url}/dashboard/accounts")
    await page.get_by_label("E-mail").fill(live.tenant.owner.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="1 request of an agent waits").click()
    await expect(page.get_by_role("heading", name="Stock agent asks for an account at Easyship")).to_be_visible()
    await expect(page.get_by_role("blockquote")).to_have_text(REASON)
    await page.get_by_role("button", name="Decline what Stock agent asks").click()
    await expect(page.get_by_text("Declined. The agent is told that, and nothing else.")).to_be_visible()
    await context.close()
    outcome = await live.house.link_requests.answered(principal=agent, request_id=asked.request.id)

    assert outcome.status == "declined"
