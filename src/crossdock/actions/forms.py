"""Answers of calls as JSON that can be kept, and back again."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from crossdock.actions.model import HALF, REFUSAL, ProxyReply
from crossdock.connectors.replies import PART, ActionResult, File
from crossdock.kernel.errors import CrossdockError, OutcomeUnknownError, ProviderFailedError, ProviderRefusedError

T = TypeVar("T")
_GOOD: Final = 200
_REFUSED: Final = 400
_FAILED: Final = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is kept: its members, and the bytes of a streamed one."""

    answer: dict[str, Any]
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How an answer becomes JSON, and an answer again; ``done`` tells whether it is the write's outcome at all.

    ``ended`` gives status and cause for the log's line of a call that got it without being sent.
    """

    dump: Callable[[T], dict[str, Any]]
    load: Callable[[dict[str, Any]], T]
    done: Callable[[T], bool]
    ended: Callable[[T], tuple[int, str | None]]


def of_error(error: CrossdockError) -> dict[str, Any]:
    """Return an error as it is kept, so that a repeat gets the same one."""
    return {
        "error": {
            "message": error.message,
            "remedy": error.remedy,
            "code": error.error_code,
            "status": error.http_status,
            "detail": {"title": error.title, "disposition": error.disposition, **error.detail},
        }
    }


def known(kept: Kept) -> Kept:
    """Return an answer, or raise the error that is kept in its place."""
    if "error" in kept.answer:
        told = dict(kept.answer["error"])
        kind = OutcomeUnknownError if told["code"] == OutcomeUnknownError.code else CrossdockError
        raise kind(told.pop("message"), **told)
    return kept


def streamed(kept: Kept) -> tuple[int, str | None]:
    """Return status and cause of a kept answer that was passed on as it came."""
    marks = {tuple(one) for one in kept.answer["headers"]}
    status: int = kept.answer["status"]
    return status, _cause(status, is_refused=status >= _REFUSED or REFUSAL in marks, is_half=HALF in marks)


def _cause(status: int, *, is_refused: bool, is_half: bool) -> str | None:
    if is_refused:
        return ProviderFailedError.code if status >= _FAILED else ProviderRefusedError.code
    return PART if is_half else None


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


def _result_ended(answer: ActionResult) -> tuple[int, str | None]:
    return _GOOD, _cause(_GOOD, is_refused=False, is_half=bool(answer.errors))


def _reply_ended(answer: ProxyReply) -> tuple[int, str | None]:
    return answer.status, _cause(answer.status, is_refused=answer.refused, is_half=bool(answer.errors))


RESULT: Final = Form(_result, _to_result, lambda _: True, _result_ended)
REPLY: Final = Form(_reply, _to_reply, lambda answer: answer.done, _reply_ended)
