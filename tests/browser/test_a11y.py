"""Every page in a real browser: accessible, within its width, in both themes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
import uvicorn
from axe_playwright_python import base as axe_base
from playwright.async_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crossdock.hub.render import Renderer
from unit.hub.samples import PAGES_OF_ALL

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = (Path(axe_base.__file__).parent / "axe.min.js").read_text()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = "standards => axe.run(document, {runOnly: standards, resultTypes: ['violations']})"
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest_asyncio.fixture(scope="module")
async def preview() -> AsyncIterator[str]:
    """Serve every sample page at an address of its own."""
    renderer = Renderer.load(https=False)

    async def show(request: Request) -> Response:
        template, view = PAGES_OF_ALL[request.path_params["name"]]
        return renderer.page(template, view=view, locale=request.query_params.get("locale", "en"))

    app = Starlette(routes=[*renderer.assets.routes(), Route("/{name:path}", show)])
    port = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[port]))
    yield f"http://127.0.0.1:{port.getsockname()[1]}"
    server.should_exit = True
    await asyncio.wait_for(serving, timeout=60)


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE)
    found: dict[str, Any] = await page.evaluate(RUN_AXE, STANDARDS)
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_is_accessible_and_fits(
    browser: Browser, preview: str, theme: Literal["light", "dark"], width: int
) -> None:
    """Axe finds nothing on any page, and no page is wider than its window."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce", bypass_csp=True
    )
    page = await context.new_page()
    found: dict[str, list[str]] = {}

    for name in PAGES_OF_ALL:
        await page.goto(f"{preview}/{name}")
        found[name] = await violations(page)
        if await page.evaluate(TOO_WIDE):
            found[name].append("wider than the window")
    await context.close()

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_longer_words_still_fit(browser: Browser, preview: str) -> None:
    """With texts that are 40 % longer, as in other languages, no page is wider than a small telephone."""
    context = await browser.new_context(viewport={"width": 320, "height": 700})
    page = await context.new_page()
    wide = []

    for name in PAGES_OF_ALL:
        await page.goto(f"{preview}/{name}?locale=en-XA")
        if await page.evaluate(TOO_WIDE):
            wide.append(name)
    await context.close()

    assert wide == []


async def test_targets_are_large_enough(browser: Browser, preview: str) -> None:
    """Every button and menu is at least 24 pixels in both directions (WCAG 2.2, 2.5.8)."""
    context = await browser.new_context(viewport={"width": 390, "height": 800})
    page = await context.new_page()
    small: dict[str, Any] = {}
    script = """[...document.querySelectorAll("button, summary, select, input:not([type=hidden]), .button")]
        .filter(one => one.checkVisibility() && one.offsetParent && !one.closest(".hidden"))
        .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)
        .filter(html => !html.includes("checkbox") && !html.includes("radio"))"""

    for name in PAGES_OF_ALL:
        await page.goto(f"{preview}/{name}")
        if found := await page.evaluate(script):
            small[name] = found
    await context.close()

    assert small == {}
