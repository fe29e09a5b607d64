"""The first of the two checks of a body or parameter, in the words of the Ruby gem openapi_parser.

What the gem does and a JSON Schema validator would not: members are checked in the order sent, then
unknown ones, then missing ones; only the first failure is told; a part without a type demands nothing, so
`required` beside an `allOf` is never enforced; numbers and booleans may be sent as texts.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from crossdock_twins.easyship.ruby import class_name, inspect

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_WHOLE = re.compile(r"[-+]?[0-9]{1,15}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?(?:[eE][-+]?[0-9]{1,2})?")
_MOST, _MOST_MONEY = 2**63 - 1, 10**15
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Mismatch(Exception):  # noqa: N818 - it is the finding of a check, not an error of the twin
    """A value does not fit its schema; the text is the gem's message."""


class Schema(Protocol):
    """What a value is checked against."""

    @property
    def pointer(self) -> str:
        """The place that messages name."""
        ...

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:
        """Give the value with texts turned into the numbers and booleans that are wanted; Mismatch otherwise."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Stands for the schema at another place; messages name that place."""

    pointer: str
    places: Mapping[str, Schema]

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:
        """Check against the schema that is meant."""
        return self.target.check(value, in_all_of=in_all_of)

    @property
    def target(self) -> Schema:
        """The schema that is meant."""
        return self.places[self.pointer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A text, a number or a boolean; `cast` gives the value or None where it is none of the kind."""

    pointer: str
    kind: str
    cast: Callable[[Any], Any]
    nullable: bool = False
    enum: Sequence[Any] = ()
    rules: Sequence[Callable[[str, Any], str | None]] = ()

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:  # noqa: ARG002 - only objects differ inside
        """Check kind, enumeration and rules, in this order."""
        if value is None:
            return _null(self.pointer, nullable=self.nullable)
        typed = self.cast(value)
        if typed is None:
            raise Mismatch(f"{self.pointer} expected {self.kind}, but received {class_name(value)}: {inspect(value)}")
        if self.enum and typed not in self.enum:
            raise Mismatch(f"{inspect(typed)} isn't part of the enum in {self.pointer}")
        for rule in self.rules:
            if (message := rule(self.pointer, typed)) is not None:
                raise Mismatch(message)
        return typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything:
    """A schema without a type: it refuses null and nothing else."""

    pointer: str

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:  # noqa: ARG002 - only objects differ inside
        """Let everything but null pass."""
        return _null(self.pointer, nullable=False) if value is None else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """The schema of null."""

    pointer: str

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:  # noqa: ARG002 - only objects differ inside
        """Let only null pass."""
        if value is not None:
            raise Mismatch(f"{self.pointer} expected null, but received {class_name(value)}: {inspect(value)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An array; `fewest` and `most` count its items."""

    pointer: str
    items: Schema
    nullable: bool = False
    fewest: int | None = None
    most: int | None = None

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:  # noqa: ARG002 - only objects differ inside
        """Check the number of items, then each of them."""
        if value is None:
            return _null(self.pointer, nullable=self.nullable)
        if not isinstance(value, list):
            raise Mismatch(f"{self.pointer} expected array, but received {class_name(value)}: {inspect(value)}")
        if self.most is not None and len(value) > self.most:
            raise Mismatch(f"{self.pointer} {inspect(value)} contains more than max items")
        if self.fewest is not None and len(value) < self.fewest:
            raise Mismatch(f"{self.pointer} {inspect(value)} contains fewer than min items")
        return [self.items.check(item) for item in value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An object; a closed one refuses members that it does not name."""

    pointer: str
    members: Mapping[str, Schema] = field(default_factory=dict)
    required: Sequence[str] = ()
    closed: bool = False
    nullable: bool = False

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:
        """Check the members in the order sent, then unknown ones, then missing ones."""
        if value is None:
            return _null(self.pointer, nullable=self.nullable)
        if not isinstance(value, dict):
            raise Mismatch(f"{self.pointer} expected object, but received {class_name(value)}: {inspect(value)}")
        typed = {name: self.members[name].check(item) if name in self.members else item for name, item in value.items()}
        unknown = [name for name in value if name not in self.members]
        if unknown and self.closed and not in_all_of:
            raise Mismatch(f"{self.pointer} does not define properties: {', '.join(unknown)}")
        if missing := [name for name in self.required if name not in value]:
            raise Mismatch(f"{self.pointer} missing required parameters: {', '.join(missing)}")
        return typed


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """The first of several schemas that fits."""

    pointer: str
    options: Sequence[Schema]

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:  # noqa: ARG002 - only objects differ inside
        """Try the options in their order; the message of a failure quotes the whole value."""
        for option in self.options:
            try:
                return option.check(value)
            except Mismatch:
                continue
        raise Mismatch(f"{inspect(value)} isn't any of in {self.pointer}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """Exactly one of several schemas."""

    pointer: str
    options: Sequence[Schema]

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:  # noqa: ARG002 - only objects differ inside
        """Try all options; the message of a failure quotes the whole value."""
        fitting = []
        for option in self.options:
            try:
                fitting.append(option.check(value))
            except Mismatch:
                continue
        if len(fitting) != 1:
            raise Mismatch(f"{inspect(value)} isn't one of in {self.pointer}")
        return fitting[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The schema that a member of the value, the discriminator, names."""

    pointer: str
    by: str
    kinds: Mapping[str, Schema]

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:
        """Check against the kind that the value says it is."""
        place = f"{self.pointer}/discriminator"
        if value is None:
            return _null(self.pointer, nullable=False)
        if not isinstance(value, dict):
            raise Mismatch(f"{inspect(value)} isn't one of in {self.pointer}")
        if self.by not in value:
            missing = f"discriminator propertyName {self.by} does not exist in value {inspect(value)}"
            raise Mismatch(f"{missing} in {place}")
        named = value[self.by]
        kind = self.kinds.get(named) if isinstance(named, str) else None
        if kind is None:
            raise Mismatch(f"discriminator mapped schema #/components/schemas/{named} does not exist in {place}")
        return kind.check(value, in_all_of=in_all_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every part, one after the other; members that no part names are refused where all parts are closed objects."""

    pointer: str
    parts: Sequence[Schema]

    def check(self, value: Any, *, in_all_of: bool = False) -> Any:  # noqa: ARG002 - only objects differ inside
        """Check the parts in their order."""
        for part in self.parts:
            value = part.check(value, in_all_of=True)
        records = [part.target if isinstance(part, Reference) else part for part in self.parts]
        if isinstance(value, dict) and all(isinstance(part, Record) and part.closed for part in records):
            named = {name for part in records if isinstance(part, Record) for name in part.members}
            if unknown := [name for name in value if name not in named]:
                raise Mismatch(f"{self.pointer} does not define properties: {', '.join(unknown)}")
        return value


def _null(pointer: str, *, nullable: bool) -> None:
    if not nullable:
        raise Mismatch(f"{pointer} does not allow null values")


def text(value: Any) -> str | None:
    """Take a text as it is."""
    return value if isinstance(value, str) else None


def whole(value: Any) -> int | None:
    """Take a whole number, also written as a text."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: Any) -> float | int | None:
    """Take a number, also written as a text."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def flag(value: Any) -> bool | None:
    """Take a boolean, also written as a text."""
    return _FLAGS.get(value) if isinstance(value, str) else value if isinstance(value, bool) else None


def at_least(least: float) -> Callable[[str, Any], str | None]:
    """Make the rule `minimum`."""
    return lambda pointer, value: f"{pointer} {inspect(value)} is less than minimum value" if value < least else None


def at_most(most: float) -> Callable[[str, Any], str | None]:
    """Make the rule `maximum`."""
    return lambda pointer, value: f"{pointer} {inspect(value)} is more than maximum value" if value > most else None


def countable(pointer: str, value: Any) -> str | None:
    """Refuse whole numbers beyond 64 bits, which no database column takes."""
    return _within(pointer, value, _MOST)


def measurable(pointer: str, value: Any) -> str | None:
    """Refuse numbers that no sum of money or measure comes near; the bound is the twin's own."""
    return _within(pointer, value, _MOST_MONEY)


def _within(pointer: str, value: float, most: int) -> str | None:
    if -most <= value <= most:
        return None
    return f"{pointer} {inspect(value)} is {'more than maximum' if value > 0 else 'less than minimum'} value"


def more_than(least: float) -> Callable[[str, Any], str | None]:
    """Make the rule `minimum` of a schema that excludes it."""

    def rule(pointer: str, value: Any) -> str | None:
        if value > least:
            return None
        return f"{pointer} {inspect(value)} cannot be less than or equal to exclusive minimum value"

    return rule


def no_shorter(fewest: int) -> Callable[[str, Any], str | None]:
    """Make the rule `minLength`."""
    return lambda pointer, value: (
        f"{pointer} {inspect(value)} is shorter than min length" if len(value) < fewest else None
    )


def unchecked(_pointer: str, _value: Any) -> None:
    """Check nothing: the gem passes over formats that it does not know."""


def no_longer(most: int) -> Callable[[str, Any], str | None]:
    """Make the rule `maxLength`."""
    return lambda pointer, value: f"{pointer} {inspect(value)} is longer than max length" if len(value) > most else None


def matching(pattern: str) -> Callable[[str, Any], str | None]:
    """Make the rule `pattern`."""
    compiled = re.compile(pattern)

    def rule(pointer: str, value: Any) -> str | None:
        if compiled.search(value):
            return None
        return f"{pointer} pattern {pattern} does not match value: {inspect(value)}"

    return rule


def _email(pointer: str, value: Any) -> str | None:
    return None if _EMAIL.fullmatch(value) else f"{pointer} email address format does not match value: {inspect(value)}"


def _uuid(pointer: str, value: Any) -> str | None:
    return None if _UUID.fullmatch(value) else f"{pointer} Value: {inspect(value)} is not conformant with UUID format"


def _dated(name: str, read: Callable[[str], object]) -> Callable[[str, Any], str | None]:
    def rule(pointer: str, value: Any) -> str | None:
        try:
            read(value)
        except ValueError:
            return f"{pointer} Value: {inspect(value)} is not conformant with {name} format"
        return None

    return rule


FORMATS: Mapping[str, Callable[[str, Any], str | None]] = {
    "email": _email,
    "uuid": _uuid,
    "date": _dated("date", date.fromisoformat),
    "date-time": _dated("date-time", datetime.fromisoformat),
}
