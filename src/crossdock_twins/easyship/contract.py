"""The contract as data: each file below `data/contract` holds operations and schemas of one resource.

An operation has `call` (method and path below the version), `title` (its page's name), `scopes`, `parameters` in
documented order, `body` or `form`, `answers` (schema by status; "file" where no JSON comes) and `refusals` beside the
401, 403, 429 and 500 that all have. `advanced`, `metered`, `contract`, `beta` and `undocumented` mark it; `guide`
names the how-to guide that its errors point to, and `page` its own where that is not named after it.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_FOLDER = files(__package__) / "data" / "contract"
_OLD = files(__package__) / "data" / "contract_2023_01.json"


@cache
def resources() -> Mapping[str, Mapping[str, Any]]:
    """Give the contents of the files by resource."""
    found = sorted(_FOLDER.iterdir(), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".json"): json.loads(entry.read_text(encoding="utf-8")) for entry in found}


def operations() -> Mapping[str, Mapping[str, Any]]:
    """Give every operation by its id."""
    return {name: each for held in resources().values() for name, each in held.get("operations", {}).items()}


def schemas() -> Mapping[str, Any]:
    """Give every schema in the compact notation, by its name below `#/components/schemas/`."""
    return {name: each for held in resources().values() for name, each in held.get("schemas", {}).items()}


@cache
def _old() -> Mapping[str, Any]:
    written: Mapping[str, Any] = json.loads(_OLD.read_text(encoding="utf-8"))
    return written


def old_operations() -> Mapping[str, Mapping[str, Any]]:
    """Give the operations of 2023-01 that the twin has, by id."""
    operations: Mapping[str, Mapping[str, Any]] = _old()["operations"]
    return operations


def old_schemas() -> Mapping[str, Any]:
    """Give the schemas of 2023-01: those of 2024-09 with some members under their old names, and a few of its own."""
    known = {**schemas(), **_old()["schemas"]}
    for name, renamed in _old()["renamed"].items():
        known[name] = _with_old_names(known[name], renamed)
    return known


def _with_old_names(schema: Mapping[str, Any], renamed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, notation in schema["members"].items():
        members |= renamed.get(name, {name: notation})
    names = {name: next(iter(olds)) for name, olds in renamed.items()}
    return {**schema, "members": members, "required": [names.get(name, name) for name in schema["required"]]}
