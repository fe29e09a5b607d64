"""A tool's arguments: an action's inputs in one of three styles, and back into the places they belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from crossdock.agents.auth import Style
from crossdock.connectors import requests
from crossdock.connectors.model import Action
from crossdock.kernel.errors import InvalidRequestError, UnprocessableError

_PLACES: Final = ("path", "query", "body")
_ACCOUNT: Final = "x-account-id"


def schema(*, action: Action, style: Style) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments.

    Flat styles name every input by itself, with its place in front or, where that is clear, without, and with one type;
    rules between inputs are then checked at the call alone.
    """
    if style == "nested":
        return dict(action.inputs)
    needed = set(action.inputs.get("required", ()))
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, (place, inner) in _names(action, style).items():
        part = action.inputs["properties"][place]
        is_required = place in needed and inner in part.get("required", ())
        properties[name] = _of_one_type(part["properties"][inner], is_required=is_required)
        if is_required:
            required.append(name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def places(
    *, action: Action, style: Style, arguments: Mapping[str, Any], account_id: str | None
) -> dict[str, dict[str, Any]]:
    """Return the arguments by place; raise UnprocessableError for one that is no input of the action.

    Each style is understood whatever the tool was listed with: nested members are taken too, and null where nothing
    can be null is left out, as kits send it for what a model left out. Raise InvalidRequestError where an argument
    names another account than the request's header.
    """
    names = {**_names(action, "flat_prefixed"), **(_names(action, style) if style == "flat_smart" else {})}
    found: dict[str, dict[str, Any]] = {place: {} for place in _PLACES}
    unknown: list[str] = []
    for name, value in arguments.items():
        if name in names:
            place, inner = names[name]
            found[place][inner] = value
        elif name in found and isinstance(value, Mapping):
            found[name].update(value)
        elif name == "headers" and isinstance(value, Mapping):
            _check_account(value, account_id)
        elif name.lower() in {_ACCOUNT, f"headers_{_ACCOUNT}"}:
            _check_account({_ACCOUNT: value}, account_id)
        elif value is not None:
            unknown.append(name)
    if unknown:
        raise UnprocessableError(
            f"{action.name} has no such input: {', '.join(unknown)[:200]}.",
            remedy="Use the arguments that the tool's schema names.",
            detail={"errors": [{"field": name[:80], "message": "is not an input"} for name in unknown[:20]]},
        )
    return {place: _given(action.inputs["properties"].get(place, {}), part) for place, part in found.items()}


def _given(schema: Mapping[str, Any], value: Any) -> Any:
    """Return a value without the members that are null where their schemas, at any depth, know no null."""
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        return {
            name: _given(inner.get(name, {}), one)
            for name, one in value.items()
            if one is not None or name not in inner or requests.takes_null(inner[name])
        }
    if isinstance(value, list):
        return [_given(schema.get("items", {}), one) for one in value]
    return value


def _check_account(headers: Mapping[str, Any], account_id: str | None) -> None:
    """Refuse another account than the one that the request is for: a model must not choose it."""
    for name, value in headers.items():
        if name.lower() == _ACCOUNT and value != account_id:
            raise InvalidRequestError(
                "An argument names another account than the request.",
                remedy="Leave the account out of the arguments; the x-account-id header decides it.",
                code="account_mismatch",
            )


def _of_one_type(schema: Mapping[str, Any], *, is_required: bool) -> dict[str, Any]:
    """Return an input's schema with a single type, and null told by `nullable`.

    Kits that make functions of tools look at one word there (stackone-ai 2.10 for LangChain) and take a list of types
    for text: they would refuse a number or an object. They let out what says `nullable`, so a required one does not.
    """
    words = schema.get("enum", [])
    told = schema.get("type", [])
    types = [told] if isinstance(told, str) else list(told)
    if not types and words and all(one is None or isinstance(one, str) for one in words):
        types = ["string", "null"] if None in words else ["string"]
    found = dict(schema)
    if types:
        found["type"] = next(one for one in types if one != "null")
    if "null" in types and words:
        found["enum"] = [one for one in words if one is not None]
    if "null" in types and not is_required:
        found["nullable"] = True
    return found


def _names(action: Action, style: Style) -> dict[str, tuple[str, str]]:
    """Return for each argument's name the place and the input's own name."""
    inputs = [
        (place, name) for place in _PLACES for name in action.inputs["properties"].get(place, {}).get("properties", {})
    ]
    count = Counter(name for _, name in inputs)
    return {
        name if style == "flat_smart" and count[name] == 1 and name not in _PLACES else f"{place}_{name}": (place, name)
        for place, name in inputs
    }
