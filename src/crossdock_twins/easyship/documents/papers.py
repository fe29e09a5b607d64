"""Which papers belong to a shipment, in which form and size: what was asked for, and what a courier insists on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.documents.links import link
from crossdock_twins.easyship.rates.zones import Place, one_customs_area
from crossdock_twins.easyship.state import Environment

Category = Literal["label", "packing_slip", "commercial_invoice", "battery_form", "qr_code"]
Format = Literal["url", "pdf", "png", "zpl"]
PageSize = Literal["4x6", "a4", "a5"]

MADE = frozenset({"generated", "printed", "reported", "voided", "void_failed"})
"""The label states in which there are papers."""

_LIVE_FORMAT, _LIVE_SIZE = "url", "a4"
_ASKED_FORMAT, _ASKED_SIZES = "png", {"label": "4x6", "commercial_invoice": "A4", "packing_slip": "4x6"}
_A4_ONLY = frozenset({"Evri", "Parcelforce", "PostNL"})
_BATTERIES = ("contains_battery_pi966", "contains_battery_pi967")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """How papers are wanted; a size of None means that the paper is not."""

    format: Format
    label: PageSize
    commercial_invoice: PageSize
    packing_slip: PageSize | None
    remarks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper of a shipment; `required` says whether it must be on the parcel."""

    category: Category
    page_size: PageSize
    required: bool


def printing(body: Mapping[str, Any]) -> Printing:
    """Read the printing options of a shipment's body.

    Without any, papers are links to A4 pages, as a live purchase was answered; with some, the others are as documented.
    """
    options = body.get("shipping_settings", {}).get("printing_options")
    if not options:
        options = {"format": _LIVE_FORMAT, **dict.fromkeys(_ASKED_SIZES, _LIVE_SIZE)}
    return read(options, remarks=options.get("remarks", ""))


def read(options: Mapping[str, Any], *, remarks: str) -> Printing:
    """Read options as bodies and queries have them; formats and sizes in upper or lower case."""
    sizes = {name: str(options.get(name) or size).lower() for name, size in _ASKED_SIZES.items()}
    slip = sizes["packing_slip"]
    return Printing(
        format=cast("Format", str(options.get("format") or _ASKED_FORMAT).lower()),
        label=cast("PageSize", sizes["label"]),
        commercial_invoice=cast("PageSize", sizes["commercial_invoice"]),
        packing_slip=None if slip == "none" else cast("PageSize", slip),
        remarks=remarks,
    )


def papers(answer: Mapping[str, Any], body: Mapping[str, Any], wanted: Printing) -> Iterator[Paper]:
    """Give the papers of a shipment that has a label."""
    courier = (answer["courier_service"] or {}).get("umbrella_name")
    size: PageSize = "a4" if courier in _A4_ONLY else wanted.label
    code = body.get("shipping_settings", {}).get("additional_services", {}).get("qr_code", "none")
    if code != "qr_code":
        yield Paper(category="label", page_size=size, required=True)
    if code != "none":
        yield Paper(category="qr_code", page_size=size, required=True)
    if crosses_customs(answer):
        yield Paper(category="commercial_invoice", page_size=wanted.commercial_invoice, required=True)
    if wanted.packing_slip is not None:
        yield Paper(category="packing_slip", page_size=wanted.packing_slip, required=False)
    if with_batteries(answer):
        yield Paper(category="battery_form", page_size=wanted.commercial_invoice, required=True)


def crosses_customs(answer: Mapping[str, Any]) -> bool:
    """Tell whether a shipment needs an invoice for customs."""
    origin, destination = (answer[f"{end}_address"]["country_alpha2"] for end in ("origin", "destination"))
    return not one_customs_area(Place(country_alpha2=origin), Place(country_alpha2=destination))


def with_batteries(answer: Mapping[str, Any]) -> bool:
    """Tell whether there are lithium batteries in a shipment."""
    return any(item.get(name) for parcel in answer["parcels"] for item in parcel["items"] for name in _BATTERIES)


def linked(
    store: Store, answer: Mapping[str, Any], body: Mapping[str, Any], *, uuid: str, environment: Environment
) -> list[dict[str, Any]]:
    """Give `shipping_documents` as links, the form in which lists and webhooks have them."""
    return [
        link_json(store, paper, uuid=uuid, environment=environment) for paper in papers(answer, body, printing(body))
    ]


def link_json(store: Store, paper: Paper, *, uuid: str, environment: Environment) -> dict[str, Any]:
    """Show one paper as a link."""
    return {
        "base64_encoded_strings": [],
        "category": paper.category,
        "format": "url",
        "page_size": paper.page_size,
        "required": paper.required,
        "url": link(store, environment=environment, uuid=uuid, category=paper.category, page_size=paper.page_size),
    }
