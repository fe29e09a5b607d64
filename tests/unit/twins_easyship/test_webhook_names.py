import json
from typing import Any

from crossdock_twins.easyship.webhooks import messages, rules
from crossdock_twins.easyship.webhooks.addresses import signature

_CHANGED: dict[str, Any] = {
    "event_type": "courier_state_changed",
    "resource_type": "courier",
    "resource_id": "7",
    "data": {"courier_id": "7", "seen": [{"courier_service_id": "9"}]},
}


def test_each_version_has_thirteen_events() -> None:
    """They differ in one name, and lead back to the same event."""
    new, old = rules.event_types("2024-09"), rules.event_types("2023-01")

    assert (len(new), len(old)) == (13, 13)
    assert set(new) ^ set(old) == {"courier_state_changed", "courier_account_state_changed"}
    assert [rules.plain_name("2023-01", name) for name in old] == list(new)


def test_old_messages_say_courier_account_for_courier() -> None:
    """Event, resource and members are renamed, however deep they stand."""
    body = json.loads(messages.body(version="2023-01", **_CHANGED))

    assert body == {
        "event_type": "courier.account.state.changed",
        "resource_type": "courier_account",
        "resource_id": "7",
        "data": {"courier_account_id": "7", "seen": [{"courier_id": "9"}]},
    }


def test_new_messages_are_left_as_they_are() -> None:
    """Only the event's name gets its dots."""
    body = json.loads(messages.body(version="2024-09", **_CHANGED))

    assert body == {**_CHANGED, "event_type": "courier.state.changed"}


def test_a_signature_depends_on_secret_and_company_alone() -> None:
    """Three parts, the same each time."""
    one = signature("webh_1", company_id="CUS000001")

    assert one.count(".") == 2
    assert one == signature("webh_1", company_id="CUS000001")
    assert one != signature("webh_2", company_id="CUS000001")
    assert one.split(".")[0] == signature("webh_1", company_id="CUS000002").split(".")[0]
