"""How each documented refusal of the Easyship twin is met, one function each, for the table of its errors."""

from typing import Any

from conformance.easyship_client import BUYER, PARCEL, SENDER, TWO_DAY, Client, client, rates
from conformance.easyship_labels import FEDEX_2DAY, labelled, workday
from twins import EasyshipTwin, Reply, fetch

_COMPANY = "CUS000001"
_UNKNOWN = "01563646-58c1-4607-8fe0-cae3e33c0001"
_AT_ONCE = {"buy_label": True, "buy_label_synchronous": True}
_TO_GB = {"country_alpha2": "GB"}
_DHL = {
    "courier_umbrella_name": "DHL",
    "nickname": "Dev DHL",
    "origin_country_alpha2": "US",
    "account_details": {"account_number": "123456789", "api_key": "API_KEY", "api_secret": "hush"},
}
_TAXES: dict[str, Any] = {
    "origin_country_alpha2": "US",
    "destination_country_alpha2": "GB",
    "insurance_fee": 10,
    "shipment_charge": 40,
    "currency": "USD",
    "items": [{"duty_origin_country_alpha2": "CN", "hs_code": "42029290", "customs_value": 300}],
}


def unknown_token(twin: EasyshipTwin) -> Reply:
    return Client(base=twin.production, token="prod_unknown").ask("GET", "/2024-09/countries")


def sandbox_token_in_production(twin: EasyshipTwin) -> Reply:
    return Client(base=twin.production, token=twin.integration()["sandbox_token"]).ask("GET", "/2024-09/countries")


def missing_scope(twin: EasyshipTwin) -> Reply:
    return client(twin, scopes=["public.shipment:read"]).ask("POST", "/2024-09/rates", rates())


def unproven_identity(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    twin.set_state(_COMPANY, "suspended")
    return caller.ask("GET", "/2024-09/countries")


def spent_allowance(twin: EasyshipTwin) -> Reply:
    twin.subscription(allowance=0)
    return client(twin, environment="sandbox").ask("POST", "/2024-09/rates", rates())


def unknown_shipment(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("GET", "/2024-09/shipments/ESUS999999999")


def unknown_service(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("GET", f"/2024-09/courier_services/{_UNKNOWN}/pickup_slots")


def unknown_rule(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("GET", f"/2024-09/shipping_rules/{_UNKNOWN}")


def unknown_policy(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", f"/2024-09/insurances/policies/{_UNKNOWN}/cancel")


def unknown_endpoint(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/labels")


def unknown_old_endpoint(twin: EasyshipTwin) -> Reply:
    return client(twin, api_version="2023-01", scopes="all").ask("GET", "/2023-01/couriers")


def broken_body(twin: EasyshipTwin) -> Reply:
    return client(twin).send("/2024-09/rates", b"{")


def early_invoice(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    made = caller.create().json()["shipment"]["easyship_shipment_id"]
    return caller.ask("GET", f"/2024-09/shipments/{made}/documents?document_type=commercial_invoice")


def wrong_dates(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("GET", "/2024-09/analytics/shipments?from_date=2026-02-02&to_date=02.03.2026")


def deaf_webhook(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    hook = {"endpoint": f"{twin.production}/nobody", "event_types": ["shipment_cancelled"], "version": "2024-09"}
    made = caller.ask("POST", "/2024-09/webhooks", hook).json()["webhook"]["id"]
    wanted = {"version": "2024-09", "event_type": "shipment_cancelled"}
    return caller.ask("POST", f"/2024-09/webhooks/{made}/test", wanted)


def empty_purse(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    caller.ask("POST", "/2024-09/account/credit/refund", {})
    return caller.create(shipping_settings=_AT_ONCE)


def full_plan(twin: EasyshipTwin) -> Reply:
    twin.subscription(plan="free")
    caller = client(twin)
    caller.ask("POST", "/2024-09/couriers", _DHL)
    return caller.ask("POST", "/2024-09/couriers", {**_DHL, "nickname": "Another"})


def spent_overdraft(twin: EasyshipTwin) -> Reply:
    twin.control("PATCH", f"/overdrafts/{_COMPANY}", {"cents": 1})
    caller = client(twin)
    caller.ask("POST", "/2024-09/account/credit/refund", {})
    return caller.create(shipping_settings=_AT_ONCE)


def small_plan(twin: EasyshipTwin) -> Reply:
    twin.subscription(plan="free")
    return client(twin).ask("POST", "/2024-09/rates", {**rates(), "destination_address": _TO_GB, "incoterms": "DDP"})


def hurry(twin: EasyshipTwin) -> Reply:
    twin.limits(on=True)
    twin.clock_stop()
    return client(twin, environment="sandbox").hurry()[-1]


def switched_on_hurry(twin: EasyshipTwin) -> Reply:
    twin.fault("429", times=1)
    return client(twin).ask("GET", "/2024-09/countries")


def broken_network(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("GET", "/2024-09/locations/canada_post?country_alpha2=CA")


def unknown_member(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/rates", {**rates(), "courier_selection": {}})


def nothing_where_something_is_wanted(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/rates", {**rates(), "parcels": None})


def parcels_left_out(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/rates", {"origin_address": {}, "destination_address": _TO_GB})


def no_company(twin: EasyshipTwin) -> Reply:
    return client(twin).create(origin_address={**SENDER, "company_name": ""})


def no_category(twin: EasyshipTwin) -> Reply:
    return client(twin).create(parcels=[_parcel(category=None)])


def no_size(twin: EasyshipTwin) -> Reply:
    return client(twin).create(parcels=[{"items": PARCEL["items"]}])


def too_heavy(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/rates", {**rates(), "parcels": [{**PARCEL, "total_actual_weight": 9000}]})


def change_after_label(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    return caller.ask("PATCH", f"/2024-09/shipments/{_labelled(caller)}", {"destination_address": BUYER})


def cancel_without_label(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    made = caller.create().json()["shipment"]["easyship_shipment_id"]
    return caller.ask("POST", f"/2024-09/shipments/{made}/cancel")


def insure_without_label(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    made = caller.create().json()["shipment"]["easyship_shipment_id"]
    return caller.ask("POST", f"/2024-09/shipments/{made}/insure")


def second_label(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    return caller.ask("POST", f"/2024-09/shipments/{_labelled(caller)}/label", {})


def pickup_by_nobody(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    wanted = {
        "courier_service_id": FEDEX_2DAY,
        "selected_date": workday(twin).date().isoformat(),
        "selected_from_time": "12:00",
        "selected_to_time": "16:00",
        "easyship_shipment_ids": [labelled(caller, FEDEX_2DAY)["easyship_shipment_id"]],
    }
    return caller.ask("POST", "/2024-09/pickups", wanted)


def nameless_tag(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/tags", {"name": ""})


def empty_box(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/boxes", {})


def nameless_product(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/products", {"name": "Nameless"})


def long_nickname(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/couriers", {**_DHL, "nickname": "x" * 16})


def odd_taxes(twin: EasyshipTwin) -> Reply:
    items = [*_TAXES["items"], {**_TAXES["items"][0], "hs_code": "1702"}]
    return client(twin).ask("POST", "/2024-09/taxes_and_duties", {**_TAXES, "shipment_charge": "a lot", "items": items})


def taxes_at_home(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("POST", "/2024-09/taxes_and_duties", {**_TAXES, "destination_country_alpha2": "US"})


def unmoved_tracking(twin: EasyshipTwin) -> Reply:
    caller = client(twin, environment="sandbox")
    return caller.ask("PATCH", f"/2024-09/sandbox/trackings/{_UNKNOWN}", {"status_slug": "delivered"})


def dear_insurance(twin: EasyshipTwin) -> Reply:
    wanted = {
        "tracking_number": "123456",
        "courier_service_id": TWO_DAY,
        "insurance": {"insured_value": 900_000, "currency": "USD"},
        "items": [{"description": "desc", "quantity": 2}],
    }
    return client(twin).ask("POST", "/2024-09/insurances/policies", wanted)


def odd_date(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("GET", "/2024-09/billing_documents?to_date=invalid_date")


def odd_shipment_date(twin: EasyshipTwin) -> Reply:
    return client(twin).ask("GET", "/2024-09/shipments?created_at_from=invalid_date")


def odd_document(twin: EasyshipTwin) -> Reply:
    caller = client(twin)
    made = caller.create().json()["shipment"]["easyship_shipment_id"]
    return caller.ask("GET", f"/2024-09/shipments/{made}/documents?document_type=packing_slip")


def banned_client(twin: EasyshipTwin) -> Reply:
    headers = {"User-Agent": "Python-urllib/3.11", "Accept": "application/json"}
    return fetch(f"{twin.production}/2024-09/countries", headers=headers)


def broken_server(twin: EasyshipTwin) -> Reply:
    twin.fault("500", times=1)
    return client(twin).ask("GET", "/2024-09/account")


def _labelled(caller: Client) -> str:
    return str(labelled(caller)["easyship_shipment_id"])


def _parcel(**changes: Any) -> dict[str, Any]:
    item = {name: value for name, value in {**PARCEL["items"][0], **changes}.items() if value is not None}
    return {**PARCEL, "items": [item]}
