"""Every error of the API: its code, its words, and the form in which it stands in an answer.

The provider documents 5, 7 and 30; the codes from 900 up are this twin's own choice for what is not published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from graphql import GraphQLError


class Code(IntEnum):
    """The `code` of an item in `errors`."""

    NOT_FOUND = 5
    MISSING_SCOPE = 7
    NO_CREDITS = 30
    INVALID = 901
    TAKEN = 902
    UNEXPECTED = 999


class ApiError(Exception):
    """A refusal of one operation; `details` join the item in `errors` beside `code`."""

    def __init__(self, code: Code, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class RequestRefusedError(Exception):
    """The whole request is refused before it runs; `body` is the answer as JSON."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def not_found(entity: str) -> ApiError:
    """Say that an entity does not exist, or not in the caller's accounts."""
    return ApiError(Code.NOT_FOUND, f"{entity} not found")


def invalid(message: str) -> ApiError:
    """Say that a value of the input makes no sense."""
    return ApiError(Code.INVALID, message)


def missing_scopes(*scopes: str) -> ApiError:
    """Say which scopes the token lacks, in the provider's words."""
    return ApiError(Code.MISSING_SCOPE, f"Missing required scope(s): {', '.join(scopes)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Too few credits: `required` for the operation, `remaining` in the bucket, `seconds` until it would run."""

    required: int
    remaining: int
    seconds: int

    def as_error(self) -> ApiError:
        """Give the provider's words and the three figures beside them."""
        return ApiError(
            Code.NO_CREDITS,
            "There are not enough credits to perform the requested operation, which requires "
            f"{self.required} credits, but there are only {self.remaining} left. "
            f"In {self.seconds} seconds you will have enough credits to perform the operation",
            required_credits=self.required,
            remaining_credits=self.remaining,
            time_remaining=f"{self.seconds} seconds",
        )


def above_cap(*, required: int, remaining: int, cap: int) -> ApiError:
    """Refuse what no full bucket could pay: waiting does not help, so there is nothing to wait for."""
    return ApiError(
        Code.NO_CREDITS,
        f"There are not enough credits to perform the requested operation, which requires {required} credits, "
        f"but an operation can use at most {cap}. Ask for fewer rows with first",
        required_credits=required,
        remaining_credits=remaining,
        time_remaining="0 seconds",
    )


def item(error: ApiError, *, operation: str, field: str | None, request_id: str) -> dict[str, Any]:
    """Lay an error out as the provider does, all at the top level; without `field` where none was being resolved."""
    head = {"message": error.message, "operation": operation, "field": field, "request_id": request_id}
    given = {name: value for name, value in head.items() if value is not None}
    return {**given, **error.details, "code": int(error.code)}


def document_items(errors: list[GraphQLError]) -> list[dict[str, Any]]:
    """Lay out what is wrong with a document or its variables: message and locations, names in double quotes."""
    return [
        {
            "message": quoted(error.message),
            "locations": [{"line": each.line, "column": each.column} for each in error.locations or ()],
        }
        for error in errors
    ]


def quoted(message: str) -> str:
    """Put names in double quotes, as the provider's older library does (ours writes single ones)."""
    pieces = message.split("'")
    if len(pieces) % 2 == 0:
        return message
    return "".join(piece if number % 2 == 0 else f'"{piece}"' for number, piece in enumerate(pieces))
