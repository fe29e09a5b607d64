"""Lists that are the same for everybody: countries, states, item categories, HS codes."""

from collections.abc import Mapping, Sequence
from typing import Any

from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.reference.states import STATES
from crossdock_twins.easyship.reference.tables import CATEGORIES, COUNTRIES, load
from crossdock_twins.easyship.replies import Reply

HS_CODES: Sequence[Mapping[str, str]] = tuple(load("hs_codes"))
"""Some 270 codes of what shops send; the real register has thousands. All end in 00, as Easyship's do."""


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


def states(call: Call) -> Reply:
    """List the states of the United States, Canada, Australia and Mexico."""
    return _listed("states", STATES, call)


def hs_codes(call: Call) -> Reply:
    """Search HS codes by their first digits and by words of their descriptions."""
    code, words = call.query.get("code", "").replace(".", ""), call.query.get("description", "").lower().split()
    rows = [
        row
        for row in HS_CODES
        if row["code"].startswith(code) and all(word in row["description"].lower() for word in words)
    ]
    return _listed("hs_codes", rows, call)


def _listed(name: str, rows: Sequence[Any], call: Call) -> Reply:
    shown, page = counted(rows, call.query)
    return Reply(members={name: shown}, page=page)


HANDLERS: dict[str, Handler] = {
    "countries_index": countries,
    "hs_code_index": hs_codes,
    "item_categories_index": item_categories,
    "states_index": states,
}
