"""A shipment's papers, made: a whole PDF, or page by page in the form that was asked for."""

from collections.abc import Callable, Mapping

from crossdock_twins.easyship.documents import forms, label, zpl
from crossdock_twins.easyship.documents.content import Content
from crossdock_twins.easyship.documents.papers import Category, PageSize, Paper, Printing
from crossdock_twins.easyship.documents.sheet import SIZES, Drawing, graphic, pdf, png
from crossdock_twins.easyship.shipments.store import Shipment

_FORMS: Mapping[Category, Callable[[Content, PageSize, tuple[float, float]], list[Drawing]]] = {
    "commercial_invoice": forms.invoice,
    "packing_slip": forms.slip,
    "battery_form": forms.battery_form,
    "qr_code": forms.qr_code,
}


def document(shipment: Shipment, category: Category, size: PageSize, *, remarks: str = "") -> bytes:
    """Give one paper as a PDF of all its pages."""
    content = _content(shipment, remarks)
    return pdf(_drawings(content, category, size), size, title=_title(content, category))


def pages(shipment: Shipment, paper: Paper, wanted: Printing) -> list[bytes]:
    """Give one paper page by page: a PDF, a PNG or a ZPL each."""
    content = _content(shipment, wanted.remarks)
    if wanted.format == "zpl" and paper.category == "label":
        return [zpl.label(content, parcel, place) for place, parcel in enumerate(content.answer["parcels"], start=1)]
    title = _title(content, paper.category)
    written = [
        pdf([drawing], paper.page_size, title=title) for drawing in _drawings(content, paper.category, paper.page_size)
    ]
    if wanted.format == "png":
        return [png(page) for page in written]
    return [graphic(page) for page in written] if wanted.format == "zpl" else written


def _content(shipment: Shipment, remarks: str) -> Content:
    return Content(answer=shipment.answer, environment=shipment.owner.environment, remarks=remarks)


def _drawings(content: Content, category: Category, size: PageSize) -> list[Drawing]:
    if category == "label":
        return label.drawings(content, size)
    return _FORMS[category](content, size, SIZES[size])


def _title(content: Content, category: Category) -> str:
    return f"{content.answer['easyship_shipment_id']} {category}"
