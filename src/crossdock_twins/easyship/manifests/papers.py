"""The paper of a manifest: a PDF under the twin's own hosts, which opens without a token."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.documents.links import host
from crossdock_twins.easyship.manifests import store
from crossdock_twins.easyship.manifests.store import Manifest
from crossdock_twins.easyship.state import Environment

_PATH = "/manifest/v1/manifests/{manifest_id}/document"
_LINES_A_PAGE = 34
_LEFT, _TOP, _STEP = 20 * mm, 277 * mm, 6 * mm
_COLUMNS = (("shipment_id", 0), ("tracking_number", 38), ("destination", 95), ("weight", 155))


def link(kept: Store, manifest: Manifest) -> str:
    """Give the address of a manifest's paper."""
    return f"{host(kept, manifest.owner.environment)}{_PATH.format(manifest_id=manifest.id)}"


def line(answer: Mapping[str, Any]) -> dict[str, str]:
    """Give what the paper says of a shipment."""
    destination = answer["destination_address"]
    place = ", ".join(part for part in (destination["city"], destination["country_alpha2"]) if part)
    weight = sum(parcel["total_actual_weight"] for parcel in answer["parcels"])
    return {
        "shipment_id": answer["easyship_shipment_id"],
        "tracking_number": answer["trackings"][0]["tracking_number"] if answer["trackings"] else "",
        "destination": place[:34],
        "weight": f"{weight:.2f} kg",
    }


def routes(kept: Store, environment: Environment) -> list[BaseRoute]:
    """Serve the papers of one host."""

    async def paper(request: Request) -> Response:
        manifest = store.by_id(kept, manifest_id=request.path_params["manifest_id"], environment=environment)
        if manifest is None:
            return Response(status_code=404)
        return Response(draw(manifest), media_type="application/pdf")

    return [Route(_PATH, paper)]


def draw(manifest: Manifest) -> bytes:
    """Draw a manifest: its number as a barcode, then a line for each shipment."""
    paper = BytesIO()
    canvas = Canvas(paper, pagesize=A4, invariant=True)
    for number, lines in enumerate(_pages(manifest), start=1):
        _head(canvas, manifest, number)
        for place, row in enumerate(lines):
            for name, offset in _COLUMNS:
                canvas.drawString(_LEFT + offset * mm, _TOP - (8 + place) * _STEP, row[name])
        canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _pages(manifest: Manifest) -> Iterator[list[Mapping[str, Any]]]:
    lines = list(manifest.shipments)
    for start in range(0, max(len(lines), 1), _LINES_A_PAGE):
        yield lines[start : start + _LINES_A_PAGE]


def _head(canvas: Canvas, manifest: Manifest, number: int) -> None:
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(_LEFT, _TOP, f"{manifest.umbrella_name} manifest {manifest.ref_number}")
    canvas.setFont("Helvetica", 9)
    canvas.drawString(_LEFT, _TOP - _STEP, f"{manifest.created_at}, {len(manifest.shipments)} shipments, page {number}")
    Code128(manifest.ref_number, barHeight=14 * mm, barWidth=0.4 * mm).drawOn(
        canvas, _LEFT - 6 * mm, _TOP - 4.5 * _STEP
    )
    canvas.setFont("Helvetica-Bold", 9)
    for name, offset in _COLUMNS:
        canvas.drawString(_LEFT + offset * mm, _TOP - 6.5 * _STEP, name.replace("_", " ").capitalize())
    canvas.setFont("Helvetica", 9)
