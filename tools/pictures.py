#!/usr/bin/env python3
"""Shoot the pictures anew: those of the guides from the twins' dashboards, those of the README from the hub.

It starts a Crossdock of its own on free ports, in a directory that is gone afterwards. What differs between two runs
(tokens, dates, times) is replaced on the page before the picture is taken, so that an unchanged page gives an unchanged
picture.
"""

from __future__ import annotations

import base64
import json
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
GUIDES = ROOT / "src" / "crossdock" / "hub" / "static" / "guides"
README = ROOT / "docs" / "pictures"
_SIZE = {"width": 1200, "height": 675}
_STOP_SECONDS = 20
_TEST_SECONDS = 30_000

# Draws a ring around what the step speaks of, and puts samples in the place of what differs from run to run.
_PREPARE = """
([target, samples]) => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    for (const [pattern, sample] of samples) node.data = node.data.replace(new RegExp(pattern, "g"), sample);
  }
  if (!target) return;
  const box = target.getBoundingClientRect();
  const ring = document.createElement("div");
  Object.assign(ring.style, {
    position: "fixed", left: `${box.left - 8}px`, top: `${box.top - 6}px`, width: `${box.width + 16}px`,
    height: `${box.height + 12}px`, border: "4px solid #e8590c", borderRadius: "12px", zIndex: 99999,
    boxShadow: "0 0 0 4px rgb(232 89 12 / 25%)", pointerEvents: "none", boxSizing: "border-box",
  });
  document.body.append(ring);
}
"""
_SAMPLES = [
    (r"\b(prod|sand)_[A-Za-z0-9+/=_-]{20,}", "$1_c2FtcGxlIHRva2VuIG9mIGEgZ3VpZGU="),
    (r"\beyJ[A-Za-z0-9_.-]{40,}", "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzYW1wbGUiOiJvZiBhIGd1aWRlIn0.c2FtcGxl"),
    (r"\b[A-Za-z0-9_-]{43,60}\b", "sample-of-a-refresh-token-in-a-guide-picture"),
    (r"\b\d{1,2} [A-Z][a-z]{2} 20\d\d\b", "1 Oct 2026"),
    (r"\b20\d\d-\d\d-\d\d\b", "2026-10-01"),
    (r"\b\d\d:\d\d( UTC)?\b", "09:00$1"),
    (r"127\.0\.0\.1:\d+", "the-provider.example"),
    (r"\bin 2\d days\b", "in 22 days"),
    (r"\b(just now|\d+ minutes? ago)", "3 minutes ago"),
]


@dataclass(frozen=True)
class Running:
    """A Crossdock that runs for the pictures: what `crossdock up --json` said."""

    facts: Mapping[str, Any]

    @property
    def hub(self) -> str:
        """Return the hub's address."""
        return str(self.facts["hub"])

    def twin(self, name: str) -> Mapping[str, str]:
        """Return a twin's addresses and who signs in there."""
        twin: Mapping[str, str] = self.facts["twins"][name]
        return twin

    def post(self, url: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Post JSON, with the API key where it goes to the hub."""
        headers = {"content-type": "application/json"}
        if url.startswith(self.hub):
            headers["authorization"] = "Basic " + base64.b64encode(f"{self.facts['api_key']}:".encode()).decode()
        request = urllib.request.Request(url, data=json.dumps(data).encode(), headers=headers)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - the same
            answer: dict[str, Any] = json.load(reply)
        return answer


@contextmanager
def running() -> Iterator[Running]:
    """Run Crossdock with its twins in a directory of its own."""
    command = [str(Path(sys.executable).parent / "crossdock"), "up", "--json", "--port", str(_free_port())]
    with (
        tempfile.TemporaryDirectory(prefix="crossdock-pictures-") as folder,
        subprocess.Popen([*command, "--data-dir", folder], stdout=subprocess.PIPE, text=True) as process,  # noqa: S603 - our own
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield Running(json.loads(line))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=_STOP_SECONDS)


def _free_port() -> int:
    """Find four ports in a row that nobody uses."""
    for base in range(18_400, 28_400, 10):
        try:
            for port in range(base, base + 4):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise SystemExit("No four free ports in a row between 18400 and 28400.")


def shoot(page: Page, file: Path, target: Locator | None = None) -> None:
    """Take a picture with a ring around the target."""
    page.wait_for_load_state("networkidle")
    if target is not None:
        target.scroll_into_view_if_needed()
    page.evaluate(_PREPARE, [target.element_handle() if target else None, _SAMPLES])
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, animations="disabled", caret="hide")
    sys.stdout.write(f"{file.relative_to(ROOT)}\n")


def sign_in(page: Page, twin: Mapping[str, str], picture: Path) -> None:
    """Sign in at a twin's dashboard, as a merchant does."""
    page.goto(twin["dashboard"])
    shoot(page, picture, page.locator("form").first)
    page.goto(page.url)
    page.fill("input[name=email]", twin["email"])
    page.fill("input[name=password]", twin["password"])
    page.click("form button:has-text('Sign in')")


def parcel_token(page: Page, run: Running, folder: Path) -> None:
    """Shoot the way to an API access token."""
    home = run.twin("easyship")["dashboard"]
    sign_in(page, run.twin("easyship"), folder / "sign_in.png")
    page.goto(home)
    shoot(page, folder / "open_integrations.png", page.locator("a:has-text('API & Webhooks')").first)
    page.goto(f"{home}/integrations/new/api")
    page.select_option("#type", index=1)
    page.fill("#name", "Crossdock")
    shoot(page, folder / "new_integration.png", page.locator("[role=dialog]"))
    page.goto(f"{home}/integrations/new/api")
    page.select_option("#type", label="I'm developing a custom integration")
    page.fill("#name", "Crossdock")
    page.click("[role=dialog] button.primary")
    place = page.url
    shoot(page, folder / "scopes.png", page.locator("#scopes a:has-text('Edit')"))
    page.goto(place)
    page.locator("summary:has-text('Access Token')").first.click()
    shoot(page, folder / "copy_token.png", page.locator("details.token").first)


def parcel_oauth(page: Page, run: Running, folder: Path) -> None:
    """Shoot the way over the provider's own sign-in."""
    twin = run.twin("easyship")
    callback = f"{run.hub}/connect/oauth2/easyship/callback"
    app = run.post(f"{twin['production']}/_twin/oauth_apps", {"name": "Crossdock", "redirect_uris": [callback]})
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    asked = (
        f"{twin['production']}/oauth2/authorize?client_id={app['client_id']}&redirect_uri={callback}"
        "&response_type=code&scope=public.shipment:read+public.rate:read&state=sample"
        f"&code_challenge={challenge}&code_challenge_method=S256"
    )
    page.goto(asked)
    shoot(page, folder / "sign_in.png", page.locator("form").first)
    page.goto(asked)
    page.fill("input[name=email]", twin["email"])
    page.fill("input[name=password]", twin["password"])
    page.click("form button:has-text('Sign in')")
    shoot(page, folder / "scopes.png", page.locator(".wants"))
    page.goto(asked)
    shoot(page, folder / "copy_token.png", page.locator("button[value=allow]"))


def fulfilment_token(page: Page, run: Running, folder: Path) -> None:
    """Shoot the way to a refresh token."""
    home = run.twin("shiphero")["dashboard"]
    sign_in(page, run.twin("shiphero"), folder / "sign_in.png")
    page.goto(f"{home}/my-account")
    shoot(page, folder / "open_developers.png", page.locator("nav a:has-text('Developer Users')").first)
    page.goto(f"{home}/my-account/developer-users/new")
    page.fill("input[name=first_name]", "Cross")
    page.fill("input[name=last_name]", "Dock")
    page.fill("input[name=email]", "crossdock@your-shop.example")
    shoot(page, folder / "add_developer.png", page.locator("form.fields"))
    page.goto(f"{home}/my-account/developer-users/new")
    page.fill("input[name=first_name]", "Cross")
    page.fill("input[name=last_name]", "Dock")
    page.fill("input[name=email]", "crossdock@your-shop.example")
    page.click("button:has-text('Add Developer')")
    shoot(page, folder / "copy_token.png", page.locator("section[aria-labelledby=refresh] .label, #refresh-token").last)


def link(page: Page, run: Running, session: Mapping[str, Any], field: str, token: str) -> None:
    """Link an account on the hub's pages."""
    page.goto(run.post(f"{run.hub}/connect_sessions", session)["auth_link_url"])
    page.fill(f"#field-{field}", token)
    page.click("[data-submit]")
    page.wait_for_selector("form[action$=confirm]", timeout=_TEST_SECONDS)
    page.click("[data-submit]")
    page.wait_for_selector(".done")


def readme(page: Page, run: Running) -> None:
    """Shoot the hub with its guide, and the Accounts page with a handful of accounts."""
    parcels, fulfilment = run.twin("easyship"), run.twin("shiphero")
    made = [run.post(f"{parcels['production']}/_twin/integrations", {"name": f"No. {n}"}) for n in range(2)]
    developers = [
        run.post(
            f"{fulfilment['api']}/_twin/developers",
            {"first_name": "Cross", "last_name": "Dock", "email": f"{n}@your-shop.example"},
        )
        for n in range(2)
    ]
    owner = {"origin_owner_id": "shop-17", "origin_owner_name": "Acme Pets"}
    link(page, run, {**owner, "provider": "easyship"}, "api_token", made[0]["production_token"])
    other = {"origin_owner_id": "shop-23", "origin_owner_name": "Birch & Bloom"}
    link(page, run, {**other, "provider": "easyship"}, "api_token", made[1]["sandbox_token"])
    link(page, run, {**owner, "provider": "shiphero"}, "refresh_token", developers[0]["refresh_token"])
    third = {"origin_owner_id": "shop-31", "origin_owner_name": "Northern Bikes"}
    link(page, run, {**third, "provider": "shiphero"}, "refresh_token", developers[1]["refresh_token"])
    page.goto(f"{run.hub}/dashboard")
    page.fill("#email", run.facts["admin"]["email"])
    page.fill("#password", run.facts["admin"]["password"])
    page.click("main button")
    page.locator("details.menu summary").last.click()
    page.locator("details.menu[open] button:has-text('Pause')").click()
    page.goto(f"{run.hub}/dashboard/accounts")
    shoot(page, README / "accounts.png")
    fourth = {"origin_owner_id": "shop-40", "origin_owner_name": "Harbour Ceramics", "provider": "shiphero"}
    page.goto(run.post(f"{run.hub}/connect_sessions", fourth)["auth_link_url"])
    shoot(page, README / "hub.png")


def fresh(context: BrowserContext, work: Callable[[Page], None]) -> None:
    """Do something on a page of its own, signed in nowhere."""
    context.clear_cookies()
    page = context.new_page()
    work(page)
    page.close()


def main() -> None:
    """Shoot all pictures; the hub is started anew for its own, so that it shows the guide with its new pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(viewport=_SIZE, bypass_csp=True, reduced_motion="reduce")
        with running() as run:
            fresh(context, lambda page: parcel_token(page, run, GUIDES / "easyship" / "token"))
            fresh(context, lambda page: parcel_oauth(page, run, GUIDES / "easyship" / "oauth"))
            fresh(context, lambda page: fulfilment_token(page, run, GUIDES / "shiphero" / "refresh_token"))
        with running() as run:
            fresh(context, lambda page: readme(page, run))
        browser.close()


if __name__ == "__main__":
    main()
