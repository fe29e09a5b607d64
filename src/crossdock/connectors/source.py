"""Definition files as plain values, with the file and line of each: strict YAML without anchors, tags or doubles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from crossdock.kernel.errors import MisconfiguredError

Steps = tuple[str | int, ...]

_MAX_BYTES = 256 * 1024
_MAX_DEPTH = 30
_TAG = "tag:yaml.org,2002:"
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
    text = path.read_text(encoding="utf-8")
    lines: dict[Steps, tuple[str, int]] = {}
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "this is not YAML"
        line = mark.line + 1 if mark else 1
        raise DefinitionError(
            f"{name}:{line}: {problem}", remedy=_REMEDY, detail={"file": name, "line": line}
        ) from None
    value = _value(name, node, (), lines)
    if not isinstance(value, dict):
        raise DefinitionError(f"{name}:1: a definition is a mapping", remedy=_REMEDY)
    return Source(value, lines)


def _value(name: str, node: Node | None, steps: Steps, lines: dict[Steps, tuple[str, int]]) -> Any:
    line = node.start_mark.line + 1 if node else 1
    lines[steps] = (name, line)
    # With anchors a small file can grow without end once its aliases are followed.
    if node is not None and node.anchor:
        raise DefinitionError(f"{name}:{line}: anchors and aliases are not allowed", remedy=_REMEDY)
    if len(steps) > _MAX_DEPTH:
        raise DefinitionError(f"{name}:{line}: this is nested too deeply", remedy=_REMEDY)
    if isinstance(node, MappingNode):
        return {key: _value(name, inner, (*steps, key), lines) for key, inner in _members(name, node, steps, lines)}
    if isinstance(node, SequenceNode):
        return [_value(name, inner, (*steps, number), lines) for number, inner in enumerate(node.value)]
    if isinstance(node, ScalarNode):
        return _scalar(name, node, line)
    return None


def _members(
    name: str, node: MappingNode, steps: Steps, lines: dict[Steps, tuple[str, int]]
) -> Iterator[tuple[str, Node]]:
    seen: set[str] = set()
    for key_node, inner in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in seen:
            raise DefinitionError(
                f"{name}:{line}: `{key}` stands here twice", remedy=_REMEDY, detail={"file": name, "line": line}
            )
        seen.add(key)
        yield key, inner
        lines[*steps, key] = (name, line)


def _scalar(name: str, node: ScalarNode, line: int) -> Any:
    text, tag = str(node.value), str(node.tag).removeprefix(_TAG)
    match tag:
        case "str" | "timestamp":
            return text
        case "int":
            return int(text.replace("_", ""), 10)
        case "float":
            return float(text.replace("_", ""))
        case "bool":
            return text.lower() == "true"
        case "null":
            return None
        case _:
            raise DefinitionError(f"{name}:{line}: the tag `{tag}` is not allowed", remedy=_REMEDY)
