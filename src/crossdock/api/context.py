"""What the API's routes work with, handed in by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from crossdock.accounts.integrations import Integrations
from crossdock.accounts.service import Accounts
from crossdock.actions.execute import Actions
from crossdock.actions.search import Search
from crossdock.actions.service import Calls
from crossdock.api.ratelimit import RateLimit
from crossdock.connectors.catalogue import Catalogue
from crossdock.db.pool import Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.ids import Ids
from crossdock.linking.oauth import OAuth
from crossdock.linking.service import Linking
from crossdock.linking.sessions import Sessions
from crossdock.outbox.webhooks import Webhooks
from crossdock.projects.service import Projects


@dataclass(frozen=True, slots=True)
class ApiContext:
    """The services behind the API."""

    db: Database
    clock: Clock
    catalogue: Catalogue
    projects: Projects
    accounts: Accounts
    integrations: Integrations
    sessions: Sessions
    linking: Linking
    oauth: OAuth
    calls: Calls
    ratelimit: RateLimit
    webhooks: Webhooks
    hub_url: str
    secure: bool

    @property
    def actions(self) -> Actions:
        """What runs actions."""
        return self.calls.actions

    @property
    def search(self) -> Search:
        """What finds actions."""
        return self.calls.search

    @property
    def ids(self) -> Ids:
        """What makes ids."""
        return self.calls.actions.record.ids


def _context(request: Request) -> ApiContext:
    context = request.app.state.api
    if not isinstance(context, ApiContext):
        raise TypeError("the application was built without its services")
    return context


Context = Annotated[ApiContext, Depends(_context)]
