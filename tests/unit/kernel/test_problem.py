"""An error as programs read it, by the official clients' names and by our own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crossdock.kernel import problem
from crossdock.kernel.errors import (
    ConflictError,
    CredentialDeadError,
    CrossdockError,
    ForbiddenError,
    InactiveError,
    InvalidRequestError,
    ProviderRefusedError,
    UnauthenticatedError,
    UnprocessableError,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FIELDS: dict[str, Any] = {"errors": [{"field": "query.page_size", "message": "is too large"}], "more": 1}


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (InvalidRequestError("m", remedy="Do."), "ValidationError"),
        (UnprocessableError("m", remedy="Do.", code="effect_unclear"), "ValidationError"),
        (InactiveError("m", remedy="Do."), "AccountIntegrationInactiveError"),
        (CredentialDeadError("m", remedy="Do.", why="refused"), "AccountInvalidCredentialsError"),
        (CredentialDeadError("m", remedy="Do.", why="ended"), "AccountExpiredCredentialsError"),
        (
            CredentialDeadError("m", remedy="Do.", why="unknown", code="token_refused"),
            "AccountAuthenticationFailedError",
        ),
        (CredentialDeadError("m", remedy="Do.", why="unknown", status=403), None),
        (UnauthenticatedError("m", remedy="Do."), None),
        (ForbiddenError("m", remedy="Do."), None),
        (ConflictError("m", remedy="Do."), None),
        (ProviderRefusedError("m", remedy="Do.", status=422), None),
        (CrossdockError("m", remedy="Do."), None),
    ],
)
def test_an_error_has_the_official_name_where_there_is_one(error: CrossdockError, name: str | None) -> None:
    """The name stands beside the code; an error that has none does not have the member."""
    told = problem.body(error=error, at=NOW, hub_url="https://hub.example")

    assert told.get("errorCode") == name
    assert ("errorCode" in told) == (name is not None)
    assert ("errors" in told) == (name == "ValidationError")
    assert told["code"] == error.error_code
    assert told["timestamp"] == "2026-01-02T03:04:05.000Z"


def test_wrong_inputs_are_texts_and_are_told_by_input() -> None:
    """`errors` is a list of texts, as clients expect; `invalid_fields` has input and message apart."""
    told = problem.body(error=UnprocessableError("Wrong.", remedy="Do.", detail=FIELDS), at=NOW, hub_url="")

    assert told["errors"] == ["query.page_size: is too large"]
    assert told["invalid_fields"] == FIELDS["errors"]
    assert told["more"] == 1


def test_a_request_that_is_wrong_as_a_whole_has_one_text() -> None:
    """Where no input is named, the list holds the message."""
    told = problem.body(error=InvalidRequestError("No account is named.", remedy="Do."), at=NOW, hub_url="")

    assert told["errors"] == ["No account is named."]
    assert "invalid_fields" not in told


def test_an_error_within_an_answer_has_its_own_members_alone() -> None:
    """In a line or in a tool's result stand code, status, remedy and the wrong inputs."""
    told = problem.told(UnprocessableError("Wrong.", remedy="Do.", detail=FIELDS))

    assert told == {
        "code": "unprocessable",
        "status": 422,
        "message": "Wrong.",
        "remedy": "Do.",
        "disposition": "fix_request",
        "invalid_fields": FIELDS["errors"],
        "more": 1,
    }
