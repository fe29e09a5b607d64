"""The operations of the API's document as methods of a client: their names, their keywords, and Python's types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

ONCE: Final = "idempotency-key"
# By hand: the proxy in its streamed form. Not for programs with a key: the hub's pages. Twice the same: /v2.
_LEFT_OUT: Final = {"proxy_request", "list_accounts_v2", "get_account_v2", "get_action_log", "list_action_steps"}
_LEFT_OUT_TAGS: Final = {"Hub"}
# What stands in a body for the sake of other clients: another name of a member, or one that may only be empty.
_MEMBERS_LEFT_OUT: Final[Mapping[str, set[str]]] = {
    "create_connect_session": {"connector_profile_id"},
    "update_account": {
        "authentication_config_key",
        "connector_profile_id",
        "credentials",
        "environment",
        "provider",
        "secrets",
        "setup_information",
        "shared",
    },
    "search_actions": {"project_id"},
    "run_action": {"collect", "headers"},
}
_NAMES: Final = {"Request logs": "logs"}
_METHODS: Final = {"list_step_logs": "list_steps"}
# These are always for an account; elsewhere it only narrows what is told.
_NEED_ACCOUNT: Final = {"run_action", "check_permissions", "send_events"}
# What a method is about stands first, without its name.
_FIRST: Final = {"run_action": "action", "search_actions": "query", "give_feedback": "feedback"}
# More keywords than these stand in a class of their own.
_MOST: Final = 9
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
    operation_id: str

    def at(self, place: str) -> list[Argument]:
        """Return the arguments that go to a place."""
        return [one for one in self.arguments if one.place == place]

    @property
    def bundle(self) -> str | None:
        """The name of the class that holds the keywords, where they are many and go to one place by their names."""
        lists = {one.is_comma for one in self.arguments if "Sequence[" in one.kind}
        is_plain = {one.place for one in self.arguments} in ({"query"}, {"body"}) and lists != {True, False}
        if len(self.arguments) <= _MOST or not is_plain or any(one.name != one.wire for one in self.arguments):
            return None
        return "".join(part.capitalize() for part in self.operation_id.split("_"))


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
    arguments = [
        parameter(name, one, needs_account=needs)
        for one in operation.get("parameters", [])
        if not one.get("deprecated")
    ]
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
        operation_id=operation["operationId"],
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
