"""One request to the API as resolvers see it: who calls, on which accounts, with which scopes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo

from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.accounts import Account, User
from crossdock_twins.shiphero.errors import invalid, not_found

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


@dataclass(slots=True, kw_only=True)
class Call:
    """What one request carries along; `rows` counts what the lists gave, which is what gets charged."""

    state: "State"
    user: User
    account: Account
    visible: tuple[int, ...]
    scopes: frozenset[str]
    request_id: str
    estimates: dict[str, int] = field(default_factory=dict)
    credits_left: int = 0
    rows: int = 0
    warehouses: dict[int, dict[str, Any] | None] = field(default_factory=dict)

    def account_for(self, customer: str | None) -> int:
        """Give the account that an input acts for: the caller's own, or the customer that it names."""
        if not customer:
            return self.account.id
        account_id = ids.decode(customer, "Account")
        if account_id not in self.visible:
            raise not_found("Account")
        return account_id

    def accounts_of(self, customer: str | None) -> tuple[int, ...]:
        """Give the accounts that a query looks into: one customer's, or all that the caller sees."""
        return (self.account_for(customer),) if customer else self.visible


Info = GraphQLResolveInfo[Call]

Operation = Callable[..., Any]
"""Answers one operation: takes the call and the operation's arguments by name."""

Resolver = Callable[..., Any]
"""Resolves one field: takes its parent's node, the Info and the field's arguments by name."""


class Siblings:
    """The rows of one page, so that what hangs below them is fetched for all of them at once."""

    __slots__ = ("_found", "ids")

    def __init__(self, numbers: list[int]) -> None:
        self.ids = numbers
        self._found: dict[str, dict[int, Any]] = {}

    def below(self, name: str, number: int, load: Callable[[list[int]], dict[int, Any]]) -> Any:
        """Give what hangs below one row; the first call loads it for all rows of the page."""
        if name not in self._found:
            self._found[name] = load(self.ids)
        return self._found[name].get(number)


def number_of(text: str | None, entity: str, *more: str) -> int:
    """Read an id from an input; an id of another kind belongs to nothing that could be found."""
    number = ids.decode(text or "", entity, *more)
    if number is None:
        raise not_found(entity)
    return number


def required(value: str | None, name: str) -> str:
    """Give a text that has to be there."""
    if value is None or not value.strip():
        raise invalid(f"{name} is required")
    return value.strip()
