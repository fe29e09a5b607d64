"""The Webhooks pages of the ShipHero twin's dashboard, as somebody without JavaScript uses them."""

import pytest

from conformance.test_shiphero_webhooks import create
from endpoint import failing, listening
from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin
from visitor import Visitor

_ORDER = "mutation($data: CreateOrderInput!) { order_create(data: $data) { order { legacy_id } } }"


def _signed_in(twin: ShipheroTwin, email: str = "") -> Visitor:
    visitor = Visitor(twin.dashboard)
    visitor.visit("/sign-in")
    visitor.submit("/sign-in", {"email": email or twin.email, "password": twin.password})
    return visitor


def _rule(twin: ShipheroTwin, client: Client) -> None:
    order = client.data(_ORDER, {"data": ORDER})["order_create"]["order"]["legacy_id"]
    twin.control("POST", f"/orders/{order}/automation", {"rule": "Gift"})


def test_the_pages_show_health_and_calls(shiphero_twin: ShipheroTwin) -> None:
    """A failing webhook stands there with its warning, its notice and each of its five calls."""
    client = new_client(shiphero_twin)
    with listening(failing(502)) as endpoint:
        create(client, endpoint.origin + "/hook", shop_name="acceptance")
        _rule(shiphero_twin, client)
        shiphero_twin.clock_advance("1h")
        shiphero_twin.delivered()
    visitor = _signed_in(shiphero_twin)

    visitor.visit("/my-account")
    listed = visitor.follow("Webhooks")
    one = visitor.follow("Automation Rules")

    assert "WARNING" in listed.text
    assert "acceptance" in listed.text
    assert "Messages are being lost." in one.text
    assert one.html.count(">502<") == 5
    assert "Shown once" in one.text


def test_a_webhook_is_disabled_enabled_and_moved_by_clicking(shiphero_twin: ShipheroTwin) -> None:
    """What the page does is what the API then says."""
    client = new_client(shiphero_twin)
    create(client, "https://hooks.example/in")
    visitor = _signed_in(shiphero_twin)
    visitor.visit("/my-account/webhooks")
    visitor.follow("Automation Rules")

    off = visitor.submit("/switch", {"enabled": "off"})
    on = visitor.submit("/switch", {"enabled": "on"})
    wrong = visitor.submit("/url", {"url": "hooks.example"})
    moved = visitor.submit("/url", {"url": "https://hooks.example/out"})

    assert "The webhook is disabled." in off.text
    assert "The webhook is enabled." in on.text
    assert "Enter one that starts with http://" in wrong.text
    assert "Messages go to the new address" in moved.text
    shown = client.data("{ webhooks { data(first: 5) { edges { node { url enabled } } } } }")["webhooks"]["data"][
        "edges"
    ]
    assert [edge["node"] for edge in shown] == [{"url": "https://hooks.example/out", "enabled": True}]


@pytest.mark.parametrize("number", [1, 999_999])
def test_webhooks_of_others_do_not_exist(shiphero_twin: ShipheroTwin, number: int) -> None:
    """A merchant's page finds neither a 3PL's webhook nor one that never was."""
    logistics = new_client(shiphero_twin, "wms@3pl.example", account_id="7601")
    made = create(logistics, "https://hooks.example/in")["legacy_id"]
    visitor = _signed_in(shiphero_twin)

    page = visitor.visit(f"/my-account/webhooks/{made if number == 1 else number}")

    assert page.status == 404


def test_the_control_page_switches_types(shiphero_twin: ShipheroTwin) -> None:
    """A type that support switches is off for one account after a click, and the dashboard says so."""
    visitor = _signed_in(shiphero_twin)
    visitor.visit("/_twin/")

    page = visitor.submit("/webhook_types", {"account_id": "7556", "name": "Tote Complete", "on": "false"})
    listed = visitor.visit("/my-account/webhooks")

    assert "Tote Complete is off for this account." in page.text
    assert "Support has not switched on for this account: Tote Complete." in listed.text
