from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from guest import Guest
from house import Live
from twins import EasyshipTwin

APP = "https://shop.example.com"


async def opened(live: Live, **members: Any) -> dict[str, Any]:
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop One", "provider": "easyship", **members}
    session: dict[str, Any] = (await live.call("POST", "/connect_sessions", data=body)).json()
    return session


async def ask(live: Live, fields: dict[str, str], **headers: str) -> tuple[int, dict[str, str], str]:
    async with live.client.post(f"{live.url}/link/embed", data=fields, headers=headers, allow_redirects=False) as reply:
        return reply.status, {name.lower(): value for name, value in reply.headers.items()}, await reply.text()


async def test_the_script_is_small_and_open_to_every_page(live: Live) -> None:
    """Any app may load connect.js; it comes to less than 4 KiB packed, and is asked for again after a release."""
    async with live.client.get(f"{live.url}/stackone/connect.js") as reply:
        body, headers = await reply.read(), reply.headers

    assert len(gzip.compress(body)) < 4096
    assert headers["content-type"].startswith("text/javascript")
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cache-control"] == "no-cache"


async def test_the_door_knows_nothing_and_may_be_framed_by_anyone(guest: Guest) -> None:
    """The door's page is the same for everybody, and no cookie comes with it."""
    sight = await guest.get("/link/embed")

    assert sight.status == 200
    assert "frame-ancestors *" in sight.headers["content-security-policy"]
    assert "set-cookie" not in sight.headers


async def test_a_named_origin_gets_the_flow_inside_its_page(live: Live) -> None:
    """For an origin that the session names the token becomes a cookie, and the answer leads on."""
    session = await opened(live, allowed_origins=[APP])

    status, headers, body = await ask(live, {"token": session["token"], "origin": APP})

    assert (status, json.loads(body)) == (200, {"url": f"/link/s/{session['id']}?resume=1"})
    assert f"Path=/link/s/{session['id']}" in headers["set-cookie"]


@pytest.mark.parametrize("around", ["https://other.example.com", f"{APP}:444", "null", "https://evil.shop.example.com"])
async def test_any_other_origin_gets_a_window(live: Live, around: str) -> None:
    """For any other origin there is neither a way on in the frame nor a cookie."""
    session = await opened(live, allowed_origins=[APP])

    status, headers, body = await ask(live, {"token": session["token"], "origin": around})

    assert (status, json.loads(body)) == (200, {"url": None})
    assert "set-cookie" not in headers


async def test_the_window_is_let_in_by_the_doors_own_form(live: Live) -> None:
    """A form without an origin is the window's: it is led to the flow with a cookie."""
    session = await opened(live)

    status, headers, _ = await ask(live, {"token": session["token"]}, origin=live.url)

    assert (status, headers["location"]) == (303, f"/link/s/{session['id']}?resume=1")
    assert session["token"] in headers["set-cookie"]


async def test_another_site_cannot_let_a_browser_in(live: Live) -> None:
    """A form that another site's page sends sets no cookie; a token that nobody knows opens nothing."""
    session = await opened(live)

    forged, headers, _ = await ask(live, {"token": session["token"]}, origin="https://evil.example.com")
    unknown, _, _ = await ask(live, {"token": "cs_unknown"})

    assert (forged, unknown) == (403, 401)
    assert "set-cookie" not in headers


async def test_a_used_link_shows_its_receipt_whatever_came_after(
    live: Live, guest: Guest, easyship_twin: EasyshipTwin
) -> None:
    """Where an app linked with the session and a later try failed, the link still leads to the receipt."""
    session = await opened(live)
    offers = (await live.hub("GET", "/hub/connectors", token=session["token"])).json()["integrations"]
    for typed in (easyship_twin.integration()["production_token"], "prod_" + "A" * 43 + "="):
        body = {"integration_id": offers[0]["integration_id"], "credentials": {"api_token": typed}}
        await live.hub("POST", "/hub/accounts", token=session["token"], data=body)

    sight = await guest.get(session["auth_link_url"])

    assert "is linked" in sight.text
    assert "Receipt" in sight.text
