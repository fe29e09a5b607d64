"""What links accounts: sessions, trials, and the way over the provider's own sign-in."""

from __future__ import annotations

from crossdock.linking.oauth import OAuth
from crossdock.linking.service import Linking
from crossdock.linking.sessions import Sessions
from crossdock.linking.trial import Trial
from crossdock.projects.service import Projects
from crossdock.server.ground import Ground
from crossdock.server.records import Records


def build_flows(on: Ground, records: Records, projects: Projects) -> tuple[Sessions, Linking, OAuth]:
    """Return what links accounts: sessions, the linking itself, and sign-in at the provider."""
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
