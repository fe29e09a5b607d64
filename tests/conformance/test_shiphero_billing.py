from decimal import Decimal
from typing import Any

import pytest

from shiphero_client import Client, new_client
from twins import ShipheroTwin, fetch

_LOGISTICIAN = "7601"
_BILL = """id status amount due_date customer_name profile_name billing_frequency billing_period { start end }
  totals(first: 9) { edges { node { category quantity amount } } }
  bill_exports(first: 3) { edges { node { file_url } } }"""
_CREATE = f"mutation($data: CreateBillInput!) {{ bill_create(data: $data) {{ bill {{ {_BILL} }} }} }}"
_READ = f"query($id: String!) {{ bill(id: $id) {{ data {{ {_BILL} }} }} }}"
_ON_BILL = 'mutation {{ {name}(data: {{id: "{id}"}}) {{ complexity }} }}'
_CHARGE = """mutation($data: AddBillAdHocChargeInput!) { bill_add_ad_hoc_charge(data: $data) {
  charge { id name unit_amount rate labor_unit_id bill_id } } }"""


@pytest.fixture
def logistician(shiphero_twin: ShipheroTwin) -> Client:
    """Give a client of a 3PL with forty customers."""
    shiphero_twin.seed("3pl")
    return new_client(shiphero_twin, account_id=_LOGISTICIAN)


def _period(twin: ShipheroTwin) -> dict[str, str]:
    day = twin.now().strftime("%Y-%m-%d")
    return {"customer_account_id": "7602", "start_date": "2020-01-01", "end_date": day}


def _charge(client: Client, **members: Any) -> dict[str, Any]:
    unit = client.data("{ labor_units { data(first: 1) { edges { node { id } } } } }")
    data = {
        "customer_account_id": "7602",
        "name": "Relabel",
        "description": "Relabelled forty boxes",
        "occurred_at": "2026-01-10",
        "labor_unit_id": unit["labor_units"]["data"]["edges"][0]["node"]["id"],
        "unit_amount": "2.5",
        "rate": "30.00",
        **members,
    }
    made: dict[str, Any] = client.data(_CHARGE, {"data": data})["bill_add_ad_hoc_charge"]["charge"]
    return made


def _read(client: Client, bill: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = client.data(_READ, {"id": bill["id"]})["bill"]["data"]
    return data


def test_a_bill_is_queued_and_then_reckoned(shiphero_twin: ShipheroTwin, logistician: Client) -> None:
    """At first all is nought; a few seconds later each kind of work has its sum, and they add up."""
    made = logistician.data(_CREATE, {"data": _period(shiphero_twin)})["bill_create"]["bill"]
    shiphero_twin.clock_advance("10s")
    bill = _read(logistician, made)
    totals = {edge["node"]["category"]: edge["node"] for edge in bill["totals"]["edges"]}

    assert (made["status"], made["amount"]) == ("queued", "0.00")
    assert made["billing_period"]["start"] == "2020-01-01"
    assert (bill["status"], bill["customer_name"], bill["billing_frequency"]) == (
        "draft",
        "Moss & Kettle Tea",
        "monthly",
    )
    assert totals["order"]["quantity"] > 0
    assert Decimal(totals["shipping"]["amount"]) > 0
    assert Decimal(bill["amount"]) == sum(Decimal(each["amount"]) for each in totals.values())


def test_charges_by_hand_stand_on_the_next_bill(shiphero_twin: ShipheroTwin, logistician: Client) -> None:
    """A charge waits for a bill of its period; changed, it counts anew when the bill is recalculated."""
    charge = _charge(logistician)
    bill = logistician.data(_CREATE, {"data": _period(shiphero_twin)})["bill_create"]["bill"]
    shiphero_twin.clock_advance("10s")
    first = _read(logistician, bill)
    update = (
        "mutation($d: UpdateBillAdHocChargeInput!) { bill_update_ad_hoc_charge(data: $d) { charge { rate bill_id } } }"
    )
    changed = logistician.data(update, {"d": {"adhoc_charge_id": charge["id"], "rate": "40.00"}})
    logistician.data(f'mutation {{ bill_recalculate(data: {{id: "{bill["id"]}"}}) {{ bill {{ status }} }} }}')
    shiphero_twin.clock_advance("10s")
    second = _read(logistician, bill)
    listed = logistician.data(
        "query($i: [String]!) { ad_hoc_charges(ids: $i) { data { edges { node { name } } } } }", {"i": [charge["id"]]}
    )

    assert charge["bill_id"] is None
    assert changed["bill_update_ad_hoc_charge"]["charge"]["bill_id"] == bill["id"]
    assert Decimal(second["amount"]) - Decimal(first["amount"]) == Decimal("25.00")
    assert listed["ad_hoc_charges"]["data"]["edges"][0]["node"]["name"] == "Relabel"


def test_a_bill_goes_to_the_customer_and_is_paid(shiphero_twin: ShipheroTwin, logistician: Client) -> None:
    """Submitted, it has a file and a date to be paid by; what has gone out is neither reckoned nor deleted."""
    bill = logistician.data(_CREATE, {"data": _period(shiphero_twin)})["bill_create"]["bill"]
    submit = _ON_BILL.format(name="bill_submit", id=bill["id"])
    early = logistician.error(submit)
    shiphero_twin.clock_advance("10s")
    logistician.data(submit)
    sent = _read(logistician, bill)
    sheet = fetch(sent["bill_exports"]["edges"][0]["node"]["file_url"])
    refused = [
        logistician.error(_ON_BILL.format(name=name, id=bill["id"])) for name in ("bill_recalculate", "bill_delete")
    ]
    paid = f'mutation {{ bill_update(data: {{id: "{bill["id"]}", status: "paid"}}) {{ complexity }} }}'
    logistician.data(paid)

    assert "queued" in early["message"]
    assert (sent["status"], bool(sent["due_date"])) == ("submitted", True)
    assert f"total,,,{sent['amount']}" in sheet.text()
    assert all("submitted" in item["message"] for item in refused)
    assert _read(logistician, bill)["status"] == "paid"


def test_bills_belong_to_the_3pl_and_are_seen_by_the_customer(shiphero_twin: ShipheroTwin, logistician: Client) -> None:
    """The customer reads its own bills, changes none, and sees nobody else's."""
    customer = new_client(shiphero_twin, "c@x.example", account_id="7602")
    query = "{ bills { data(first: 100) { edges { node { id customer_name } } } } }"

    own = customer.data(query)["bills"]["data"]["edges"]
    every = logistician.data(query.replace("100", "200"))["bills"]["data"]["edges"]
    refused = customer.error(_ON_BILL.format(name="bill_delete", id=own[0]["node"]["id"]))
    foreign = new_client(shiphero_twin, "m@x.example").error(_READ, {"id": own[0]["node"]["id"]})

    assert {edge["node"]["customer_name"] for edge in own} == {"Moss & Kettle Tea"}
    assert len(own) == 3
    assert len(every) == 120
    assert (refused["code"], foreign["code"]) == (5, 5)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"customer_account_id": "7556"}, "Account not found"),
        ({"end_date": "2019-01-01"}, "end_date"),
        ({"warehouse_id": "1"}, "Warehouse not found"),
    ],
)
def test_a_bill_that_makes_no_sense_is_refused(
    shiphero_twin: ShipheroTwin, logistician: Client, members: dict[str, str], words: str
) -> None:
    """Only one's own customers, a period that runs forward, a warehouse that there is."""
    assert words in logistician.error(_CREATE, {"data": {**_period(shiphero_twin), **members}})["message"]


def test_the_network_writes_an_invoice_each_month(shiphero_twin: ShipheroTwin) -> None:
    """On the first of the next month there is one for what was shipped, with an item for each label."""
    client = new_client(shiphero_twin)
    query = """{ fulfillment_invoices { data(first: 5, sort: "-created_at") { edges { node {
      id amount stripe_invoice_status
      shipping_items(first: 5) { edges { node { amount shipping_rate picking_fee order_id } } }
      storage_items(first: 5) { edges { node { amount warehouse_id } } } } } } } }"""
    before = client.data(query)["fulfillment_invoices"]["data"]["edges"]
    shiphero_twin.clock_advance("32d")
    later = new_client(shiphero_twin, "later@shop.example").data(query)["fulfillment_invoices"]["data"]["edges"]

    assert before == []
    (invoice,) = (edge["node"] for edge in later)
    assert invoice["stripe_invoice_status"] == "open"
    assert Decimal(invoice["amount"]) > 0
    assert invoice["storage_items"]["edges"]
