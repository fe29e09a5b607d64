"""Query parameters as Rails takes them: `name[]` any number of times, a bare name once or with commas."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from crossdock_twins.easyship.errors import not_compliant
from crossdock_twins.easyship.operations import Operation, Parameter
from crossdock_twins.easyship.schemas import SCHEMAS
from crossdock_twins.easyship.validation import Mismatch, Schema


def read_query(operation: Operation, sent: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Check the query against an operation's parameters and give those that were sent; unknown names are ignored."""
    values: dict[str, Any] = {}
    for parameter, schema in _schemas(operation):
        value = _gathered(parameter, sent)
        if value is None:
            continue
        try:
            values[parameter.name] = schema.check(value)
        except Mismatch as mismatch:
            raise not_compliant("invalid_url_param", str(mismatch)) from mismatch
    return values


@cache
def _schemas(operation: Operation) -> tuple[tuple[Parameter, Schema], ...]:
    return tuple(
        (parameter, SCHEMAS.read(parameter.schema, operation.pointer(place)))
        for place, parameter in enumerate(operation.parameters)
        if parameter.place == "query"
    )


def _gathered(parameter: Parameter, sent: Sequence[tuple[str, str]]) -> Any:
    bare = [value for name, value in sent if name == parameter.name]
    if not isinstance(parameter.schema, Mapping) or parameter.schema["type"] != "array":
        return bare[-1] if bare else None
    items = [value for name, value in sent if name == f"{parameter.name}[]"]
    items += [part for value in bare for part in value.split(",")]
    return items or None
