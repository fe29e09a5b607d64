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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crossdock.api import app as api

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "clients" / "python" / "src" / "crossdock_client"
ONCE: Final = "idempotency-key"
_WRITTEN: Final = "Made from the API's document by tools/python_client.py."
# By hand: the proxy in its streamed form. Not for programs with a key: the hub's pages. Twice the same: /v2.
_LEFT_OUT: Final = {"proxy_request", "list_accounts_v2", "get_account_v2"}
_LEFT_OUT_TAGS: Final = {"Hub"}
_MEMBERS_LEFT_OUT: Final[Mapping[str, set[str]]] = {
    "create_connect_session": {"connector_profile_id"},
    "update_account": {"credentials", "secrets"},
    "search_actions": {"project_id"},
    "run_action": {"collect", "headers"},
}
_PACKAGE: Final = f'"""What the API can do, a file for each resource. {_WRITTEN}"""\n'
_NAMES: Final = {"Request logs": "logs"}
_METHODS: Final = {"list_step_logs": "list_steps"}
# These are always for an account; elsewhere it only narrows what is told.
_NEED_ACCOUNT: Final = {"run_action", "check_permissions", "send_events"}
# What a method is about stands first, without its name.
_FIRST: Final = {"run_action": "action", "search_actions": "query", "give_feedback": "feedback"}
_SECRETS: Final = {"token", "auth_link_url", "signing_secret"}
_WIDTH: Final = 120
_PLACES: Final = {"query": "query", "header": "headers", "body": "body"}
_SCALARS: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "object": "dict[str, Any]",
    "null": "None",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One keyword of a method: where it goes on the wire, and under which name."""

    name: str
    wire: str
    place: str
    kind: str
    is_required: bool
    about: str = ""
    is_comma: bool = False
    is_first: bool = False

    @property
    def declared(self) -> str:
        """The keyword as the method's head has it."""
        return f"{self.name}: {self.kind}" if self.is_required else f"{self.name}: {optional(self.kind)} = None"

    @property
    def value(self) -> str:
        """The keyword as it is handed on."""
        return f"comma({self.name})" if self.is_comma else f"once({self.name})" if self.wire == ONCE else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of a resource."""

    name: str
    verb: str
    path: str
    about: str
    arguments: tuple[Argument, ...]
    answer: str

    def at(self, place: str) -> list[Argument]:
        """Return the arguments that go to a place."""
        return [one for one in self.arguments if one.place == place]


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
    written = {"models/__init__.py": text(models_index(homes)), "resources/__init__.py": _PACKAGE}
    for name, rows in sorted(grouped.items()):
        operations = [operation_of(name, path, verb, one, schemas) for path, verb, one in rows]
        models = [one for one in schemas if homes.get(one) == name]
        written[f"models/{name}.py"] = text(models_page(name, models, schemas, homes))
        written[f"resources/{name}.py"] = text(resource_page(name, operations, homes, is_async=False))
        written[f"resources/async_{name}.py"] = text(resource_page(name, operations, homes, is_async=True))
    return formatted(written)


def wanted(operation: Mapping[str, Any]) -> bool:
    """Tell whether the client has a method for an operation."""
    left_out = operation.get("deprecated") or operation["operationId"] in _LEFT_OUT
    return not left_out and not _LEFT_OUT_TAGS & set(operation["tags"])


def resource(operation: Mapping[str, Any]) -> str:
    """Return the name of the resource that an operation belongs to."""
    tag = operation["tags"][0]
    return _NAMES.get(tag, tag.lower().replace(" ", "_"))


def method(name: str, operation_id: str) -> str:
    """Return what an operation is called within its resource: `list` for `list_accounts` of accounts."""
    short = re.sub(rf"_{name}$|_{name.removesuffix('s')}$", "", operation_id)
    return _METHODS.get(operation_id, short)


def reached(schemas: Mapping[str, Any], operations: Iterable[Any]) -> list[str]:
    """Return the schemas that answers, and members of bodies, are made of."""
    found: dict[str, None] = {}

    def look(value: Any) -> None:
        for name in re.findall(r"#/components/schemas/(\w+)", repr(value)):
            if name not in found:
                found[name] = None
                look(schemas[name])

    for operation in operations:
        look(answer_schema(operation))
        look(body_members(operation, schemas))
    return list(found)


def answer_schema(operation: Mapping[str, Any]) -> Any:
    """Return the schema of an operation's success."""
    reply = next(reply for status, reply in operation["responses"].items() if status.startswith("2"))
    return reply["content"]["application/json"]["schema"]


def body_members(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a body; a body that is a list is one member, `events` for a list of EventAsked."""
    if "requestBody" not in operation:
        return {}
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    if schema.get("type") == "array":
        return {"": schema}
    left_out = _MEMBERS_LEFT_OUT.get(operation["operationId"], set())
    properties = schemas[ref(schema)]["properties"]
    return {name: one for name, one in properties.items() if name not in left_out and not one.get("deprecated")}


def operation_of(
    name: str, path: str, verb: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]
) -> Operation:
    """Read one operation of the document."""
    needs = operation["operationId"] in _NEED_ACCOUNT
    arguments = [parameter(name, one, needs_account=needs) for one in operation.get("parameters", [])]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    required = schemas[ref(content["schema"])].get("required", []) if "$ref" in content.get("schema", {}) else []
    for member, schema in body_members(operation, schemas).items():
        arguments.append(
            Argument(
                name=member or "events",
                wire=member,
                place="body",
                kind=kind_of(schema),
                is_required=not member or member in required,
                about=described(schema),
                is_first=member == _FIRST.get(operation["operationId"]),
            )
        )
    arguments.sort(key=lambda one: (not one.is_required, one.wire == ONCE))
    return Operation(
        name=method(name, operation["operationId"]),
        verb=verb.upper(),
        path=path,
        about=operation.get("description") or operation["summary"],
        arguments=tuple(arguments),
        answer=kind_of(answer_schema(operation)),
    )


def parameter(name: str, given: Mapping[str, Any], *, needs_account: bool) -> Argument:
    """Read one parameter; comma lists take sequences, and headers lose what marks them as such."""
    wire, about = given["name"], given.get("description", "")
    is_comma = given["in"] == "query" and about.startswith("Comma list")
    is_account = wire == "x-account-id"
    kind = "str | Sequence[str]" if is_comma else "str" if is_account else kind_of(given["schema"])
    plain = re.sub(r"^filter\[(\w+)\]$", r"\1", re.sub(r"^x-(crossdock-)?", "", wire)).replace("-", "_")
    return Argument(
        name=f"{name.removesuffix('s')}_id" if plain == "id" else plain,
        wire=wire,
        place=given["in"],
        kind=kind,
        is_required=given.get("required", False) or (is_account and needs_account),
        about=f"{about} Made for you unless given." if wire == ONCE else re.sub(r"^Comma list( of |\.$)", "", about),
        is_comma=is_comma,
        is_first=given["in"] == "path",
    )


def kind_of(schema: Mapping[str, Any]) -> str:
    """Return a schema as Python's types tell it."""
    match schema:
        case {"$ref": _}:
            kind = ref(schema)
        case {"anyOf": several}:
            kind = " | ".join(dict.fromkeys(kind_of(one) for one in several))
        case {"const": value}:
            kind = f"Literal[{quoted(value)}]"
        case {"enum": values}:
            kind = f"Literal[{', '.join(map(quoted, values))}]"
        case {"type": "array", "items": items}:
            kind = f"Sequence[{kind_of(items)}]"
        case {"format": "date-time"}:
            kind = "datetime | str"
        case {"type": "object", "additionalProperties": {"type": _} as values}:
            kind = f"dict[str, {kind_of(values)}]"
        case _:
            kind = _SCALARS.get(schema.get("type", ""), "Any")
    return kind


def quoted(value: Any) -> str:
    """Return a constant as Python has it, in double quotes."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def ref(schema: Mapping[str, Any]) -> str:
    """Return the name of the schema that is referred to."""
    return str(schema["$ref"]).rpartition("/")[2]


def described(schema: Mapping[str, Any]) -> str:
    """Return what a schema says of itself."""
    return " ".join(str(schema.get("description", "")).split())


def optional(kind: str) -> str:
    """Return a kind that may be None."""
    return kind if kind == "Any" or "None" in kind.split(" | ") else f"{kind} | None"


def models_page(name: str, names: list[str], schemas: Mapping[str, Any], homes: Mapping[str, str]) -> Iterator[str]:
    """Write the models that a resource answers with; imports that it does not need are taken out afterwards."""
    yield f'"""What {name.replace("_", " ")} are told in. {_WRITTEN}"""'
    yield from ("", "from __future__ import annotations", "")
    yield from ("from collections.abc import Sequence", "from dataclasses import dataclass, field")
    yield "from typing import Any, Literal"
    yield from (f"from crossdock_client.models.{home} import {one}" for one, home in homes.items() if home != name)
    for one in names:
        yield from model(one, schemas[one])


def model(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Write one model; a secret stays out of its repr."""
    required = schema.get("required", [])
    yield from ("", "", "@dataclass(frozen=True, slots=True, kw_only=True)", f"class {name}:")
    yield from (f'    """{described(schema)}"""', "")
    for member, one in schema.get("properties", {}).items():
        kind = kind_of(one) if member in required else optional(kind_of(one))
        default = "" if member in required else " = None"
        if member in _SECRETS:
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
    named = {one.name for operation in operations for one in operation.arguments}
    yield f'"""What can be done with {name.replace("_", " ")}. {_WRITTEN}"""'
    yield from ("", *(["# ruff: noqa: A002 - the words of the wire"] if named & set(dir(builtins)) else []))
    yield from ("from __future__ import annotations", "")
    yield from ("from collections.abc import Sequence", "from datetime import datetime")
    yield "from typing import Any, Literal"
    yield "from crossdock_client.call import AsyncSender, Call, Sender, comma, once, segment"
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
    head = ", ".join(["self", *positional, *(["*"] if named else []), *named])
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
    if not given[0].wire:
        return f"{word}={given[0].name}"
    members = ", ".join(f'"{one.wire}": {one.value}' for one in given)
    return f"{word}={{{members}}}"


def docstring(operation: Operation) -> Iterator[str]:
    """Write what a method says of itself, with a line for each keyword that says something."""
    about = [f"- `{one.name}`: {one.about}" for one in operation.arguments if one.about]
    if not about:
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
