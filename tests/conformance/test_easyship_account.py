"""The Easyship twin's account over HTTP: what it shows, links into the dashboard, connected stores."""

import pytest

from conformance.easyship_client import ERRORS_LINK, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin, fetch

_ADDRESS = {
    "line_1": "9 Dock Road",
    "city": "Seattle",
    "state": "WA",
    "postal_code": "98101",
    "country_alpha2": "US",
    "company_name": "Harbour & Pine",
    "contact_name": "Nora Quill",
    "contact_phone": "+1 206 555 0100",
    "contact_email": "nora@example.com",
}


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def test_the_account_shows_the_billing_address_and_the_sources_in_use(caller: Client) -> None:
    """A new default address and a new card are there at once; each environment has its own."""
    caller.ask("POST", "/2024-09/addresses", {**_ADDRESS, "default_for": {"billing": True}})
    caller.ask("POST", "/2024-09/payment_sources", {"type": "card", "stripe_token": "tok_amex"})

    account = fitting(caller.ask("GET", "/2024-09/account"), "account_show")["account"]

    assert account["billing_address"]["line_1"] == "9 Dock Road"
    assert [source["card"]["brand"] for source in account["payment_sources"]] == ["Visa", "amex"]
    assert account["credit"] == {"available_balance": 500.0, "balance": 500.0, "currency": "USD"}


@pytest.mark.parametrize(
    "body",
    [
        {"target": "shipments_all"},
        {"target": "account_subscription"},
        {"target": "ups_dap", "country": "US", "redirect_back_url": "https://shop.example/done"},
    ],
)
def test_redirects_lead_into_the_dashboard_once(
    easyship_twin: EasyshipTwin, caller: Client, body: dict[str, str]
) -> None:
    """The link is an absolute address that works for thirty seconds, and a single time."""
    redirect = fitting(caller.ask("POST", "/2024-09/account/redirects", body), "redirects_create")["redirect"]

    first, second = fetch(redirect["url"]), fetch(redirect["url"])

    assert redirect["url"].startswith(easyship_twin.production)
    assert (first.status, second.status) == (303, 410)
    assert first.headers["location"] == ("/subscription" if body["target"] == "account_subscription" else "/")


def test_a_redirect_grows_old(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """Half a minute later nobody gets in with it."""
    redirect = caller.ask("POST", "/2024-09/account/redirects", {"target": "help"}).json()["redirect"]

    easyship_twin.clock_advance("1m")

    assert fetch(redirect["url"]).status == 410


def test_a_redirect_needs_a_shipment_of_ones_own(caller: Client) -> None:
    """Any other value is refused in the words of the documentation; a missing member by the first check."""
    made = caller.create().json()["shipment"]["easyship_shipment_id"]

    good = caller.ask("POST", "/2024-09/account/redirects", {"target": "shipment", "value": made})
    bad = caller.ask("POST", "/2024-09/account/redirects", {"target": "shipment", "value": ""})
    short = caller.ask("POST", "/2024-09/account/redirects", {"target": "ups_dap"})

    assert good.status == 200
    assert error(bad) == {
        "code": "invalid_content",
        "details": ["Value is missing or invalid (Easyship Shipment ID was not found)"],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Create a Redirect",
                "url": "https://developers.easyship.com/reference/redirects_create",
            },
        ],
        "message": "The request body content is not valid.",
        "type": "invalid_request_error",
    }
    assert error(short)["details"][1] == (
        "#/components/schemas/RedirectUPSDAPCreate missing required parameters: country, redirect_back_url"
    )


def test_app_accesses_are_links_into_embedded_apps(caller: Client) -> None:
    """An app takes only its own targets."""
    made = caller.ask("POST", "/2024-09/account/app_accesses", {"app_name": "lyoc", "target": "couriers"})
    wrong = caller.ask("POST", "/2024-09/account/app_accesses", {"app_name": "lyoc", "target": "elsewhere"})

    access = fitting(made, "app_access_create")["app_access"]
    assert made.status == 201
    assert fetch(access["url"]).status == 303
    assert error(wrong)["details"] == ["Target is not included in the list"]


def test_stores_are_those_connected_on_the_dashboard(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The control API connects one; the sandbox does not see it."""
    members = {"account_id": "CUS000001", "environment": "production", "name": "Pine Shop", "platform": "Shopify"}
    easyship_twin.control("POST", "/stores", members)

    (store,) = fitting(caller.ask("GET", "/2024-09/stores"), "stores_index")["stores"]
    other = client(easyship_twin, environment="sandbox").ask("GET", "/2024-09/stores").json()

    assert (store["name"], store["platform"], store["active"]) == ("Pine Shop", {"name": "Shopify"}, True)
    assert (other["stores"], other["meta"]["pagination"]["count"]) == ([], 0)
