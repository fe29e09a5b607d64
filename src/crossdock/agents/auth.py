"""Who an agent is and what it reaches: its key, the account that the header names, and how it wants its tools."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, Protocol, TypeVar, get_args

from starlette.datastructures import Headers, QueryParams
from starlette.types import Scope

from crossdock.accounts.model import Account
from crossdock.actions.screening import Wish
from crossdock.actions.service import Calls
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.consents.model import ACCESS
from crossdock.consents.service import Consents
from crossdock.db.pool import Database
from crossdock.kernel import callers
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import InvalidRequestError, UnauthenticatedError
from crossdock.linking.requests import LinkRequests
from crossdock.projects import keys, policy
from crossdock.projects.model import Principal
from crossdock.projects.service import Projects

Style = Literal["nested", "flat_prefixed", "flat_smart"]
Mode = Literal["individual", "search_execute"]
Stricter = Literal["project", "mark", "block"]
T = TypeVar("T", bound=str)
_ACCOUNT: Final = "x-account-id"
_WISHES: Final[Mapping[Stricter, Wish]] = MappingProxyType(
    {"project": Wish(), "mark": Wish(enabled=True), "block": Wish(enabled=True, block=True)}
)
Spend = Callable[..., Awaitable[None]]


class Place(Protocol):
    """Where the hub is."""

    @property
    def hub_url(self) -> str: ...  # noqa: D102 - named as what it is


class Services(Protocol):
    """The services behind the tools; whoever builds the house has them all."""

    @property
    def settings(self) -> Place: ...  # noqa: D102 - named as what it is
    @property
    def clock(self) -> Clock: ...  # noqa: D102 - named as what it is
    @property
    def db(self) -> Database: ...  # noqa: D102 - named as what it is
    @property
    def catalogue(self) -> Catalogue: ...  # noqa: D102 - the same
    @property
    def projects(self) -> Projects: ...  # noqa: D102 - the same
    @property
    def calls(self) -> Calls: ...  # noqa: D102 - the same
    @property
    def trail(self) -> Trail: ...  # noqa: D102 - the same
    @property
    def consents(self) -> Consents: ...  # noqa: D102 - the same
    @property
    def link_requests(self) -> LinkRequests: ...  # noqa: D102 - the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One request's agent: for whom it speaks, which accounts it reaches, and how tools are shown to it.

    ``account`` is the one that calls are for, None where several could be meant; ``source_ip`` is where it came from.
    ``wish`` is what it asks of screening beyond the project's own, ``once`` its `Idempotency-Key` as it was sent.
    """

    principal: Principal
    accounts: tuple[Account, ...]
    account: Account | None
    style: Style
    mode: Mode
    agent: str
    source_ip: str | None = None
    wish: Wish = field(default_factory=Wish)
    once: str | None = None


async def caller(services: Services, *, scope: Scope, spend: Spend) -> Caller:
    """Return who calls; raise UnauthenticatedError, ForbiddenError, NotFoundError, InvalidRequestError."""
    headers, query = Headers(scope=scope), QueryParams(scope["query_string"])
    key = keys.of_header(", ".join(headers.getlist("authorization")))
    if key is None:
        raise UnauthenticatedError(
            "No key came with the request.",
            remedy="Send an agent key or API key as a bearer token or by HTTP Basic, or connect by OAuth.",
        )
    if key.startswith(f"{ACCESS}_"):
        principal = await services.consents.authenticate(token=key)
    else:
        principal = await services.projects.authenticate_key(text=key)
    await spend(principal=principal)
    principal = _narrowed(principal, query.get("effects"))
    if not policy.may(principal, "actions:write"):
        policy.require(principal, "actions:read")
    accounts = await _reached(services, principal, _named(headers, query))
    return Caller(
        principal=principal,
        accounts=accounts,
        account=accounts[0] if len(accounts) == 1 else None,
        style=_one_of(query.get("param-style", "nested"), "param-style", get_args(Style)),
        mode=_one_of(query.get("tool-mode", "individual"), "tool-mode", get_args(Mode)),
        agent=headers.get("user-agent", ""),
        source_ip=callers.source_ip(scope),
        wish=_WISHES[_one_of(query.get("screening", "project"), "screening", get_args(Stricter))],
        once=headers.get("idempotency-key"),
    )


def _narrowed(principal: Principal, asked: str | None) -> Principal:
    """Bind to the effects that the address asks for; a key's own bounds stay."""
    if asked is None:
        return principal
    effects = frozenset(one.strip() for one in asked.split(","))
    unknown = effects - {"read", "write", "destructive"}
    if unknown:
        raise InvalidRequestError(
            "`effects` names something else than effects.", remedy="Use read, write, destructive, or a comma list."
        )
    return policy.narrowed(principal, effects=effects)


def _named(headers: Headers, query: QueryParams) -> str:
    """Return the account that header or address names, for clients that send no headers of their own."""
    named = [one for one in (*headers.getlist(_ACCOUNT), *query.getlist(_ACCOUNT)) if one]
    if len(set(named)) > 1:
        raise InvalidRequestError(
            "Header and address name different accounts.",
            remedy="Name the account once, in the `x-account-id` header or in the address.",
            code="account_mismatch",
        )
    return named[0] if named else ""


async def _reached(services: Services, principal: Principal, account_id: str) -> tuple[Account, ...]:
    if account_id:
        return (await services.calls.reached(principal=principal, account_id=account_id),)
    return await services.calls.reachable(principal=principal)


def _one_of(value: str, name: str, known: tuple[T, ...]) -> T:
    for one in known:
        if value == one:
            return one
    raise InvalidRequestError(f"There is no such `{name}`.", remedy="Use one of: " + ", ".join(known) + ".")
