"""Helps a person fill in a connector's form: recognises what was pasted, and describes the form to the hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from crossdock.connectors import jwt, paste
from crossdock.connectors.form import Field
from crossdock.connectors.model import AuthMethod, Cause, Connector, EnvironmentType
from crossdock.connectors.paste import NOTES, Reading
from crossdock.kernel.secret import Secret

MASK = "__secretvalue:**redacted**"
"""What stands before the last characters of a stored secret in the hub's form (the embedded hub draws dots for it)."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What one pasted text is: usable as it is, put right, or refused with the cause."""

    verdict: Literal["ok", "mended", "refused"]
    value: Secret
    cause: Cause | None
    note: str | None
    environment: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A field of the form that cannot be used, and why."""

    field: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Submission:
    """A whole form, read: values by the names under which they are kept, what was put right, and what is wrong."""

    values: Mapping[str, Secret | str]
    environment: str | None
    notes: tuple[str, ...]
    problems: tuple[FieldProblem, ...]

    @property
    def credential(self) -> dict[str, Secret]:
        """The secret values alone."""
        return {name: value for name, value in self.values.items() if isinstance(value, Secret)}

    @property
    def setup(self) -> dict[str, str]:
        """The open values alone."""
        return {name: value for name, value in self.values.items() if isinstance(value, str)}


def recognise(*, connector: Connector, method: AuthMethod, field: str, text: str, now: datetime) -> Recognition:
    """Read what was pasted into one field; ``now`` tells whether a token is over."""
    reading = _read(method.field(field), text, now)
    return _recognition(connector, method, reading)


def recognise_all(
    *,
    connector: Connector,
    method: AuthMethod,
    fields: Mapping[str, str],
    now: datetime,
    wanted: EnvironmentType | None = None,
) -> Submission:
    """Read a whole form; where ``wanted`` names a world that the connector has, a token of the other is refused."""
    readings = {one.key: _read(one, fields.get(one.key, ""), now) for one in method.user_fields}
    readings, moved = _in_their_places(method, readings, now)
    values: dict[str, Secret | str] = {}
    notes, problems, environments = list(moved), [], []
    for one in method.user_fields:
        reading = readings[one.key]
        if reading.cause == "paste_empty" and not one.required:
            continue
        found = _recognition(connector, method, reading)
        if found.cause is not None:
            problems.append(FieldProblem(one.key, found.cause))
            continue
        values[one.stores_as] = found.value if one.secret else reading.value
        notes.extend([found.note] if found.note else [])
        environments.extend([(one.key, found.environment)] if found.environment else [])
    key, environment = environments[0] if environments else (None, None)
    wrong = _wrong_world(connector, method, environment, wanted)
    if key is not None and wrong is not None:
        problems.append(FieldProblem(key, wrong))
    return Submission(values, environment, tuple(dict.fromkeys(notes)), tuple(problems))


def hub_config(
    *, connector: Connector, method: AuthMethod, existing: Mapping[str, str] | None, scopes: Sequence[str] = ()
) -> dict[str, Any]:
    """Describe the form to the embedded hub; ``scopes`` are those that a profile asks for, by the connector's names.

    ``existing`` holds what an account has already, by field key or stored name: open values as they are, of secrets
    the last characters. No field carries a validation: the mask would not pass it, nor would a pasted command.
    """
    config: dict[str, Any] = {
        "key": connector.key,
        "name": connector.name,
        "type": "oauth2" if method.kind == "oauth2" else "custom",
        "configFields": [_hub_field(one, existing or {}) for one in method.user_fields],
        "configNotices": [
            {"key": "how_to", "type": "info", "description": method.description, "position": "top"},
        ],
        "assets": {"icon": f"/static/{connector.icon}"},
        "support": {"link": method.guide[0].link, "description": method.guide[0].link_text},
    }
    if scopes:
        named = ", ".join(f"{connector.scopes[key].label} ({key})" for key in scopes)
        needed = {"key": "scopes", "type": "info", "description": f"Needed permissions: {named}.", "position": "top"}
        config["configNotices"].append(needed)
    if method.kind == "oauth2":
        config["grantType"] = "authorization_code"
    return config


def step_for(*, method: AuthMethod, cause: Cause) -> str | None:
    """Return the guide step that a cause's button leads to in this method's guide: its own, else the last one."""
    if cause.button_kind != "step":
        return None
    keys = [step.key for step in method.guide]
    return cause.button_step if cause.button_step in keys else keys[-1]


def _read(field: Field, text: str, now: datetime) -> Reading:
    if field.paste is not None:
        return paste.read(paste=field.paste, text=text, now=now)
    value = text.strip()
    if not value:
        return Reading("", "paste_empty" if not text else "paste_blank")
    if field.options and value not in {option for option, _ in field.options}:
        return Reading(value, "paste_not_a_token")
    return Reading(value)


def _recognition(connector: Connector, method: AuthMethod, reading: Reading) -> Recognition:
    refused = reading.cause is not None
    return Recognition(
        verdict="refused" if refused else "mended" if reading.mend else "ok",
        value=Secret(reading.value),
        cause=connector.cause(reading.cause) if reading.cause is not None else None,
        note=NOTES[reading.mend] if reading.mend and not refused else None,
        environment=None if refused else _environment_of(connector, method, reading.value),
        expires_at=None if refused else jwt.expiry(reading.value),
    )


def _environment_of(connector: Connector, method: AuthMethod, value: str) -> str | None:
    """Tell the environment by the token's prefix, or by there being only one."""
    for key in method.environments:
        prefix = connector.environment(key).token_prefix
        if prefix and value.startswith(prefix):
            return key
    return method.environments[0] if len(method.environments) == 1 else None


def _wrong_world(
    connector: Connector, method: AuthMethod, environment: str | None, wanted: EnvironmentType | None
) -> Cause | None:
    worlds = {connector.environment(key).type for key in method.environments}
    if environment is None or wanted not in worlds or connector.environment(environment).type == wanted:
        return None
    return connector.cause("test_token_in_production" if wanted == "production" else "production_token_in_test")


def _in_their_places(
    method: AuthMethod, readings: Mapping[str, Reading], now: datetime
) -> tuple[dict[str, Reading], list[str]]:
    """Put values that were pasted into each other's fields where they belong; empty a field that repeats another."""
    placed, notes = dict(readings), []
    for field in method.user_fields:
        reading = placed[field.key]
        other = placed.get(reading.belongs_to or "")
        if reading.cause is None or other is None or reading.belongs_to is None:
            continue
        if other.cause is None and other.value == reading.value and not field.required:
            placed[field.key] = Reading("", "paste_empty")
            notes.append(f"The same token stood in two fields. {field.label} was left empty.")
        elif other.belongs_to == field.key or (other.cause == "paste_empty" and not field.required):
            mine = _read(method.field(reading.belongs_to), reading.value, now)
            theirs = _read(field, other.value, now)
            if mine.cause is None and theirs.cause in {None, "paste_empty"}:
                placed[reading.belongs_to] = replace(mine, mend=None)
                placed[field.key] = replace(theirs, mend=None)
                notes.append("The tokens stood in each other's fields. They were put right.")
    return placed, notes


def _hub_field(field: Field, existing: Mapping[str, str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "key": field.key,
        "label": field.label,
        "type": field.kind,
        "required": field.required,
        "readOnly": False,
        "secret": field.secret,
    }
    texts = {"placeholder": field.placeholder, "description": field.description, "tooltip": field.tooltip}
    described.update({name: text for name, text in texts.items() if text})
    if field.options:
        described["options"] = [{"value": value, "label": label} for value, label in field.options]
    stored = existing.get(field.key, existing.get(field.stores_as))
    if stored is not None:
        described["value"] = f"{MASK}{stored}" if field.secret else stored
    return described
