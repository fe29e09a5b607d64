"""Calls as commands for a terminal; the key stays a variable of the reader's own."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from crossdock.connectors.model import Action


def rpc(*, hub_url: str, account_id: str, action: Action, inputs: Mapping[str, Any]) -> str:
    """Write the call of an action with curl; a write carries a key of its own, so that it happens once."""
    sent = json.dumps({"action": action.name, **inputs}, ensure_ascii=False)
    lines = [
        f"curl {shlex.quote(f'{hub_url}/actions/rpc')}",
        '-u "$CROSSDOCK_API_KEY:"',
        "-H 'content-type: application/json'",
        f"-H {shlex.quote(f'x-account-id: {account_id}')}",
    ]
    if action.effect != "read":
        lines.append('-H "idempotency-key: $(uuidgen)"')
    return " \\\n  ".join([*lines, f"-d {shlex.quote(sent)}"])
