"""`GET /countries` and `GET /item_categories`: lists that are the same for everybody."""

from collections.abc import Sequence
from typing import Any

from crossdock_twins.easyship.operations import PAGE, PER_PAGE, Call, Operation, Parameter
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.reference import CATEGORIES, COUNTRIES
from crossdock_twins.easyship.replies import Reply

_CONTINENTS = ["Africa", "Asia", "Europe", "North America", "Oceania", "Others", "South America"]


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


OPERATIONS = (
    Operation(
        id="countries_index",
        method="GET",
        path="/countries",
        title="List all Countries",
        handler=countries,
        scopes=("public.reference:read",),
        parameters=(
            PAGE,
            PER_PAGE,
            Parameter(name="continent", schema={"type": "array", "items": {"type": "string", "enum": _CONTINENTS}}),
            Parameter(name="alpha2", schema={"type": "array", "items": "string"}),
        ),
    ),
    Operation(
        id="item_categories_index",
        method="GET",
        path="/item_categories",
        title="List all Item Categories",
        handler=item_categories,
        scopes=("public.reference:read",),
        parameters=(PAGE, PER_PAGE),
    ),
)
