"""What a caller asks of an account, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from crossdock.connectors.model import Effect

Priority = Literal["live", "bulk"]
Looking = Literal["in_doubt", "before"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a call is made: ``once`` is the caller's idempotency key for a write; bulk calls let live ones go first.

    ``look`` says when to look whether a write has been made: where nobody knows what came of it, or always before.
    ``id`` is the id that the call gets in the log, from whoever wants to look it up there afterwards; ``source_ip`` is
    the address that the request for it came from, kept there too.
    """

    once: str | None = None
    priority: Priority = "live"
    look: Looking = "in_doubt"
    id: str | None = None
    source_ip: str | None = None


PLAIN = Manner()

HALF: Final = ("x-crossdock-outcome", "partial")
REFUSAL: Final = ("x-crossdock-error", "provider")
"""What the head of an answer that is passed on says where its 200 does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall:
    """An action's name and its inputs by place; ``headers`` are the caller's own and never reach the provider."""

    action: str
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    manner: Manner = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRequest:
    """A request of the caller's own; ``target`` is a path with its query or an address of the account's API.

    ``body`` goes out as it is where it is bytes or text, and as JSON otherwise.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    manner: Manner = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyReply:
    """The provider's answer; ``data`` is its JSON, its text, or its bytes in base64 beside their type.

    ``done`` is False where it refused in a way that surely did nothing and may go by: a spent budget, a dead token.
    ``errors`` are what it refused or left out, as errors carry it, whatever its status says; ``refused`` says which.
    """

    status: int
    headers: Mapping[str, str]
    data: Any
    done: bool = True
    errors: tuple[Mapping[str, Any], ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a call is about, for policy, log and audit: ``name`` is the action's, or method and path of a proxy call.

    ``kept`` says whether sending it twice does no harm; ``id`` is its id in the log where that was given beforehand.
    ``look_with`` tells how to find out whether a write happened: an action and its inputs. With ``looks`` Crossdock
    does so by itself. ``fields`` are the names of what a GraphQL document changes.
    """

    name: str
    effect: Effect
    kept: bool
    scopes: tuple[str, ...] = ()
    wrote: str
    refused: str
    look_with: Mapping[str, Any] | None = None
    looks: bool = False
    fields: tuple[str, ...] = ()
    id: str | None = None
    source_ip: str | None = None
