"""What the page on the twins' coverage says: every operation and type, and what of it is simplified or inferred."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from graphql import GraphQLObjectType, ObjectTypeDefinitionNode

from crossdock_twins.easyship import app, contract
from crossdock_twins.shiphero import api, areas, schema, sdl

STATES: Final = ("whole", "simplified", "inferred", "not built")
SOURCES: Final = ("documentation page", "recorded exchange", "client code", "users' reports", "own choice")
_LEGEND: Final = (
    "Whole: it keeps real state and answers as the provider does, as far as is known. Simplified: it works, with the",
    "difference that is named. Inferred: what the provider does there is not known; the choice made is named, with its",
    "source.",
)
WHOLE: Final = {"status": "whole", "note": "", "from": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The operations of one resource or area, by name with their kind, and the types that belong to it."""

    name: str
    operations: Mapping[str, str]
    types: tuple[str, ...]


def notes(twin: str) -> dict[str, dict[str, str]]:
    """Give what the packages of a twin say of themselves, by operation, type or field (`Type.field`)."""
    root = Path(str(files(f"crossdock_twins.{twin}")))
    found: dict[str, dict[str, str]] = {}
    for path in sorted(root.glob("**/coverage.json")):
        found |= json.loads(path.read_text(encoding="utf-8"))
    return found


def easyship() -> list[Area]:
    """Give Easyship's resources."""
    return [
        Area(
            name=name,
            operations={key: each["call"] for key, each in held.get("operations", {}).items()},
            types=tuple(held.get("schemas", {})),
        )
        for name, held in contract.resources().items()
    ]


def shiphero() -> list[Area]:
    """Give ShipHero's areas, as their scopes divide them."""
    return [_shiphero_area(name) for name in schema.sources()]


def status(twin: str, name: str) -> Mapping[str, str]:
    """Give what is known of an operation, type or field: a built one without a note is whole."""
    noted = _notes(twin).get(name)
    if noted is not None:
        return noted
    built = _built(twin)
    return WHOLE if name in built or name not in _operations(twin) else {**WHOLE, "status": "not built"}


def page() -> Iterator[str]:
    """Write the page's lines."""
    yield from ("# What the twins cover", "")
    yield from (*_LEGEND, "")
    for twin, title, held in (("easyship", "Easyship", easyship()), ("shiphero", "ShipHero", shiphero())):
        yield from (f"## {title}", "", _sum(twin, held), "")
        for area in held:
            yield from _area(twin, area)
        yield from _besides(twin)


def _sum(twin: str, held: list[Area]) -> str:
    names = [name for area in held for name in area.operations]
    counts = {state: sum(status(twin, name)["status"] == state for name in names) for state in STATES}
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"{len(names)} operations: {told}."


def _area(twin: str, area: Area) -> Iterator[str]:
    yield from (f"### {area.name.replace('_', ' ').capitalize()}", "")
    if area.operations:
        yield from ("| Operation | Call | State | What differs | From |", "|---|---|---|---|---|")
        for name, call in area.operations.items():
            said = status(twin, name)
            yield f"| `{name}` | `{call}` | {said['status']} | {said['note']} | {said['from']} |"
        yield ""
    noted = {
        name: said
        for name, said in _notes(twin).items()
        if name.partition(".")[0] in area.types and name not in area.operations
    }
    if noted:
        yield from ("| Type or field | State | What differs | From |", "|---|---|---|---|")
        for name, said in sorted(noted.items()):
            yield f"| `{name}` | {said['status']} | {said['note']} | {said['from']} |"
        yield ""
    plain = [name for name in area.types if name not in noted]
    if plain:
        yield from ("Types that are whole: " + ", ".join(f"`{name}`" for name in plain) + ".", "")


def _besides(twin: str) -> Iterator[str]:
    """Write the notes on what is neither an operation nor a type: their names are phrases."""
    noted = {name: said for name, said in _notes(twin).items() if " " in name}
    if noted:
        yield from ("### Besides", "", "| What | State | What differs | From |", "|---|---|---|---|")
        for name, said in sorted(noted.items()):
            yield f"| {name[0].upper()}{name[1:]} | {said['status']} | {said['note']} | {said['from']} |"
        yield ""


def _shiphero_area(name: str) -> Area:
    served = api.served_schema()
    calls = {}
    for root, verb in ((served.query_type, "query"), (served.mutation_type, "mutation")):
        for field in root.fields if root is not None else ():
            if _area_of(field) == name:
                calls[field] = f"{calls[field]}, {verb}" if field in calls else verb
    types = tuple(
        sorted(
            kind
            for kind, each in served.type_map.items()
            if isinstance(each, GraphQLObjectType)
            and _type_area(kind) == name
            and each not in {served.query_type, served.mutation_type}
        )
    )
    return Area(name=name, operations=calls, types=types)


@cache
def _defined() -> dict[str, str]:
    """Give the area that each type is written down in."""
    found: dict[str, str] = {}
    for area, text in schema.sources().items():
        for node in sdl.expand((text,)).definitions:
            if isinstance(node, ObjectTypeDefinitionNode):
                found.setdefault(node.name.value, area)
    return found


def _type_area(kind: str) -> str:
    return _defined().get(kind, "common")


def _area_of(operation: str) -> str:
    scope: str | None = schema.scopes_of_operations().get(operation)
    return schema.FREE if scope is None else scope.partition(":")[2]


@cache
def _notes(twin: str) -> dict[str, dict[str, str]]:
    return notes(twin)


@cache
def _operations(twin: str) -> frozenset[str]:
    held = easyship() if twin == "easyship" else shiphero()
    return frozenset(name for area in held for name in area.operations)


@cache
def _built(twin: str) -> frozenset[str]:
    if twin == "easyship":
        return frozenset(each.id for each in app.OPERATIONS)
    return frozenset({*areas.QUERIES, *areas.MUTATIONS})


def unknown(twin: str) -> list[str]:
    """Name the notes that speak of nothing that exists."""
    held = easyship() if twin == "easyship" else shiphero()
    known: set[Any] = {name for area in held for name in (*area.operations, *area.types)}
    return sorted(name for name in _notes(twin) if " " not in name and name.partition(".")[0] not in known)
