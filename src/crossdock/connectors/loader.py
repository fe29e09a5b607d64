"""From a definition file to a connector: schema-checked, cross-checked, every error with file and line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import jsonschema

from crossdock.connectors import assemble, assemble_actions, assemble_documents, crosscheck
from crossdock.connectors.model import Connector, Environment, Limits, RetryHint, Scope
from crossdock.connectors.source import DefinitionError, Source, Steps, read

__all__ = ["DefinitionError", "load"]

_HERE = Path(__file__).parent / "definitions"


def load(*, folder: Path, name: str, origin_rewrites: Mapping[str, str]) -> Connector:
    """Load the connector of a definition file; raise DefinitionError where anything in it is wrong.

    ``origin_rewrites`` replaces the provider's origins, in guide links too, such as by a twin's.
    """
    source = read(folder=folder, name=name)
    _check_schema(source)
    connector = _build(_Rewritten(source, origin_rewrites), folder)
    crosscheck.check(source, connector)
    return connector


@cache
def _validator() -> jsonschema.protocols.Validator:
    schema = json.loads((_HERE / "schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(_inlined(schema, schema["$defs"]))


def _inlined(value: Any, named: Mapping[str, Any]) -> Any:
    """Put what a reference leads to in its place: following it takes longer than most of what is checked there."""
    if isinstance(value, list):
        return [_inlined(one, named) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _inlined(named[value["$ref"].removeprefix("#/$defs/")], named)
    return {key: _inlined(one, named) for key, one in value.items() if key != "$defs"}


def _check_schema(source: Source) -> None:
    """Raise for the first thing in the file that the schema does not allow."""
    errors = sorted(
        _validator().iter_errors(source.value), key=lambda error: (not _unknown_keys(error), _line_of(source, error))
    )
    if not errors:
        return
    error = errors[0]
    steps = cast("Steps", tuple(error.absolute_path))
    unknown = _unknown_keys(error)
    if unknown:
        raise source.wrong((*steps, unknown[0]), f"unknown key `{unknown[0]}`")
    raise source.wrong(steps, error.message[:200])


def _line_of(source: Source, error: jsonschema.ValidationError) -> tuple[str, int]:
    steps = cast("Steps", tuple(error.absolute_path))
    unknown = _unknown_keys(error)
    steps = (*steps, unknown[0]) if unknown else steps
    while steps not in source.lines and steps:
        steps = steps[:-1]
    return source.lines.get(steps, ("", 0))


def _unknown_keys(error: jsonschema.ValidationError) -> list[str]:
    schema = error.schema
    if (
        error.validator != "additionalProperties"
        or not isinstance(error.instance, dict)
        or not isinstance(schema, dict)
    ):
        return []
    return sorted(set(error.instance) - set(schema.get("properties", {})))


@dataclass(frozen=True, slots=True)
class _Rewritten:
    """A definition together with the origins that stand in for the provider's."""

    source: Source
    origins: Mapping[str, str]

    def link(self, address: str, rewritten: str | None = None) -> str:
        """Return the address with its origin replaced where a rewrite names it, and then with the other path."""
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.origins:
            return address
        return self.origins[origin] + (rewritten or address[len(origin) :])


def _build(rewritten: _Rewritten, folder: Path) -> Connector:
    source = rewritten.source
    value = source.value
    shared = assemble.paste_rules(source, ("paste_rules",))
    documents = assemble_documents.Documents.of(source, folder)
    return Connector(
        key=value["key"],
        name=value["name"],
        version=value["version"],
        category=value["category"],
        description=value["description"],
        icon=value["icon"],
        release_stage=value["release_stage"],
        headers=dict(value.get("headers", {})),
        environments=tuple(_environment(one, rewritten) for one in value["environments"]),
        auth_methods=tuple(
            assemble.method(source, ("auth", number), link=rewritten.link, shared=shared)
            for number in range(len(value["auth"]))
        ),
        scopes={key: _scope(key, one) for key, one in value.get("scopes", {}).items()},
        scope_prefix=value.get("scope_prefix", ""),
        retry_hints=tuple(
            RetryHint(header=h.get("header"), json=h.get("json"), kind=h["kind"]) for h in value["retry_hints"]
        ),
        probe=assemble_actions.probe(source, documents),
        causes=assemble.causes(source, link=rewritten.link),
        transport=dict(value["transport"]),
        actions=assemble_actions.actions(source, documents),
        proxy=assemble_actions.proxy(source),
        credits=assemble_documents.credits_of(source),
    )


def _environment(value: dict[str, Any], rewritten: _Rewritten) -> Environment:
    limits = value["limits"]
    return Environment(
        key=value["key"],
        name=value["name"],
        type=value["type"],
        origins={role: rewritten.link(origin) for role, origin in value["origins"].items()},
        provider_origins=dict(value["origins"]),
        token_prefix=value.get("token_prefix"),
        limits=Limits(
            per_second=limits.get("per_second", 0),
            per_minute=limits.get("per_minute", 0),
            concurrent=limits.get("concurrent", 0),
        ),
    )


def _scope(key: str, value: dict[str, Any]) -> Scope:
    return Scope(
        key=key, label=value["label"], proven_by=value.get("proven_by"), advanced=bool(value.get("advanced", False))
    )
