"""A shipment's answer with its papers in the form that was asked for."""

import base64
from collections.abc import Mapping
from typing import Any

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.documents import papers
from crossdock_twins.easyship.documents.papers import Paper, Printing
from crossdock_twins.easyship.documents.render import pages
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.ruby import inspect
from crossdock_twins.easyship.shipments.store import Shipment

_ASKED = {
    "format": ("url", "pdf", "png", "zpl"),
    "label": ("4x6", "a4", "a5"),
    "commercial_invoice": ("4x6", "a4"),
    "packing_slip": ("4x6", "a4", "none"),
}


def with_documents(store: Store, shipment: Shipment, query: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answer with its papers as the query wants them, else as the label was bought."""
    wanted = _wanted(shipment.body, query)
    if shipment.answer["label_state"] not in papers.MADE or (wanted.format == "url" and not _asked(query)):
        return shipment.answer
    found = papers.papers(shipment.answer, shipment.body, wanted)
    return {**shipment.answer, "shipping_documents": [_shown(store, shipment, paper, wanted) for paper in found]}


def _asked(query: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: query[name] for name in _ASKED if query.get(name)}
    for name, value in asked.items():
        if value.lower() not in _ASKED[name]:
            raise Refusal("invalid_url_param", f"Invalid value for {name} ({inspect(value)}).")
    return asked


def _wanted(body: Mapping[str, Any], query: Mapping[str, Any]) -> Printing:
    bought, asked = papers.printing(body), _asked(query)
    if not asked:
        return bought
    before = {
        "format": bought.format,
        "label": bought.label,
        "commercial_invoice": bought.commercial_invoice,
        "packing_slip": bought.packing_slip or "none",
    }
    return papers.read({**before, **asked}, remarks=bought.remarks)


def _shown(store: Store, shipment: Shipment, paper: Paper, wanted: Printing) -> dict[str, Any]:
    if wanted.format == "url":
        return papers.link_json(store, paper, uuid=shipment.uuid, environment=shipment.owner.environment)
    made = pages(shipment, paper, wanted)
    return {
        "base64_encoded_strings": [base64.b64encode(page).decode() for page in made],
        "category": paper.category,
        "format": wanted.format,
        "page_size": paper.page_size,
        "required": paper.required,
        "url": None,
    }
