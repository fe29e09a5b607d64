"""Writes what of the Python client follows from the API's document: models, and resources in both manners.

What stands in no document, or would not read well from it, is written by hand beside it: sending, errors, paging,
the proxy and agents' tools.
"""

from __future__ import annotations

import builtins
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from crossdock.api import app as api

sys.path.insert(0, str(Path(__file__).resolve().parent))
from client_operations import (
    Operation,
    described,
    kind_of,
    operation_of,
    optional,
    quoted,
    reached,
    resource,
    wanted,
)

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "clients" / "python" / "src" / "crossdock_client"
_WRITTEN: Final = "Made from the API's document by tools/python_client.py."
_PACKAGE: Final = f'"""What the API can do, a file for each resource. {_WRITTEN}"""\n'
_SECRET: Final = re.compile(r"(token|secret|password|auth_link_url)$")
_WIDTH: Final = 120
_PLACES: Final = {"query": "query", "header": "headers", "body": "body"}


def pages(document: Mapping[str, Any]) -> dict[str, str]:
    """Return every generated file by its path below the package."""
    grouped: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for verb, operation in methods.items():
            if wanted(operation):
                grouped.setdefault(resource(operation), []).append((path, verb, operation))
    schemas = document["components"]["schemas"]
    homes: dict[str, str] = {}
    for name, rows in grouped.items():
        for one in reached(schemas, (row[2] for row in rows)):
            homes.setdefault(one, name)
    written = {"resources/__init__.py": _PACKAGE}
    for name, rows in sorted(grouped.items()):
        operations = [operation_of(name, path, verb, one, schemas) for path, verb, one in rows]
        lines = [line for one in schemas if homes.get(one) == name for line in model(one, schemas[one])]
        for operation in operations:
            if operation.bundle:
                homes[operation.bundle] = name
                lines += bundle(operation.bundle, operation)
        written[f"models/{name}.py"] = text([*models_head(name, homes), *lines])
        written[f"resources/{name}.py"] = text(resource_page(name, operations, homes, is_async=False))
        written[f"resources/async_{name}.py"] = text(resource_page(name, operations, homes, is_async=True))
    written["models/__init__.py"] = text(models_index(homes))
    return formatted(written)


def models_head(name: str, homes: Mapping[str, str]) -> Iterator[str]:
    """Write the head of a file of models; imports that it does not need are taken out afterwards."""
    yield f'"""What {name.replace("_", " ")} are told in. {_WRITTEN}"""'
    yield from ("", "from __future__ import annotations", "")
    yield from ("from collections.abc import Sequence", "from dataclasses import dataclass, field")
    yield from ("from datetime import datetime", "from typing import Any, Literal, Required, TypedDict")
    yield from (f"from crossdock_client.models.{home} import {one}" for one, home in homes.items() if home != name)


def bundle(name: str, operation: Operation) -> Iterator[str]:
    """Write the keywords of a method as a class of their own."""
    yield from ("", "", f"class {name}(TypedDict, total=False):", f'    """What `{operation.name}` takes."""', "")
    for one in operation.arguments:
        yield f"    {one.name}: {f'Required[{one.kind}]' if one.is_required else optional(one.kind)}"
        if one.about:
            yield f'    """{one.about}"""'


def model(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Write one model; a secret stays out of its repr."""
    required = schema.get("required", [])
    yield from ("", "", "@dataclass(frozen=True, slots=True, kw_only=True)", f"class {name}:")
    yield from (f'    """{described(schema)}"""', "")
    for member, one in schema.get("properties", {}).items():
        kind = kind_of(one) if member in required else optional(kind_of(one))
        default = "" if member in required else " = None"
        if _SECRET.search(member):
            default = f" = field({'' if member in required else 'default=None, '}repr=False)"
        yield f"    {member}: {kind}{default}"
        if described(one):
            yield f'    """{described(one)}"""'


def models_index(homes: Mapping[str, str]) -> Iterator[str]:
    """Write the one place that all models can be had from."""
    yield f'"""Everything that the API answers with. {_WRITTEN}"""'
    yield ""
    for name in sorted(set(homes.values())):
        members = ", ".join(sorted(one for one, home in homes.items() if home == name))
        yield f"from crossdock_client.models.{name} import {members}"
    yield from ("", f"__all__ = [{', '.join(quoted(one) for one in sorted(homes))}]")


def resource_page(name: str, operations: list[Operation], homes: Mapping[str, str], *, is_async: bool) -> Iterator[str]:
    """Write a resource in one manner."""
    title = "".join(part.capitalize() for part in name.split("_"))
    named = {one.name for operation in operations if not operation.bundle for one in operation.arguments}
    yield f'"""What can be done with {name.replace("_", " ")}. {_WRITTEN}"""'
    yield from ("", *(["# ruff: noqa: A002 - the words of the wire"] if named & set(dir(builtins)) else []))
    yield from ("from __future__ import annotations", "")
    yield from ("from collections.abc import Sequence", "from datetime import datetime")
    yield "from typing import Any, Literal, Unpack"
    yield "from crossdock_client.call import AsyncSender, Call, Sender, comma, commas, once, segment"
    yield from (f"from crossdock_client.models.{home} import {one}" for one, home in homes.items())
    words = " ".join(re.findall(r"[A-Z][a-z]+", title)).capitalize()
    yield from ("", "", f"class {'Async' if is_async else ''}{title}:")
    yield from (f'    """{words}{", for asynchronous programs" if is_async else ""}."""', "")
    yield f"    def __init__(self, sender: {'AsyncSender' if is_async else 'Sender'}) -> None:"
    yield "        self._sender = sender"
    for operation in operations:
        yield ""
        yield from method_of(operation, is_async=is_async)


def method_of(operation: Operation, *, is_async: bool) -> Iterator[str]:
    """Write one method: its head, what it says of itself, and the call."""
    positional = [one.declared for one in operation.arguments if one.is_first]
    named = [one.declared for one in operation.arguments if not one.is_first]
    if operation.bundle:
        named = [f"**asked: Unpack[{operation.bundle}]"]
    head = ", ".join(["self", *positional, *(["*"] if named and not operation.bundle else []), *named])
    yield f"    {'async ' if is_async else ''}def {operation.name}({head}) -> {operation.answer}:"
    yield from docstring(operation)
    path = operation.path
    for one in operation.at("path"):
        path = path.replace(f"{{{one.wire}}}", f"{{segment({one.name})}}")
    parts = [f'method="{operation.verb}"', f'path={"f" if "{" in path else ""}"{path}"']
    parts.append(f"answer={re.sub('^Sequence', 'list', operation.answer)}")
    parts += (handed(operation, place, word) for place, word in _PLACES.items() if operation.at(place))
    yield f"        call = Call({', '.join(parts)})"
    yield f"        return {'await ' if is_async else ''}self._sender.send(call)"


def handed(operation: Operation, place: str, word: str) -> str:
    """Write what of a method's keywords goes to one place."""
    given = operation.at(place)
    if operation.bundle:
        return f"{word}=commas(asked)" if any(one.is_comma for one in given) else f"{word}=asked"
    if not given[0].wire:
        return f"{word}={given[0].name}"
    members = ", ".join(f'"{one.wire}": {one.value}' for one in given)
    return f"{word}={{{members}}}"


def docstring(operation: Operation) -> Iterator[str]:
    """Write what a method says of itself, with a line for each keyword that says something."""
    about = [f"- `{one.name}`: {one.about}" for one in operation.arguments if one.about]
    if not about or operation.bundle:
        yield f'        """{operation.about}"""'
        return
    yield from (f'        """{operation.about}', "")
    for line in about:
        yield textwrap.fill(line, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 10)
    yield '        """'


def text(lines: Iterable[str]) -> str:
    """Return lines as a file, before the formatter has seen it."""
    return "\n".join(lines) + "\n"


def formatted(written: Mapping[str, str]) -> dict[str, str]:
    """Return the files as linter and formatter leave them: without what they do not need, in the house's form."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    config = ["--config", str(ROOT / "pyproject.toml"), "--no-cache", "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        for name, content in written.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        for command in (["check", "--select", "F401,I", "--fix-only"], ["format"]):
            subprocess.run([ruff, *command, *config, folder], check=True)  # noqa: S603 - our own tool on our own files
        return {name: Path(folder, name).read_text() for name in written}


def main() -> int:
    """Write every file, and remove those of resources that are gone."""
    written = pages(api.document())
    for name in ("models", "resources"):
        for path in (FOLDER / name).glob("*.py"):
            if f"{name}/{path.name}" not in written:
                path.unlink()
    for name, content in written.items():
        (FOLDER / name).write_text(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
