"""The body of a message, named as the webhook's version names things."""

import json
from typing import Any

from crossdock_twins.easyship.webhooks import rules
from crossdock_twins.easyship.webhooks.rules import Version


def body(*, version: Version, event_type: str, resource_type: str, resource_id: str, data: dict[str, Any]) -> str:
    """Write a message; an insured outside shipment is the odd one: no event type, its members under `shipment`."""
    if event_type == rules.EXTERNAL_SHIPMENT_INSURED:
        return json.dumps({"shipment": data}, ensure_ascii=False)
    message = {
        "event_type": rules.dotted(rules.name_in(version, event_type)),
        "resource_type": rules.resource_in(version, resource_type),
        "resource_id": resource_id,
        "data": _renamed(version, data),
    }
    return json.dumps(message, ensure_ascii=False)


def _renamed(version: Version, value: Any) -> Any:
    if isinstance(value, dict):
        return {rules.member_in(version, name): _renamed(version, member) for name, member in value.items()}
    return [_renamed(version, item) for item in value] if isinstance(value, list) else value
