"""Actions that are GraphQL documents: what the document and the provider's schema say is not written down again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, parse, strip_ignored_characters

from crossdock.connectors.assemble import at
from crossdock.connectors.documents import inputs, outline, schema
from crossdock.connectors.model import Call, Credits, Paging
from crossdock.connectors.source import Source, Steps

_PAGE = {"default": 25, "max": 100}


@dataclass(frozen=True, slots=True)
class Parts:
    """What an action has from its document; ``inputs`` reads the schema when it is first called."""

    call: Call
    inputs: Callable[[], Mapping[str, Any]]
    paging: Paging | None
    result: str


def parts(source: Source, steps: Steps, folder: Path) -> Parts:
    """Return what the document at the steps gives its action; raise DefinitionError where it cannot be read."""
    value = at(source, steps)
    if "graphql" not in source.value:
        raise source.wrong((*steps, "graphql"), "the connector names no `graphql` schema")
    text, operation = _read(source, (*steps, "graphql"), folder)
    found = outline.of(operation)
    page = {**_PAGE, **value.get("page", {})} if found.position else None
    sdl = folder / source.value["graphql"]["schema"]
    rules = inputs.Rules(
        hints=source.value.get("hints", {}),
        limits=value.get("limits", {}),
        required=tuple(value.get("required", ())),
        any_of=tuple(value.get("any_of", ())),
        page=_page_inputs(page) if page else None,
    )

    @cache
    def derived() -> Mapping[str, Any]:
        return inputs.derive(schema=schema.read(sdl), operation=operation, outline=found, rules=rules)

    path = str(source.value["proxy"]["graphql_path"])
    call = Call(role="api", method="POST", path=path, document=text, body_as=found.body_as, schema=sdl)
    return Parts(call, derived, _paging(found, page) if page else None, value.get("result", found.result))


def credits_of(source: Source) -> Credits | None:
    """Return the provider's rules of what a document costs, or None where it counts requests alone."""
    value = source.value.get("graphql", {}).get("credits")
    return Credits(**{**value, "free": frozenset(value["free"])}) if value else None


def _read(source: Source, steps: Steps, folder: Path) -> tuple[str, OperationDefinitionNode]:
    """Return a document without its superfluous blanks, and its one operation."""
    path = folder / str(at(source, steps))
    if not path.is_file():
        raise source.wrong(steps, f"there is no file `{at(source, steps)}`")
    text = path.read_text(encoding="utf-8")
    try:
        return strip_ignored_characters(text), schema.operation(parse(text, no_location=True))
    except GraphQLError as error:
        raise source.wrong(steps, f"the document does not parse: {error.message}") from None
    except ValueError:
        raise source.wrong(steps, "an action's document has one operation") from None


def _page_inputs(page: Mapping[str, Any]) -> dict[str, Any]:
    size = {"type": "integer", "minimum": 1, "maximum": page["max"], "default": page["default"]}
    return {
        "page_size": {**size, "description": "How many rows to give."},
        "next": {"type": "string", "maxLength": 2048, "description": "The `next` of the page before."},
    }


def _paging(found: outline.Outline, page: Mapping[str, Any]) -> Paging:
    return Paging(
        style="cursor",
        size="first",
        position=found.position,
        next=found.next,
        more=found.more,
        default=page["default"],
        max=page["max"],
    )
