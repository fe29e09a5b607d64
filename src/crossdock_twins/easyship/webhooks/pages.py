"""The dashboard's *Webhooks*: add one, see its secret, test each event, switch it on and off, delete it."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.control_page import field
from crossdock_twins.base.deliveries import Deliveries
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.door import Door, Page
from crossdock_twins.easyship.parts import Parts
from crossdock_twins.easyship.state import Company, Environment, Owner, Person
from crossdock_twins.easyship.webhooks import rules, shapes, store, trial
from crossdock_twins.easyship.webhooks.routes import endpoint_problems
from crossdock_twins.easyship.webhooks.rules import State, Version
from crossdock_twins.easyship.webhooks.store import Wanted

PLACE = "/webhooks"
ENVIRONMENTS: Sequence[Environment] = ("production", "sandbox")
VERSIONS: Sequence[Version] = ("2024-09", "2023-01")

_TRIES_SHOWN = 8
_STATES: dict[str, State] = {"activate": "active", "deactivate": "inactive"}

Deed = Callable[[Request, FormData, sqlite3.Row], Awaitable[Response]]


def routes(parts: Parts, *, store: Store, clock: TwinClock) -> list[BaseRoute]:
    """Give the routes of these pages; all are for admins."""
    pages, door = WebhookPages(parts, store=store, clock=clock), Door(parts)

    def deed(name: str, does: Deed) -> Route:
        return Route(f"{PLACE}/{{webhook_id}}/{name}", door.for_admins(pages.on_own(does)), methods=["POST"])

    return [
        Route(PLACE, door.for_admins(pages.overview)),
        Route(PLACE, door.for_admins(pages.create), methods=["POST"]),
        Route(f"{PLACE}/new", door.for_admins(pages.ask)),
        deed("test", pages.test),
        deed("activate", pages.switch),
        deed("deactivate", pages.switch),
        deed("delete", pages.delete),
    ]


class WebhookPages:
    """The pages."""

    def __init__(self, parts: Parts, *, store: Store, clock: TwinClock) -> None:
        self._pages = parts.pages
        self._store = store
        self._clock = clock

    def on_own(self, deed: Deed) -> Page:
        """Look up the webhook of the path, in either environment; one of another company is as one removed."""

        async def done(request: Request, _person: Person, company: Company) -> Response:
            form = await self._pages.form(request)
            found = [
                store.get(self._store, owner=owner, webhook_id=request.path_params["webhook_id"])
                for owner in _owners(company)
            ]
            row = next((each for each in found if each is not None), None)
            if row is None:
                gone = "That webhook was deleted before."
                return self._pages.redirect(request, PLACE, flash=gone, tone="bad")
            return await deed(request, form, row)

        return done

    async def overview(self, request: Request, person: Person, company: Company) -> Response:
        """List the company's webhooks by environment."""
        kinds = [
            (owner.environment, [self._shown(row) for row in store.of_owner(self._store, owner=owner)])
            for owner in _owners(company)
        ]
        return self._pages.render(request, "webhooks.html", person=person, company=company, kinds=kinds)

    async def ask(self, request: Request, person: Person, company: Company) -> Response:
        """Show the empty form for a new webhook."""
        asked = request.query_params.get("environment", "")
        values = {
            "endpoint": "",
            "environment": asked if asked in ENVIRONMENTS else "production",
            "version": "2024-09",
            "event_types": (),
        }
        return self._ask(request, person, company, values=values, problems={})

    async def create(self, request: Request, person: Person, company: Company) -> Response:
        """Make the webhook that the form describes, or show the form again with what is wrong."""
        form = await self._pages.form(request)
        values: dict[str, Any] = {
            "endpoint": field(form, "endpoint"),
            "environment": field(form, "environment"),
            "version": field(form, "version"),
            "event_types": tuple(name for name in rules.EVENT_TYPES if name in form.getlist("event_types")),
        }
        problems = _problems(values)
        if problems:
            return self._ask(request, person, company, values=values, problems=problems)
        version = cast("Version", values["version"])
        store.create(
            self._store,
            owner=Owner(company_id=company.id, environment=cast("Environment", values["environment"])),
            wanted=Wanted(
                endpoint=values["endpoint"],
                event_types=[rules.name_in(version, name) for name in values["event_types"]],
                version=version,
                configuration=None,
            ),
            now=self._clock.now(),
        )
        return self._pages.redirect(request, PLACE, flash="Webhook added. It is inactive: test it, then activate it.")

    async def test(self, request: Request, form: FormData, webhook: sqlite3.Row) -> Response:
        """Send one sample and tell what came back."""
        event_type = field(form, "event_type")
        if event_type not in rules.event_types(webhook["version"]):
            return self._back(request, "There is no such event. Use one of the Test buttons.", tone="bad")
        problem = await trial.run(
            self._store, webhook, event_type=event_type, version=webhook["version"], now=self._clock.now()
        )
        if problem is None:
            return self._back(request, trial.SUCCEEDED)
        return self._back(request, f"{problem}. Look at your endpoint, then test again.", tone="bad")

    async def switch(self, request: Request, _form: FormData, webhook: sqlite3.Row) -> Response:
        """Activate or deactivate a webhook."""
        state = _STATES[request.url.path.rpartition("/")[2]]
        store.switch(self._store, webhook_id=webhook["id"], state=state, now=self._clock.now())
        return self._back(request, f"The webhook is {state}.")

    async def delete(self, request: Request, _form: FormData, webhook: sqlite3.Row) -> Response:
        """Remove a webhook."""
        store.delete(self._store, webhook_id=webhook["id"])
        return self._back(request, "The webhook is deleted. Nothing more is sent to it.")

    def _back(self, request: Request, sentence: str, *, tone: str = "good") -> Response:
        """Show the whole list from its top, where the sentence stands."""
        return self._pages.redirect(request, PLACE, flash=sentence, tone=tone)

    def _shown(self, row: sqlite3.Row) -> dict[str, Any]:
        deliveries = Deliveries(self._store)
        return {
            **shapes.webhook(row),
            "tries": deliveries.tries_of(row["id"], limit=_TRIES_SHOWN),
            "waiting": deliveries.waiting_of(row["id"]),
        }

    def _ask(
        self, request: Request, person: Person, company: Company, *, values: dict[str, Any], problems: dict[str, str]
    ) -> Response:
        return self._pages.render(
            request,
            "new_webhook.html",
            status=422 if problems else 200,
            person=person,
            company=company,
            values=values,
            problems=problems,
            environments=ENVIRONMENTS,
            versions=VERSIONS,
            event_types=rules.EVENT_TYPES,
        )


def _owners(company: Company) -> list[Owner]:
    return [Owner(company_id=company.id, environment=environment) for environment in ENVIRONMENTS]


def _problems(values: dict[str, Any]) -> dict[str, str]:
    problems = {}
    if endpoint_problems(values["endpoint"]):
        problems["endpoint"] = "Enter an address that starts with http:// or https://."
    if not values["event_types"]:
        problems["event_types"] = "Choose at least one event."
    if values["environment"] not in ENVIRONMENTS:
        problems["environment"] = "Choose production or sandbox."
    if values["version"] not in VERSIONS:
        problems["version"] = "Choose one of the versions."
    return problems
