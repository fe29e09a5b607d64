"""The Easyship twin's transaction records and billing documents over HTTP."""

import csv
import io
from typing import Any

import pypdfium2
import pytest

from conformance.easyship_client import ERRORS_LINK, TWO_DAY, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_RECORDS = "/2024-09/transaction_records"
_DOCUMENTS = "/2024-09/billing_documents"
_NOW = {
    "shipping_settings": {"buy_label": True, "buy_label_synchronous": True},
    "courier_settings": {"courier_service_id": TWO_DAY},
}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _bought(caller: Client) -> str:
    shipment_id: str = caller.create(**_NOW).json()["shipment"]["easyship_shipment_id"]
    return shipment_id


def _records(caller: Client, query: str = "") -> list[dict[str, Any]]:
    listed = fitting(caller.ask("GET", f"{_RECORDS}{query}"), "transactions_index")
    assert listed["meta"]["pagination"]["count"] is None
    records: list[dict[str, Any]] = listed["transaction_records"]
    return records


def test_every_change_of_the_balance_has_its_record(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Newest first: what was paid in, charged and paid back adds up to the balance."""
    shipment_id = _bought(caller)
    caller.ask("POST", f"/2024-09/shipments/{shipment_id}/cancel")
    easyship_twin.clock_advance("1h")
    _bought(caller)

    records = _records(caller)
    balance = caller.ask("GET", "/2024-09/account/credit").json()["credit"]["balance"]

    assert sum(record["amount"] for record in records) == pytest.approx(balance)
    assert [record["adjustment_type"] for record in records] == [None, "Refund after Cancellation", None, None]
    assert [record["amount"] for record in records] == [-19.55, 19.55, -19.55, 500.0]


def test_records_are_filtered(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """By shipment, kind, adjustment and day."""
    shipment_id = _bought(caller)
    caller.ask("POST", f"/2024-09/shipments/{shipment_id}/cancel")
    today = easyship_twin.now().date()
    easyship_twin.clock_advance("5d")
    later = easyship_twin.now().date()
    _bought(caller)

    assert len(_records(caller, f"?easyship_shipment_id={shipment_id}")) == 2
    assert [record["amount"] for record in _records(caller, "?type=payment")] == [500.0]
    assert len(_records(caller, "?adjustment=true")) == 1
    assert len(_records(caller, "?adjustment=false&type=shipment")) == 2
    assert len(_records(caller, f"?from_date={later}")) == 1
    assert len(_records(caller, f"?to_date={today}")) == 3
    assert len(_records(caller, "?days_from_now=2")) == 1
    assert len(_records(caller, "?per_page=1")) == 1


def test_records_come_as_a_table_for_whoever_accepts_that(caller: Client) -> None:
    """With a line of names."""
    shipment_id = _bought(caller)

    reply = caller.ask("GET", f"{_RECORDS}?type=shipment", Accept="text/csv")

    (row,) = csv.DictReader(io.StringIO(reply.text()))
    assert reply.headers["content-type"].startswith("text/csv")
    assert reply.text().startswith(
        "adjustment_type,amount,description,easyship_shipment_id,id,payment_recipient,settled_at\n"
    )
    assert (row["amount"], row["easyship_shipment_id"], row["adjustment_type"]) == ("-19.55", shipment_id, "")


@pytest.mark.parametrize(("path", "place"), [(_RECORDS, 3), (_DOCUMENTS, 3)])
def test_a_wrong_date_is_refused(caller: Client, path: str, place: int) -> None:
    """In the words of the documentation."""
    reply = caller.ask("GET", f"{path}?to_date=invalid_date")

    pointer = path.replace("/", "~1")
    assert error(reply) == {
        "code": "invalid_url_param",
        "details": [
            "The request does not comply with the OpenAPI Specification.",
            f'#/paths/{pointer}/get/parameters/{place}/schema Value: "invalid_date" is not conformant with date format',
        ],
        "links": [ERRORS_LINK],
        "message": "The request URL param is invalid.",
        "type": "invalid_request_error",
    }


def test_a_week_ends_with_an_invoice_and_a_credit_note(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Charges on one, refunds on the other; a payment has a receipt at once."""
    before = caller.ask("GET", _DOCUMENTS).json()["billing_documents"]
    shipment_id = _bought(caller)
    caller.ask("POST", f"/2024-09/shipments/{shipment_id}/cancel")

    easyship_twin.clock_advance("7d")
    documents = fitting(caller.ask("GET", _DOCUMENTS), "billing_documents_index")["billing_documents"]
    invoices = caller.ask("GET", f"{_DOCUMENTS}?type=invoice").json()["billing_documents"]

    assert [row["type"] for row in before] == ["receipt"]
    assert {row["type"]: row["total"] for row in documents} == {
        "invoice": -19.55,
        "credit_note": 19.55,
        "receipt": 500.0,
    }
    assert {row["type"]: row["id"][:4] for row in documents} == {
        "invoice": "INUS",
        "credit_note": "CNUS",
        "receipt": "REUS",
    }
    assert invoices == [row for row in documents if row["type"] == "invoice"]
    assert invoices[0]["date_from"].endswith("T00:00:00Z")
    assert invoices[0]["date_to"].endswith("T23:59:59Z")
    assert caller.ask("GET", f"{_DOCUMENTS}?id={invoices[0]['id']}").json()["billing_documents"] == invoices


def test_an_invoice_has_lines_and_a_pdf(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The PDF names the shipment and the total."""
    shipment_id = _bought(caller)
    easyship_twin.clock_advance("7d")
    (invoice,) = caller.ask("GET", f"{_DOCUMENTS}?type=invoice").json()["billing_documents"]

    lines = caller.ask("GET", f"{_DOCUMENTS}/{invoice['id']}/transaction_records")
    paper = caller.ask("GET", f"{_DOCUMENTS}/{invoice['id']}/download")

    (line,) = fitting(lines, "billing_documents_transactions_index")["transaction_records"]
    assert (line["easyship_shipment_id"], line["amount"], line["payment_recipient"]) == (
        shipment_id,
        -19.55,
        "Easyship",
    )
    assert (paper.status, paper.headers["content-type"]) == (200, "application/pdf")
    words = pypdfium2.PdfDocument(paper.body)[0].get_textpage().get_text_range()
    assert all(text in words for text in (invoice["id"], shipment_id, "-19.55 USD", "Harbour & Pine Supply"))


def test_an_unknown_document_is_not_found(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Nor is another company's."""
    (receipt,) = caller.ask("GET", _DOCUMENTS).json()["billing_documents"]
    stranger = client(easyship_twin, account_id="CGB000002")

    unknown = caller.ask("GET", f"{_DOCUMENTS}/INUS20200101001/download")
    foreign = stranger.ask("GET", f"{_DOCUMENTS}/{receipt['id']}/transaction_records")

    assert error(unknown) == {
        "code": "resource_not_found",
        "details": ["The Billing Document was not found"],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Download Billing Document",
                "url": "https://developers.easyship.com/reference/billing_documents_download",
            },
        ],
        "message": "The requested resource was not found.",
        "type": "invalid_request_error",
    }
    assert foreign.status == 404
