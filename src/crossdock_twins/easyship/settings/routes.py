"""Settings: read, change."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from crossdock_twins.easyship.addresses.rules import humanized
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.replies import Reply

_URL = re.compile(r"https?://[^\s/$.?#][^\s<>\"{}|\\^`]*")
_BUTTON = {"background_color": "#50D4A4", "text_color": "#FFFFFF"}
_FOOTNOTE = "Thanks for supporting our business - clearly, you have great taste!"
_DEFAULTS: Mapping[str, Any] = {
    "tracking_email": {
        "advertising": None,
        "allowed_statuses": [
            "in_transit",
            "out_for_delivery",
            "unsuccessful_delivery_attempt",
            "delivered",
            "exception",
        ],
        "button": {**_BUTTON},
        "display_options": {"contact": False, "header": False},
        "footnote": _FOOTNOTE,
    },
    "tracking_page": {
        "advertising": None,
        "button": {**_BUTTON},
        "display_options": {
            "contact": True,
            "contact_courier": True,
            "estimated_delivery_time": True,
            "header": True,
            "status_icon": True,
        },
        "footnote": _FOOTNOTE,
    },
}


def index(call: Call) -> Reply:
    """Show the settings."""
    return Reply(members={"setting": _settings(call)})


def update(call: Call) -> Reply:
    """Change the settings that the body names, member by member."""
    if problems := list(_wrong_urls(call.body)):
        raise Refusal("invalid_content", *problems)
    settings = _settings(call)
    _merge(settings, call.body)
    call.store.execute(
        "INSERT OR REPLACE INTO setting (company_id, environment, answer) VALUES (?, ?, ?)",
        *(call.company.id, call.grant.environment, json.dumps(settings, ensure_ascii=False)),
    )
    return Reply(members={"setting": settings})


def _settings(call: Call) -> dict[str, Any]:
    row = call.store.one(
        "SELECT answer FROM setting WHERE company_id = ? AND environment = ?", call.company.id, call.grant.environment
    )
    return deepcopy(dict(_DEFAULTS)) if row is None else dict(json.loads(row["answer"]))


def _wrong_urls(body: Mapping[str, Any]) -> Iterator[str]:
    for name, part in body.items():
        url = ((part or {}).get("advertising") or {}).get("url")
        if url is not None and _URL.fullmatch(url) is None:
            yield f"{humanized(name)} advertising url is invalid"


def _merge(settings: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Change objects member by member; an advertisement is replaced as a whole, for its members belong together."""
    for name, value in changes.items():
        if isinstance(value, dict) and name != "advertising":
            _merge(settings[name], value)
        else:
            settings[name] = value


HANDLERS: dict[str, Handler] = {
    "settings_index": index,
    "settings_update": update,
}
