"""Pricing the drafts anew when a rule asks for that: those shipments whose labels nobody has asked for."""

from collections.abc import Callable, Mapping
from datetime import datetime

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.shipments import making
from crossdock_twins.easyship.shipments import store as shipments
from crossdock_twins.easyship.shipments.store import Filters
from crossdock_twins.easyship.state import Owner, company_of

_KIND = "shipping_rules.recalculate"
_MOST = 1000
_DRAFTS = Filters(
    columns={"shipment_state": ("created",), "label_state": ("not_created",)},
    since={},
    until={},
)


def ask(kept: Store, owner: Owner, *, now: datetime) -> None:
    """Put it on the agenda, inside the caller's transaction: it is done before the next request is answered."""
    agenda.add(kept, _KIND, due=now, key=owner.company_id, detail={"environment": owner.environment})


def run(kept: Store, due: Due) -> None:
    """Price the newest drafts of a company, a thousand at most; what cannot be priced stays as it is."""
    company = company_of(kept, due.key)
    if company is None:
        return
    owner = Owner(company_id=due.key, environment=due.detail["environment"])
    for row in shipments.matching(kept, owner=owner, filters=_DRAFTS, limit=_MOST, offset=0):
        try:
            making.change(kept, shipments.read(kept, row), company=company, changes={}, now=due.at)
        except Refusal:
            continue


AGENDA: Mapping[str, Callable[[Store, Due], None]] = {_KIND: run}
