"""Whether an answer of the Easyship twin is what its own OpenAPI document says."""

from functools import cache
from typing import Any

import jsonschema

from crossdock_twins.easyship import openapi
from twins import Reply


def fitting(reply: Reply, operation: str) -> Any:
    """Give an answer's JSON after seeing that it fits the operation's schema for its status."""
    answers = _operations()[operation]["responses"]
    assert str(reply.status) in answers, f"{operation} must not answer {reply.status}: {reply.text()}"
    schema = answers[str(reply.status)]["content"]["application/json"]["schema"]
    answer = reply.json()
    jsonschema.Draft202012Validator(schema | {"components": _document()["components"]}).validate(answer)
    return answer


@cache
def _document() -> dict[str, Any]:
    return openapi.document(server="http://127.0.0.1")


@cache
def _operations() -> dict[str, Any]:
    return {
        operation["operationId"]: operation for path in _document()["paths"].values() for operation in path.values()
    }
