"""The contract as data: each file below `data/contract` holds operations and schemas of one resource.

An operation has `call` (method and path below the version), `title` (its page's name), `scopes`, `parameters` in
documented order, `body` or `form`, `answers` (schema by status; "file" where no JSON comes) and `refusals` beside the
401, 403, 429 and 500 that all have. `advanced`, `metered`, `contract`, `beta` and `undocumented` mark it; `guide`
names the how-to guide that its errors point to.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_FOLDER = files(__package__) / "data" / "contract"


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
