"""What people do on the floor of a warehouse, for which the API has no operation: receive, pick, put together.

The control API and the dashboard do it in their place; it goes through the same books as everything else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crossdock_twins.base.inputs import ControlError, Members
from crossdock_twins.shiphero import dates, ids
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.errors import ApiError, Code
from crossdock_twins.shiphero.stock import news

if TYPE_CHECKING:
    from crossdock_twins.shiphero.state import State


@contextmanager
def shift(state: "State") -> Iterator[None]:
    """Make the work inside one change, and say what is wrong with it in the control API's form."""
    try:
        with state.store.transaction():
            yield
            news.tell_updates(state)
    except ApiError as error:
        missing = error.code is Code.NOT_FOUND
        remedy = "Ask the API which ones there are." if missing else "Change what you send, and send it again."
        raise ControlError(404 if missing else 422, f"{error.message.rstrip('.')}.", remedy=remedy) from error


def worker(state: "State", account_id: int) -> User:
    """Give the person in whose name the floor of an account's warehouse works: the first of those who run it."""
    account = state.accounts.get(account_id)
    owner = account_id if account is None or account.parent_id is None else account.parent_id
    people = sorted(state.accounts.users(owner, developers=False), key=lambda person: (not person.is_admin, person.id))
    if not people:
        raise ControlError(409, "Nobody works in this account.", remedy="Fill the twin with a seed that has people.")
    return people[0]


def number(text: str, *entities: str) -> int:
    """Read an id of the API, or a bare number, from a path or a member."""
    found = ids.decode(text, *entities)
    if found is None:
        raise ControlError(404, f"There is no such {entities[0]}.", remedy="Send its id or its number from the API.")
    return found


def moment(members: Members, name: str) -> str | None:
    """Read a date that may be left out, in any of the API's forms."""
    if not members.has(name):
        return None
    try:
        return dates.parse(members.text(name))
    except ValueError as error:
        raise ControlError(422, f"{name} is no date.", remedy="Write it as YYYY-MM-DD.") from error
