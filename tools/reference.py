"""Writes docs/reference/ from the code itself; a test holds that the pages are as this script writes them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from crossdock.api import app as api
from crossdock.audit import events as audit_events
from crossdock.cli.app import app as command_line
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.documents.credits import predicted
from crossdock.connectors.form import Field
from crossdock.connectors.model import Action, AuthMethod, Connector
from crossdock.hub import errors as error_pages
from crossdock.outbox import event
from crossdock.projects import policy
from crossdock.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parent))
import python_client
import twin_coverage

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "reference"
_WRITTEN: Final = "<!-- Written by tools/reference.py (make reference). Changes belong into the code. -->"
_DISPOSITIONS: Final = {
    "fix_request": "change the request and ask again",
    "relink": "a person links the account again",
    "wait": "wait as long as `Retry-After` says",
    "retry": "send the same call again",
    "give_up": "asking again does not help; the operator or the message helps",
}
_EVERYWHERE: Final = {"page_size", "next", "fields"}
_SHOWN: Final = 8
_ABOUT_ACTIONS: Final = (
    "Bold inputs are required. Where it says *pages*, `page_size` and `next` go through the list; ShipHero's actions "
    "also take `fields`. `GET /actions` and the request tester show every input with its type and limits. Credits are "
    "what the call costs as it stands here."
)
_MOMENT: Final = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
_MEMBERS: Final = {
    "project_id": "The project that owns the account.",
    "event": "The event's name.",
    "event_date": "When it happened, ISO 8601 in UTC.",
    "record_type": "`account`; `webhook` in a test.",
    "record_id": "The id of that record.",
    "sent_at": "When this attempt to deliver was made.",
    "account_id": "The account.",
    "provider": "The connector's key.",
    "origin_owner_id": "Whose account it is, by your own id.",
    "origin_owner_name": "The same by name.",
    "origin_username": "Who linked it; only where the connect session said so.",
    "setup_information": "The open fields of the form; only where the connector has any. Never a secret.",
    "status": "The account's status.",
    "reasons": "Why: a list of `timestamp`, `code` and `description`.",
}


class _Sample:
    """An account to show events with."""

    id = "acc_0000000000000000000000000a"
    project_id = "prj_0000000000000000000000000a"
    connector_key = "example"
    origin_owner_id = "shop-1"
    origin_owner_name = "Acme"
    origin_username = "ada@example.com"
    setup: Final = {"field": "value"}
    status = "suspended"
    status_reasons = (SimpleNamespace(timestamp=_MOMENT, code="account_not_active", description="Why, in words."),)


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    catalogue = Catalogue.load()
    document = api.document()
    written: dict[str, Callable[[], Iterable[str]]] = {
        "settings.md": _settings,
        "errors.md": lambda: _errors(catalogue),
        "events.md": _events,
        "audit.md": _audit,
        "commands.md": _commands,
        "api.md": lambda: _api(document),
        "connectors.md": lambda: _connectors(catalogue),
        "twin-coverage.md": twin_coverage.page,
    }
    texts = {name: f"{_WRITTEN}\n\n" + "\n".join(write()).rstrip() + "\n" for name, write in written.items()}
    return texts | {"openapi.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n"}


def main() -> int:
    """Write everything, the client's part too, or only name what differs (`--check`, 1 where anything does)."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = [name for name, text in pages().items() if _read(FOLDER / name) != text]
    if "--check" in sys.argv:
        sys.stderr.writelines(f"docs/reference/{name} is out of date. Run: make reference\n" for name in stale)
        return 1 if stale else 0
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
    return python_client.main()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _row(*cells: object) -> str:
    return "| " + " | ".join(" ".join(str(cell).split()).replace("|", "\\|") for cell in cells) + " |"


def _table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    head = list(columns)
    yield _row(*head)
    yield "|" + "---|" * len(head)
    for row in rows:
        yield _row(*row)
    yield ""


def _code(value: object) -> str:
    return f"`{value}`"


def _codes(values: Iterable[object], *, none: str = "none") -> str:
    return ", ".join(map(_code, values)) or none


def _title(mark: str, title: str, *lines: str) -> Iterator[str]:
    yield from (f"{mark} {title}", "")
    for line in lines:
        yield from (line, "")


def _settings() -> Iterator[str]:
    yield from _title("#", "Settings", "Every setting is an environment variable. An empty data directory needs none.")
    rows = (
        (_code(f"CROSSDOCK_{name.upper()}"), _default(name, field), f"{field.description} {_taken(field)}")
        for name, field in Settings.model_fields.items()
    )
    yield from _table(("Variable", "Default", "What it sets"), rows)


def _default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "`~/.local/share/crossdock`"
    value = field.get_default(call_default_factory=True)
    return "none" if value in (None, [], {}) else _code(value)


def _taken(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return f"One of: {_codes(get_args(field.annotation))}."
    bounds = {type(one).__name__: one for one in field.metadata}
    if "Ge" not in bounds:
        return ""
    return f"From {bounds['Ge'].ge} to {bounds['Le'].le}." if "Le" in bounds else f"At least {bounds['Ge'].ge}."


def _errors(catalogue: Catalogue) -> Iterator[str]:
    yield from _title(
        "#",
        "Errors",
        "Every error carries `code`, `message`, `remedy` and `disposition`; `type` leads to its page in the hub, "
        "`/errors/CODE`. The disposition says what a program does next:",
    )
    yield from _table(("Disposition", "What to do"), ((_code(key), text) for key, text in _DISPOSITIONS.items()))
    by_source: dict[str, list[tuple[object, ...]]] = {}
    for one in error_pages.entries(catalogue):
        row = (_code(one.code), one.status, _code(one.disposition), one.title, one.explanation, one.remedy)
        by_source.setdefault(one.source, []).append(row)
    columns = ("Code", "Status", "Disposition", "Title", "What it means", "What to do")
    for source, rows in by_source.items():
        yield from _title("##", f"{source}")
        yield from _table(columns, rows)


def _events() -> Iterator[str]:
    said = "Webhooks receive these. [The guide](../guides/webhooks.md) shows how to verify one."
    yield from _title("#", "Events", said)
    yield from _table(("Event", "When"), ((_code(name), f"{text}.") for name, text in event.SUBSCRIBABLE.items()))
    yield from (f"`{event.WEBHOOK_TEST}` comes when a person presses *Send a test*; nobody subscribes to it.", "")
    bodies = {name: event.envelope(_Sample(), kind=name, now=_MOMENT) for name in event.SUBSCRIBABLE}
    bodies[event.WEBHOOK_TEST] = event.sample(project_id=_Sample.project_id, now=_MOMENT)
    members = {member: None for body in bodies.values() for member in body}
    yield from _title("##", "Members")
    yield from _table(
        ("Member", "Meaning", "In"), ((_code(one), _MEMBERS[one], _among(one, bodies)) for one in members)
    )
    yield from ("## Example", "", "```json")
    yield json.dumps(bodies[event.ACCOUNT_NEEDS_RELINK], indent=2)
    yield "```"


def _among(member: str, bodies: Mapping[str, Mapping[str, Any]]) -> str:
    having = [name for name, body in bodies.items() if member in body]
    if len(having) == len(bodies):
        return "all"
    return "all but the test" if len(having) == len(bodies) - 1 else _codes(having)


def _audit() -> Iterator[str]:
    said = "What is written down, and never changed. `crossdock audit verify` checks the chain."
    yield from _title("#", "Audit trail", said)
    yield from _table(("Entry", "Meaning"), ((_code(name), f"{text}.") for name, text in audit_events.TITLES.items()))


def _api(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _title(
        "#",
        "API",
        "Send the API key by HTTP Basic: the key as user name, the password empty. Under `/hub/`, send a connect "
        "session's token as `x-hub-session-token` in its place. Every shape is in [openapi.json](openapi.json), which "
        "is served at `/openapi.json`.",
    )
    rows = [
        (_code(f"{method.upper()} {path}"), operation.get("description") or operation["summary"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    yield from _table(("Operation", "What it does"), rows)
    yield from _title("##", "What a key may do")
    yield from _table(("Scope", "It lets the key"), ((_code(name), f"{text}.") for name, text in policy.SCOPES.items()))
    yield from _title("##", "What a person may do")
    yield from _table(("Role", "Scopes"), ((_code(role), _codes(sorted(had))) for role, had in policy.ROLES.items()))


def _commands() -> Iterator[str]:
    said = "Each ends with 0 when done, 1 when it failed or found something wrong, 2 on wrong usage."
    yield from _title("#", "Commands", said)
    yield from _command(typer.main.get_command(command_line), "crossdock")


def _command(command: Any, name: str) -> Iterator[str]:
    inner = getattr(command, "commands", {})
    named = [one for one in command.params if not one.hidden]
    if named or not inner:
        yield from _title("##", name, str(command.help).replace("\n", " "))
    if named:
        yield from _table(("Argument or option", "What it is"), ((_usage(one), _told(one)) for one in named))
    for key, each in inner.items():
        yield from _command(each, f"{name} {key}")


def _usage(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _code(parameter.name.upper())
    value = "" if parameter.is_flag else f" {parameter.name.upper()}"
    return ", ".join(_code(f"{option}{value}") for option in sorted(parameter.opts, key=len, reverse=True))


def _told(parameter: Any) -> str:
    text = parameter.help or ""
    if parameter.required:
        return f"{text} Required."
    plain = parameter.default in (None, False, ()) or callable(parameter.default)
    return text if plain else f"{text} Default: `{parameter.default}`."


def _connectors(catalogue: Catalogue) -> Iterator[str]:
    yield from _title("#", "Connectors", "What goes wrong with each, and what to do about it: [Errors](errors.md).")
    for connector in catalogue.connectors():
        yield from _connector(connector)


def _connector(connector: Connector) -> Iterator[str]:
    yield from _title("##", connector.name, f"`{connector.key}` {connector.version}. {connector.description}")
    yield from _title("###", "Environments")
    environments = (
        (one.name, _code(one.key), _codes(sorted(set(one.provider_origins.values()))), _prefix(one.token_prefix))
        for one in connector.environments
    )
    yield from _table(("Environment", "Key", "Origins", "Tokens begin with"), environments)
    for method in connector.auth_methods:
        yield from _method(method)
    yield from _title("###", "Scopes at the provider")
    scopes = ((_code(one.key), one.label, "yes" if one.advanced else "no") for one in connector.scopes.values())
    yield from _table(("Scope", "What it is for", "Advanced"), scopes)
    yield from _title("###", "The test", "What Crossdock asks the provider to see whether a credential works.")
    steps = ((one.label, _code(f"{one.call.method} {one.call.path}"), _when(one.depths)) for one in connector.probe)
    yield from _table(("Step", "Request", "When"), steps)
    yield from _title("###", "Actions", _ABOUT_ACTIONS)
    areas = {action.area: None for action in connector.actions.values()}
    for area in areas:
        yield from _title("####", area.replace("_", " ").capitalize())
        rows = [_action(connector, one) for one in connector.actions.values() if one.area == area]
        yield from _table(("Action", "What it does", "Effect", "Scopes", "Inputs", "Remarks"), rows)


def _when(depths: frozenset[str]) -> str:
    return "when linked, and daily" if "daily" in depths else "when linked or tested by a person"


def _prefix(text: str | None) -> str:
    return _code(text) if text else "anything"


def _method(method: AuthMethod) -> Iterator[str]:
    said = f"`{method.key}`. {method.description} Lifecycle: `{method.lifecycle}`."
    yield from _title("###", f"Link by {method.label}", said)
    columns = ("Field", "Key", "Who enters it", "Required", "Kept", "What it is")
    fields = [_field(one, "the operator, once") for one in method.setup_fields]
    yield from _table(columns, fields + [_field(one, "the person") for one in method.user_fields])


def _field(field: Field, who: str) -> tuple[str, ...]:
    needed, kept = "yes" if field.required else "no", "sealed" if field.secret else "open"
    return field.label, _code(field.key), who, needed, kept, field.description or ""


def _action(connector: Connector, action: Action) -> tuple[str, ...]:
    remarks = [f"{_credits(connector, action)} credits"] if connector.credits else []
    remarks += ["again does no harm"] if action.idempotent and action.effect != "read" else []
    remarks += ["metered"] if action.metered else []
    remarks += ["pages"] if action.paging else []
    remarks += ["gives a file"] if action.file else []
    inputs = ", ".join(_inputs(action.inputs)) or "none"
    return (
        _code(action.name),
        action.description,
        action.effect,
        _codes(action.scopes),
        inputs,
        ", ".join(remarks) or "",
    )


def _credits(connector: Connector, action: Action) -> int:
    variables = {action.paging.size: action.paging.default} if action.paging else {}
    if connector.credits is None or action.call.document is None:
        return 0
    return predicted(credits=connector.credits, document=action.call.document, variables=variables)


def _inputs(schema: Mapping[str, Any]) -> Iterator[str]:
    """Give what is required, and the first of what is not."""
    optional = []
    for part in schema.get("properties", {}).values():
        for name in part.get("properties", {}):
            if name in part.get("required", ()):
                yield f"**`{name}`**"
            elif name not in _EVERYWHERE:
                optional.append(_code(name))
    yield from optional[:_SHOWN]
    if len(optional) > _SHOWN:
        yield f"and {len(optional) - _SHOWN} more"


if __name__ == "__main__":
    sys.exit(main())
