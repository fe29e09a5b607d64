"""The Easyship twin's manifests over HTTP."""

import io

import pypdfium2
import pytest
import zxingcpp

from conformance.easyship_client import Client, client, error
from conformance.easyship_labels import FEDEX_2DAY, NOBODY, PRIORITY_MAIL, UPS, USPS, labelled, missing, page, refused
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin, fetch

_CREATE = [page("Create a Manifest", "manifests_create")]


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _close_out(caller: Client, courier_id: str = UPS, **members: object) -> dict[str, object]:
    reply = caller.ask("POST", "/2024-09/manifests", {"courier_id": courier_id, **members})
    made: dict[str, object] = fitting(reply, "manifests_create")["manifest"]
    return made


def test_a_manifest_takes_all_that_the_courier_can_be_handed(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Labelled shipments of that courier stand on it, once; drafts, cancelled ones and those of others do not."""
    ids = [labelled(caller)["easyship_shipment_id"] for _ in range(3)]
    labelled(caller, FEDEX_2DAY)
    caller.ask("POST", f"/2024-09/shipments/{ids[0]}/cancel")

    manifest = _close_out(caller)
    again = caller.ask("POST", "/2024-09/manifests", {"courier_id": UPS})

    assert manifest["shipments_count"] == 2
    assert manifest["courier"] == {"id": UPS, "umbrella_name": "UPS"}
    assert manifest["ref_number"] == "MAN0000001"
    refused(again, "There are no shipments to generate a manifest for UPS.", links=_CREATE)
    shown = fitting(caller.ask("GET", f"/2024-09/manifests/{manifest['id']}"), "manifests_show")["manifest"]
    assert shown == manifest
    easyship_twin.clock_advance("1m")
    stranger = client(easyship_twin, account_id="CGB000002")
    missing(
        stranger.ask("GET", f"/2024-09/manifests/{manifest['id']}"),
        "Manifest",
        links=[page("Retrieve a Manifest", "manifests_show")],
    )


def test_usps_wants_its_shipments_named(caller: Client) -> None:
    """Without ids it is refused; ids of others are silently dropped."""
    made = labelled(caller, PRIORITY_MAIL)["easyship_shipment_id"]

    bare = caller.ask("POST", "/2024-09/manifests", {"courier_id": USPS})
    manifest = _close_out(caller, USPS, shipment_ids=[made, "ESUS9999999"])

    refused(bare, "shipment_ids must be provided to generate a manifest for USPS.", links=_CREATE)
    assert manifest["shipments_count"] == 1


def test_the_paper_opens_without_a_token_and_scans(caller: Client) -> None:
    """The link gives a PDF with the reference as a barcode and a line for each shipment."""
    made = labelled(caller)
    manifest = _close_out(caller)
    document = manifest["document"]
    assert isinstance(document, dict)

    reply = fetch(document["url"])

    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf")
    paper = pypdfium2.PdfDocument(io.BytesIO(reply.body))
    try:
        said = paper[0].get_textpage().get_text_range()
        (code,) = zxingcpp.read_barcodes(paper[0].render(scale=3).to_pil())
    finally:
        paper.close()
    assert made["easyship_shipment_id"] in said
    assert made["trackings"][0]["tracking_number"] in said
    assert code.text == manifest["ref_number"]
    assert fetch(document["url"].replace(str(manifest["id"]), NOBODY)).status == 404


def test_manifests_are_listed_by_courier_number_and_time(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The newest stands first; each filter leaves those that fit."""
    labelled(caller)
    made = labelled(caller, PRIORITY_MAIL)["easyship_shipment_id"]
    first = _close_out(caller)
    easyship_twin.clock_advance("2h")
    border = easyship_twin.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    second = _close_out(caller, USPS, shipment_ids=[made])

    def listed(query: str = "") -> list[str]:
        rows = fitting(caller.ask("GET", f"/2024-09/manifests{query}"), "manifests_index")["manifests"]
        return [row["id"] for row in rows]

    assert listed() == [second["id"], first["id"]]
    assert listed(f"?courier_id={UPS}") == listed(f"?ref_number[]={first['ref_number']}") == [first["id"]]
    assert listed("?courier_umbrella_name=USPS") == listed(f"?created_at_from={border}") == [second["id"]]
    assert listed(f"?created_at_to={border[:10]}") in ([], [first["id"]])


def test_a_wrong_date_is_refused(caller: Client) -> None:
    """The words are those of the shipments' filters."""
    reply = caller.ask("GET", "/2024-09/manifests?created_at_from=invalid_date")

    told = error(reply)
    assert (reply.status, told["code"]) == (422, "invalid_url_param")
    assert told["details"] == ['Invalid date format for created_at_from filter ("invalid_date").']


def test_couriers_that_take_no_manifests_are_refused(caller: Client) -> None:
    """An unknown courier account is not found; FedEx wants no manifest."""
    fedex = labelled(caller, FEDEX_2DAY)["courier_service"]["courier_id"]

    unknown = caller.ask("POST", "/2024-09/manifests", {"courier_id": NOBODY})
    unwilling = caller.ask("POST", "/2024-09/manifests", {"courier_id": fedex})

    missing(unknown, "Courier", links=_CREATE)
    refused(unwilling, "Manifests are not supported for FedEx.", links=_CREATE)
