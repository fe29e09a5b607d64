"""Actions that are GraphQL documents: what the document and the provider's schema say is not written down again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode

from crossdock.connectors.assemble import at
from crossdock.connectors.documents import fragments, inputs, outline, schema
from crossdock.connectors.documents.fragments import Fragment, FragmentError
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


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a definition, with the fragments that they share; paths begin at ``folder``."""

    source: Source
    folder: Path
    fragments: Mapping[str, Fragment]

    @classmethod
    def of(cls, source: Source, folder: Path) -> Documents:
        """Return the documents of a definition; raise DefinitionError for a fragment that cannot be read."""
        shared = source.value.get("graphql", {}).get("fragments")
        try:
            return cls(source, folder, fragments.read(folder / shared) if shared else {})
        except FragmentError as error:
            raise source.wrong(("graphql", "fragments"), str(error)) from None

    def parts(self, steps: Steps) -> Parts:
        """Return what the document at the steps gives its action; raise DefinitionError where it cannot be read."""
        value = at(self.source, steps)
        if "graphql" not in self.source.value:
            raise self.source.wrong((*steps, "graphql"), "the connector names no `graphql` schema")
        text, operation = self.read((*steps, "graphql"))
        found = outline.of(operation)
        page = {**_PAGE, **value.get("page", {})} if found.position else None
        sdl = self.folder / self.source.value["graphql"]["schema"]
        rules = inputs.Rules(
            hints=self.source.value.get("hints", {}),
            limits=value.get("limits", {}),
            required=tuple(value.get("required", ())),
            any_of=tuple(value.get("any_of", ())),
            page=_page_inputs(page) if page else None,
        )

        @cache
        def derived() -> Mapping[str, Any]:
            return inputs.derive(schema=schema.read(sdl), operation=operation, outline=found, rules=rules)

        path = str(self.source.value["proxy"]["graphql_path"])
        call = Call(role="api", method="POST", path=path, document=text, body_as=found.body_as, schema=sdl)
        return Parts(call, derived, _paging(found, page) if page else None, value.get("result", found.result))

    def read(self, steps: Steps) -> tuple[str, OperationDefinitionNode]:
        """Return the document that is named at the steps as it is sent, and its one operation."""
        name = str(at(self.source, steps))
        path = self.folder / name
        if not path.is_file():
            raise self.source.wrong(steps, f"there is no file `{name}`")
        try:
            return fragments.join(text=path.read_text(encoding="utf-8"), fragments=self.fragments)
        except GraphQLError as error:
            raise self.source.wrong(steps, f"the document does not parse: {error.message}") from None
        except FragmentError as error:
            raise self.source.wrong(steps, str(error)) from None
        except ValueError:
            raise self.source.wrong(steps, "an action's document has one operation") from None


def credits_of(source: Source) -> Credits | None:
    """Return the provider's rules of what a document costs, or None where it counts requests alone."""
    value = source.value.get("graphql", {}).get("credits")
    return Credits(**{**value, "free": frozenset(value["free"])}) if value else None


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
