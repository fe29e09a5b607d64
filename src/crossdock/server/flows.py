"""What links accounts, and what lets apps in: sessions, trials, requests, and consents."""

from __future__ import annotations

from dataclasses import dataclass

from crossdock.consents.service import Consents
from crossdock.linking.oauth import OAuth
from crossdock.linking.requests import LinkRequests
from crossdock.linking.service import Linking
from crossdock.linking.sessions import Sessions
from crossdock.linking.trial import Trial
from crossdock.projects.service import Projects
from crossdock.server.ground import Ground
from crossdock.server.records import Records


@dataclass(frozen=True, slots=True)
class Flows:
    """What links accounts and lets apps in."""

    sessions: Sessions
    linking: Linking
    oauth: OAuth
    link_requests: LinkRequests
    consents: Consents


def build_flows(on: Ground, records: Records, projects: Projects) -> Flows:
    """Return what links accounts and lets apps in, on this ground."""
    sessions, linking, oauth = _linking(on, records, projects)
    requests = LinkRequests(
        db=on.db,
        clock=on.clock,
        ids=on.ids,
        catalogue=on.catalogue,
        accounts=records.accounts,
        sessions=sessions,
        trail=on.trail,
        hub_url=on.settings.hub_url,
    )
    consents = Consents.build(
        db=on.db,
        clock=on.clock,
        ids=on.ids,
        trail=on.trail,
        accounts=records.accounts,
        projects=projects,
        egress=on.egress,
        hub_url=on.settings.hub_url,
    )
    return Flows(sessions, linking, oauth, requests, consents)


def _linking(on: Ground, records: Records, projects: Projects) -> tuple[Sessions, Linking, OAuth]:
    sessions = Sessions(
        db=on.db,
        clock=on.clock,
        ids=on.ids,
        catalogue=on.catalogue,
        accounts=records.accounts,
        integrations=records.integrations,
        projects=projects,
        trail=on.trail,
        hub_url=on.settings.hub_url,
    )
    trial = Trial(
        db=on.db,
        clock=on.clock,
        accounts=records.accounts,
        integrations=records.integrations,
        prober=records.prober,
        refresher=records.refresher,
        trail=on.trail,
    )
    linking = Linking(
        db=on.db,
        clock=on.clock,
        ids=on.ids,
        catalogue=on.catalogue,
        accounts=records.accounts,
        integrations=records.integrations,
        trial=trial,
        trail=on.trail,
        sessions=sessions,
    )
    oauth = OAuth(
        db=on.db,
        clock=on.clock,
        ids=on.ids,
        accounts=records.accounts,
        integrations=records.integrations,
        egress=on.egress,
        sessions=sessions,
        linking=linking,
        hub_url=on.settings.hub_url,
    )
    return sessions, linking, oauth
