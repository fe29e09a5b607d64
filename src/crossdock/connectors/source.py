"""Definition files as plain values, with the file and line of each: strict YAML without anchors, tags or doubles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

from crossdock.kernel.errors import MisconfiguredError

Steps = tuple[str | int, ...]

_MAX_BYTES = 256 * 1024
_MAX_DEPTH = 30
# libyaml reads the definitions ten times faster than the parser in Python, which is there where libyaml is not.
_PARSER: Final = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
# What a plain word stands for, as in the core schema of YAML 1.2: `no` and `on` are words.
_CONSTANTS: Final[Mapping[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+")
_REMEDY = "Correct the definition file at this line and start again."


class DefinitionError(MisconfiguredError):
    """A connector's definition is wrong; the message names file and line."""

    code = "definition_invalid"


@dataclass(frozen=True, slots=True)
class Source:
    """A definition as plain values; ``lines`` maps the steps to each value to its file and line."""

    value: dict[str, Any]
    lines: Mapping[Steps, tuple[str, int]]

    def wrong(self, steps: Steps, message: str) -> DefinitionError:
        """Make the error for what stands at these steps, or for the nearest thing around it that has a line."""
        while steps not in self.lines and steps:
            steps = steps[:-1]
        file, line = self.lines.get(steps, ("?", 0))
        return DefinitionError(f"{file}:{line}: {message}", remedy=_REMEDY, detail={"file": file, "line": line})


def read(*, folder: Path, name: str) -> Source:
    """Read a definition file and everything that it includes; raise DefinitionError with file and line."""
    root = _read_one(folder, name)
    value, lines = dict(root.value), dict(root.lines)
    for number, part in enumerate(value.pop("include", ())):
        place: Steps = ("include", number)
        if not isinstance(part, str) or PurePosixPath(part).is_absolute() or ".." in PurePosixPath(part).parts:
            raise root.wrong(place, "an include is a path below the folder of the definitions")
        if not (folder / part).is_file():
            raise root.wrong(place, f"there is no file `{part}`")
        _join(value, lines, _read_one(folder, part))
    joined = Source(value, lines)
    return Source(_expand(joined, value, (), ()), lines)


def _join(value: dict[str, Any], lines: dict[Steps, tuple[str, int]], part: Source) -> None:
    """Add an included part: lists go on, mappings grow, nothing is overwritten."""
    for key, addition in part.value.items():
        offset = 0
        present = value.get(key)
        if isinstance(present, list) and isinstance(addition, list):
            offset = len(present)
            value[key] = [*present, *addition]
        elif isinstance(present, dict) and isinstance(addition, dict):
            doubled = sorted(present.keys() & addition.keys())
            if doubled:
                raise part.wrong((key, doubled[0]), f"`{doubled[0]}` is defined twice")
            value[key] = {**present, **addition}
        elif key in value:
            raise part.wrong((key,), f"`{key}` is defined twice")
        else:
            value[key] = addition
        for steps, place in part.lines.items():
            if steps[:1] == (key,):
                rest = steps[1:]
                moved = (rest[0] + offset, *rest[1:]) if rest and isinstance(rest[0], int) else rest
                lines.setdefault((key, *moved), place)


def _expand(source: Source, value: Any, steps: Steps, within: tuple[str, ...]) -> Any:
    """Put the named schema in place of each ``{use: name}``; members beside it win. A schema may use others."""
    if isinstance(value, list):
        return [_expand(source, inner, (*steps, number), within) for number, inner in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if not isinstance(value.get("use"), str) or steps[:1] != ("actions",):
        return {key: _expand(source, inner, (*steps, key), within) for key, inner in value.items()}
    name = value["use"]
    named = source.value.get("schemas", {}).get(name)
    if named is None:
        raise source.wrong((*steps, "use"), f"there is no schema `{name}`")
    if name in within:
        raise source.wrong(("schemas", name), f"the schema `{name}` uses itself")
    beside = {key: inner for key, inner in value.items() if key != "use"}
    return {**_expand(source, named, steps, (*within, name)), **_expand(source, beside, steps, within)}


def _read_one(folder: Path, name: str) -> Source:
    """Read one file; size, depth, anchors, tags and doubled keys are checked on the way."""
    path = folder / name
    if path.stat().st_size > _MAX_BYTES:
        raise DefinitionError(f"{name}:1: the file is larger than 256 KiB", remedy=_REMEDY)
    try:
        return _Reading(name, yaml.parse(path.read_text(encoding="utf-8"), Loader=_PARSER)).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _wrong(name, mark, getattr(error, "problem", None) or "this is not YAML") from None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file on its way from the parser's events to plain values, with the line of each."""

    name: str
    events: Iterator[Any]
    lines: dict[Steps, tuple[str, int]] = field(default_factory=dict)

    def document(self) -> Source:
        first = next((one for one in self.events if not _is_frame(one)), None)
        value = None if first is None else self._value(first, ())
        if not isinstance(value, dict):
            raise DefinitionError(f"{self.name}:1: a definition is a mapping", remedy=_REMEDY)
        more = next((one for one in self.events if not _is_frame(one)), None)
        if more is not None:
            raise _wrong(self.name, more.start_mark, "a file holds one document")
        return Source(value, self.lines)

    def _value(self, event: Any, steps: Steps) -> Any:
        self.lines[steps] = (self.name, event.start_mark.line + 1)
        # With anchors a small file can grow without end once its aliases are followed.
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _wrong(self.name, event.start_mark, "anchors and aliases are not allowed")
        if event.tag:
            raise _wrong(self.name, event.start_mark, f"the tag `{event.tag}` is not allowed")
        if len(steps) > _MAX_DEPTH:
            raise _wrong(self.name, event.start_mark, "this is nested too deeply")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(steps)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(steps)
        return event.value if event.style else _plain(event.value)

    def _mapping(self, steps: Steps) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _wrong(self.name, event.start_mark, "a key is a plain word")
            key = str(event.value)
            if key in found:
                raise _wrong(self.name, event.start_mark, f"`{key}` stands here twice")
            found[key] = self._value(next(self.events), (*steps, key))
            self.lines[*steps, key] = (self.name, event.start_mark.line + 1)
        return found

    def _sequence(self, steps: Steps) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*steps, len(found))))
        return found


def _is_frame(event: Any) -> bool:
    """Tell whether an event stands around documents, and is nothing of what is in them."""
    around = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
    return isinstance(event, around)


def _plain(text: str) -> Any:
    """Return what a word without quotes stands for."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _wrong(name: str, mark: Any, message: str) -> DefinitionError:
    line = mark.line + 1 if mark else 1
    return DefinitionError(f"{name}:{line}: {message}", remedy=_REMEDY, detail={"file": name, "line": line})
