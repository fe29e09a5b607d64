"""Metered calls: only successful ones count, by calendar month (UTC); the allowances of both hosts are apart.

A company with a card on file is billed for what goes beyond, in production; without one, and in the sandbox, the
operations are refused until the month is over. The refusal's sentence is reported, its place in the body is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.payment_sources.store import default_card
from crossdock_twins.easyship.state import Owner
from crossdock_twins.easyship.subscriptions.plans import SANDBOX_ALLOWANCE, WITHOUT_LIMIT, plan_of

_SPENT = "API usage limit exceeded. Please upgrade your plan or wait for your usage period to reset."


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What has been used of a month's allowance; `allowance` is -1 where there is no limit."""

    month: str
    allowance: int
    operations: Mapping[str, int]

    @property
    def calls(self) -> int:
        """All calls of the month."""
        return sum(self.operations.values())

    @property
    def beyond(self) -> int:
        """The calls beyond the allowance."""
        return 0 if self.allowance == WITHOUT_LIMIT else max(0, self.calls - self.allowance)

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self.allowance != WITHOUT_LIMIT and self.calls >= self.allowance


def usage(store: Store, owner: Owner, *, now: datetime) -> Usage:
    """Give what a company has used this month."""
    month = f"{now:%Y-%m}"
    rows = store.all(
        "SELECT operation, calls FROM metered_usage WHERE company_id = ? AND environment = ? AND month = ?"
        " ORDER BY operation",
        *(owner.company_id, owner.environment, month),
    )
    return Usage(
        month=month, allowance=_allowance(store, owner), operations={row["operation"]: row["calls"] for row in rows}
    )


def demand(store: Store, owner: Owner, *, now: datetime) -> None:
    """Refuse with 403 where the month's allowance is spent and nobody can be billed for more."""
    if not usage(store, owner, now=now).spent:
        return
    if owner.environment == "production" and default_card(store, owner) is not None:
        return
    raise Refusal("forbidden", _SPENT)


def count(store: Store, owner: Owner, operation: str, *, now: datetime) -> None:
    """Count a successful call."""
    store.execute(
        "INSERT INTO metered_usage (company_id, environment, month, operation, calls) VALUES (?, ?, ?, ?, 1)"
        " ON CONFLICT DO UPDATE SET calls = calls + 1",
        *(owner.company_id, owner.environment, f"{now:%Y-%m}", operation),
    )


def forget(store: Store, company_id: str) -> None:
    """Start a company's months anew."""
    store.execute("DELETE FROM metered_usage WHERE company_id = ?", company_id)


def _allowance(store: Store, owner: Owner) -> int:
    row = store.one("SELECT allowance FROM subscription WHERE company_id = ?", owner.company_id)
    if row is not None and row["allowance"] is not None:
        return int(row["allowance"])
    return SANDBOX_ALLOWANCE if owner.environment == "sandbox" else plan_of(store, owner.company_id).allowance
