"""`GET /countries` and `GET /item_categories`: lists that are the same for everybody."""

from collections.abc import Sequence
from typing import Any

from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.reference.tables import CATEGORIES, COUNTRIES
from crossdock_twins.easyship.replies import Reply


def countries(call: Call) -> Reply:
    """List countries by name, limited to continents and two-letter codes."""
    continents, codes = call.query.get("continent"), call.query.get("alpha2")
    rows = [
        country.as_json()
        for country in COUNTRIES.values()
        if (continents is None or country.continent in continents) and (codes is None or country.alpha2 in codes)
    ]
    return _listed("countries", rows, call)


def item_categories(call: Call) -> Reply:
    """List the item categories."""
    return _listed("item_categories", CATEGORIES, call)


def _listed(name: str, rows: Sequence[Any], call: Call) -> Reply:
    shown, page = counted(rows, call.query)
    return Reply(members={name: shown}, page=page)


HANDLERS: dict[str, Handler] = {
    "countries_index": countries,
    "item_categories_index": item_categories,
}
