"""The OpenAPI 3.1 document of the twin, written from the same contract that requests are checked by."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from crossdock_twins.easyship import contract, errors
from crossdock_twins.easyship.operations import VERSION

_COMPONENTS = "#/components/schemas/"
_ALWAYS = (401, 403, 429, 500)
_SAME = {"enum": "enum", "pattern": "pattern", "format": "format", "default": "default", "deprecated": "deprecated"}
_BOUNDS = {"min": ("minimum", "minItems"), "max": ("maximum", "maxItems"), "above": ("exclusiveMinimum", "")}
_LENGTHS = {"min_length": "minLength", "max_length": "maxLength"}
_COMPOSED = {"all": "allOf", "any": "anyOf", "one": "oneOf"}
_MARKS = {
    "advanced": "Its scope is an advanced one: off until somebody ticks it.",
    "metered": "Draws on the monthly allowance of the plan.",
    "contract": "Only for accounts whose contract has it.",
    "beta": "A beta of Easyship's.",
    "undocumented": "No longer in Easyship's documentation.",
}


def document(*, server: str) -> dict[str, Any]:
    """Describe the API of one host, whose address is `server`."""
    paths: dict[str, dict[str, Any]] = {}
    for name, described in contract.operations().items():
        method, path = described["call"].split(" ")
        paths.setdefault(_full(path), {})[method.lower()] = _operation(name, described)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Easyship twin",
            "version": VERSION,
            "description": "What a local Easyship answers. Nothing here is real: no parcel, no courier, no money.",
        },
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {name: schema(each) for name, each in sorted(contract.schemas().items())},
        },
    }


def schema(notation: Any) -> dict[str, Any]:
    """Write a schema in the compact notation as JSON Schema."""
    if isinstance(notation, str):
        notation = {"all": [notation]} if notation.startswith("@") else {"type": notation}
    if list(notation) == ["all"] and len(notation["all"]) == 1 and isinstance(notation["all"][0], str):
        return {"$ref": _COMPONENTS + notation["all"][0].removeprefix("@")}
    written = _typed(notation)
    for short, long in _COMPOSED.items():
        if short in notation:
            written[long] = [schema(part) for part in notation[short]]
    if "by" in notation:
        mapping = {kind: _COMPONENTS + place.removeprefix("@") for kind, place in notation["kinds"].items()}
        written["discriminator"] = {"propertyName": notation["by"], "mapping": mapping}
    if "documented_max" in notation:
        written["description"] = f"At most {notation['documented_max']} characters, by the rules of the model."
    return written


def _typed(notation: Mapping[str, Any]) -> dict[str, Any]:
    named: str = notation.get("type", "any")
    kind, nullable = named.removesuffix("?"), named.endswith("?")
    written: dict[str, Any] = {} if kind == "any" else {"type": [kind, "null"] if nullable else kind}
    written |= {long: notation[short] for short, long in {**_SAME, **_LENGTHS}.items() if short in notation}
    if nullable and "enum" in written:
        written["enum"] = [*written["enum"], None]
    for short, (number, listing) in _BOUNDS.items():
        if short in notation:
            written[listing if kind == "array" else number] = notation[short]
    if "members" in notation:
        written["properties"] = {name: schema(part) for name, part in notation["members"].items()}
    if "required" in notation:
        written["required"] = list(notation["required"])
    if notation.get("closed", False):
        written["additionalProperties"] = False
    if "others" in notation:
        written["additionalProperties"] = schema(notation["others"])
    if "items" in notation:
        written["items"] = schema(notation["items"])
    return written


def _full(path: str) -> str:
    """Put the version before a path, except before those of the documents, which carry an older one of their own."""
    return path if path.startswith("/shipment/v1/") else f"/{VERSION}{path}"


def _operation(name: str, described: Mapping[str, Any]) -> dict[str, Any]:
    written: dict[str, Any] = {"operationId": name, "summary": described["title"]}
    if said := [text for mark, text in _MARKS.items() if described.get(mark, False)]:
        written["description"] = " ".join(said)
    written["parameters"] = [_parameter(*each) for each in described.get("parameters", {}).items()]
    for member, media in (("body", "application/json"), ("form", "multipart/form-data")):
        if member in described:
            notation = described[member]
            named = f"@{notation}" if isinstance(notation, str) else notation
            written["requestBody"] = {"required": True, "content": {media: {"schema": schema(named)}}}
    written["responses"] = _answers(described) | _refusals(described)
    written["x-scopes"] = [*described.get("scopes", ()), *described.get("scopes_sometimes", ())]
    return written


def _parameter(name: str, notation: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"type": notation} if isinstance(notation, str) else dict(notation)
    place, required = said.pop("in", "query"), said.pop("required", False)
    several = said.get("type") == "array"
    written = {"name": f"{name}[]" if several else name, "in": place, "schema": schema(said)}
    if place == "path" or required:
        written["required"] = True
    return written


def _answers(described: Mapping[str, Any]) -> dict[str, Any]:
    answers = {}
    for status, notation in described["answers"].items():
        content: dict[str, Any] = {media: {} for media in described.get("files", ())}
        if notation != "file":
            named = f"@{notation}" if isinstance(notation, str) and notation != "any" else notation
            content["application/json"] = {"schema": schema(named)}
        answers[status] = {"description": HTTPStatus(int(status)).phrase, "content": content}
    return answers


def _implied(described: Mapping[str, Any]) -> set[int]:
    """Give the refusals that follow from what an operation takes, which Easyship's pages do not always name."""
    parameters = described.get("parameters", {})
    found = {404} if "{" in described["call"] else set()
    found |= {422} if parameters or "body" in described or "form" in described else set()
    return found | ({400} if "body" in described or "form" in described else set())


def _refusals(described: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the refusals by status; a 429 comes without a Content-Type, so nothing is said of its body."""
    body = {"application/json": {"schema": {"$ref": f"{_COMPONENTS}Error"}}}
    codes: dict[int, list[str]] = {}
    for code, kind in errors.KINDS.items():
        codes.setdefault(kind.status, []).append(code)
    found = {}
    for status in sorted({*described.get("refusals", ()), *_ALWAYS, *_implied(described)}):
        named = ", ".join(codes.get(status, ())) or HTTPStatus(status).phrase
        found[str(status)] = (
            {"description": named}
            if status == HTTPStatus.TOO_MANY_REQUESTS
            else {
                "description": named,
                "content": body,
            }
        )
    return found
