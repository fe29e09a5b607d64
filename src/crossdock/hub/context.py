"""What the pages work with, handed in by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crossdock.accounts.integrations import Integrations
from crossdock.accounts.service import Accounts
from crossdock.actions.service import Calls
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.consents.service import Consents
from crossdock.db.pool import Database, Row
from crossdock.hub.render import Renderer
from crossdock.kernel.clock import Clock
from crossdock.linking.oauth import OAuth
from crossdock.linking.requests import LinkRequests
from crossdock.linking.service import Linking
from crossdock.linking.sessions import Sessions
from crossdock.outbox.webhooks import Webhooks
from crossdock.projects.service import Projects
from crossdock.tokens.checkup import Checkup


@dataclass(frozen=True, slots=True, kw_only=True)
class HubContext:
    """The services behind the pages; ``log_line`` writes a call of the log as the API does, as one line of JSON."""

    db: Database
    clock: Clock
    catalogue: Catalogue
    projects: Projects
    accounts: Accounts
    integrations: Integrations
    sessions: Sessions
    linking: Linking
    oauth: OAuth
    link_requests: LinkRequests
    consents: Consents
    webhooks: Webhooks
    trail: Trail
    checkup: Checkup
    calls: Calls
    log_line: Callable[[Row], str]
    renderer: Renderer
    hub_url: str

    @property
    def https(self) -> bool:
        """Whether the hub stands on https, and cookies are for it alone."""
        return self.hub_url.startswith("https://")
