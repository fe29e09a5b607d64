"""Labels of the Easyship twin: bought on their own, in every form, with barcodes that a scanner reads."""

import base64
import io
import re
import zlib
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from conformance.easyship_client import BUYER, PARCEL, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin, fetch

_POINTS = {"4x6": (288, 432), "a4": (595, 842), "a5": (420, 595)}
_DOTS = {"4x6": (812, 1218), "a4": (1679, 2374), "a5": (1183, 1679)}
_UPS_GROUND = "UPS® Ground"


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _bought(caller: Client, options: dict[str, str] | None, **members: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {"buy_label": True, "buy_label_synchronous": True}
    if options is not None:
        settings["printing_options"] = options
    settings |= members.pop("shipping_settings", {})
    bought: dict[str, Any] = fitting(caller.create(shipping_settings=settings, **members), "shipments_create")[
        "shipment"
    ]
    return bought


def _label(made: dict[str, Any]) -> dict[str, Any]:
    label: dict[str, Any] = next(each for each in made["shipping_documents"] if each["category"] == "label")
    return label


def _pages(label: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(text, validate=True) for text in label["base64_encoded_strings"]]


def _scanned(picture: Image.Image) -> dict[str, str]:
    return {code.format.name: code.text for code in zxingcpp.read_barcodes(picture)}


def _rendered(page: bytes) -> tuple[tuple[int, int], Image.Image]:
    document = pypdfium2.PdfDocument(page)
    try:
        assert len(document) == 1
        width, height = document[0].get_size()
        return (round(width), round(height)), document[0].render(scale=2).to_pil()
    finally:
        document.close()


def test_a_label_is_bought_on_its_own_and_once(caller: Client) -> None:
    """The answer has it; a second purchase is refused by name."""
    made = caller.create().json()["shipment"]
    path = f"/2024-09/shipments/{made['easyship_shipment_id']}/label"

    first, second = caller.ask("POST", path, {}), caller.ask("POST", path, {})

    bought = fitting(first, "shipment_labels_create")["shipment"]
    assert (first.status, bought["label_state"], len(bought["rates"])) == (201, "generated", 1)
    assert bought["courier_service"] == made["courier_service"]
    assert second.status == 422
    assert error(second)["details"] == [
        f"Shipments not found or labels already requested: {made['easyship_shipment_id']}"
    ]


def test_a_label_can_be_of_another_courier_and_form(caller: Client) -> None:
    """The body names the service and how it is printed."""
    made = caller.create().json()["shipment"]
    other = made["rates"][-1]["courier_service"]
    wanted = {"courier_service_id": other["id"], "printing_options": {"format": "pdf", "packing_slip": "none"}}

    reply = caller.ask("POST", f"/2024-09/shipments/{made['easyship_shipment_id']}/label", wanted)

    bought = fitting(reply, "shipment_labels_create")["shipment"]
    (label,) = bought["shipping_documents"]
    assert bought["courier_service"]["id"] == other["id"]
    assert (label["format"], label["page_size"]) == ("pdf", "4x6")


@pytest.mark.parametrize(
    ("service_id", "status", "details"),
    [
        ("2a4a9a2e-0d0c-4a5e-9f3a-0d2f8e4b7c11", 404, ["The Courier Service was not found"]),
        (
            "a6d078fd-e662-40ce-9efe-84caaa639bf7",
            422,
            ["Sorry, we couldn't find any shipping solutions based on the information provided."],
        ),
    ],
)
def test_a_courier_that_cannot_is_refused(caller: Client, service_id: str, status: int, details: list[str]) -> None:
    """An unknown service is not found; one that does not go there has no solution."""
    made = caller.create().json()["shipment"]
    path = f"/2024-09/shipments/{made['easyship_shipment_id']}"

    reply = caller.ask("POST", f"{path}/label", {"courier_service_id": service_id})

    assert (reply.status, error(reply)["details"]) == (status, details)
    assert caller.ask("GET", path).json()["shipment"] == made


def test_without_options_papers_are_links_to_large_pages(caller: Client) -> None:
    """They open without a token, as PDF, and their barcode is the tracking number."""
    made = _bought(caller, None)

    label = _label(made)
    opened = fetch(label["url"])

    assert (label["format"], label["page_size"], label["base64_encoded_strings"]) == ("url", "a4", [])
    assert (opened.status, opened.headers["content-type"]) == (200, "application/pdf")
    size, picture = _rendered(opened.body)
    assert size == _POINTS["a4"]
    assert _scanned(picture)["Code128"] == made["trackings"][0]["tracking_number"]


@pytest.mark.parametrize("size", ["4x6", "A4", "A5"])
@pytest.mark.parametrize("form", ["pdf", "png"])
def test_labels_are_real_in_every_form_and_size(caller: Client, form: str, size: str) -> None:
    """The page has the size that was asked for; a scanner reads the tracking number and the tracking page."""
    made = _bought(caller, {"format": form, "label": size})

    label = _label(made)
    (page,) = _pages(label)

    assert (label["format"], label["page_size"], label["url"]) == (form, size.lower(), None)
    if form == "pdf":
        points, picture = _rendered(page)
        assert points == _POINTS[size.lower()]
    else:
        picture = Image.open(io.BytesIO(page))
        assert (picture.format, picture.size) == ("PNG", _DOTS[size.lower()])
    assert _scanned(picture) == {
        "Code128": made["trackings"][0]["tracking_number"],
        "QRCode": made["tracking_page_url"],
    }


def test_a_printer_gets_its_own_language(caller: Client) -> None:
    """ZPL draws the barcode itself, escapes what would be a command, and counts as printed."""
    made = _bought(caller, {"format": "zpl"}, destination_address={**BUYER, "company_name": "A^B ~C_D"})

    (page,) = _pages(_label(made))
    text = page.decode()

    assert made["label_state"] == "printed"
    assert text.startswith("^XA")
    assert text.rstrip().endswith("^XZ")
    assert re.search(rf"\^BCN,\d+,Y,N,N,A\^FH_\^FD{made['trackings'][0]['tracking_number']}\^FS", text)
    assert "^FDA_5EB _7EC_5FD^FS" in text


def test_other_papers_go_to_the_printer_as_graphics(caller: Client) -> None:
    """A packing slip in ZPL is one graphic: its dots deflate to the size that it says."""
    made = _bought(caller, {"format": "zpl"})

    slip = next(each for each in made["shipping_documents"] if each["category"] == "packing_slip")
    (page,) = _pages(slip)

    found = re.search(r"\^GFA,(\d+),(\d+),(\d+),:Z64:([A-Za-z0-9+/=]+):([0-9a-f]{4})\^FS", page.decode())
    assert found is not None
    dots = zlib.decompress(base64.b64decode(found[4]))
    assert int(found[1]) == int(found[2]) == len(dots)
    assert (int(found[3]) * 8, len(dots) // int(found[3])) == (816, 1218)


def test_each_of_several_parcels_has_a_label(caller: Client) -> None:
    """One page and one number for each; the parcels know theirs."""
    made = _bought(
        caller, {"format": "png"}, parcels=[PARCEL, PARCEL], courier_settings={"courier_service_name": _UPS_GROUND}
    )

    numbers = [_scanned(Image.open(io.BytesIO(page)))["Code128"] for page in _pages(_label(made))]

    assert numbers == [parcel["tracking_number"] for parcel in made["parcels"]]
    assert len(set(numbers)) == 2


def test_senders_write_on_their_labels(caller: Client) -> None:
    """Remarks and fields of their own stand at the foot, one of them as a barcode."""
    fields = [{"code": "SHELF", "value": "B-12", "convert_to_barcode": True}]
    settings = {"label_customization_fields": fields}

    made = _bought(caller, {"format": "pdf", "remarks": "Leave with the neighbour"}, shipping_settings=settings)

    (page,) = _pages(_label(made))
    document = pypdfium2.PdfDocument(page)
    text = document[0].get_textpage().get_text_bounded()
    codes = {code.text for code in zxingcpp.read_barcodes(document[0].render(scale=4).to_pil())}
    document.close()
    assert "Leave with the neighbour" in text
    assert "SHELF: B-12" in text
    assert "B-12" in codes


def test_the_sandbox_prints_samples(easyship_twin: EasyshipTwin) -> None:
    """They say so across the page, and still scan."""
    made = easyship_twin.integration(scopes="all")
    sandbox = Client(base=easyship_twin.sandbox, token=made["sandbox_token"])

    (page,) = _pages(_label(_bought(sandbox, {"format": "pdf"})))

    document = pypdfium2.PdfDocument(page)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "SAMPLE" in text
    assert _scanned(_rendered(page)[1])["Code128"].startswith("TEST")


def test_letters_that_no_printer_has_are_replaced(caller: Client) -> None:
    """Those of the West stay, others are transliterated where that can be, and a label comes of it all the same."""
    buyer = {**BUYER, "contact_name": "Łukasz Żółć Müller 山田"}

    (page,) = _pages(_label(_bought(caller, {"format": "pdf"}, destination_address=buyer)))

    document = pypdfium2.PdfDocument(page)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "Lukasz Zólc Müller ??" in text


def test_the_same_label_is_the_same_file(caller: Client) -> None:
    """A link gives the same bytes every time."""
    label = _label(_bought(caller, None))

    assert fetch(label["url"]).body == fetch(label["url"]).body
