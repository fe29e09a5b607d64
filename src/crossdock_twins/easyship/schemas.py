"""The schemas of Easyship's bodies and parameters, read from a compact notation.

`"string"`, `"number?"` (may be null) and `"any"` stand for themselves, `"@Name/properties/x"` for the schema at that
place below `#/components/schemas/`; an object with `type`, `all`, `any` or `one` says more, and `by` names the member
that chooses among `kinds`. What is only documented (`documented_max`, `default`, `deprecated`) is not checked here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from crossdock_twins.easyship import contract, validation
from crossdock_twins.easyship.validation import Schema

_COMPONENTS = "#/components/schemas/"
_CASTS: Mapping[str, Callable[[Any], Any]] = {
    "string": validation.text,
    "integer": validation.whole,
    "number": validation.number,
    "boolean": validation.flag,
}
_RULES: Mapping[str, Callable[[Any], Callable[[str, Any], str | None]]] = {
    "pattern": validation.matching,
    "max_length": validation.no_longer,
    "min": validation.at_least,
    "max": validation.at_most,
    "above": validation.more_than,
    "min_length": validation.no_shorter,
    "format": lambda name: validation.FORMATS.get(name, validation.unchecked),
}
_OF_KIND = {"integer": validation.countable, "number": validation.measurable}


class Schemas:
    """All schemas by their place, such as `#/components/schemas/RateRequest`."""

    def __init__(self, components: Mapping[str, Any]) -> None:
        self._places: dict[str, Schema] = {}
        for path, notation in components.items():
            self.read(notation, _COMPONENTS + path)

    def component(self, name: str) -> Schema:
        """Give a component by its name."""
        return self._places[_COMPONENTS + name]

    def read(self, notation: Any, pointer: str) -> Schema:
        """Read one schema in the compact notation that stands at `pointer`."""
        schema = self._made(notation, pointer)
        self._places.setdefault(pointer, schema)
        return schema

    def _made(self, notation: Any, pointer: str) -> Schema:
        if isinstance(notation, str):
            if notation.startswith("@"):
                return validation.Reference(pointer=_COMPONENTS + notation[1:], places=self._places)
            notation = {"type": notation}
        if "one" in notation:
            return self._one_of(notation, pointer)
        if "any" in notation:
            options = [self.read(part, f"{pointer}/anyOf/{place}") for place, part in enumerate(notation["any"])]
            return validation.AnyOf(pointer=pointer, options=options)
        if "all" in notation:
            parts = [self.read(part, f"{pointer}/allOf/{place}") for place, part in enumerate(notation["all"])]
            return validation.AllOf(pointer=pointer, parts=parts)
        return self._typed(notation, pointer)

    def _one_of(self, notation: Mapping[str, Any], pointer: str) -> Schema:
        options = [self.read(part, f"{pointer}/oneOf/{place}") for place, part in enumerate(notation["one"])]
        if "by" not in notation:
            return validation.OneOf(pointer=pointer, options=options)
        kinds = {name: self.read(part, f"{pointer}/discriminator") for name, part in notation["kinds"].items()}
        return validation.Chosen(pointer=pointer, by=notation["by"], kinds=kinds)

    def _typed(self, notation: Mapping[str, Any], pointer: str) -> Schema:
        named: str = notation.get("type", "any")
        kind = named.removesuffix("?")
        nullable = named.endswith("?")
        if kind == "object":
            members: dict[str, Any] = notation.get("members", {})
            return validation.Record(
                pointer=pointer,
                members={name: self.read(part, f"{pointer}/properties/{name}") for name, part in members.items()},
                required=notation.get("required", ()),
                closed=notation.get("closed", False),
                nullable=nullable,
            )
        if kind == "array":
            items = self.read(notation.get("items", "any"), f"{pointer}/items")
            fewest, most = notation.get("min"), notation.get("max")
            return validation.Listing(pointer=pointer, items=items, nullable=nullable, fewest=fewest, most=most)
        if kind == "any":
            return validation.Anything(pointer=pointer)
        if kind == "null":
            return validation.Nothing(pointer=pointer)
        rules = [_RULES[name](notation[name]) for name in _RULES if name in notation]
        rules += [_OF_KIND[kind]] if kind in _OF_KIND else []
        enum = tuple(notation.get("enum", ()))
        return validation.Scalar(
            pointer=pointer, kind=kind, cast=_CASTS[kind], nullable=nullable, enum=enum, rules=rules
        )


SCHEMAS = Schemas(contract.schemas())
OLD_SCHEMAS = Schemas(contract.old_schemas())
