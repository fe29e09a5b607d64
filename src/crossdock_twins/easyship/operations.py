"""What an operation of the API is, and how a request finds its own."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from crossdock_twins.base.store import Store
from crossdock_twins.easyship import contract
from crossdock_twins.easyship.errors import ERRORS_PAGE, Page, Refusal
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.state import Company, Grant, Owner

VERSION = "2024-09"
OLD_VERSION = "2023-01"
_GUIDES = {
    slug: Page(kind="how-to-guide", name=name, path=f"/docs/how-to-{path}")
    for slug, name, path in (
        ("automate", "How to Automate your Shipments", "automate-your-shipments"),
        ("checkout", "How to Display Rates at Checkout", "display-rates-at-checkout"),
        ("taxes", "How to Calculate Taxes and Duties", "calculate-taxes-and-duties"),
        ("track", "How to Track a Shipment", "track-a-shipment"),
        ("validate", "How to Validate Addresses", "validate-addresses"),
    )
}


Handler = Callable[["Call"], Reply | Awaitable[Reply]]
"""Answers one operation, or refuses; one that has to wait for somebody outside is a coroutine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter in the path or the query; its schema is in the compact notation of `schemas`."""

    name: str
    schema: Mapping[str, Any]
    place: Literal["query", "path"]
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file in a form."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that has passed the checks: who asks, for what, when, and the store to answer from.

    `body` holds a form's fields too; `files` its files, `accept` the header that says what the caller reads.
    """

    grant: Grant
    company: Company
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: dict[str, Any]
    now: datetime
    store: Store
    files: Mapping[str, Upload] = field(default_factory=dict)
    accept: str = ""

    @property
    def owner(self) -> Owner:
        """Whose records the request is about."""
        return Owner(company_id=self.company.id, environment=self.grant.environment)

    def require(self, scope: str) -> None:
        """Refuse with 403 where the token has not got a scope that only some requests need."""
        if scope not in self.grant.scopes:
            raise Refusal("forbidden")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One operation: `path` is below the version, `body` is a schema's name or notation, `parameters` in their order.

    `title` and `guide` name the pages that its errors point to; `metered` ones draw on the monthly allowance. Errors
    of the paths before 2024-09 point nowhere.
    """

    id: str
    method: str
    path: str
    title: str
    handler: Handler
    scopes: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Any = None
    form: str | None = None
    page: str = ""
    guide: Page | None = None
    metered: bool = False
    version: str = VERSION

    @property
    def pages(self) -> tuple[Page, ...] | None:
        """The pages that an error of this operation points to; None where errors have no links."""
        if self.version == OLD_VERSION:
            return None
        own = Page(kind="documentation", name=self.title, path=f"/reference/{self.page or self.id}")
        return (ERRORS_PAGE, own) if self.guide is None else (ERRORS_PAGE, own, self.guide)

    def pointer(self, place: int) -> str:
        """Name the schema of the parameter at a place (from 0) as messages do."""
        path = f"/{self.version}{self.path}".replace("/", "~1")
        return f"#/paths/{path}/{self.method.lower()}/parameters/{place}/schema"


def bind(handlers: Mapping[str, Handler]) -> tuple[Operation, ...]:
    """Give the operations of the contract that have a handler, by its id; KeyError where the contract has none such."""
    known = contract.operations()
    return tuple(operation(name, known[name], handler) for name, handler in handlers.items())


def operation(name: str, described: Mapping[str, Any], handler: Handler, *, version: str = VERSION) -> Operation:
    """Make an operation out of its description in the contract and of what answers it."""
    method, path = described["call"].split(" ")
    guide = described.get("guide")
    return Operation(
        id=name,
        method=method,
        path=path,
        title=described["title"],
        handler=handler,
        scopes=tuple(described.get("scopes", ())),
        parameters=tuple(_parameter(*each) for each in described.get("parameters", {}).items()),
        body=described.get("body"),
        form=described.get("form"),
        page=described.get("page", ""),
        guide=None if guide is None else _GUIDES[guide],
        metered=described.get("metered", False),
        version=version,
    )


def _parameter(name: str, notation: Any) -> Parameter:
    said: dict[str, Any] = {"type": notation} if isinstance(notation, str) else dict(notation)
    place, required = said.pop("in", "query"), said.pop("required", False)
    return Parameter(name=name, schema=said, place=place, required=required)


class Router:
    """Finds the operation of a version, a method and a path, and the values in the path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._plain: dict[tuple[str, str], Operation] = {}
        self._patterns: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for each in operations:
            path = f"/{each.version}{each.path}"
            if "{" not in path:
                self._plain[each.method, path] = each
                continue
            parts = path.split("/")
            self._patterns.setdefault((each.method, len(parts)), []).append((parts, each))

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Give the operation and the values in its path, which begins with the version; plain goes before pattern."""
        path = path.rstrip("/")
        if (plain := self._plain.get((method, path))) is not None:
            return plain, {}
        sent = path.split("/")
        for parts, each in self._patterns.get((method, len(sent)), ()):
            values = _values(parts, sent)
            if values is not None:
                return each, values
        return None


def _values(parts: list[str], sent: list[str]) -> dict[str, str] | None:
    values = {}
    for part, text in zip(parts, sent, strict=True):
        if part.startswith("{") and text:
            values[part[1:-1]] = text
        elif part != text:
            return None
    return values
