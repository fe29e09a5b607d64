"""What the control API reads from a request: JSON members, and query parameters, checked by hand."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

_LONGEST_TEXT = 2000
_MOST_DIGITS = 9


class ControlError(Exception):
    """A refusal of the control API: a status, what is wrong, and what to do about it."""

    def __init__(self, status: int, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.remedy = remedy


class Members:
    """The members of a JSON object; asking for one of the wrong kind raises ControlError with 422."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def has(self, name: str) -> bool:
        """Tell whether a member is there and not null."""
        return self._values.get(name) is not None

    def raw(self, name: str) -> Any:
        """Give a member as it came, or None."""
        return self._values.get(name)

    def text(self, name: str, default: str | None = None) -> str:
        """Give a text of 1 to 2000 characters; without a default it must be there."""
        value = self._values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST_TEXT:
            raise _wrong(name, "a text that is not empty")
        return value.strip()

    def texts(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Give a list of texts; left out it is the default."""
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _wrong(name, "a list of texts")
        return tuple(value)

    def whole(self, name: str, default: int | None) -> int | None:
        """Give a whole number."""
        value = self._values.get(name, default)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong(name, "a whole number")
        return value

    def number(self, name: str, default: float) -> float:
        """Give a number."""
        value = self._values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong(name, "a number")
        return float(value)

    def flag(self, name: str) -> bool:
        """Give true or false, which must be there."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise _wrong(name, "true or false")
        return value


async def read_members(request: Request) -> Members:
    """Read a request's JSON object; an empty body is an empty object.

    Only `application/json` is read, so that a foreign web page cannot post here from a visitor's browser.
    """
    body = await request.body()
    if not body:
        return Members({})
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise ControlError(415, "The body is not declared as JSON.", remedy="Send Content-Type: application/json.")
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ControlError(400, "The body is not a JSON object.", remedy='Send an object such as {"advance": "27d"}.')
    return Members(value)


def whole_parameter(request: Request, name: str, default: int) -> int:
    """Give a query parameter that counts something; ControlError with 422 otherwise."""
    value = request.query_params.get(name, str(default))
    if not value.isascii() or not value.isdigit() or len(value) > _MOST_DIGITS:
        raise _wrong(name, "a whole number")
    return int(value)


def _wrong(name: str, wanted: str) -> ControlError:
    return ControlError(422, f"{name} is missing or wrong.", remedy=f"Send {name} as {wanted}.")
