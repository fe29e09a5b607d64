"""From JSON to the models: what they do not name is left out, what is missing and may not be null is an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from crossdock_client.errors import UnexpectedAnswerError

T = TypeVar("T")


def decode(kind: type[T], value: Any) -> T:
    """Return a value of this kind: a model, a sequence of models, or JSON as it is; raise UnexpectedAnswerError."""
    found: T = _decoded(kind, value, "the answer")
    return found


def _decoded(kind: Any, value: Any, place: str) -> Any:
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        return None if value is None else _decoded(_arm(get_args(kind), value), value, place)
    if is_dataclass(kind) and isinstance(kind, type):
        return _model(kind, value, place)
    if origin in {list, Sequence}:
        if not isinstance(value, list):
            raise _unexpected(place, "a list")
        return [_decoded(get_args(kind)[0], one, f"{place}[{number}]") for number, one in enumerate(value)]
    return value


def _model(kind: type, value: Any, place: str) -> Any:
    if not isinstance(value, Mapping):
        raise _unexpected(place, "an object")
    hints = _hints(kind)
    given: dict[str, Any] = {}
    for one in fields(kind):
        if one.name in value:
            given[one.name] = _decoded(hints[one.name], value[one.name], f"{place}.{one.name}")
        elif one.default is MISSING and _may_be_none(hints[one.name]):
            given[one.name] = None
        elif one.default is MISSING:
            raise _unexpected(f"{place}.{one.name}", "a value")
    return kind(**given)


def _arm(arms: Sequence[Any], value: Any) -> Any:
    """Return the arm of a union that fits: a model for an object, a list for a list, else what is left as it is."""
    for arm in arms:
        if isinstance(value, Mapping) and is_dataclass(arm):
            return arm
        if isinstance(value, list) and get_origin(arm) in {list, Sequence}:
            return arm
    return Any


def _may_be_none(kind: Any) -> bool:
    return type(None) in get_args(kind)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _unexpected(place: str, wanted: str) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        f"{place} is not {wanted}. See whether base_url leads to a hub, and whether client and hub are of one time."
    )
