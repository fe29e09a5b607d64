"""`crossdock up` that follows the twins' clock: a person turns 27 days and watches the refresh happen."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crossdock.cli.twin_control import TwinControl
from crossdock.egress.client import Egress
from crossdock_process import Up
from twins import EasyshipTwin, ShipheroTwin, fetch

pytestmark = pytest.mark.xdist_group("up")

WAIT_SECONDS = 60


def call(up: Up, path: str, *, data: Any = None, token: str | None = None) -> Any:
    """Call the API with the key that `up` printed, or a hub endpoint with a session's token."""
    basic = b64encode(f"{up.facts['api_key']}:".encode()).decode()
    headers = {"x-hub-session-token": token} if token else {"Authorization": f"Basic {basic}"}
    reply = fetch(up.facts["hub"] + path, method="POST" if data is not None else "GET", headers=headers, data=data)
    assert reply.status in {200, 201}, reply.text()
    return reply.json()


def link(up: Up) -> dict[str, Any]:
    """Link a developer of the ShipHero twin and give the account."""
    twin = up.facts["twins"]["shiphero"]["api"] + "/_twin/developers"
    made = fetch(
        twin, method="POST", data={"first_name": "Cross", "last_name": "Dock", "email": "follow@shop.example"}
    ).json()
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop", "provider": "shiphero"}
    token = call(up, "/connect_sessions", data=body)["token"]
    offer = call(up, "/hub/connectors", token=token)["integrations"][0]
    pasted = {"integration_id": offer["integration_id"], "credentials": {"refresh_token": made["refresh_token"]}}
    account: dict[str, Any] = call(up, f"/accounts/{call(up, '/hub/accounts', data=pasted, token=token)['id']}")
    return account


def test_twenty_seven_days_bring_a_refresh(tmp_path: Path) -> None:
    """With --follow-twin-clock, turning a twin by 27 days makes the hub renew the credential within moments."""
    with Up(tmp_path / "data", "--follow-twin-clock") as up:
        up.ready()
        before = link(up)
        turned = up.facts["twins"]["shiphero"]["api"] + "/_twin/clock"
        stopped = fetch(turned, method="POST", data={"stopped": True})
        untied = fetch(turned, method="POST", data={"follow": False})
        fetch(turned, method="POST", data={"advance": "27d"})

        after, deadline = before, time.monotonic() + WAIT_SECONDS
        while after["expires_at"] == before["expires_at"] and time.monotonic() < deadline:
            time.sleep(0.5)
            after = call(up, f"/accounts/{before['id']}")

    assert after["expires_at"] > before["expires_at"]
    assert after["status"] == "active"
    assert (stopped.status, untied.status) == (422, 422)
    assert "--follow-twin-clock" in stopped.json()["error"]["remedy"]


async def test_a_clock_that_stands_is_not_brought_along(
    easyship_twin: EasyshipTwin, shiphero_twin: ShipheroTwin
) -> None:
    """The hub lives in the time of the twin that it follows, and hears which other one stands."""
    stood = easyship_twin.clock_advance("50d")
    easyship_twin.clock_stop()
    shiphero_twin.clock_advance("27d")
    fetch(f"{shiphero_twin.base}/_twin/clock", method="POST", data={"follow": True})
    addresses = {"easyship": {"dashboard": easyship_twin.base}, "shiphero": {"dashboard": shiphero_twin.base}}
    egress = await Egress.open(private_origins=[easyship_twin.base, shiphero_twin.base])

    found = await TwinControl(egress, addresses).one_time(follow="when_switched_on")
    await egress.close()

    assert (found.offset.days, found.standing) == (27, frozenset({"easyship"}))
    assert easyship_twin.now() - stood < timedelta(minutes=5)
    easyship_twin.clock_start()
