"""From a refusing answer to the client's error."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from crossdock.kernel import errors as hub
from crossdock_client import errors

BODY: dict[str, Any] = {
    "statusCode": 404,
    "message": "There is no such account.",
    "title": "It was not found",
    "status": 404,
    "code": "not_found",
    "remedy": "List the accounts.",
    "disposition": "fix_request",
    "errors": ["id: is unknown"],
    "invalid_fields": [{"field": "id", "message": "is unknown"}],
}


def read(status: int, content: bytes | dict[str, Any], **headers: str) -> errors.ApiError:
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    return errors.of_answer(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}, content=sent)


def test_everything_that_the_hub_says_is_carried() -> None:
    """Code, title, message, remedy, disposition, fields, request id and `Retry-After` are members of the error."""
    error = read(404, BODY, x_request_id="call_1", retry_after="12")

    assert isinstance(error, errors.NotFoundError)
    assert (error.status, error.code, error.title) == (404, "not_found", "It was not found")
    assert (error.message, error.remedy) == ("There is no such account.", "List the accounts.")
    assert (error.request_id, error.retry_after, error.disposition) == ("call_1", 12.0, "fix_request")
    assert error.errors == [{"field": "id", "message": "is unknown"}]
    assert str(error) == "There is no such account. List the accounts."


@pytest.mark.parametrize(
    ("status", "code", "disposition", "kind"),
    [
        (400, "invalid_request", "fix_request", errors.FixRequestError),
        (401, "unauthenticated", "fix_request", errors.UnauthenticatedError),
        (401, "credential_dead", "relink", errors.RelinkError),
        (403, "forbidden", "fix_request", errors.ForbiddenError),
        (409, "conflict", "fix_request", errors.ConflictError),
        (409, "idempotency_key_in_use", "wait", errors.WaitError),
        (429, "rate_limited", "wait", errors.RateLimitedError),
        (503, "unavailable", "wait", errors.WaitError),
        (502, "provider_failed", "retry", errors.RetryError),
        (502, "outcome_unknown", "give_up", errors.OutcomeUnknownError),
        (500, "misconfigured", "give_up", errors.GiveUpError),
        (500, "new", "a word of a later hub", errors.GiveUpError),
    ],
)
def test_the_class_says_what_to_do(status: int, code: str, disposition: str, kind: type[errors.ApiError]) -> None:
    """The disposition decides over the class, the status over the narrower one within it."""
    error = read(status, {**BODY, "code": code, "disposition": disposition})

    assert type(error) is kind


def test_every_error_of_the_hub_has_its_class() -> None:
    """The dispositions that the client knows are those that the hub uses."""
    used = {one.disposition for one in all_kinds(hub.CrossdockError)}

    assert used == {"fix_request", "relink", "wait", "retry", "give_up"}
    for disposition in used:
        told = read(418, {**BODY, "disposition": disposition})
        assert type(told).__name__ == "".join(part.capitalize() for part in disposition.split("_")) + "Error"


def all_kinds(kind: type[hub.CrossdockError]) -> set[type[hub.CrossdockError]]:
    return {kind, *(inner for one in kind.__subclasses__() for inner in all_kinds(one))}


@pytest.mark.parametrize(
    ("status", "content", "disposition"),
    [
        (502, b"<html>Bad Gateway</html>", "retry"),
        (503, b"", "wait"),
        (429, b'{"error": "slow down"}', "wait"),
        (404, b"[]", "fix_request"),
        (302, b"", "fix_request"),
    ],
)
def test_what_stands_before_the_hub_is_told_too(status: int, content: bytes, disposition: str) -> None:
    """An answer that is not the hub's becomes an error all the same, without a word of what it said."""
    error = read(status, content)

    assert (error.code, error.disposition) == (f"http_{status}", disposition)
    assert "Gateway" not in str(error)
    assert "base_url" in error.remedy


def test_a_date_is_a_pause_as_well() -> None:
    """`Retry-After` may be a date; one that has passed means now, and what is none means nothing."""
    later, before = (datetime.now(UTC) + timedelta(seconds=seconds) for seconds in (90, -90))

    assert 30 < (read(503, b"", retry_after=format_datetime(later, usegmt=True)).retry_after or 0) <= 90
    assert read(503, b"", retry_after=format_datetime(before, usegmt=True)).retry_after == 0
    assert read(503, b"", retry_after="soon").retry_after is None


def test_an_error_can_be_sent_to_another_process() -> None:
    """Errors survive pickling, as pools of processes need it."""
    error = pickle.loads(pickle.dumps(read(404, BODY)))  # noqa: S301 - our own bytes

    assert isinstance(error, errors.NotFoundError)
    assert error.remedy == "List the accounts."
