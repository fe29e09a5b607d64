"""What the hub's few scripts do: recognise a paste, walk with the guide, follow a test, and tell the app."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from connector_samples import MENDED, REFUSED
from house import Live
from twins import EasyshipTwin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PASTE = """([selector, text]) => {
    const field = document.querySelector(selector);
    field.value = "";
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", text);
    if (field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}))) {
        field.value = text.replace(/[\\r\\n]/g, "");
        field.dispatchEvent(new Event("input", {bubbles: true}));
    }
    const said = document.querySelector(`${selector}-said`);
    return [said.querySelector(".verdict")?.className.replace("verdict ", "") ?? "", said.textContent, field.value];
}"""


async def opened(live: Live, **members: Any) -> dict[str, Any]:
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop One", **members}
    session: dict[str, Any] = (await live.call("POST", "/connect_sessions", data=body)).json()
    return session


@asynccontextmanager
async def app_page(frames: dict[str, str]) -> AsyncIterator[str]:
    """Serve a page of somebody's app that frames ``frames["url"]`` and writes down the messages that it hears."""

    async def show(_request: Request) -> Response:
        return HTMLResponse(
            f"<!doctype html><title>An app</title><iframe src='{frames['url']}' width=900 height=700></iframe>"
            "<script>window.heard=[];addEventListener('message',e=>heard.push([e.origin,e.data]))</script>"
        )

    with socket.create_server(("127.0.0.1", 0)) as port:
        app = Starlette(routes=[Route("/", show)])
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[port]))
        yield f"http://127.0.0.1:{port.getsockname()[1]}"
        server.should_exit = True
        await asyncio.wait_for(serving, timeout=60)


async def test_the_page_and_the_server_read_a_paste_alike(shared_live: Live, page: Page) -> None:
    """Nothing that the server refuses is called right at once, and nothing that it takes is called wrong."""
    wrong: list[str] = []
    told = 0

    for provider in ("easyship", "shiphero"):
        session = await opened(shared_live, provider=provider, multiple=True)
        await page.goto(session["auth_link_url"])
        connector = shared_live.house.catalogue.get(provider)
        for _, field, text, cause in (case for case in REFUSED if case[0] == provider):
            verdict, said, _ = await page.evaluate(PASTE, [f"#field-{field}", text])
            told += verdict == "bad"
            if verdict == "ok" or (verdict == "bad" and connector.cause(cause).remedy not in said):
                wrong.append(f"refused {provider} {field} {cause}: {verdict} {said}")
        for _, field, text, _, mend in (case for case in MENDED if case[0] == provider):
            verdict, said, _ = await page.evaluate(PASTE, [f"#field-{field}", text])
            if verdict == "bad":
                wrong.append(f"mended {provider} {field} {mend}: {said}")

    assert wrong == []
    assert told >= 40


async def test_line_breaks_of_a_paste_are_not_lost(shared_live: Live, page: Page) -> None:
    """A wrapped token is joined again; the lines of a letter stay apart, so that the token in it can be found."""
    session = await opened(shared_live, provider="easyship", multiple=True)
    await page.goto(session["auth_link_url"])
    token = "prod_" + "aB3" * 14 + "cd="

    _, _, joined = await page.evaluate(PASTE, ["#field-api_token", f"{token[:20]}\n  {token[20:]}\n"])
    verdict, said, letter = await page.evaluate(PASTE, ["#field-api_token", f"Hello,\r\nhere it is: {token}\r\nBye"])

    assert joined == token
    assert letter == f"Hello, here it is: {token} Bye"
    assert verdict == "warn"
    assert "There is a token in this text" in said


async def test_a_secret_is_shown_only_on_request(shared_live: Live, page: Page) -> None:
    """The field hides what is typed; its button shows and hides it again, and says which."""
    session = await opened(shared_live, provider="easyship", multiple=True)
    await page.goto(session["auth_link_url"])
    field, button = page.locator("#field-api_token"), page.locator("[data-reveal]")

    await expect(field).to_have_attribute("type", "password")
    await button.click()
    await expect(field).to_have_attribute("type", "text")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await button.click()

    await expect(field).to_have_attribute("type", "password")


async def test_the_guide_remembers_what_is_done(shared_live: Live, page: Page) -> None:
    """A ticked step folds and stays ticked after a reload; a link to it opens it again."""
    session = await opened(shared_live, provider="easyship", multiple=True)
    await page.goto(session["auth_link_url"])
    step = page.locator(".step").first

    await step.get_by_label("Done").check()
    await expect(step.locator(".step-body")).to_be_hidden()
    await page.reload()
    await expect(step.locator(".step-body")).to_be_hidden()
    await page.goto(page.url.partition("?")[0] + "#step-sign_in")
    await page.reload()

    await expect(step.locator(".step-body")).to_be_visible()
    assert await page.locator(".step img").first.evaluate("picture => picture.complete || picture.loading === 'lazy'")


async def test_a_person_links_by_keyboard_alone(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """From the picker to the receipt with Tab, typing and Enter; a reload on the way loses nothing."""
    token = easyship_twin.integration()["production_token"]
    session = await opened(live)
    await page.goto(session["auth_link_url"])

    await page.get_by_role("link", name="Easyship").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("API Access Token", exact=True).focus()
    await page.keyboard.insert_text(token)
    await expect(page.get_by_text("This looks right")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/attempts/*")
    await page.reload()
    await page.get_by_role("button", name="Link this account").focus()
    await page.reload()
    await page.get_by_role("button", name="Link this account").focus()
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", level=1)).to_contain_text("is linked")


async def test_only_the_apps_own_origin_hears_of_it(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """Inside the app's page the flow runs to its end in the frame, and the app hears which account it was."""
    token = easyship_twin.integration()["production_token"]
    frames: dict[str, str] = {}

    async with app_page(frames) as origin:
        session = await opened(live, provider="easyship", allowed_origins=[origin, "https://other.example.com"])
        frames["url"] = session["auth_link_url"]
        await page.goto(origin)
        frame = page.frame_locator("iframe")
        await frame.get_by_label("API Access Token", exact=True).fill(token)
        await frame.get_by_role("button", name="Test this credential").click()
        await frame.get_by_role("button", name="Link this account").click()
        await expect(frame.get_by_role("heading", level=1)).to_contain_text("is linked")
        heard = json.loads(await page.evaluate("JSON.stringify(window.heard)"))
    account = (await live.call("GET", "/accounts")).json()[0]

    assert heard == [[live.url, {"type": "AccountConnected", "account": {"id": account["id"], "provider": "easyship"}}]]


async def test_a_sign_in_at_the_provider_leaves_the_frame(live: Live, page: Page, easyship_twin: EasyshipTwin) -> None:
    """Inside an app's page the provider opens in a window of its own; the frame follows, and the app hears the end."""
    app = easyship_twin.oauth_app([f"{live.url}/connect/oauth2/easyship/callback"])
    made = await live.house.integrations.create(
        project_id=live.tenant.project.id,
        connector_key="easyship",
        auth_method="oauth",
        setup=app,
        actor="system:cli",
    )
    frames: dict[str, str] = {}

    async with app_page(frames) as origin:
        session = await opened(live, integration_id=made.id, allowed_origins=[origin])
        frames["url"] = session["auth_link_url"]
        await page.goto(origin)
        frame = page.frame_locator("iframe")
        async with page.context.expect_page() as window:
            await frame.get_by_role("button", name="Continue at Easyship").click()
        provider = await window.value
        await expect(frame.get_by_role("heading", level=1)).to_contain_text("Waiting for Easyship")
        await provider.get_by_label("E-mail").fill(easyship_twin.email)
        await provider.get_by_label("Password").fill(easyship_twin.password)
        await provider.get_by_role("button", name="Sign in", exact=True).click()
        await provider.get_by_role("button", name="Allow").click()
        await provider.get_by_role("button", name="Link this account").wait_for()
        await frame.get_by_role("button", name="Link this account").click()
        await expect(frame.get_by_role("heading", level=1)).to_contain_text("is linked")
        heard = json.loads(await page.evaluate("JSON.stringify(window.heard)"))

    assert [message["type"] for _, message in heard] == ["AccountConnected"]


async def test_a_foreign_page_cannot_frame_the_hub(shared_live: Live, page: Page) -> None:
    """A page whose origin the session does not name sees nothing of the flow, nor of the dashboard."""
    session = await opened(shared_live, multiple=True, allowed_origins=["https://shop.example.com"])

    for url in (session["auth_link_url"], f"{shared_live.url}/dashboard/sign-in", f"{shared_live.url}/errors"):
        async with app_page({"url": url}) as hostile:
            await page.goto(hostile)
            shown = [await frame.content() for frame in page.frames[1:]]

        assert not any("Crossdock" in content for content in shown), url
