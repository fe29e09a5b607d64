"""The dashboard's *Shipments*: what was shipped, its papers, and where each parcel was seen."""

import json
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.door import Door
from crossdock_twins.easyship.parts import Parts
from crossdock_twins.easyship.shipments.patterns import answer_of
from crossdock_twins.easyship.shipments.status import status
from crossdock_twins.easyship.shipments.store import checkpoints
from crossdock_twins.easyship.state import Company, Person

PLACE = "/shipments"
_SHOWN = 40
_ENVIRONMENTS = ("production", "sandbox")
_CATEGORIES = {
    "label": "Label",
    "packing_slip": "Packing slip",
    "commercial_invoice": "Commercial invoice",
    "battery_form": "Battery form",
    "qr_code": "QR code",
}


def routes(parts: Parts, *, store: Store) -> list[BaseRoute]:
    """Give the routes of these pages, for whoever works in the company."""
    pages, door = ShipmentPages(parts, store), Door(parts)
    return [
        Route(PLACE, door.for_people(pages.all)),
        Route(f"{PLACE}/{{shipment_id}}", door.for_people(pages.show)),
    ]


class ShipmentPages:
    """The pages."""

    def __init__(self, parts: Parts, store: Store) -> None:
        self._parts = parts
        self._store = store

    async def all(self, request: Request, person: Person, company: Company) -> Response:
        """List a host's shipments, newest first, narrowed to what was asked for."""
        asked = {name: request.query_params.get(name, "").strip() for name in ("search", "before")}
        chosen = request.query_params.get("environment", "")
        environment = chosen if chosen in _ENVIRONMENTS else _ENVIRONMENTS[0]
        where, values = "", [company.id, environment]
        if asked["search"]:
            where, values = " AND (id = ? OR platform_order_number = ?)", [*values, asked["search"], asked["search"]]
        if asked["before"].isdecimal():
            where, values = f"{where} AND number < ?", [*values, asked["before"]]
        rows = self._store.all(
            "SELECT * FROM shipment WHERE company_id = ? AND environment = ?"
            f" AND shipment_state <> 'deleted'{where} ORDER BY number DESC LIMIT {_SHOWN + 1}",
            *values,
        )
        return self._parts.pages.render(
            request,
            "shipments.html",
            person=person,
            company=company,
            asked=asked,
            environment=environment,
            environments=_ENVIRONMENTS,
            shipments=[_line(self._store, row) for row in rows[:_SHOWN]],
            next=rows[_SHOWN - 1]["number"] if len(rows) > _SHOWN else None,
        )

    async def show(self, request: Request, person: Person, company: Company) -> Response:
        """Show one shipment: its states, its papers, its journey and what it cost."""
        row = self._store.one(
            "SELECT * FROM shipment WHERE id = ? AND company_id = ? AND shipment_state <> 'deleted'",
            *(request.path_params["shipment_id"], company.id),
        )
        if row is None:
            return self._parts.pages.render(request, "not_found.html", status=404, person=person, company=company)
        answer = json.loads(answer_of(self._store, row))
        return self._parts.pages.render(
            request,
            "shipment.html",
            person=person,
            company=company,
            environment=row["environment"],
            line=_line(self._store, row),
            shipment=answer,
            papers=_papers(self._parts.urls.production, self._parts.urls.sandbox, row, answer),
            checkpoints=checkpoints(self._store, row["number"])[::-1],
        )


def _line(store: Store, row: sqlite3.Row) -> dict[str, Any]:
    answer = json.loads(answer_of(store, row))
    address = answer.get("destination_address") or {}
    service = answer.get("courier_service") or {}
    trackings = answer.get("trackings") or []
    return {
        "id": row["id"],
        "order": (answer.get("order_data") or {}).get("platform_order_number") or "",
        "name": address.get("contact_name") or address.get("company_name") or "",
        "place": ", ".join(part for part in (address.get("city"), address.get("country_alpha2")) if part),
        "courier": service.get("name") or "",
        "tracking": trackings[0]["tracking_number"] if trackings else "",
        "status": status(answer),
        "created": answer["created_at"],
        "is_good": answer["delivery_state"] == "delivered",
        "is_bad": answer["label_state"] in {"failed", "technical_failed"} or answer["shipment_state"] == "cancelled",
    }


def _papers(production: str, sandbox: str, row: sqlite3.Row, answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the papers of a label that exists: what each is called, and where it opens without a token."""
    if answer["label_generated_at"] is None or answer["label_state"] == "voided":
        return []
    base = production if row["environment"] == "production" else sandbox
    made = [paper["category"] for paper in answer.get("shipping_documents") or []]
    names = list(dict.fromkeys([*made, "label", "packing_slip"]))
    return [
        (
            _CATEGORIES.get(name, name),
            f"{base}/shipment/v1/shipments/{row['uuid']}/shipping_documents/{name}?page_size=4x6",
        )
        for name in names
    ]
