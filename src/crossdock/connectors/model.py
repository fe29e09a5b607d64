"""What a connector is: environments, ways to link, the probe, causes of failure and actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from crossdock.connectors.form import Field, GuideStep
from crossdock.connectors.look import Look
from crossdock.connectors.matching import When
from crossdock.kernel.errors import Disposition, NotFoundError

Effect = Literal["read", "write", "destructive"]
EnvironmentType = Literal["production", "test"]
Verdict = Literal["dead", "suspended", "weather", "request", "scope"]
ButtonKind = Literal["step", "retest", "back", "link"]
Depth = Literal["full", "daily"]

EFFECTS: tuple[Effect, ...] = ("read", "write", "destructive")
ENDPOINTS: tuple[str, ...] = ("authorize", "exchange", "refresh", "revoke", "introspect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many requests an environment takes; 0 where the provider names no such limit."""

    per_second: float = 0
    per_minute: float = 0
    concurrent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One of the provider's worlds; ``origins`` maps a role (api, token, authorize, dashboard) to ``scheme://host``.

    ``provider_origins`` are the same before any rewrite, as the provider's own documentation writes them.
    """

    key: str
    name: str
    type: EnvironmentType
    origins: Mapping[str, str]
    provider_origins: Mapping[str, str]
    token_prefix: str | None
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A request of the token traffic: an origin's role, a path, and a body whose ``{names}`` are filled in."""

    role: str
    path: str
    encoding: Literal["json", "form"]
    body: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthMethod:
    """One way to link; ``setup_fields`` are the operator's, once, and ``user_fields`` the person's."""

    key: str
    label: str
    description: str
    kind: Literal["token", "refresh_token", "oauth2"]
    lifecycle: Literal["static", "fixed_refresh", "rotating_refresh"]
    environments: tuple[str, ...]
    setup_fields: tuple[Field, ...]
    user_fields: tuple[Field, ...]
    guide: tuple[GuideStep, ...]
    header: str
    scheme: str
    access_life: timedelta | None
    scopes: tuple[str, ...]
    authorize: Endpoint | None
    exchange: Endpoint | None
    refresh: Endpoint | None
    revoke: Endpoint | None
    introspect: Endpoint | None
    issuer: str | None
    manage_link: str
    manage_text: str

    def by_field(self, stored: Mapping[str, str]) -> dict[str, str]:
        """Return what is kept under the vault's or the setup's names by the keys of the person's form."""
        return {field.key: stored[field.stores_as] for field in self.user_fields if field.stores_as in stored}

    def field(self, key: str) -> Field:
        """Return the field with this key; raise NotFoundError where there is none."""
        for candidate in (*self.user_fields, *self.setup_fields):
            if candidate.key == key:
                return candidate
        raise NotFoundError(f"There is no field `{key}`.", remedy="Use one of the fields that the form names.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why something failed, in words for people, with one button.

    ``button_kind`` says where the button leads: to ``button_step`` of the guide, to a new test, back to the form, or
    to ``button_link`` at the provider. ``if_fresh`` names the cause that holds in this one's place where the token had
    just been issued. ``field`` is the form field that it is about, where it is about one.
    """

    key: str
    title: str
    explanation: str
    remedy: str
    button: str
    button_kind: ButtonKind
    button_step: str | None
    button_link: str | None
    disposition: Disposition
    verdict: Verdict | None
    status: int
    field: str | None = None
    when: tuple[When, ...] = ()
    if_fresh: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A permission at the provider; ``proven_by`` names the probe step that shows whether it was granted."""

    key: str
    label: str
    proven_by: str | None
    advanced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How a list goes on: wire names of size and position, and the dotted path of the next position in the reply."""

    style: Literal["page", "cursor"]
    size: str
    position: str
    next: str
    more: str | None
    default: int
    max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One provider request; a GraphQL call has its ``document``, a REST call its method and ``{name}`` path.

    ``schema`` is the folder of the SDL files that the document was written against.

    ``query`` maps inputs to other names on the wire, ``fixed`` is sent always, ``body_as`` makes the body one variable.
    A body goes out as JSON, or as a form whose files are inputs ``{name, type, content}`` with base64 ``content``.
    """

    role: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    document: str | None = None
    body_as: str | None = None
    schema: Path | None = None
    encoding: Literal["json", "multipart"] = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """What GraphQL documents cost: an account has at most ``bucket`` credits and gets ``per_second`` back.

    ``query`` and ``mutation`` are what an operation costs without any list, ``free`` the fields that cost nothing, and
    ``page_size`` how many rows a list has that names no size. ``charged`` is where an answer says what it cost.
    """

    bucket: int
    per_second: float
    query: int
    mutation: int
    page_size: int
    free: frozenset[str]
    charged: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPaths:
    """Dotted paths in the probe's reply: what tells the account apart, its name, details by label, lists to count."""

    id: str
    name: str
    details: Mapping[str, str]
    counts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeStep:
    """One request of the probe.

    With ``instead_of`` it runs only where the provider's server failed at that step, and ``anonymous`` then names the
    account. A ``scopes_only`` step is about permissions: weather there is no verdict on the credential.
    """

    key: str
    label: str
    call: Call
    depths: frozenset[Depth]
    methods: frozenset[str]
    instead_of: str | None
    proves: tuple[str, ...]
    identity: IdentityPaths | None
    anonymous: str | None
    scopes_at: str | None
    scopes_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that an app or agent can do; ``inputs`` is a JSON Schema with members path, query, headers and body.

    ``area`` is the part of the provider's API that it belongs to. ``result`` is the dotted path of the result in the
    reply; after a ``|`` stands the next path to try. With ``file``, a media type, the reply is a file.

    ``look`` says how the outcome of a write is found out, None where nothing shows it.

    ``examples`` are inputs that work, ``<name>`` standing for something that has to be there; ``broken`` is a field of
    the first example with a value that is refused, None for leaving it out.
    """

    name: str
    area: str
    label: str
    description: str
    effect: Effect
    idempotent: bool
    metered: bool
    scopes: tuple[str, ...]
    schema: Callable[[], Mapping[str, Any]]
    call: Call
    paging: Paging | None
    result: str
    warnings: str | None
    docs: str | None
    file: str | None = None
    look: Look | None = None
    examples: tuple[Mapping[str, Any], ...] = ()
    broken: tuple[str, Any] | None = None

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return the JSON Schema; it is made when it is first asked for, since a GraphQL schema takes long to read."""
        return self.schema()


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRule:
    """An exception to the effect that a request's HTTP method has; ``fields`` are names of GraphQL mutations."""

    method: str
    path: re.Pattern[str]
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """What passes through the proxy: plain REST, or GraphQL at one path."""

    protocol: Literal["rest", "graphql"]
    graphql_path: str | None
    rules: tuple[EffectRule, ...]
    destructive_fields: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryHint:
    """Where a reply says how long to wait: seconds, seconds since 1970, or words such as ``18 seconds``."""

    header: str | None
    json: str | None
    kind: Literal["seconds", "epoch", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A provider as its definition file tells it."""

    key: str
    name: str
    version: str
    category: str
    description: str
    icon: str
    release_stage: str
    headers: Mapping[str, str]
    environments: tuple[Environment, ...]
    auth_methods: tuple[AuthMethod, ...]
    scopes: Mapping[str, Scope]
    scope_prefix: str
    retry_hints: tuple[RetryHint, ...]
    probe: tuple[ProbeStep, ...]
    causes: Mapping[str, Cause]
    transport: Mapping[str, str]
    actions: Mapping[str, Action]
    proxy: Proxy
    credits: Credits | None = None

    def environment(self, key: str) -> Environment:
        """Return the environment with this key; raise NotFoundError where there is none."""
        for candidate in self.environments:
            if candidate.key == key:
                return candidate
        known = ", ".join(one.key for one in self.environments)
        raise NotFoundError(f"{self.name} has no environment `{key}`.", remedy=f"Use one of: {known}.")

    def auth_method(self, key: str) -> AuthMethod:
        """Return the auth method with this key; raise NotFoundError where there is none."""
        for candidate in self.auth_methods:
            if candidate.key == key:
                return candidate
        known = ", ".join(one.key for one in self.auth_methods)
        raise NotFoundError(f"{self.name} cannot be linked by `{key}`.", remedy=f"Use one of: {known}.")

    def cause(self, key: str) -> Cause:
        """Return the cause with this key; raise NotFoundError where there is none."""
        if key not in self.causes:
            raise NotFoundError(f"{self.name} knows no cause `{key}`.", remedy="Look it up in the connector's file.")
        return self.causes[key]

    def origins(self) -> frozenset[str]:
        """Return every origin that Crossdock itself may send requests to; browsers alone go to the others."""
        return frozenset(
            origin
            for environment in self.environments
            for role, origin in environment.origins.items()
            if role not in {"dashboard", "authorize"}
        )
