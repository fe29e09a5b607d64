"""Answers of calls as JSON that can be kept, and back again."""

from __future__ import annotations

from base64 import b64decode
from typing import Any, Final

from crossdock.actions.idempotency import Form
from crossdock.actions.model import ProxyReply
from crossdock.connectors.replies import ActionResult, File


def _result(answer: ActionResult) -> dict[str, Any]:
    file = None if answer.file is None else answer.file.as_dict()
    return {
        "data": answer.data if file is None else None,
        "next": answer.next,
        "warnings": list(answer.warnings),
        "file": file,
        "found": answer.found,
        "errors": [dict(one) for one in answer.errors],
    }


def _to_result(kept: dict[str, Any]) -> ActionResult:
    told = kept["file"]
    file = None if told is None else File(told["type"], told["name"], b64decode(told["content"]))
    data = kept["data"] if told is None else told
    warnings, errors = tuple(kept["warnings"]), tuple(kept.get("errors", ()))
    return ActionResult(data, kept["next"], warnings, file, kept.get("found", False), errors)


def _reply(answer: ProxyReply) -> dict[str, Any]:
    return {
        "status": answer.status,
        "headers": dict(answer.headers),
        "data": answer.data,
        "errors": [dict(one) for one in answer.errors],
        "refused": answer.refused,
    }


def _to_reply(kept: dict[str, Any]) -> ProxyReply:
    return ProxyReply(
        status=kept["status"],
        headers=kept["headers"],
        data=kept["data"],
        errors=tuple(kept.get("errors", ())),
        refused=kept.get("refused", False),
    )


RESULT: Final = Form(_result, _to_result, lambda _: True)
REPLY: Final = Form(_reply, _to_reply, lambda answer: answer.done)
