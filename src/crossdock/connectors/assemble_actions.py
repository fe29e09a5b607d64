"""The probe, the actions and the proxy, put together from a checked definition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qsl

import jsonschema

from crossdock.connectors.assemble import at, pattern
from crossdock.connectors.assemble_documents import Documents, Parts
from crossdock.connectors.look import Look
from crossdock.connectors.model import Action, Call, EffectRule, IdentityPaths, Paging, ProbeStep, Proxy
from crossdock.connectors.plainness import is_plain
from crossdock.connectors.source import Source, Steps

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def probe(source: Source, documents: Documents) -> tuple[ProbeStep, ...]:
    """Return the steps of the probe in their order."""
    every = frozenset(method["key"] for method in source.value["auth"])
    return tuple(_step(source, ("probe", number), documents, every) for number in range(len(source.value["probe"])))


def _step(source: Source, steps: Steps, documents: Documents, every: frozenset[str]) -> ProbeStep:
    value = at(source, steps)
    identity = value.get("identity")
    return ProbeStep(
        key=value["key"],
        label=value["label"],
        call=_call(source, steps, documents),
        depths=frozenset(value["depths"]),
        methods=frozenset(value["methods"]) if "methods" in value else every,
        instead_of=value.get("instead_of"),
        proves=tuple(value.get("proves", ())),
        identity=IdentityPaths(
            id=identity["id"],
            name=identity["name"],
            details=dict(identity.get("details", {})),
            counts=dict(identity.get("counts", {})),
        )
        if identity
        else None,
        anonymous=value.get("anonymous"),
        scopes_at=value.get("scopes_at"),
        scopes_only=bool(value.get("scopes_only", False)),
    )


def actions(source: Source, documents: Documents) -> dict[str, Action]:
    """Return the actions by their full name: the connector's key, an underscore, the name in the file."""
    key = source.value["key"]
    return {f"{key}_{name}": _action(source, name, documents) for name in source.value["actions"]}


def _action(source: Source, name: str, documents: Documents) -> Action:
    steps: Steps = ("actions", name)
    value = at(source, steps)
    parts = documents.parts(steps) if "graphql" in value else _parts(source, steps, documents)
    return Action(
        name=f"{source.value['key']}_{name}",
        area=PurePosixPath(source.lines[steps][0]).stem,
        label=value["label"],
        description=value["description"],
        effect=value["effect"],
        idempotent=bool(value.get("idempotent", value["effect"] == "read")),
        metered=bool(value.get("metered", False)),
        scopes=tuple(value.get("scopes", ())),
        schema=parts.inputs,
        call=parts.call,
        paging=parts.paging,
        result=parts.result,
        warnings=value.get("warnings"),
        docs=value.get("docs"),
        file=value.get("file"),
        look=_look(source.value["key"], value.get("look")),
        examples=tuple(value.get("examples", ())),
        broken=next(iter(value.get("broken", {}).items()), None),
    )


def _look(key: str, value: Mapping[str, Any] | None) -> Look | None:
    if value is None:
        return None
    return Look(
        action=f"{key}_{value['with']}",
        by=value.get("by", {}),
        always=value.get("always", {}),
        match=value.get("match", {}),
        fresh=value.get("fresh"),
    )


def _parts(source: Source, steps: Steps, documents: Documents) -> Parts:
    """Return what a REST action says of its call, inputs, pages and result."""
    value = at(source, steps)
    call = _call(source, steps, documents)
    unplaced = set(_PLACEHOLDER.findall(call.path)) ^ set(value.get("path", {}))
    if unplaced:
        raise source.wrong((*steps, "path"), f"`{min(unplaced)}` is in the call or in `path`, but not in both")
    inputs = _inputs(value)
    if not is_plain(inputs):
        _check(source, steps, inputs)
    return Parts(call, lambda: inputs, _paging(value.get("page")), value.get("result", ""))


def _check(source: Source, steps: Steps, inputs: Mapping[str, Any]) -> None:
    try:
        jsonschema.Draft202012Validator.check_schema(inputs)
    except jsonschema.SchemaError as error:
        raise source.wrong(steps, f"the inputs are no JSON Schema: {error.message[:150]}") from None


def _inputs(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of an action's inputs: an object with the places that it uses."""
    places: dict[str, Any] = {}
    if value.get("path"):
        places["path"] = _object(value["path"], required=list(value["path"]))
    query = dict(value.get("query", {}))
    if page := value.get("page"):
        size = {"type": "integer", "minimum": 1, "maximum": page["max"], "default": page["default"]}
        query["page_size"] = {**size, "description": "How many rows to give."}
        query["next"] = {"type": "string", "maxLength": 2048, "description": "The `next` of the page before."}
    if query:
        places["query"] = _object(query, required=value.get("query_required", []))
        if "any_of" in value:
            places["query"]["anyOf"] = [{"required": [name]} for name in value["any_of"]]
    if "body" in value:
        places["body"] = {"additionalProperties": False, **value["body"]}
    required = [name for name in places if places[name].get("required") or "anyOf" in places[name]]
    return {"type": "object", "properties": places, "required": required, "additionalProperties": False}


def _object(properties: Mapping[str, Any], *, required: list[str]) -> dict[str, Any]:
    shown = {name: {key: v for key, v in schema.items() if key != "wire"} for name, schema in properties.items()}
    return {"type": "object", "properties": shown, "required": required, "additionalProperties": False}


def _paging(value: Mapping[str, Any] | None) -> Paging | None:
    if value is None:
        return None
    return Paging(
        style=value["style"],
        size=value["size"],
        position=value["position"],
        next=value["next"],
        more=value.get("more"),
        default=value["default"],
        max=value["max"],
    )


def _call(source: Source, steps: Steps, documents: Documents) -> Call:
    value = at(source, steps)
    role = value.get("origin", "api")
    if "graphql" in value:
        return Call(
            role=role,
            method="POST",
            path=source.value["proxy"].get("graphql_path", "/graphql"),
            document=documents.read((*steps, "graphql"))[0],
        )
    method, _, target = value["call"].partition(" ")
    path, _, fixed = target.partition("?")
    return Call(
        role=role,
        method=method,
        path=path,
        query=dict(_wire_names(source, value.get("query", {}))),
        fixed=dict(parse_qsl(fixed)),
        encoding=value.get("encoding", "json"),
    )


def _wire_names(source: Source, query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the inputs that go out under another name: their own `wire`, or the connector's way to name lists."""
    lists = str(source.value.get("query_lists", "{name}"))
    for name, schema in query.items():
        wire = schema.get("wire") or (lists.replace("{name}", name) if schema.get("type") == "array" else name)
        if wire != name:
            yield name, wire


def proxy(source: Source) -> Proxy:
    """Return what may pass through the proxy."""
    value = source.value["proxy"]
    rules = tuple(
        EffectRule(method=rule["method"], path=pattern(source, ("proxy", "rules", n, "path")), effect=rule["effect"])
        for n, rule in enumerate(value.get("rules", ()))
    )
    destructive = pattern(source, ("proxy", "destructive_fields")) if "destructive_fields" in value else None
    return Proxy(
        protocol=value["protocol"],
        graphql_path=value.get("graphql_path"),
        rules=rules,
        destructive_fields=destructive,
    )
