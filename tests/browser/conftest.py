"""A real Chromium, one for each worker, and a fresh context for each test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE = 30_000  # milliseconds


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Run Debian's Chromium without a screen."""
    expect.set_options(timeout=_PATIENCE)
    async with async_playwright() as driver:
        opened = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(_ARGUMENTS))
        yield opened
        await opened.close()


async def _page(context: BrowserContext) -> Page:
    context.set_default_timeout(_PATIENCE)
    return await context.new_page()


@pytest_asyncio.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Open a page in a context of its own."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    yield await _page(context)
    await context.close()


@pytest_asyncio.fixture
async def plain_page(browser: Browser) -> AsyncIterator[Page]:
    """Open a page in a context without JavaScript."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    yield await _page(context)
    await context.close()
