"""A shipment's papers over HTTP: the commercial invoice of the API, and the links that open without a token."""

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.store import Store
from crossdock_twins.base.tokens import random_id
from crossdock_twins.easyship import errors
from crossdock_twins.easyship.documents import papers
from crossdock_twins.easyship.documents.links import PATH
from crossdock_twins.easyship.documents.papers import Category, PageSize
from crossdock_twins.easyship.documents.render import document
from crossdock_twins.easyship.documents.sheet import SIZES
from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.replies import File, Reply, headers
from crossdock_twins.easyship.shipments.routes import found
from crossdock_twins.easyship.shipments.store import Shipment, by_uuid
from crossdock_twins.easyship.state import Environment

_PDF = "application/pdf"
_TOO_EARLY = "The label of the shipment has not been generated yet."
_NOT_NEEDED = "The shipment does not need a commercial invoice."


def invoice(call: Call) -> Reply:
    """Give the commercial invoice; 400 before there is a label, and where nothing crosses a customs border."""
    shipment = found(call)
    if shipment.answer["label_state"] not in papers.MADE:
        raise Refusal("invalid_request", _TOO_EARLY)
    if not papers.crosses_customs(shipment.answer):
        raise Refusal("invalid_request", _NOT_NEEDED)
    size = cast("PageSize", call.query.get("page_size", "A4").lower())
    content = document(shipment, "commercial_invoice", size)
    return Reply(file=File(content=content, content_type=_PDF, name=f"{shipment.id}-commercial_invoice.pdf"))


def links(store: Store, environment: Environment) -> list[BaseRoute]:
    """Give the route of the links on a host."""

    async def opened(request: Request) -> Response:
        shipment = by_uuid(store, uuid=request.path_params["uuid"], environment=environment)
        category = cast("Category", request.path_params["category"])
        listed = None if shipment is None else _listed(shipment, category)
        if shipment is None or listed is None:
            return _not_found()
        asked = request.query_params.get("page_size", "").lower()
        size = cast("PageSize", asked if asked in SIZES else listed["page_size"])
        remarks = papers.printing(shipment.body).remarks
        return Response(
            document(shipment, category, size, remarks=remarks),
            media_type=_PDF,
            headers={"Content-Disposition": f'inline; filename="{shipment.id}-{category}.pdf"'},
        )

    return [Route(PATH, opened)]


def _not_found() -> Response:
    request_id, code = random_id(), "resource_not_found"
    body = errors.body(code=code, details=["The Shipping Document was not found"], request_id=request_id)
    status = errors.KINDS[code].status
    return JSONResponse(body, status_code=status, headers=headers(status=status, request_id=request_id, runtime=0.0))


def _listed(shipment: Shipment, category: Category) -> dict[str, Any] | None:
    return next((each for each in shipment.answer["shipping_documents"] if each["category"] == category), None)


HANDLERS: dict[str, Handler] = {
    "shipments_documents_index": invoice,
}
