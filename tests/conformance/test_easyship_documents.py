"""The papers beside the label: which ones a shipment has, in which form, and where they lie."""

import base64
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from conformance.easyship_client import BUYER, PARCEL, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin, Reply, easyship_handle, fetch, running_twin

_TORONTO = {**BUYER, "line_1": "220 Yonge St", "city": "Toronto", "state": "ON", "postal_code": "M5B 2H1"} | {
    "country_alpha2": "CA"
}
_BUYING = {"buy_label": True, "buy_label_synchronous": True}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _bought(caller: Client, **members: Any) -> dict[str, Any]:
    settings = {**_BUYING, **members.pop("shipping_settings", {})}
    made: dict[str, Any] = fitting(caller.create(shipping_settings=settings, **members), "shipments_create")["shipment"]
    return made


def _path(made: dict[str, Any], rest: str = "") -> str:
    return f"/2024-09/shipments/{made['easyship_shipment_id']}{rest}"


def _listed(made: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(each["category"], each["page_size"], each["required"]) for each in made["shipping_documents"]]


def _texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def _size(pdf: bytes) -> tuple[int, int]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        width, height = document[0].get_size()
        return round(width), round(height)
    finally:
        document.close()


def _invoice(caller: Client, made: dict[str, Any], query: str = "") -> Reply:
    return caller.ask("GET", _path(made, f"/documents?document_type=commercial_invoice{query}"))


def test_there_are_no_papers_before_the_label(caller: Client) -> None:
    """A draft has none, and its invoice is asked for too early."""
    made = caller.create(destination_address=_TORONTO).json()["shipment"]

    reply = _invoice(caller, made)

    assert made["shipping_documents"] == []
    assert (reply.status, error(reply)["code"]) == (400, "invalid_request")


def test_what_crosses_a_border_has_an_invoice(caller: Client) -> None:
    """Inside a country there is none, and asking for it is refused."""
    here, abroad = _bought(caller), _bought(caller, destination_address=_TORONTO)

    refused = _invoice(caller, here)

    assert _listed(here) == [("label", "a4", True), ("packing_slip", "a4", False)]
    assert ("commercial_invoice", "a4", True) in _listed(abroad)
    assert refused.status == 400


def test_the_invoice_says_what_customs_want_to_know(caller: Client) -> None:
    """Goods with their codes, values and totals, both parties, their numbers, and the terms."""
    item = {**PARCEL["items"][0], "quantity": 3, "hs_code": "610910", "origin_country_alpha2": "PT"}
    made = _bought(
        caller,
        destination_address=_TORONTO,
        parcels=[{**PARCEL, "items": [item]}],
        regulatory_identifiers={"eori": "GB123456789000"},
        consignee_tax_id="CA-77",
    )

    reply = _invoice(caller, made)

    (text,) = _texts(reply.body)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf")
    for words in ("COMMERCIAL INVOICE", "61091000", "PT", "45.00 USD", "EORI GB123456789000", "CA-77", "DDU", "CANADA"):
        assert words in text
    assert made["trackings"][0]["tracking_number"] in text


@pytest.mark.parametrize(
    ("asked", "size"), [("", (595, 842)), ("&page_size=A4", (595, 842)), ("&page_size=4x6", (288, 432))]
)
def test_the_invoice_has_the_size_that_is_asked_for(caller: Client, asked: str, size: tuple[int, int]) -> None:
    """A4 unless the query says otherwise."""
    made = _bought(caller, destination_address=_TORONTO)

    assert _size(_invoice(caller, made, asked).body) == size


def test_a_wrong_type_of_document_is_refused_by_the_first_check(caller: Client) -> None:
    """Only the invoice can be had this way."""
    made = _bought(caller)

    reply = caller.ask("GET", _path(made, "/documents?document_type=packing_slip"))

    pointer = "#/paths/~12024-09~1shipments~1{easyship_shipment_id}~1documents/get/parameters/1/schema"
    assert reply.status == 422
    assert error(reply)["details"][1] == f'"packing_slip" isn\'t part of the enum in {pointer}'


def test_long_lists_of_goods_go_over_several_pages(caller: Client) -> None:
    """Every line is on one of them, the total on the last; base64 has a page each."""
    items = [{**PARCEL["items"][0], "description": f"Thing {place:03d}"} for place in range(120)]
    options = {"printing_options": {"format": "pdf", "packing_slip": "A4"}}
    made = _bought(
        caller, destination_address=_TORONTO, parcels=[{**PARCEL, "items": items}], shipping_settings=options
    )

    texts = _texts(_invoice(caller, made).body)
    slip = next(each for each in made["shipping_documents"] if each["category"] == "packing_slip")

    assert len(texts) > 2
    assert all(any(f"Thing {place:03d}" in text for text in texts) for place in range(120))
    assert ["Total value" in text for text in texts] == [*[False] * (len(texts) - 1), True]
    assert len(slip["base64_encoded_strings"]) > 2


def test_batteries_have_a_form_of_their_own(caller: Client) -> None:
    """It names the packing instruction of what is inside."""
    item = {**PARCEL["items"][0], "contains_battery_pi967": True}
    made = _bought(caller, parcels=[{**PARCEL, "items": [item]}])

    form = next(each for each in made["shipping_documents"] if each["category"] == "battery_form")
    (text,) = _texts(fetch(form["url"]).body)

    assert "UN3481" in text
    assert "967" in text


@pytest.mark.parametrize(
    ("asked", "categories"),
    [("qr_code", ["qr_code", "packing_slip"]), ("qr_code_with_label", ["label", "qr_code", "packing_slip"])],
)
def test_a_code_can_stand_for_the_label(caller: Client, asked: str, categories: list[str]) -> None:
    """Whoever has no printer shows it at the counter."""
    made = _bought(caller, shipping_settings={"additional_services": {"qr_code": asked}})

    code = next(each for each in made["shipping_documents"] if each["category"] == "qr_code")
    document = pypdfium2.PdfDocument(fetch(code["url"]).body)
    (read,) = zxingcpp.read_barcodes(document[0].render(scale=1).to_pil())
    document.close()

    assert [each["category"] for each in made["shipping_documents"]] == categories
    assert read.text == made["trackings"][0]["tracking_number"]


def test_papers_are_shown_in_the_form_that_a_query_asks_for(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Formats and sizes in upper or lower case; what is shown changes, what is kept does not."""
    made = _bought(caller)

    asked = caller.ask("GET", _path(made, "?format=PDF&label=A5&packing_slip=none"))
    again = caller.ask("GET", _path(made))
    wrong = caller.ask("GET", _path(made, "?format=docx"))
    easyship_twin.clock_advance("1s")
    listed = caller.ask("GET", "/2024-09/shipments").json()["shipments"][0]

    (label,) = fitting(asked, "shipments_show")["shipment"]["shipping_documents"]
    assert (label["format"], label["page_size"]) == ("pdf", "a5")
    assert _size(base64.b64decode(label["base64_encoded_strings"][0])) == (420, 595)
    assert again.json()["shipment"]["shipping_documents"] == made["shipping_documents"] == listed["shipping_documents"]
    assert (wrong.status, error(wrong)["code"]) == (422, "invalid_url_param")


def test_what_was_bought_as_files_is_shown_as_files_and_listed_as_links(caller: Client) -> None:
    """A list would be megabytes long."""
    made = _bought(caller, shipping_settings={"printing_options": {"format": "png"}})

    shown = caller.ask("GET", _path(made)).json()["shipment"]
    listed = caller.ask("GET", "/2024-09/shipments").json()["shipments"][0]

    assert shown["shipping_documents"] == made["shipping_documents"]
    assert {each["format"] for each in listed["shipping_documents"]} == {"url"}


def test_some_couriers_only_take_large_labels(caller: Client) -> None:
    """What was asked for gives way."""
    sender = {**BUYER, "line_1": "4 Mill Lane", "city": "York", "postal_code": "YO1 7LF", "country_alpha2": "GB"}
    item = {**PARCEL["items"][0], "declared_currency": "GBP"}
    made = _bought(
        caller,
        origin_address={**sender, "company_name": "Mill"},
        destination_address={**sender, "postal_code": "BS1 6ZJ"},
        parcels=[{**PARCEL, "items": [item]}],
        courier_settings={"courier_umbrella": "Evri"},
        shipping_settings={"printing_options": {"format": "url", "label": "4x6"}},
    )

    assert _listed(made)[0] == ("label", "a4", True)


def test_links_know_no_other_host_and_no_other_paper(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """A paper that a shipment has not got is not found, nor is any on the sandbox's host."""
    url: str = _bought(caller)["shipping_documents"][0]["url"]

    missing = fetch(url.replace("/label", "/battery_form"))
    elsewhere = fetch(url.replace(easyship_twin.production, easyship_twin.sandbox))
    smaller = fetch(url.replace("page_size=a4", "page_size=4x6"))

    assert (missing.status, error(missing)["code"]) == (404, "resource_not_found")
    assert elsewhere.status == 404
    assert _size(smaller.body) == (288, 432)


def test_links_move_with_the_twin(tmp_path: Path) -> None:
    """A twin that is started again at another address has its old links lead there."""
    with running_twin("easyship", "--data-dir", str(tmp_path)) as facts:
        first = easyship_handle(facts)
        caller = client(first)
        made = _bought(caller)
    with running_twin("easyship", "--data-dir", str(tmp_path)) as facts:
        second = easyship_handle(facts)
        shown = Client(base=second.production, token=caller.token).ask("GET", _path(made)).json()["shipment"]

    url = shown["shipping_documents"][0]["url"]
    assert first.production != second.production
    assert url.startswith(second.production)
