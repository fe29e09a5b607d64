"""The plans and what each opens. The vendor's names; the figures behind them are the twin's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.errors import Refusal

PlanName = Literal["free", "plus", "premier", "scale", "enterprise"]
Feature = Literal["DDP RATES", "TAXES AND DUTIES"]

SANDBOX_ALLOWANCE = 1000
WITHOUT_LIMIT = -1
_NOT_OPEN = "The {feature} feature is not available for {plan} subscription plan, please contact Easyship"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan: metered calls a month, how many courier accounts can be linked, and whether taxes are worked out."""

    name: PlanName
    allowance: int
    linked_couriers: int
    taxes: bool


PLANS: Mapping[str, Plan] = {
    plan.name: plan
    for plan in (
        Plan(name="free", allowance=100, linked_couriers=1, taxes=False),
        Plan(name="plus", allowance=1_000, linked_couriers=3, taxes=True),
        Plan(name="premier", allowance=5_000, linked_couriers=5, taxes=True),
        Plan(name="scale", allowance=20_000, linked_couriers=20, taxes=True),
        Plan(name="enterprise", allowance=100_000, linked_couriers=1_000, taxes=True),
    )
}


def plan_of(store: Store, company_id: str) -> Plan:
    """Give a company's plan."""
    row = store.one("SELECT plan FROM subscription WHERE company_id = ?", company_id)
    return PLANS["premier" if row is None else row["plan"]]


def choose_plan(store: Store, company_id: str, plan: PlanName) -> None:
    """Put a company on a plan."""
    store.execute(
        "INSERT INTO subscription (company_id, plan) VALUES (?, ?)"
        " ON CONFLICT (company_id) DO UPDATE SET plan = excluded.plan",
        *(company_id, plan),
    )


def set_allowance(store: Store, company_id: str, calls: int | None) -> None:
    """Give a company so many metered calls a month in both environments; None leaves that to the plan."""
    store.execute(
        "INSERT INTO subscription (company_id, plan, allowance) VALUES (?, 'premier', ?)"
        " ON CONFLICT (company_id) DO UPDATE SET allowance = excluded.allowance",
        *(company_id, calls),
    )


def linked_couriers_allowed(store: Store, company_id: str) -> int:
    """Tell how many courier accounts a company may link."""
    return plan_of(store, company_id).linked_couriers


def taxes_are_open(store: Store, company_id: str) -> bool:
    """Tell whether a company's plan works out import taxes."""
    return plan_of(store, company_id).taxes


def demand(store: Store, company_id: str, feature: Feature) -> None:
    """Refuse with 402 where a company's plan does not open a feature."""
    plan = plan_of(store, company_id)
    if not plan.taxes:
        raise Refusal("insufficient_subscription", _NOT_OPEN.format(feature=feature, plan=plan.name))
