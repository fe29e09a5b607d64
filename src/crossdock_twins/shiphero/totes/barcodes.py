"""The barcode of a tote on paper: a label of 4 by 2 inches, as PDF and as PNG, at the twin's own address."""

import io
import sqlite3

import pypdfium2
from reportlab.graphics.barcode import code128
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.shiphero.state import State

_WIDTH, _HEIGHT = 4 * inch, 2 * inch
_DOTS_PER_INCH, _POINTS_PER_INCH = 203, 72


def link(state: State, tote: sqlite3.Row, *, ending: str) -> str:
    """Give the address of a tote's barcode; `ending` is pdf or png."""
    return f"{state.url}/barcodes/totes/{tote['id']}.{ending}"


def pdf(*, barcode: str, name: str) -> bytes:
    """Draw the label."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    code = code128.Code128(barcode, barHeight=0.9 * inch, barWidth=1.4, humanReadable=True)
    code.drawOn(canvas, (_WIDTH - code.width) / 2, 0.55 * inch)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawCentredString(_WIDTH / 2, 1.62 * inch, name)
    canvas.save()
    return out.getvalue()


def png(drawn: bytes) -> bytes:
    """Give the first page of a PDF as a picture for thermal printers."""
    out = io.BytesIO()
    document = pypdfium2.PdfDocument(drawn)
    try:
        document[0].render(scale=_DOTS_PER_INCH / _POINTS_PER_INCH).to_pil().convert("L").save(out, format="PNG")
    finally:
        document.close()
    return out.getvalue()


def routes(state: State) -> list[BaseRoute]:
    """Give the route of the barcodes; like the provider's links, it asks for no token."""

    async def serve(request: Request) -> Response:
        row = state.store.one(
            "SELECT name, barcode FROM totes WHERE id = ? AND deleted_at IS NULL", request.path_params["tote"]
        )
        ending = request.path_params["ending"]
        if row is None or ending not in {"pdf", "png"}:
            return JSONResponse({"message": "There is no such barcode. Ask the API for the tote again."}, 404)
        drawn = pdf(barcode=row["barcode"], name=row["name"])
        if ending == "pdf":
            return Response(drawn, media_type="application/pdf")
        return Response(png(drawn), media_type="image/png")

    return [Route("/barcodes/totes/{tote:int}.{ending}", serve)]
