"""Query parameters as Rails takes them: `name[]` any number of times, a bare name once or with commas."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from crossdock_twins.easyship.errors import not_compliant
from crossdock_twins.easyship.operations import OLD_VERSION, Operation, Parameter
from crossdock_twins.easyship.schemas import OLD_SCHEMAS, SCHEMAS
from crossdock_twins.easyship.validation import Mismatch, Schema


def check_path(operation: Operation, values: Mapping[str, str]) -> None:
    """Check the values in the path against an operation's parameters."""
    for parameter, schema in _schemas(operation):
        if parameter.place == "path":
            _checked(schema, values[parameter.name])


def read_query(operation: Operation, sent: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Check the query against an operation's parameters and give those that were sent; unknown names are ignored."""
    values: dict[str, Any] = {}
    for parameter, schema in _schemas(operation):
        if parameter.place == "path":
            continue
        value = _gathered(parameter, sent)
        if value is not None:
            values[parameter.name] = _checked(schema, value)
        elif parameter.required:
            raise not_compliant(
                "invalid_url_param", f"{_pointer(operation)} missing required parameters: {parameter.name}"
            )
    return values


def _checked(schema: Schema, value: Any) -> Any:
    try:
        return schema.check(value)
    except Mismatch as mismatch:
        raise not_compliant("invalid_url_param", str(mismatch)) from mismatch


def _pointer(operation: Operation) -> str:
    return operation.pointer(0).rpartition("/parameters/")[0]


@cache
def body_schema(operation: Operation) -> Schema:
    """Give the schema of an operation's JSON body."""
    if operation.form is not None:
        return SCHEMAS.component(operation.form)
    known = OLD_SCHEMAS if operation.version == OLD_VERSION else SCHEMAS
    if isinstance(operation.body, str):
        return known.component(operation.body)
    return known.read(operation.body, f"{_pointer(operation)}/requestBody/content/application~1json/schema")


@cache
def _schemas(operation: Operation) -> tuple[tuple[Parameter, Schema], ...]:
    return tuple(
        (parameter, SCHEMAS.read(parameter.schema, operation.pointer(place)))
        for place, parameter in enumerate(operation.parameters)
    )


def _gathered(parameter: Parameter, sent: Sequence[tuple[str, str]]) -> Any:
    bare = [value for name, value in sent if name == parameter.name]
    if parameter.schema.get("type") != "array":
        return bare[-1] if bare else None
    items = [value for name, value in sent if name == f"{parameter.name}[]"]
    items += [part for value in bare for part in value.split(",")]
    return items or None
