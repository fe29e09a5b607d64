"""Every documented refusal of Easyship's API with its exact body: the table of the codes, row by row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from conformance import easyship_refusals as met
from conformance.easyship_client import ERRORS_LINK, error
from conformance.easyship_labels import AUTOMATE, page
from crossdock_twins.easyship.errors import KINDS
from twins import EasyshipTwin, Reply

_FORBIDDEN = (
    "You do not have permission to access this resource. Please contact our support team or your account manager "
    "if you believe you should have access."
)
_BALANCE = "Insufficient balance on your account. Please add more funds."
_PLAN_LIMIT = "You have reached your plan limit. Please upgrade your subscription plan."
_NO_ACCESS = "You don't have access to this feature. Please upgrade your plan"
_HURRY = "Rate Limit Exceeded. You have reached the maximum number of requests. Please try again later."
_PER_SECOND = (
    "You have reached the maximum number of requests per second. "
    "Contact your account manager to request a higher limit."
)
_MESSAGES = {
    "invalid_token": (401, "Invalid token."),
    "payment_required": (402, _BALANCE),
    "over_limit": (402, _PLAN_LIMIT),
    "overdraft_limit": (402, "Your maximum balance limit has been reached. Please contact your account manager."),
    "insufficient_subscription": (402, _NO_ACCESS),
    "forbidden": (403, _FORBIDDEN),
    "resource_not_found": (404, "The requested resource was not found."),
    "invalid_endpoint": (404, "The requested endpoint does not exist."),
    "invalid_request": (400, "The request body is malformed or not valid."),
    "api_error": (400, "Internal or 3rd party API error."),
    "invalid_content": (422, "The request body content is not valid."),
    "invalid_url_param": (422, "The request URL param is invalid."),
    "too_many_requests": (429, _HURRY),
    "internal_server_error": (500, "Unexpected internal error."),
}
_API_ERRORS = {"api_error", "internal_server_error"}
_SCHEMA = "The request does not comply with the OpenAPI Specification."
_SCOPES = page("Scopes", "scopes")
_PLANS = page("Subscriptions", "subscription")
_CHECKOUT = {
    "kind": "how-to-guide",
    "name": "How to Display Rates at Checkout",
    "url": "https://developers.easyship.com/docs/how-to-display-rates-at-checkout",
}
_TAX_GUIDE = {
    "kind": "how-to-guide",
    "name": "How to Calculate Taxes and Duties",
    "url": "https://developers.easyship.com/docs/how-to-calculate-taxes-and-duties",
}
_RATES = (page("Request Rates", "rates_request"), _CHECKOUT)
_CREATE = (page("Create a Shipment", "shipments_create"), AUTOMATE)
_TAXES = (page("Calculate Tax and Duty", "taxes_and_duties_calculate"), _TAX_GUIDE)
_COURIER = page("Create a Courier", "courier_accounts_create")
_SIDES = [
    f"{place} {side} {problem}"
    for place in ("Outer", "Inner")
    for side in ("length", "width", "height")
    for problem in ("can't be blank", "is not a number")
]


@dataclass(frozen=True)
class Row:
    """A code, how it is met, what stands in `details`, and the links after the first."""

    code: str
    ask: Callable[[EasyshipTwin], Reply]
    details: tuple[str, ...] = ()
    links: tuple[dict[str, str], ...] = ()

    def body(self) -> dict[str, Any]:
        """Give the error as it must be, without its request id."""
        return {
            "code": self.code,
            "details": list(self.details),
            "links": [ERRORS_LINK, *self.links],
            "message": _MESSAGES[self.code][1],
            "type": "api_error" if self.code in _API_ERRORS else "invalid_request_error",
        }


_CODES = [
    Row("invalid_token", met.unknown_token),
    Row("invalid_token", met.sandbox_token_in_production),
    Row("forbidden", met.missing_scope, links=(_SCOPES, *_RATES)),
    Row(
        "forbidden",
        met.unproven_identity,
        (
            (
                "To resume shipping, please complete Easyship's identity verification process using this link: "
                "https://app.easyship.com."
            ),
        ),
    ),
    Row(
        "forbidden",
        met.spent_allowance,
        ("API usage limit exceeded. Please upgrade your plan or wait for your usage period to reset.",),
        _RATES,
    ),
    Row(
        "resource_not_found",
        met.unknown_shipment,
        ("The Shipment was not found",),
        (page("Retrieve a Shipment", "shipments_show"), AUTOMATE),
    ),
    Row(
        "resource_not_found",
        met.unknown_service,
        ("The Courier Service was not found",),
        (page("List Available Pickup Slots", "courier_services_pickup_slots_index"),),
    ),
    Row(
        "resource_not_found",
        met.unknown_rule,
        ("The Shipping Rule was not found",),
        (page("Get a Shipping Rule", "shipping_rules_show"), AUTOMATE),
    ),
    Row("invalid_endpoint", met.unknown_endpoint, (_SCHEMA,)),
    Row("invalid_request", met.broken_body, links=_RATES),
    Row(
        "invalid_request",
        met.early_invoice,
        ("The label of the shipment has not been generated yet.",),
        (page("Retrieve Shipping Documents", "shipments_documents_index"), AUTOMATE),
    ),
    Row(
        "api_error",
        met.wrong_dates,
        ("Invalid request: provide `from_date` and `to_date` fields in the `YYYY-MM-DD` format (`2023-01-31`).",),
        (page("List Analytics Shipments Data", "analytics_shipments_index"),),
    ),
    Row(
        "api_error",
        met.deaf_webhook,
        ("Webhook test failed. A 2xx status code is expected. (Response Code: 401)",),
        (page("Test a Webhook", "webhooks_test"),),
    ),
    Row(
        "payment_required",
        met.empty_purse,
        ("We were unable to generate a label as you do not have enough funds on your account.",),
        _CREATE,
    ),
    Row("over_limit", met.full_plan, links=(_PLANS, _COURIER)),
    Row("overdraft_limit", met.spent_overdraft, links=_CREATE),
    Row(
        "insufficient_subscription",
        met.small_plan,
        ("The DDP RATES feature is not available for free subscription plan, please contact Easyship",),
        (_PLANS, *_RATES),
    ),
    Row("too_many_requests", met.hurry, (_PER_SECOND,)),
    Row("too_many_requests", met.switched_on_hurry, (_PER_SECOND,)),
    Row(
        "internal_server_error",
        met.broken_network,
        ("Unable to retrieve Canada Post service point location. Please contact Easyship support.",),
        (page("List Canada Post Locations", "locations_canada_post_index"),),
    ),
]
_FIRST_CHECK = [
    Row(
        "invalid_content",
        met.unknown_member,
        (_SCHEMA, "#/components/schemas/RateRequest does not define properties: courier_selection"),
    ),
    Row(
        "invalid_content",
        met.nothing_where_something_is_wanted,
        (_SCHEMA, "#/components/schemas/RateRequest/properties/parcels does not allow null values"),
    ),
    Row(
        "invalid_content",
        met.parcels_left_out,
        (_SCHEMA, "#/components/schemas/RateRequest missing required parameters: parcels"),
    ),
    Row(
        "invalid_url_param",
        met.odd_date,
        (
            _SCHEMA,
            (
                "#/paths/~12024-09~1billing_documents/get/parameters/3/schema "
                'Value: "invalid_date" is not conformant with date format'
            ),
        ),
    ),
    Row(
        "invalid_url_param",
        met.odd_document,
        (
            _SCHEMA,
            (
                '"packing_slip" isn\'t part of the enum in '
                "#/paths/~12024-09~1shipments~1{easyship_shipment_id}~1documents/get/parameters/1/schema"
            ),
        ),
    ),
    Row(
        "invalid_url_param",
        met.odd_shipment_date,
        ('Invalid date format for created_at_from filter ("invalid_date").',),
        (page("List all Shipments", "shipments_index"), AUTOMATE),
    ),
]
_SECOND_CHECK = [
    Row("invalid_content", ask, details, links)
    for ask, details, links in (
        (met.no_company, ("origin_address.company_name can't be blank",), _CREATE),
        (met.no_category, ("parcels[0].items[0].category can't be blank if hs_code is blank",), _CREATE),
        (
            met.no_size,
            (
                "parcels[0].items[0].actual_weight can't be blank",
                "parcels[0].items[0].dimensions can't be blank",
                "parcels[0].items[0].dimensions.length can't be blank",
            ),
            _CREATE,
        ),
        (met.too_heavy, ("No shipping solutions available based on the information provided",), _RATES),
        (
            met.change_after_label,
            ("Shipments with generated labels cannot be updated",),
            (page("Update a Shipment", "shipments_update"), AUTOMATE),
        ),
        (
            met.cancel_without_label,
            ("This Shipment cannot be cancelled. Please contact our support.",),
            (page("Cancel a Shipment", "shipments_cancel"), AUTOMATE),
        ),
        (
            met.insure_without_label,
            ("Shipment state, label state or insurance state is invalid",),
            (page("Insure a Shipment", "shipments_insure_create"), AUTOMATE),
        ),
        (
            met.second_label,
            ("Shipments not found or labels already requested: ESUS320000001",),
            (page("Create a Label", "shipment_labels_create"), AUTOMATE),
        ),
        (
            met.pickup_by_nobody,
            ("This Courier doesn't provide a Pickup service",),
            (page("Create a Pickup", "pickups_create"), AUTOMATE),
        ),
        (met.nameless_tag, ("Name can't be blank",), (page("Create a Tag", "tags_create"),)),
        (met.empty_box, ("Name can't be blank", *_SIDES), (page("Create a Box", "boxes_create"),)),
        (met.nameless_product, ("Identifier can't be blank",), (page("Create a Product", "products_create"),)),
        (met.long_nickname, ("Nickname must be between 3 to 15 characters.",), (_COURIER,)),
        (
            met.odd_taxes,
            ("shipment_charge is not a number", "items[1]: hs_code is not an eight-digit number"),
            _TAXES,
        ),
        (
            met.taxes_at_home,
            ("No import tax record was found for the specified origin and destination",),
            _TAXES,
        ),
        (
            met.unmoved_tracking,
            ("Failed to update tracking",),
            (page("Update a Sandbox Tracking", "sandbox_trackings_update"),),
        ),
        (
            met.dear_insurance,
            ("Insufficient balance to purchase the insurance",),
            (page("Buy Insurance Policy for an External Shipment", "insurances_policies_create"),),
        ),
    )
]
_ROWS = [*_CODES, *_FIRST_CHECK, *_SECOND_CHECK]


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: f"{row.code}-{row.ask.__name__}")
def test_a_refusal_has_its_exact_body(easyship_twin: EasyshipTwin, row: Row) -> None:
    """Status, code, type, message, details and links are the documented ones; the request id is the header's."""
    reply = row.ask(easyship_twin)

    assert reply.status == _MESSAGES[row.code][0]
    assert error(reply) == row.body()


def test_every_code_has_a_row() -> None:
    """A new code needs its row, and what the twin says of a code is what the table says."""
    told = {code: (kind.status, kind.message, kind.type == "api_error") for code, kind in KINDS.items()}

    assert {row.code for row in _CODES + _FIRST_CHECK} == KINDS.keys()
    assert told == {code: (*words, code in _API_ERRORS) for code, words in _MESSAGES.items()}


def test_the_policy_that_is_not_there_has_words_of_its_own(easyship_twin: EasyshipTwin) -> None:
    """One page documents another type and another message for what is not found."""
    reply = met.unknown_policy(easyship_twin)

    assert reply.status == 404
    assert error(reply) == {
        "code": "resource_not_found",
        "details": ["The resource you are looking for does not exist."],
        "links": [ERRORS_LINK],
        "message": "The resource you are looking for does not exist.",
        "type": "resource_not_found_error",
    }


def test_older_paths_have_no_links(easyship_twin: EasyshipTwin) -> None:
    """2023-01 errors end after details, message, request id and type."""
    reply = met.unknown_old_endpoint(easyship_twin)

    assert reply.status == 404
    assert error(reply) == {
        "code": "invalid_endpoint",
        "details": [],
        "message": "The requested endpoint does not exist.",
        "type": "invalid_request_error",
    }


@pytest.mark.parametrize(("ask", "limit"), [(met.hurry, "1"), (met.switched_on_hurry, "10")])
def test_too_many_requests_say_when_to_come_back(
    easyship_twin: EasyshipTwin, ask: Callable[[EasyshipTwin], Reply], limit: str
) -> None:
    """The limit that was hit, nothing left, the second in which it starts anew; no Content-Type; a fault does alike."""
    reply = ask(easyship_twin)

    assert (reply.headers["x-ratelimit-limit"], reply.headers["x-ratelimit-remaining"]) == (limit, "0")
    assert abs(int(reply.headers["x-ratelimit-reset"]) - easyship_twin.now().timestamp()) <= 2
    assert "content-type" not in reply.headers


def test_what_never_reaches_easyship_has_no_error_of_its(easyship_twin: EasyshipTwin) -> None:
    """Cloudflare's refusal of a client without a name, and the bare text of a server that broke."""
    banned, broken = met.banned_client(easyship_twin), met.broken_server(easyship_twin)

    assert (banned.status, banned.json()["error_code"]) == (403, 1010)
    assert banned.json()["error_name"] == "browser_signature_banned"
    assert (broken.status, broken.text()) == (500, "Internal Server Error")
