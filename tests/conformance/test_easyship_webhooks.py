"""Webhooks of the Easyship twin over HTTP: managed through the API, delivered to a real endpoint."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.easyship_client import Client, client, error
from endpoint import failing, listening, posts, recovering
from receiver import Heard, Receiver, answer
from twins import EasyshipTwin, easyship_handle, fetch, running_twin

_HOOKS = "/2024-09/webhooks"
_SHIPMENT = {"easyship_shipment_id", "platform_order_number"}
_TRACKED = {"tracking_number", "tracking_page_url"}
_WAY = _SHIPMENT | _TRACKED | {"origin", "destination", "company_order_number", "status"}
_TIMES = {"started_at", "finished_at"}
_MEMBERS = {
    "shipment.label.created": _SHIPMENT | _TRACKED | {"status", "label_url"},
    "shipment.label.failed": _SHIPMENT | {"status"},
    "shipment.cancelled": _SHIPMENT | {"status"},
    "shipment.tracking.status.changed": _WAY,
    "shipment.tracking.checkpoints.created": _WAY | {"checkpoints"},
    "shipment.warehouse.state.updated": _SHIPMENT | {"warehouse_state"},
    "batch.started": {"started_at", "items"},
    "batch.finished": _TIMES | {"state", "items", "failed_items"},
    "batch.item.finished": _TIMES
    | {"batch_id", "record_type", "record_id", "reference_id", "state", "processing_errors"},
    "credit.balance.low": {"available_balance", "balance", "currency"},
    "courier.state.changed": {"account_number", "customer_reference_id", "nickname", "umbrella_name"}
    | {"origin_country_alpha2", "account_state", "auth_state"},
    "oauth.authorization.revoked": {"resource_owner_id", "resource_owner_type", "name", "revoked_at"},
}
_POINT = {"order_number", "handler", "message", "location", "city", "country_name", "country_iso3", "state"}
_POINT |= {"postal_code", "checkpoint_time", "primary_status"}
_SECRET = re.compile(r"webh_[0-9a-f]{32}")


@pytest.fixture
def endpoint() -> Iterator[Receiver]:
    """Run an endpoint that takes everything."""
    with listening() as receiver:
        yield receiver


def _hook(caller: Client, url: str, *event_types: str, version: str = "2024-09", **members: Any) -> dict[str, Any]:
    """Add a webhook; without event types it wants cancelled shipments."""
    wanted = {"endpoint": url, "event_types": list(event_types or ["shipment_cancelled"]), "version": version}
    reply = caller.ask("POST", _HOOKS, wanted | members)
    assert reply.status == 201, reply.text()
    made: dict[str, Any] = reply.json()["webhook"]
    return made


def _switch(caller: Client, hook: dict[str, Any], verb: str) -> None:
    reply = caller.ask("POST", f"{_HOOKS}/{hook['id']}/{verb}")
    assert reply.status == 200, reply.text()


def _state(caller: Client, hook: dict[str, Any]) -> str:
    state: str = caller.ask("GET", f"{_HOOKS}/{hook['id']}").json()["webhook"]["state"]
    return state


def _cancel(caller: Client, twin: EasyshipTwin) -> str:
    """Ask for a label and call the shipment off before it is made, which tells the webhooks at once."""
    twin.clock_stop()
    made = caller.create(shipping_settings={"buy_label": True}).json()["shipment"]
    shipment_id: str = made["easyship_shipment_id"]
    assert caller.ask("POST", f"/2024-09/shipments/{shipment_id}/cancel").status == 200
    twin.clock_start()
    twin.clock_advance("1s")
    return shipment_id


def _jwt(heard: Heard) -> tuple[dict[str, Any], dict[str, Any], str]:
    head, claims, signature = heard.headers["x-easyship-signature"].split(".")
    return _json(head), _json(claims), signature


def _json(part: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return value


def test_a_webhook_starts_inactive_and_shows_its_secret(easyship_twin: EasyshipTwin) -> None:
    """What is answered is what was asked for, under a new id, with members in alphabetical order."""
    caller = client(easyship_twin)

    made = _hook(caller, "https://hooks.example/in", "shipment_label_created", "batch_finished")

    assert list(made) == sorted(made)
    assert (made["state"], made["version"], made["configuration"]) == ("inactive", "2024-09", None)
    assert made["event_types"] == ["shipment_label_created", "batch_finished"]
    assert _SECRET.fullmatch(made["secret_token"])
    assert caller.ask("GET", f"{_HOOKS}/{made['id']}").json()["webhook"] == made
    listed = caller.ask("GET", _HOOKS).json()
    assert listed["webhooks"] == [made]
    assert listed["meta"]["pagination"] == {"page": 1, "next": None, "count": 1}


def test_a_webhook_is_changed_without_losing_its_secret(easyship_twin: EasyshipTwin) -> None:
    """Endpoint, events and version are others afterwards; state, secret and configuration stay."""
    caller = client(easyship_twin)
    limit = {"credit_balance_low": {"credit_balance_limit": 50}}
    made = _hook(caller, "https://hooks.example/in", "credit_balance_low", configuration=limit)
    _switch(caller, made, "activate")

    wanted = {"endpoint": "https://hooks.example/out", "event_types": ["batch_started"], "version": "2023-01"}
    changed = caller.ask("PATCH", f"{_HOOKS}/{made['id']}", wanted).json()["webhook"]

    assert {name: changed[name] for name in wanted} == wanted
    assert (changed["secret_token"], changed["state"]) == (made["secret_token"], "active")
    assert changed["configuration"] == limit


def test_a_deleted_webhook_is_gone(easyship_twin: EasyshipTwin) -> None:
    """Every operation on it is answered as for an id that never was."""
    caller = client(easyship_twin)
    made = _hook(caller, "https://hooks.example/in")

    assert caller.ask("DELETE", f"{_HOOKS}/{made['id']}").json()["success"]["message"]

    for method, path in [("GET", ""), ("DELETE", ""), ("POST", "/activate"), ("POST", "/deactivate")]:
        reply = caller.ask(method, f"{_HOOKS}/{made['id']}{path}")
        assert (reply.status, error(reply)["details"]) == (404, ["The Webhook was not found"])


def test_webhooks_belong_to_one_environment(easyship_twin: EasyshipTwin) -> None:
    """The sandbox of the same company neither lists nor finds a webhook of production."""
    made = _hook(client(easyship_twin), "https://hooks.example/in")
    sandbox = client(easyship_twin, environment="sandbox")

    listed = sandbox.ask("GET", _HOOKS).json()["webhooks"]
    easyship_twin.clock_advance("1s")
    found = sandbox.ask("GET", f"{_HOOKS}/{made['id']}").status

    assert (listed, found) == ([], 404)


@pytest.mark.parametrize(
    ("changed", "code", "detail"),
    [
        (
            {"version": "2022-01"},
            "invalid_content",
            "discriminator mapped schema #/components/schemas/2022-01 does not",
        ),
        ({"version": None}, "invalid_content", "discriminator propertyName version does not exist in value"),
        ({"event_types": []}, "invalid_content", "[] contains fewer than min items"),
        ({"event_types": ["courier_account_state_changed"]}, "invalid_content", "isn't part of the enum in"),
        ({"version": "2023-01", "event_types": ["courier_state_changed"]}, "invalid_content", "isn't part of the enum"),
        ({"secret": "x"}, "invalid_content", "does not define properties: secret"),
        ({"endpoint": ""}, "invalid_content", "Endpoint can't be blank"),
        ({"endpoint": "ftp://hooks.example"}, "invalid_content", "Endpoint is invalid"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(
    easyship_twin: EasyshipTwin, changed: dict[str, Any], code: str, detail: str
) -> None:
    """The body is read as the schema that its version names; the address has to be one of HTTP."""
    body = {"endpoint": "https://hooks.example", "event_types": ["batch_started"], "version": "2024-09"} | changed
    sent = {name: value for name, value in body.items() if value is not None}

    reply = client(easyship_twin).ask("POST", _HOOKS, sent)

    refused = error(reply)
    assert (reply.status, refused["code"]) == (422, code)
    assert any(detail in each for each in refused["details"]), refused["details"]


def test_reading_and_writing_want_their_scopes(easyship_twin: EasyshipTwin) -> None:
    """webhook:read lists, webhook:write adds; one does not stand for the other."""
    reader = client(easyship_twin, scopes=["public.webhook:read"])
    writer = client(easyship_twin, scopes=["public.webhook:write"])
    wanted = {"endpoint": "https://hooks.example", "event_types": ["batch_started"], "version": "2024-09"}

    statuses = [
        each.ask(*what).status for each in (reader, writer) for what in (("GET", _HOOKS), ("POST", _HOOKS, wanted))
    ]

    assert statuses == [200, 403, 403, 201]


def test_only_active_webhooks_that_want_an_event_are_told(easyship_twin: EasyshipTwin, endpoint: Receiver) -> None:
    """Inactive ones and those of other events stay silent; the message names the event with dots."""
    caller = client(easyship_twin)
    told = _hook(caller, endpoint.origin + "/told")
    _hook(caller, endpoint.origin + "/inactive")
    other = _hook(caller, endpoint.origin + "/other", "batch_started")
    _switch(caller, told, "activate")
    _switch(caller, other, "activate")

    shipment_id = _cancel(caller, easyship_twin)

    easyship_twin.delivered()
    (heard,) = posts(endpoint)
    assert heard.target == "/told"
    assert json.loads(heard.body) == {
        "event_type": "shipment.cancelled",
        "resource_type": "shipment",
        "resource_id": shipment_id,
        "data": {"easyship_shipment_id": shipment_id, "platform_order_number": None, "status": "cancelled"},
    }


def test_the_signature_is_a_jwt_of_the_company(easyship_twin: EasyshipTwin, endpoint: Receiver) -> None:
    """HS256 with the webhook's own secret, over the company's id and nothing of the body."""
    caller = client(easyship_twin)
    made = _hook(caller, endpoint.origin)

    assert (
        caller.ask("POST", f"{_HOOKS}/{made['id']}/test", {"event_type": "batch_started", "version": "2024-09"}).status
        == 200
    )

    (heard,) = posts(endpoint)
    head, claims, signature = _jwt(heard)
    signed = heard.headers["x-easyship-signature"].rpartition(".")[0].encode()
    expected = hmac.new(made["secret_token"].encode(), signed, hashlib.sha256).digest()
    assert head == {"alg": "HS256"}
    assert claims == {"easyship_company_id": easyship_twin.accounts()[0]["id"]}
    assert base64.urlsafe_b64decode(signature + "=") == expected


@pytest.mark.parametrize("version", ["2024-09", "2023-01"])
def test_every_event_can_be_tested(easyship_twin: EasyshipTwin, endpoint: Receiver, version: str) -> None:
    """Each type of a version gives one message in its names; an insured outside shipment has no event type."""
    caller = client(easyship_twin)
    courier = "courier_state_changed" if version == "2024-09" else "courier_account_state_changed"
    types = [
        *("shipment_label_created", "shipment_tracking_checkpoints_created", "shipment_tracking_status_changed"),
        *("shipment_cancelled", "shipment_label_failed", "shipment_warehouse_state_updated", "batch_started"),
        *("batch_finished", "batch_item_finished", "credit_balance_low", courier, "external_shipment_insured"),
        "oauth_authorization_revoked",
    ]
    made = _hook(caller, endpoint.origin, *types, version=version)

    for event_type in types:
        reply = caller.ask("POST", f"{_HOOKS}/{made['id']}/test", {"event_type": event_type, "version": version})
        assert reply.json()["success"]["message"] == "Webhook test succeeded"
        easyship_twin.clock_advance("1s")

    bodies = [json.loads(heard.body) for heard in posts(endpoint)]
    named = [body.get("event_type") for body in bodies]
    assert named == [None if each == "external_shipment_insured" else each.replace("_", ".") for each in types]
    assert set(bodies[types.index("external_shipment_insured")]) == {"shipment"}
    members = [set(body["data"]) for body in bodies if "data" in body and version == "2024-09"]
    assert members == [_MEMBERS[name] for name in named if name and version == "2024-09"]
    assert bodies[types.index(courier)]["resource_type"] == ("courier" if version == "2024-09" else "courier_account")


def test_a_test_that_is_not_received_says_which_answer_came(easyship_twin: EasyshipTwin) -> None:
    """Anything but 2xx is an api_error with the endpoint's status; an endpoint that is not there counts as 502."""
    caller = client(easyship_twin)
    wanted = {"event_type": "batch_started", "version": "2024-09"}
    with listening(failing(418)) as endpoint:
        made = _hook(caller, endpoint.origin)
        refused = caller.ask("POST", f"{_HOOKS}/{made['id']}/test", wanted)
    nobody = caller.ask("POST", f"{_HOOKS}/{made['id']}/test", wanted)

    words = "Webhook test failed. A 2xx status code is expected. (Response Code: {})"
    assert [refused.status, nobody.status] == [400, 400]
    assert error(refused) | {"links": []} == {
        "code": "api_error",
        "details": [words.format(418)],
        "links": [],
        "message": "Internal or 3rd party API error.",
        "type": "api_error",
    }
    assert error(nobody)["details"] == [words.format(502)]


def test_a_failing_endpoint_is_switched_off_after_thirty_more_tries(easyship_twin: EasyshipTwin) -> None:
    """The tries are a minute apart on the twin's clock; then the webhook has failed, until it is activated again."""
    caller = client(easyship_twin)
    with listening(failing(500)) as endpoint:
        made = _hook(caller, endpoint.origin)
        _switch(caller, made, "activate")
        _cancel(caller, easyship_twin)
        easyship_twin.delivered()
        easyship_twin.clock_advance("29m")
        easyship_twin.delivered()
        before = (len(posts(endpoint)), _state(caller, made))
        easyship_twin.clock_advance("2m")
        (delivery,) = easyship_twin.delivered()
        after = (len(posts(endpoint)), _state(caller, made))
    _cancel(caller, easyship_twin)

    assert before == (30, "active")
    assert after == (31, "failed")
    minutes = [attempt["at"][:16] for attempt in delivery["attempts"]]
    assert (delivery["state"], len(set(minutes))) == ("failed", 31)
    assert len(easyship_twin.deliveries()) == 1
    _switch(caller, made, "activate")
    assert _state(caller, made) == "active"


def test_one_success_within_the_tries_is_enough(easyship_twin: EasyshipTwin) -> None:
    """The fourth try is answered with 204, and no other follows."""
    caller = client(easyship_twin)
    with listening(recovering(failures=3, status=503, then=answer(204))) as endpoint:
        _switch(caller, made := _hook(caller, endpoint.origin), "activate")
        _cancel(caller, easyship_twin)
        easyship_twin.clock_advance("40m")
        (delivery,) = easyship_twin.delivered()

    assert [attempt["status"] for attempt in delivery["attempts"]] == [503, 503, 503, 204]
    assert (delivery["state"], _state(caller, made)) == ("delivered", "active")


def test_the_same_message_comes_from_both_hosts(easyship_twin: EasyshipTwin, endpoint: Receiver) -> None:
    """The sandbox has webhooks of its own, whose messages leave without any other request."""
    caller = client(easyship_twin, environment="sandbox")
    made = _hook(caller, endpoint.origin + "/sandbox")
    easyship_twin.clock_advance("1s")
    _switch(caller, made, "activate")
    easyship_twin.clock_advance("1s")
    easyship_twin.clock_stop()
    shipment = caller.create(shipping_settings={"buy_label": True}).json()["shipment"]
    easyship_twin.clock_advance("1s")

    caller.ask("POST", f"/2024-09/shipments/{shipment['easyship_shipment_id']}/cancel")

    easyship_twin.delivered()
    assert [heard.target for heard in posts(endpoint)] == ["/sandbox"]


def test_lost_and_doubled_messages(easyship_twin: EasyshipTwin, endpoint: Receiver) -> None:
    """The next message gets lost, the one after it arrives twice under one id, the third once."""
    caller = client(easyship_twin)
    _switch(caller, _hook(caller, endpoint.origin), "activate")
    easyship_twin.lose_webhooks(1)
    easyship_twin.duplicate_webhooks(1)

    shipments = [_cancel(caller, easyship_twin) for _ in range(3)]

    states = [delivery["state"] for delivery in easyship_twin.delivered()]
    arrived = [json.loads(heard.body)["resource_id"] for heard in posts(endpoint)]
    assert states == ["lost", "delivered", "delivered"]
    assert arrived == [shipments[1], shipments[1], shipments[2]]


def test_a_low_balance_is_told_once_a_day_at_midnight(easyship_twin: EasyshipTwin, endpoint: Receiver) -> None:
    """Three nights give three notes while the balance is at the limit or below, none once it is above."""
    caller = client(easyship_twin)
    limit = {"credit_balance_low": {"credit_balance_limit": 1_000_000}}
    made = _hook(caller, endpoint.origin, "credit_balance_low", configuration=limit)
    _switch(caller, made, "activate")

    easyship_twin.clock_advance("3d")
    notes = easyship_twin.delivered()
    wanted = {"endpoint": endpoint.origin, "event_types": ["credit_balance_low"], "version": "2024-09"}
    low = {"credit_balance_low": {"credit_balance_limit": 1}}
    caller.ask("PATCH", f"{_HOOKS}/{made['id']}", wanted | {"configuration": low})
    easyship_twin.clock_advance("3d")

    assert [note["at"][11:19] for note in notes] == ["00:00:00"] * 3
    data = json.loads(posts(endpoint)[0].body)["data"]
    assert set(data) == {"available_balance", "balance", "currency"}
    assert len(easyship_twin.delivered()) == 3


def test_a_shipment_travels_from_label_to_delivered_over_six_days(
    easyship_twin: EasyshipTwin, endpoint: Receiver
) -> None:
    """One turn of the clock brings all messages of the way, in the order of time, each stamped with its own."""
    caller = client(easyship_twin)
    journey = ["shipment_label_created", "shipment_tracking_status_changed", "shipment_tracking_checkpoints_created"]
    _switch(caller, _hook(caller, endpoint.origin, *journey), "activate")
    begun = easyship_twin.now()
    made = caller.create(shipping_settings={"buy_label": True, "buy_label_synchronous": True}).json()["shipment"]

    easyship_twin.clock_advance("7d")
    sent = easyship_twin.delivered()

    arrived = [json.loads(heard.body) for heard in posts(endpoint)]
    assert all(set(body["data"]) == _MEMBERS[body["event_type"]] for body in arrived)
    assert all(set(point) == _POINT for body in arrived for point in body["data"].get("checkpoints", []))
    assert {body["resource_id"] for body in arrived} == {made["easyship_shipment_id"]}
    assert arrived[0]["event_type"] == "shipment.label.created"
    statuses = [body["data"]["status"] for body in arrived if body["event_type"] == "shipment.tracking.status.changed"]
    assert statuses[-3:] == ["In Transit to Customer", "Out for Delivery", "Delivered"]
    seen = [point["checkpoint_time"] for body in arrived for point in body["data"].get("checkpoints", [])]
    assert len(seen) >= 4
    assert seen == sorted(seen)
    moments = [datetime.fromisoformat(each["at"]) for each in sent]
    assert moments == sorted(moments)
    assert timedelta(days=5) < moments[-1] - begun < timedelta(days=7)
    assert [json.loads(each["body"]) for each in sent] == arrived


def test_a_webhook_that_failed_on_the_way_misses_the_rest(easyship_twin: EasyshipTwin) -> None:
    """Its endpoint answers nothing but 500: thirty-one tries for the label, and not one for what came days later."""
    caller = client(easyship_twin)
    with listening(failing(500)) as endpoint:
        made = _hook(caller, endpoint.origin, "shipment_label_created", "shipment_tracking_status_changed")
        _switch(caller, made, "activate")
        caller.create(shipping_settings={"buy_label": True, "buy_label_synchronous": True})
        easyship_twin.clock_advance("7d")
        easyship_twin.delivered()

    states = [each["state"] for each in easyship_twin.deliveries()]
    assert (states[0], set(states[1:])) == ("failed", {"dropped"})
    assert _state(caller, made) == "failed"


def test_a_revoked_authorization_is_told(easyship_twin: EasyshipTwin, endpoint: Receiver) -> None:
    """Once, with the app's name, when the app gives its refresh token back."""
    caller = client(easyship_twin)
    _switch(caller, _hook(caller, endpoint.origin, "oauth_authorization_revoked"), "activate")
    app = easyship_twin.oauth_app(["https://app.example/back"], name="Label Maker")
    tokens = easyship_twin.oauth_grant(app["client_id"])

    for _ in range(2):
        revoked = {**app, "token": tokens["refresh_token"]}
        assert fetch(f"{easyship_twin.production}/oauth2/revoke", method="POST", data=revoked).status == 200

    easyship_twin.delivered()
    (heard,) = posts(endpoint)
    message = json.loads(heard.body)
    assert (message["event_type"], message["resource_type"]) == ("oauth.authorization.revoked", "oauth_application")
    assert message["resource_id"] == app["client_id"]
    assert message["data"]["name"] == "Label Maker"
    assert message["data"]["resource_owner_type"] == "Company"


def test_a_killed_twin_sends_what_it_owed(tmp_path: Path) -> None:
    """A message whose first try failed is tried again after kill -9 and a new start, on the same clock."""
    with listening(recovering(failures=1)) as endpoint:
        with running_twin("easyship", "--data-dir", str(tmp_path)) as facts:
            twin = easyship_handle(facts)
            caller = client(twin)
            _switch(caller, _hook(caller, endpoint.origin), "activate")
            shipment_id = _cancel(caller, twin)
            twin.delivered()
            twin.process.kill()
        with running_twin("easyship", "--data-dir", str(tmp_path)) as facts:
            twin = easyship_handle(facts)
            twin.clock_advance("2m")
            (delivery,) = twin.delivered()

    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 200]
    assert [json.loads(heard.body)["resource_id"] for heard in posts(endpoint)] == [shipment_id] * 2
