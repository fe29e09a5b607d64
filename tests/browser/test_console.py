"""Agent keys, request logs and the request tester in a real browser."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from browser.test_dashboard import sign_in
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
EVERYTHING = ["read", "write", "destructive"]


async def linked(live: Live, twin: EasyshipTwin, owner: str = "Acme Pets", **changes: Any) -> str:
    account = await link_pasted(live, twin.integration()["production_token"], owner=owner)
    if changes:
        await live.call("PATCH", f"/accounts/{account}", data=changes)
    return account


async def called(live: Live, account: str, action: str, **inputs: Any) -> None:
    await live.call("POST", "/actions/rpc", data={"action": action, **inputs}, headers={"x-account-id": account})


async def test_an_agent_key_is_made_and_works(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """The count follows the form, the configuration shown once opens exactly those tools, and revoking ends it."""
    await linked(live, easyship_twin)
    await sign_in(page, live)
    await page.get_by_role("link", name="Agent keys").click()
    await page.get_by_role("link", name="Make an agent key").first.click()
    await page.get_by_role("link", name=re.compile("Acme Pets")).click()

    await page.get_by_label("Name").fill("Order assistant")
    await page.get_by_label("Actions").fill("easyship_get_account")
    await expect(page.locator(".reach-total")).to_have_text("1 tool")
    await page.get_by_role("button", name="Make the key").click()
    configuration = json.loads(await page.locator("#configuration").inner_text())
    server = configuration["mcpServers"]["crossdock"]
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {
        **server["headers"],
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2025-11-25",
    }
    async with live.client.post(server["url"], json=asked, headers=headers) as reply:
        tools = [tool["name"] for tool in (await reply.json())["result"]["tools"]]
    await page.get_by_role("link", name="I have copied it").click()
    secret = headers["Authorization"].removeprefix("Bearer ")
    shown_again = secret in await page.content()
    await page.get_by_role("link", name="Revoke Order assistant").click()
    await page.get_by_role("button", name="Revoke the key").click()
    await expect(page.get_by_role("status")).to_contain_text("The key is revoked")
    async with live.client.post(server["url"], json=asked, headers=headers) as reply:
        after = reply.status

    assert "easyship_get_account" in tools
    assert not [name for name in tools if name.startswith("easyship_") and name != "easyship_get_account"]
    assert not shown_again
    assert after == 401


async def test_an_agent_key_is_made_without_scripts(live: Live, plain_page: Page, easyship_twin: EasyshipTwin) -> None:
    """Counting is a button, and a key without a name is refused with what to do."""
    account = await linked(live, easyship_twin)
    page = plain_page
    await sign_in(page, live)
    await page.goto(f"{live.url}/dashboard/agents/new?owner=Acme%20Pets")

    await page.get_by_label("Actions").fill("*_cancel_*")
    await page.get_by_role("checkbox", name=re.compile(account)).check()
    await page.get_by_role("button", name="Count again").click()

    await expect(page.get_by_text("With this the agent gets no tool at all.")).to_be_visible()
    await expect(page.get_by_role("checkbox", name=re.compile(account))).to_be_checked()
    await expect(page.get_by_label("Actions")).to_have_value("*_cancel_*")


async def test_a_failed_call_is_found_and_understood(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """Filters lead to the call, its page shows the exchange with cause and remedy, and times are the reader's own."""
    account = await linked(live, easyship_twin)
    missing = {"easyship_shipment_id": "ESUS999999999"}
    await called(live, account, "easyship_get_account")
    await called(live, account, "easyship_get_shipment", path=missing)
    await sign_in(page, live)
    await page.goto(f"{live.url}/dashboard/accounts")
    await page.get_by_label(re.compile("Actions for")).click()
    await page.get_by_role("link", name="View logs").click()

    await page.get_by_label("Result").select_option("no")
    await page.get_by_role("button", name="Show").click()
    rows = page.locator("[data-call]")
    await expect(rows).to_have_count(1)
    await rows.get_by_role("link", name="easyship_get_shipment").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("easyship_get_shipment")
    await expect(page.get_by_role("alert")).to_contain_text("There is no such record")
    await expect(page.get_by_text("Check the id and ask again.")).to_be_visible()
    await expect(page.locator(".log-url")).to_contain_text(missing["easyship_shipment_id"])
    await expect(page.get_by_role("group", name="Body")).to_contain_text("resource_not_found")
    assert "UTC" in str(await page.locator("time[data-local]").first.get_attribute("title"))


async def test_the_log_follows_what_happens(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """With Live on, a new call appears by itself and is announced; without it the page stays as it is."""
    account = await linked(live, easyship_twin)
    await called(live, account, "easyship_get_account")
    await sign_in(page, live)
    await page.goto(f"{live.url}/dashboard/logs")
    await expect(page.locator("[data-call]")).to_have_count(1)

    await page.get_by_role("button", name="Live").click()
    await called(live, account, "easyship_list_shipments")

    await expect(page.locator("[data-call]")).to_have_count(2)
    await expect(page.get_by_role("status")).to_have_text("1 new call")


async def test_an_action_is_found_filled_in_and_run(live: Live, plain_page: Page, easyship_twin: EasyshipTwin) -> None:
    """Without scripts: search, example, run, answer, and the call's page in the log with the person's name."""
    page = plain_page
    await linked(live, easyship_twin)
    await sign_in(page, live)
    await page.get_by_role("link", name="Request tester").click()

    await page.get_by_label("What do you want to do?").fill("list shipments")
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name=re.compile("easyship_list_shipments")).click()
    await page.get_by_role("link", name=re.compile("Fill in the example|Example 1")).click()
    await page.get_by_role("button", name="Run", exact=True).last.click()
    await expect(page.get_by_role("group", name="Data")).to_be_visible()
    await page.get_by_role("link", name=re.compile("call_")).click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("easyship_list_shipments")
    await expect(page.get_by_text(f"Person {live.tenant.owner.email}")).to_be_visible()


async def test_a_wrong_input_is_named_beside_its_field(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """What is refused before sending leads to the field, and what was typed stays."""
    account = await linked(live, easyship_twin, effects=EVERYTHING)
    await sign_in(page, live)
    await page.goto(f"{live.url}/dashboard/tester?account={account}&action=easyship_create_shipment&example=1")

    await page.get_by_role("button", name=re.compile("Take row 1 away")).first.click()
    await page.locator("[name='body.destination_address.country_alpha2']").fill("Narnia")
    await page.get_by_role("button", name="Run", exact=True).last.click()

    field = page.locator("[name='body.destination_address.country_alpha2']")
    await expect(page.get_by_role("link", name="body.destination_address.country_alpha2")).to_be_visible()
    await expect(field).to_have_value("Narnia")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("[name='body.destination_address.city']")).to_have_value("New York")


async def test_a_write_is_asked_about_and_happens_once(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """Nothing is sent before the question is answered, and loading the answer again does not send it again."""
    account = await linked(live, easyship_twin, effects=EVERYTHING)
    easyship_twin.clear_journal()
    await sign_in(page, live)
    await page.goto(f"{live.url}/dashboard/tester?account={account}&action=easyship_create_shipment&example=1")

    await page.get_by_role("button", name="Run", exact=True).last.click()
    await expect(page.get_by_text("This changes the account at the provider.")).to_be_visible()
    before = writes(easyship_twin)
    await page.get_by_role("button", name="Send it").click()
    await expect(page.get_by_role("group", name="Data")).to_contain_text("easyship_shipment_id")
    await page.reload()
    await expect(page.get_by_role("group", name="Data")).to_contain_text("easyship_shipment_id")

    assert before == 0
    assert writes(easyship_twin) == 1


async def test_a_read_only_account_writes_nothing(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """The tester says that the account is not linked for it; running it all the same is refused, and sends nothing."""
    account = await linked(live, easyship_twin)
    easyship_twin.clear_journal()
    await sign_in(page, live)
    await page.goto(f"{live.url}/dashboard/tester?account={account}&action=easyship_create_shipment&example=1")

    await page.get_by_role("button", name="Run", exact=True).last.click()

    await expect(page.get_by_role("status")).to_contain_text("linked without the permission")
    answer = page.get_by_role("region", name="Answer")
    await expect(answer.get_by_role("alert")).to_contain_text("Allow it under Edit on the account's page")
    await expect(answer).not_to_contain_text("Run the action to see its answer here.")
    await expect(page.get_by_role("button", name="Send it")).to_have_count(0)
    assert writes(easyship_twin) == 0


async def test_rows_and_json_are_two_ways_to_say_the_same(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """What is filled in stands in the JSON, and what is changed there stands in the form."""
    account = await linked(live, easyship_twin, effects=EVERYTHING)
    await sign_in(page, live)
    await page.goto(f"{live.url}/dashboard/tester?account={account}&action=easyship_create_shipment&example=1")

    await page.get_by_role("button", name="Write JSON").click()
    inputs = json.loads(await page.get_by_label("Inputs as JSON").input_value())
    inputs["body"]["destination_address"]["city"] = "Boston"
    await page.get_by_label("Inputs as JSON").fill(json.dumps(inputs))
    await page.get_by_role("button", name="Use the form").click()

    await expect(page.locator("[name='body.destination_address.city']")).to_have_value("Boston")
    assert inputs["body"]["parcels"][0]["items"][0]["quantity"] == 1


def writes(twin: EasyshipTwin) -> int:
    return sum(line["method"] == "POST" for line in twin.journal("*shipments*"))
