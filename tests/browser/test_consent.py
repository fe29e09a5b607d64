"""Letting an app in, in a real browser: signing in, deciding, and landing at the app; and never inside a frame."""

from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.async_api import Page, expect

from app import App
from house import PASSWORD, Live
from receiver import answer, receiving
from shared_house import link_pasted
from twins import EasyshipTwin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LANDED = answer(200, b"<!doctype html><title>App</title><p>Back at the app.</p>", content_type="text/html")


async def linked(live: Live, twin: EasyshipTwin) -> str:
    token = twin.integration("consent", scopes="all")["production_token"]
    return await link_pasted(live, token, owner="Acme Pet Supplies")


async def sign_in(page: Page, live: Live) -> None:
    """Answer the door as the project's owner."""
    await page.get_by_label("E-mail").fill(live.tenant.owner.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("decision", ["Allow", "Deny"])
async def test_a_person_decides_without_scripts(
    plain_page: Page, live: Live, easyship_twin: EasyshipTwin, decision: Literal["Allow", "Deny"]
) -> None:
    """From the app over the sign-in to the question, and back to the app with its answer, scripts switched off."""
    account = await linked(live, easyship_twin)
    app, page = App(live), plain_page
    async with receiving(lambda _: LANDED) as receiver:
        callback = f"{receiver.origin}/callback"
        await app.register(redirect_uris=[callback])
        await page.goto(app.address(redirect_uri=callback))
        await sign_in(page, live)
        await expect(page.get_by_role("heading", name="Let Order assistant in?")).to_be_visible()
        ticked = await page.locator(f'input[value="{account}"]').is_checked()
        more = [await page.get_by_label(name).is_checked() for name in ("Create and change", "Delete and cancel")]
        days = await page.get_by_label("For how long").input_value()
        await page.get_by_role("button", name=decision).click()
        await expect(page.get_by_text("Back at the app.")).to_be_visible()
    told = dict(parse_qsl(urlsplit(page.url).query))

    assert ticked
    assert more == [False, False]
    assert days == "30"
    assert told["iss"] == live.url
    assert told["state"] == "s-1"
    if decision == "Allow":
        tokens = (await app.exchange(told["code"], redirect_uri=callback)).json()
        assert tokens["scope"] == "read"
        assert (await app.tools(tokens["access_token"])).status == 200
    else:
        assert told["error"] == "access_denied"


async def test_the_question_shows_in_no_frame(page: Page, live: Live, easyship_twin: EasyshipTwin) -> None:
    """Another site that frames the page to steal a click shows nothing of it."""
    await linked(live, easyship_twin)
    app = App(live)
    await app.register()
    await page.goto(f"{live.url}/dashboard/sign-in")
    await sign_in(page, live)
    frame = f'<!doctype html><title>Trap</title><iframe src="{app.address()}"></iframe>'.replace("&", "&amp;").encode()
    async with receiving(lambda _: answer(200, frame, content_type="text/html")) as trap:
        await page.goto(f"http://127.0.0.1:{trap.port}/")
        await page.wait_for_load_state("networkidle")
        inner = page.frames[1]
        shown = await inner.evaluate("document.body ? document.body.innerText : ''")

    assert "Order assistant" not in shown


async def test_without_an_account_one_is_linked_on_the_way(
    plain_page: Page, live: Live, easyship_twin: EasyshipTwin
) -> None:
    """Where nothing is linked, the person links an account from the question, comes back to it and lets the app in."""
    token = easyship_twin.integration("first", scopes="all")["production_token"]
    app, page = App(live), plain_page
    async with receiving(lambda _: LANDED) as receiver:
        callback = f"{receiver.origin}/callback"
        await app.register(redirect_uris=[callback])
        await page.goto(app.address(redirect_uri=callback))
        await sign_in(page, live)
        await expect(page.get_by_text("there is none yet")).to_be_visible()
        await page.get_by_label("Owner id").fill("customer-17")
        await page.get_by_label("Owner name").fill("Acme Pet Supplies")
        await page.get_by_label("Provider").select_option(label="Easyship")
        await page.get_by_role("button", name="Link the account").click()
        await page.get_by_label("API Access Token").fill(token)
        await page.get_by_role("button", name="Test this credential").click()
        await page.get_by_role("button", name="Link this account").click()
        await page.get_by_role("link", name="Go back to where you were").click()
        await expect(page.get_by_role("heading", name="Let Order assistant in?")).to_be_visible()
        await page.get_by_role("button", name="Allow").click()
        await expect(page.get_by_text("Back at the app.")).to_be_visible()
    told = dict(parse_qsl(urlsplit(page.url).query))
    tokens = (await app.exchange(told["code"], redirect_uri=callback)).json()

    assert (told["state"], told["iss"]) == ("s-1", live.url)
    assert (await app.tools(tokens["access_token"])).status == 200
    let_in = (await live.house.consents.all(project_id=live.tenant.project.id))[0]
    assert let_in.grant.owner_id == "customer-17"
