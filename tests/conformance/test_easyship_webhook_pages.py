"""The Webhooks pages of the Easyship twin's dashboard, as somebody without JavaScript uses them."""

import json
import re
from collections.abc import Iterator

import pytest

from conformance.easyship_client import client
from endpoint import failing, listening, posts
from receiver import Receiver
from twins import EasyshipTwin
from visitor import Page, Visitor


@pytest.fixture
def endpoint() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


def _signed_in(twin: EasyshipTwin, email: str = "") -> Visitor:
    visitor = Visitor(twin.dashboard)
    visitor.visit("/sign-in")
    visitor.submit("/sign-in", {"email": email or twin.email, "password": twin.password})
    return visitor


def _add(visitor: Visitor, endpoint: str, *event_types: str, **values: str) -> Page:
    visitor.visit("/webhooks")
    visitor.follow("Add new webhook")
    return visitor.submit("/webhooks", {"endpoint": endpoint, "event_types": list(event_types), **values})


def _secret(page: Page) -> str:
    found = re.search(r'id="secret-[^"]*"[^>]*>(webh_[0-9a-f]{32})<', page.html)
    assert found is not None
    return found.group(1)


def test_a_merchant_adds_tests_and_activates_a_webhook(easyship_twin: EasyshipTwin, endpoint: Receiver) -> None:
    """From the form to a test of each event, with the secret that the API shows as well."""
    visitor = _signed_in(easyship_twin)

    added = _add(visitor, endpoint.origin, "shipment_cancelled", "batch_started")
    tested = visitor.submit("/test", {"event_type": "batch_started"}, which=1)
    active = visitor.submit("/activate")

    assert "It is inactive" in added.text
    assert "Webhook test succeeded" in tested.text
    assert "The webhook is active." in active.text
    (shown,) = client(easyship_twin).ask("GET", "/2024-09/webhooks").json()["webhooks"]
    assert (shown["state"], shown["secret_token"]) == ("active", _secret(active))
    assert shown["event_types"] == ["shipment_cancelled", "batch_started"]
    assert [json.loads(heard.body)["event_type"] for heard in posts(endpoint)] == ["batch.started"]


def test_a_failed_test_says_what_to_do(easyship_twin: EasyshipTwin) -> None:
    """The endpoint's status stands in the message, and the try among the last messages."""
    visitor = _signed_in(easyship_twin)
    with listening(failing(503)) as endpoint:
        _add(visitor, endpoint.origin, "batch_started")
        page = visitor.submit("/test", {"event_type": "batch_started"})

    assert "(Response Code: 503). Look at your endpoint, then test again." in page.text
    assert "batch.started" in page.text


def test_a_form_with_gaps_comes_back(easyship_twin: EasyshipTwin) -> None:
    """What was typed stays, each gap has its sentence, and nothing is added."""
    visitor = _signed_in(easyship_twin)

    page = _add(visitor, "hooks.example", environment="moon", version="2022-01")

    assert page.status == 422
    assert 'value="hooks.example"' in page.html
    for sentence in ("starts with http://", "Choose at least one event.", "Choose production or sandbox.", "versions."):
        assert sentence in page.text
    assert client(easyship_twin).ask("GET", "/2024-09/webhooks").json()["webhooks"] == []


def test_old_messages_have_old_names(easyship_twin: EasyshipTwin) -> None:
    """A webhook of 2023-01 wants events under the names of that version."""
    visitor = _signed_in(easyship_twin)

    _add(visitor, "https://hooks.example", "courier_state_changed", environment="sandbox", version="2023-01")

    (shown,) = client(easyship_twin, environment="sandbox").ask("GET", "/2024-09/webhooks").json()["webhooks"]
    assert (shown["version"], shown["event_types"]) == ("2023-01", ["courier_account_state_changed"])


def test_a_deleted_webhook_is_gone_from_the_page(easyship_twin: EasyshipTwin) -> None:
    """A second click on its buttons meets a sentence, not an error."""
    visitor = _signed_in(easyship_twin)
    other = _signed_in(easyship_twin)
    _add(visitor, "https://hooks.example", "batch_started")
    other.visit("/webhooks")

    page = visitor.submit("/delete")
    late = other.submit("/activate")

    assert "No webhooks in production." in page.text
    assert "That webhook was deleted before." in late.text


def test_members_do_not_see_secrets(easyship_twin: EasyshipTwin) -> None:
    """The page belongs to admins; others are told whom to ask."""
    admin, member = _signed_in(easyship_twin), _signed_in(easyship_twin, "staff@easyship.twin")
    _add(admin, "https://hooks.example", "batch_started")

    page = member.visit("/webhooks")

    assert page.status == 403
    assert "webh_" not in page.html


def test_the_control_page_lists_what_was_sent(easyship_twin: EasyshipTwin, endpoint: Receiver) -> None:
    """With its tries and its body; the same page sets how many to lose."""
    visitor = _signed_in(easyship_twin)
    _add(visitor, endpoint.origin, "batch_started")
    visitor.submit("/test", {"event_type": "batch_started"})

    page = visitor.visit("/_twin/")
    set_page = visitor.submit("/deliveries", {"lose": "2", "duplicate": "1"})

    assert "batch_started" in page.text
    assert endpoint.origin in page.text
    assert "The next 2 new webhooks get lost, 1 after them go out twice." in set_page.text
    answer = easyship_twin.control("GET", "/deliveries")
    assert (answer["lose"], answer["duplicate"], answer["due"]) == (2, 1, 0)
