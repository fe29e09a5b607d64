"""The dashboard's *Subscription*: the plan, the month's metered calls, and the account's units."""

from collections.abc import Sequence
from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.control_page import field
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.account.preferences import UNIT_SYSTEMS, choose_units, unit_system
from crossdock_twins.easyship.door import Door
from crossdock_twins.easyship.parts import Parts
from crossdock_twins.easyship.state import Company, Environment, Owner, Person
from crossdock_twins.easyship.subscriptions.metering import usage
from crossdock_twins.easyship.subscriptions.plans import PLANS, PlanName, choose_plan, plan_of

PLACE = "/subscription"
_ENVIRONMENTS: Sequence[Environment] = ("production", "sandbox")


def routes(parts: Parts, *, store: Store, clock: TwinClock) -> list[BaseRoute]:
    """Give the routes of the page; only admins change anything."""
    pages, door = SubscriptionPages(parts, store=store, clock=clock), Door(parts)
    return [
        Route(PLACE, door.for_people(pages.overview)),
        Route(f"{PLACE}/plan", door.for_admins(pages.change_plan), methods=["POST"]),
        Route(f"{PLACE}/units", door.for_admins(pages.change_units), methods=["POST"]),
    ]


class SubscriptionPages:
    """The page and its forms."""

    def __init__(self, parts: Parts, *, store: Store, clock: TwinClock) -> None:
        self._pages = parts.pages
        self._store = store
        self._clock = clock

    async def overview(self, request: Request, person: Person, company: Company) -> Response:
        """Show the plan, the month's calls by operation, and the units."""
        used = [
            (
                environment,
                usage(self._store, Owner(company_id=company.id, environment=environment), now=self._clock.now()),
            )
            for environment in _ENVIRONMENTS
        ]
        return self._pages.render(
            request,
            "subscription.html",
            person=person,
            company=company,
            plan=plan_of(self._store, company.id),
            plans=PLANS.values(),
            used=used,
            units=unit_system(self._store, company.id),
            unit_systems=UNIT_SYSTEMS,
        )

    async def change_plan(self, request: Request, _person: Person, company: Company) -> Response:
        """Put the company on another plan."""
        plan = field(await self._pages.form(request), "plan")
        if plan not in PLANS:
            return self._back(request, "There is no such plan. Choose one from the list.", tone="bad")
        choose_plan(self._store, company.id, cast("PlanName", plan))
        return self._back(request, f"You are on the {plan} plan now.")

    async def change_units(self, request: Request, _person: Person, company: Company) -> Response:
        """Change the units in which the account's own boxes are sent."""
        units = field(await self._pages.form(request), "units")
        if units not in UNIT_SYSTEMS:
            return self._back(request, "There are no such units. Choose metric or imperial.", tone="bad")
        choose_units(self._store, company.id, units)
        return self._back(request, f"Boxes are measured in {units} units now.")

    def _back(self, request: Request, flash: str, *, tone: str = "good") -> Response:
        return self._pages.redirect(request, PLACE, flash=flash, tone=tone)
