"""What the control API does to accounts: plans and allowances, checks of cards, connected shops."""

from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.inputs import ControlError, Members, read_members
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.account.preferences import UNIT_SYSTEMS, UnitSystem, choose_units, unit_system
from crossdock_twins.easyship.payment_sources.store import pass_check
from crossdock_twins.easyship.state import PREFIXES, Company, Environment, Owner, company_of
from crossdock_twins.easyship.stores.routes import connect
from crossdock_twins.easyship.subscriptions import metering
from crossdock_twins.easyship.subscriptions.plans import PLANS, PlanName, choose_plan, plan_of, set_allowance


def routes(store: Store, clock: TwinClock) -> list[BaseRoute]:
    """Give the routes, relative to `/_twin`."""
    api = _Api(store, clock)
    return [
        Route("/subscriptions/{account_id}", api.show, methods=["GET"]),
        Route("/subscriptions/{account_id}", api.change, methods=["PATCH"]),
        Route("/payment_checks", api.check, methods=["POST"]),
        Route("/stores", api.connect, methods=["POST"]),
        Route("/overdrafts/{account_id}", api.overdraw, methods=["PATCH"]),
    ]


class _Api:
    """The endpoints."""

    def __init__(self, store: Store, clock: TwinClock) -> None:
        self._store = store
        self._clock = clock

    async def show(self, request: Request) -> Response:
        """Show plan, units and what has been used this month."""
        return self._shown(self._company(request))

    async def change(self, request: Request) -> Response:
        """Change `plan`, `units` and `allowance` (null: the plan's, -1: no limit); `forget` starts the counts anew."""
        company, members = self._company(request), await read_members(request)
        if members.has("plan"):
            choose_plan(self._store, company.id, cast("PlanName", _one_of(members, "plan", tuple(PLANS))))
        if members.has("units"):
            choose_units(self._store, company.id, cast("UnitSystem", _one_of(members, "units", UNIT_SYSTEMS)))
        if members.has("allowance"):
            set_allowance(self._store, company.id, members.whole("allowance", None))
        if members.has("forget") and members.flag("forget"):
            metering.forget(self._store, company.id)
            set_allowance(self._store, company.id, None)
        return self._shown(company)

    async def check(self, request: Request) -> Response:
        """Do what the customer does at the card processor: pass the check of `intent_id`."""
        intent_id = (await read_members(request)).text("intent_id")
        if not pass_check(self._store, intent_id):
            raise ControlError(404, "No such check is waiting.", remedy="Take intent_id from the answer with 202.")
        return JSONResponse({"passed": True})

    async def connect(self, request: Request) -> Response:
        """Connect a shop: `name`, `platform`, `account_id` and `environment`."""
        members = await read_members(request)
        company = self._of(members.text("account_id"))
        environment = cast("Environment", _one_of(members, "environment", tuple(PREFIXES)))
        owner = Owner(company_id=company.id, environment=environment)
        connect(
            self._store,
            owner,
            name=members.text("name"),
            platform=members.text("platform", "Shopify"),
            now=self._clock.now(),
        )
        return JSONResponse({"connected": True}, status_code=201)

    async def overdraw(self, request: Request) -> Response:
        """Let a company go below nothing by `cents`, in both environments."""
        company = self._company(request)
        cents = (await read_members(request)).whole("cents", 0) or 0
        if cents < 0:
            raise ControlError(422, "cents cannot be negative.", remedy="Send cents as 0 or more.")
        self._store.execute("UPDATE wallet SET overdraft = ? WHERE company_id = ?", cents, company.id)
        return JSONResponse({"cents": cents})

    def _company(self, request: Request) -> Company:
        return self._of(request.path_params["account_id"])

    def _of(self, account_id: str) -> Company:
        company = company_of(self._store, account_id)
        if company is None:
            raise ControlError(404, "There is no such account.", remedy="List the accounts with GET /_twin/accounts.")
        return company

    def _shown(self, company: Company) -> Response:
        used = {
            environment: metering.usage(
                self._store, Owner(company_id=company.id, environment=environment), now=self._clock.now()
            )
            for environment in PREFIXES
        }
        return JSONResponse(
            {
                "plan": plan_of(self._store, company.id).name,
                "units": unit_system(self._store, company.id),
                "usage": {
                    environment: {"month": each.month, "allowance": each.allowance, "operations": dict(each.operations)}
                    for environment, each in used.items()
                },
            }
        )


def _one_of(members: Members, name: str, known: tuple[str, ...]) -> str:
    value = members.text(name, known[0])
    if value not in known:
        raise ControlError(422, f"There is no such {name}.", remedy=f"Use one of: {', '.join(known)}.")
    return value
