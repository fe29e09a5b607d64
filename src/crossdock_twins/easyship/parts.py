"""The parts of the issuing side that its pages and endpoints work on."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossdock_twins.base.hosts import TwinUrls
from crossdock_twins.base.pages import Pages
from crossdock_twins.easyship.grants import Grants
from crossdock_twins.easyship.integrations import Integrations
from crossdock_twins.easyship.state import State

QUIET_PATHS: Sequence[str] = (
    "/",
    "/sign-in",
    "/sign-out",
    "/people",
    "/apps",
    "/apps/*",
    "/connect",
    "/integrations",
    "/integrations/*",
    "/assets/*",
    "/redirect",
    "/apps/open",
    "/subscription",
    "/subscription/*",
    "/webhooks",
    "/webhooks/*",
    "/shipments",
    "/shipments/*",
)
"""The dashboard's paths: neither journalled nor faulted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Handed to every page."""

    urls: TwinUrls
    state: State
    integrations: Integrations
    grants: Grants
    pages: Pages
