"""Webhooks of the ShipHero twin over HTTP: managed through GraphQL, delivered to a real endpoint."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from endpoint import failing, listening, posts, recovering
from receiver import Heard, Receiver, answer
from shiphero_client import ORDER, Client, new_client
from twins import ShipheroTwin, fetch

TYPES = (
    *("Inventory Update", "Inventory Change", "Shipment Update", "Automation Rules", "Order Canceled"),
    *("Capture Payment", "PO Update", "Return Update", "Tote Complete", "Tote Cleared", "Order Packed Out"),
    *("Package Added", "Print Barcode", "Order Allocated", "Order Deallocated", "Shipment ASN", "Generate Label"),
    "Product Update",
)
_NODE = "id legacy_id account_id shop_name name url source enabled health created_at updated_at last_enabled_change"
_CREATE = (
    "mutation($data: CreateWebhookInput!) { webhook_create(data: $data) { request_id complexity"
    f" webhook {{ {_NODE} shared_signature_secret }} }} }}"
)
_LIST = (
    "query($customer: String, $first: Int, $after: String) { webhooks(customer_account_id: $customer) { request_id"
    f' data(sort: "name", first: $first, after: $after) {{ pageInfo {{ hasNextPage endCursor }}'
    f" edges {{ cursor node {{ {_NODE} shared_signature_secret }} }} }} }} }}"
)
_LOGS = """query($id: String!, $from: ISODateTime, $to: ISODateTime, $first: Int, $after: String) {
  webhooks_call_logs(webhook_id: $id, date_from: $from, date_to: $to, first: $first, after: $after) {
    request_id complexity data { page_info { has_next_page has_previous_page start_cursor end_cursor }
      edges { cursor node { id webhook_type url timestamp status_code response } } } } }"""
_ORDER = "mutation($data: CreateOrderInput!) { order_create(data: $data) { order { id legacy_id } } }"
_SUCCESS = b'{"code":"200","Status":"Success"}'


@pytest.fixture
def endpoint() -> Iterator[Receiver]:
    """Run an endpoint that takes everything as the provider wants it."""
    with listening(lambda _: answer(body=_SUCCESS)) as receiver:
        yield receiver


def create(client: Client, url: str, name: str = "Automation Rules", **members: Any) -> dict[str, Any]:
    made: dict[str, Any] = client.data(_CREATE, {"data": {"name": name, "url": url, **members}})["webhook_create"]
    return dict(made["webhook"])


def _webhooks(client: Client, **variables: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in client.data(_LIST, variables)["webhooks"]["data"]["edges"]]


def _by_id(client: Client, verb: str, data: dict[str, Any]) -> dict[str, Any]:
    kind = {"enable": "EnableWebhookInput", "disable": "DisableWebhookInput", "update_url": "UpdateUrlWebhookInput"}
    document = f"mutation($data: {kind[verb]}!) {{ webhook_{verb}(data: $data) {{ webhook {{ {_NODE} }} }} }}"
    changed: dict[str, Any] = client.data(document, {"data": data})[f"webhook_{verb}"]["webhook"]
    return changed


def _logs(client: Client, webhook_id: str, **variables: Any) -> dict[str, Any]:
    page: dict[str, Any] = client.data(_LOGS, {"id": webhook_id, **variables})["webhooks_call_logs"]["data"]
    return page


def _order(client: Client) -> int:
    return int(client.data(_ORDER, {"data": ORDER})["order_create"]["order"]["legacy_id"])


def _rule(twin: ShipheroTwin, order: int, rule: str = "Send a webhook") -> None:
    """Let an automation rule run on an order, which publishes one message."""
    twin.control("POST", f"/orders/{order}/automation", {"rule": rule})


def test_every_type_can_be_registered(shiphero_twin: ShipheroTwin) -> None:
    """All 18 types, each with a secret of its own that no later answer shows."""
    client = new_client(shiphero_twin)

    made = [create(client, "https://hooks.example/in", name, shop_name="acceptance") for name in TYPES]

    assert _webhooks(client) == [
        {**each, "shared_signature_secret": None} for each in sorted(made, key=lambda each: str(each["name"]))
    ]
    assert {each["name"] for each in made} == set(TYPES)
    assert len({each["shared_signature_secret"] for each in made}) == len(TYPES) == 18
    assert {(each["shop_name"], each["enabled"], each["health"]) for each in made} == {("acceptance", True, "HEALTHY")}
    assert made[0]["id"] == base64.b64encode(f"Webhook:{made[0]['legacy_id']}".encode()).decode()


def test_a_webhook_needs_a_type_and_an_address(shiphero_twin: ShipheroTwin) -> None:
    """The type is matched exactly; the address is one of HTTP."""
    client = new_client(shiphero_twin)
    wrong = {
        "order allocated is not a webhook type": {"name": "order allocated"},
        "name is required": {"name": " "},
        "hooks.example/in is not a valid URL": {"url": "hooks.example/in"},
        "url is required": {"url": ""},
    }

    for words, members in wrong.items():
        data = {"name": "Order Allocated", "url": "https://hooks.example/in", **members}
        assert words in client.error(_CREATE, {"data": data})["message"]

    assert _webhooks(client) == []


def test_one_webhook_for_each_type_and_shop(shiphero_twin: ShipheroTwin) -> None:
    """A second one of the same type and shop is refused, one of another shop is not."""
    client = new_client(shiphero_twin)
    create(client, "https://hooks.example/in", shop_name="a")
    create(client, "https://hooks.example/in", shop_name="b")

    error = client.error(_CREATE, {"data": {"name": "Automation Rules", "url": "https://x.example", "shop_name": "a"}})

    assert "already" in error["message"]
    assert len(_webhooks(client)) == 2


def test_webhooks_are_deleted_by_name_and_shop_or_by_name_alone(shiphero_twin: ShipheroTwin) -> None:
    """Without a shop every webhook of that name goes; a name without webhooks is not found."""
    client = new_client(shiphero_twin)
    for shop in ("a", "b", "c"):
        create(client, "https://hooks.example/in", shop_name=shop)
    document = "mutation($data: DeleteWebhookInput!) { webhook_delete(data: $data) { request_id complexity } }"

    client.data(document, {"data": {"name": "Automation Rules", "shop_name": "b"}})
    left = [each["shop_name"] for each in _webhooks(client)]
    client.data(document, {"data": {"name": "Automation Rules"}})
    error = client.error(document, {"data": {"name": "Automation Rules"}})

    assert left == ["a", "c"]
    assert (error["code"], error["message"]) == (5, "Webhook not found")


def test_a_webhook_is_switched_and_moved(shiphero_twin: ShipheroTwin) -> None:
    """Disabling and enabling leave their time; the address changes without a new secret."""
    client = new_client(shiphero_twin)
    made = create(client, "https://hooks.example/in")
    shiphero_twin.clock_advance("1h")

    off = _by_id(client, "disable", {"webhook_id": made["id"]})
    on = _by_id(client, "enable", {"webhook_id": str(made["legacy_id"])})
    moved = _by_id(client, "update_url", {"webhook_id": made["id"], "new_url": "https://hooks.example/out"})

    assert (off["enabled"], on["enabled"]) == (False, True)
    assert off["last_enabled_change"] > made["last_enabled_change"]
    assert moved["url"] == "https://hooks.example/out"


def test_webhooks_of_others_are_not_found(shiphero_twin: ShipheroTwin) -> None:
    """A 3PL sees its customers' webhooks, a merchant only its own."""
    merchant, logistics = new_client(shiphero_twin), new_client(shiphero_twin, "wms@3pl.example", account_id="7601")
    made = create(merchant, "https://hooks.example/in")
    customer = base64.b64encode(b"Account:7602").decode()
    theirs = create(logistics, "https://hooks.example/in", customer_account_id=customer)

    error = logistics.error(_LOGS, {"id": made["id"]})

    assert (error["code"], error["message"]) == (5, "Webhook not found")
    assert theirs["account_id"] == customer
    assert [each["id"] for each in _webhooks(logistics, customer=customer)] == [theirs["id"]]
    assert [each["id"] for each in _webhooks(merchant)] == [made["id"]]


def test_a_webhook_needs_the_scopes(shiphero_twin: ShipheroTwin) -> None:
    """view:webhooks lists, change:webhooks registers."""
    reader = new_client(shiphero_twin, scopes=["view:webhooks"])

    error = reader.error(_CREATE, {"data": {"name": "Order Allocated", "url": "https://hooks.example"}})

    assert (error["code"], error["message"]) == (7, "Missing required scope(s): change:webhooks")
    assert _webhooks(reader) == []


def test_registering_probes_the_address_with_head(shiphero_twin: ShipheroTwin, endpoint: Receiver) -> None:
    """One HEAD request without a body; it stands in no call log."""
    client = new_client(shiphero_twin)

    made = create(client, endpoint.origin + "/hook")

    shiphero_twin.delivered()
    assert [(heard.method, heard.target, heard.body) for heard in endpoint.heard] == [("HEAD", "/hook", b"")]
    assert _logs(client, made["id"])["edges"] == []


def test_a_message_is_signed_over_its_raw_body(shiphero_twin: ShipheroTwin, endpoint: Receiver) -> None:
    """base64 of HMAC-SHA256 with the webhook's own secret, and a message id beside it."""
    client = new_client(shiphero_twin)
    made = create(client, endpoint.origin)

    _rule(shiphero_twin, order := _order(client), "Gift")

    shiphero_twin.delivered()
    (heard,) = posts(endpoint)
    digest = hmac.new(made["shared_signature_secret"].encode(), heard.body, hashlib.sha256).digest()
    assert heard.headers["x-shiphero-hmac-sha256"] == base64.b64encode(digest).decode()
    assert heard.headers["content-type"] == "application/json"
    body = json.loads(heard.body)
    assert (body["webhook_type"], body["automation_rule"], body["order_id"]) == ("Automation Rules", "Gift", order)
    assert heard.headers["x-shiphero-message-id"]


def test_a_message_is_tried_five_times_ever_further_apart(shiphero_twin: ShipheroTwin) -> None:
    """One, two, four and eight minutes lie between the tries, which share body and message id."""
    client = new_client(shiphero_twin)
    with listening(failing(500)) as endpoint:
        made = create(client, endpoint.origin)
        _rule(shiphero_twin, _order(client))
        shiphero_twin.clock_advance("1h")
        shiphero_twin.delivered()
        heard = posts(endpoint)

    (delivery,) = [each for each in shiphero_twin.deliveries() if each["event"] != "probe"]
    times = [datetime.fromisoformat(attempt["at"]) for attempt in delivery["attempts"]]
    assert [later - earlier for earlier, later in pairwise(times)] == [
        timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)
    ]
    assert delivery["state"] == "failed"
    assert len({(each.body, each.headers["x-shiphero-message-id"]) for each in heard}) == 1
    assert [each["health"] for each in _webhooks(client)] == ["WARNING"]
    assert made["health"] == "HEALTHY"


def test_a_success_makes_a_webhook_healthy_again(shiphero_twin: ShipheroTwin) -> None:
    """One lost message is a warning; the next that arrives ends it."""
    client = new_client(shiphero_twin)
    with listening(recovering(failures=5, status=502)) as endpoint:
        create(client, endpoint.origin)
        order = _order(client)
        _rule(shiphero_twin, order)
        shiphero_twin.clock_advance("1h")
        shiphero_twin.delivered()
        warned = [each["health"] for each in _webhooks(client)]
        _rule(shiphero_twin, order)
        shiphero_twin.delivered()

    assert (warned, [each["health"] for each in _webhooks(client)]) == (["WARNING"], ["HEALTHY"])


def test_an_unhealthy_webhook_is_switched_off(shiphero_twin: ShipheroTwin) -> None:
    """Five messages lost in a row switch it off; nothing more is sent until somebody enables it."""
    client = new_client(shiphero_twin)
    with listening(failing(503)) as endpoint:
        made = create(client, endpoint.origin)
        order = _order(client)
        for number in range(6):
            _rule(shiphero_twin, order, f"Rule {number}")
            shiphero_twin.clock_advance("1h")
            shiphero_twin.delivered()
        (off,) = _webhooks(client)
        calls = len(posts(endpoint))
    on = _by_id(client, "enable", {"webhook_id": made["id"]})

    assert (off["health"], off["enabled"], calls) == ("UNHEALTHY", False, 25)
    assert off["last_enabled_change"] > made["last_enabled_change"]
    assert (on["health"], on["enabled"]) == ("HEALTHY", True)


def test_call_logs_show_the_last_hour_in_odd_pages(shiphero_twin: ShipheroTwin) -> None:
    """Newest first, with first and after on the operation and page_info in snake case."""
    client = new_client(shiphero_twin)
    with listening(recovering(failures=2, then=answer(body=_SUCCESS))) as endpoint:
        made = create(client, endpoint.origin + "/hook")
        _rule(shiphero_twin, _order(client))
        shiphero_twin.clock_advance("30m")
        shiphero_twin.delivered()
        page = _logs(client, made["id"], first=2)
        rest = _logs(client, made["id"], first=2, after=page["page_info"]["end_cursor"])

    first, second = (edge["node"] for edge in page["edges"])
    assert (first["webhook_type"], first["url"]) == ("Automation Rules", endpoint.origin + "/hook")
    assert (first["status_code"], first["response"]) == (200, {"code": "200", "Status": "Success"})
    assert (second["status_code"], [edge["node"]["status_code"] for edge in rest["edges"]]) == (500, [500])
    assert page["page_info"]["has_next_page"]
    assert not page["page_info"]["has_previous_page"]
    assert (rest["page_info"]["has_next_page"], rest["page_info"]["has_previous_page"]) == (False, True)


def test_call_logs_span_a_week_at_most(shiphero_twin: ShipheroTwin, endpoint: Receiver) -> None:
    """Older calls need dates; more than seven days between them are refused, and so is the wrong order."""
    client = new_client(shiphero_twin)
    made = create(client, endpoint.origin)
    _rule(shiphero_twin, _order(client))
    shiphero_twin.delivered()
    now = shiphero_twin.clock_advance("6d").replace(tzinfo=None)

    def days_ago(days: int) -> str:
        return (now - timedelta(days=days)).isoformat(timespec="seconds")

    hidden = _logs(client, made["id"])["edges"]
    shown = _logs(client, made["id"], **{"from": days_ago(7)})["edges"]
    too_long = client.error(_LOGS, {"id": made["id"], "from": days_ago(8), "to": days_ago(0)})
    backwards = client.error(_LOGS, {"id": made["id"], "from": days_ago(0), "to": days_ago(2)})

    assert (hidden, len(shown)) == ([], 1)
    assert "1 week" in too_long["message"]
    assert "before" in backwards["message"]


def test_a_slow_endpoint_has_ten_seconds(shiphero_twin: ShipheroTwin) -> None:
    """An endpoint that says nothing is given up after 10 s, and the try counts as failed."""
    client = new_client(shiphero_twin)
    with listening(_silent) as endpoint:
        made = create(client, endpoint.origin)
        _rule(shiphero_twin, _order(client))
        shiphero_twin.delivered(seconds=60)
        (edge,) = _logs(client, made["id"])["edges"]

    assert edge["node"]["status_code"] is None
    assert edge["node"]["response"] == {"error": "No answer within 10 seconds."}


async def _silent(_heard: Heard) -> bytes:
    await asyncio.sleep(30)
    return answer()


def test_types_that_support_switches_on_stay_silent_when_off(shiphero_twin: ShipheroTwin) -> None:
    """Registering works all the same; the control page says what is off."""
    shiphero_twin.control("POST", "/webhook_types", {"account_id": "7556", "name": "Generate Label", "on": False})

    made = create(new_client(shiphero_twin), "https://hooks.example/in", "Generate Label")
    off = fetch(f"{shiphero_twin.base}/_twin/").text()
    shiphero_twin.control("POST", "/webhook_types", {"account_id": "7556", "name": "Generate Label", "on": True})
    on = fetch(f"{shiphero_twin.base}/_twin/").text()

    assert made["enabled"]
    assert "off: Generate Label" in off
    assert "off: Generate Label" not in on


def test_lost_and_doubled_messages(shiphero_twin: ShipheroTwin, endpoint: Receiver) -> None:
    """The next message gets lost, the one after it arrives twice under one id."""
    client = new_client(shiphero_twin)
    create(client, endpoint.origin)
    order = _order(client)
    shiphero_twin.delivered()
    shiphero_twin.lose_webhooks(1)
    shiphero_twin.duplicate_webhooks(1)

    for rule in ("lost", "doubled", "once"):
        _rule(shiphero_twin, order, rule)
        shiphero_twin.delivered()

    heard = [
        (json.loads(each.body)["automation_rule"], each.headers["x-shiphero-message-id"]) for each in posts(endpoint)
    ]
    assert [rule for rule, _ in heard] == ["doubled", "doubled", "once"]
    assert len({message for _, message in heard}) == 2
