"""What is called and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crossdock.connectors.model import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall:
    """An action by name with its inputs, each in its place."""

    action: str
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRequest:
    """A request of the caller's own; ``target`` is a path with its query, or an address on the provider's API host."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyReply:
    """The provider's answer: ``data`` is its JSON where it is JSON, else its text."""

    status: int
    headers: Mapping[str, str]
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as the log keeps it; ``action`` is the action's name, or the proxy's method and path."""

    id: str
    project_id: str
    account_id: str
    connector_key: str
    action: str
    effect: Effect
    actor: str
    status: int
    cause: str | None
    duration_ms: int
    created_at: datetime
