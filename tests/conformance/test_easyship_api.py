"""The Easyship twin's API over HTTP: who may ask, how it refuses, how fast it may be asked."""

import json
import re

import pytest

from conformance.easyship_client import ERRORS_LINK, Client, client, error, rates
from twins import EasyshipTwin, fetch

_INVALID_TOKEN = {
    "code": "invalid_token",
    "details": [],
    "links": [ERRORS_LINK],
    "message": "Invalid token.",
    "type": "invalid_request_error",
}
_PER_SECOND = (
    "You have reached the maximum number of requests per second. "
    "Contact your account manager to request a higher limit."
)
_NOT_COMPLIANT = "The request does not comply with the OpenAPI Specification."


@pytest.mark.parametrize("agent", ["", "Python-urllib/3.11"])
def test_clients_without_a_name_meet_cloudflare(easyship_twin: EasyshipTwin, agent: str) -> None:
    """A good token does not help: the call never reaches Easyship, so the answer has no request id."""
    caller = client(easyship_twin)

    page = caller.ask("GET", "/2024-09/countries", **{"User-Agent": agent})
    data = caller.ask("GET", "/2024-09/countries", **{"User-Agent": agent, "Accept": "application/json"})

    assert (page.status, data.status) == (403, 403)
    assert "1010" in page.text()
    assert page.headers["content-type"].startswith("text/html")
    assert data.json()["error_name"] == "browser_signature_banned"
    assert "x-request-id" not in page.headers


@pytest.mark.parametrize("authorization", [None, "", "Bearer ", "Bearer prod_unknown", "Basic dXNlcjpwYXNz", "prod_x"])
def test_only_a_known_bearer_token_is_good(easyship_twin: EasyshipTwin, authorization: str | None) -> None:
    """Everything else is answered alike, before anybody looks at the path."""
    headers = {} if authorization is None else {"Authorization": authorization}

    reply = fetch(f"{easyship_twin.production}/2024-09/nothing", headers=headers)

    assert reply.status == 401
    assert error(reply) == _INVALID_TOKEN


def test_tokens_belong_to_their_host_and_their_version(easyship_twin: EasyshipTwin) -> None:
    """Sandbox tokens on the production host, and tokens of one version on the other's paths, are unknown there."""
    new = easyship_twin.integration(scopes="all")
    old = easyship_twin.integration(api_version="2023-01")
    production, sandbox = easyship_twin.production, easyship_twin.sandbox

    refused = [
        Client(base=production, token=new["sandbox_token"]).ask("GET", "/2024-09/countries"),
        Client(base=sandbox, token=new["production_token"]).ask("GET", "/2024-09/countries"),
        Client(base=production, token=old["production_token"]).ask("GET", "/2024-09/countries"),
        Client(base=production, token=new["production_token"]).ask("GET", "/2023-01/couriers"),
    ]
    served = Client(base=production, token=new["production_token"]).ask("GET", "/2024-09/countries")

    assert [reply.status for reply in refused] == [401] * 4
    assert [error(reply)["code"] for reply in refused] == ["invalid_token"] * 4
    assert "links" not in refused[3].json()["error"]
    assert served.status == 200


def test_a_changed_token_is_seen_at_once(easyship_twin: EasyshipTwin) -> None:
    """Regenerating and deleting end a token; fewer scopes take effect with the next call."""
    made = easyship_twin.integration()
    caller = Client(base=easyship_twin.production, token=made["production_token"])

    easyship_twin.set_scopes(made["id"], ["public.shipment:read"])
    without_scope = caller.ask("GET", "/2024-09/countries")
    easyship_twin.regenerate(made["id"], "production")
    regenerated = caller.ask("GET", "/2024-09/countries")

    assert (without_scope.status, regenerated.status) == (403, 401)


def test_a_missing_scope_is_refused_without_its_name(easyship_twin: EasyshipTwin) -> None:
    """Rates want an advanced scope, which a standard token lacks; the details stay empty."""
    reply = client(easyship_twin, scopes=["public.shipment:read"]).ask("POST", "/2024-09/rates", rates())

    refused = error(reply)
    assert reply.status == 403
    assert (refused["code"], refused["details"]) == ("forbidden", [])
    assert [link["name"] for link in refused["links"]] == [
        "Errors",
        "Scopes",
        "Request Rates",
        "How to Display Rates at Checkout",
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/2024-09/nothing"),
        ("POST", "/2024-09/labels"),
        ("PATCH", "/2024-09/shipments/ESUS1/cancel"),
        ("GET", "/2024-09"),
        ("GET", "/2019-01/countries"),
        ("GET", "/anything"),
        ("GET", "/2024-09/a%0Ab"),
    ],
)
def test_unknown_endpoints_are_told_so(easyship_twin: EasyshipTwin, method: str, path: str) -> None:
    """Also a known path with another method."""
    reply = client(easyship_twin).ask(method, path)

    assert reply.status == 404
    assert error(reply) == {
        "code": "invalid_endpoint",
        "details": [_NOT_COMPLIANT],
        "links": [ERRORS_LINK],
        "message": "The requested endpoint does not exist.",
        "type": "invalid_request_error",
    }


def test_the_older_paths_refuse_without_links(easyship_twin: EasyshipTwin) -> None:
    """An old token on an old path that is not served: no details, no links."""
    reply = client(easyship_twin, api_version="2023-01", scopes="all").ask("GET", "/2023-01/couriers")

    assert reply.status == 404
    assert error(reply) == {
        "code": "invalid_endpoint",
        "details": [],
        "message": "The requested endpoint does not exist.",
        "type": "invalid_request_error",
    }


def test_answers_carry_the_recorded_headers(easyship_twin: EasyshipTwin) -> None:
    """Read: private cache and a weak ETag; refused: no cache; from a page elsewhere: CORS."""
    caller = client(easyship_twin)

    good = caller.ask("GET", "/2024-09/item_categories", Origin="https://shop.example")
    bad = caller.ask("GET", "/2024-09/nothing")

    assert re.fullmatch("[0-9a-f]{32}", good.headers["x-request-id"])
    assert good.json()["meta"]["request_id"] == good.headers["x-request-id"]
    assert good.headers["content-type"] == "application/json; charset=utf-8"
    assert good.headers["cache-control"] == "max-age=0, private, must-revalidate"
    assert good.headers["etag"].startswith('W/"')
    assert good.headers["access-control-allow-origin"] == "*"
    assert good.headers["access-control-expose-headers"] == "x-request-id"
    assert good.headers["vary"] == "Accept-Encoding, Origin"
    assert good.headers["server"] == "cloudflare"
    assert float(good.headers["x-runtime"]) > 0
    assert "x-ratelimit-limit" not in good.headers
    assert bad.headers["cache-control"] == "no-cache"
    assert "etag" not in bad.headers
    assert "access-control-allow-origin" not in bad.headers


def test_a_browser_may_ask_first(easyship_twin: EasyshipTwin) -> None:
    """A preflight needs no token."""
    reply = fetch(
        f"{easyship_twin.production}/2024-09/rates",
        method="OPTIONS",
        headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"},
    )

    assert reply.status == 200
    assert "POST" in reply.headers["access-control-allow-methods"]


def test_members_of_an_error_stand_in_alphabetical_order(easyship_twin: EasyshipTwin) -> None:
    """As recorded, for those who compare texts."""
    reply = client(easyship_twin).ask("GET", "/2024-09/nothing")

    names = list(json.loads(reply.body)["error"])
    assert names == sorted(names)


@pytest.mark.twin_limits(on=True)
def test_the_sandbox_allows_one_request_a_second(easyship_twin: EasyshipTwin) -> None:
    """The second one is refused: the limit, nothing left, the next second, and no Content-Type."""
    caller = client(easyship_twin, environment="sandbox")
    easyship_twin.clock_stop()

    served, refused = caller.hurry()

    assert served.status == 200
    assert refused.headers["x-ratelimit-limit"] == "1"
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert 0 <= int(refused.headers["x-ratelimit-reset"]) - easyship_twin.now().timestamp() + 1 <= 2
    assert "content-type" not in refused.headers
    assert "retry-after" not in refused.headers
    assert error(refused) == {
        "code": "too_many_requests",
        "details": [_PER_SECOND],
        "links": [ERRORS_LINK],
        "message": "Rate Limit Exceeded. You have reached the maximum number of requests. Please try again later.",
        "type": "invalid_request_error",
    }


@pytest.mark.twin_limits(on=True)
def test_the_sandbox_allows_six_requests_a_minute(easyship_twin: EasyshipTwin) -> None:
    """With a second turned between any two, the minute is what runs out; the next minute serves again."""
    caller = client(easyship_twin, environment="sandbox")
    easyship_twin.clock_stop()
    easyship_twin.clock_advance(f"{60 - easyship_twin.now().second}s")

    replies = []
    for _ in range(7):
        replies.append(caller.ask("GET", "/2024-09/item_categories"))
        easyship_twin.clock_advance("1s")
    easyship_twin.clock_advance("1m")

    assert [reply.status for reply in replies] == [200] * 6 + [429]
    assert replies[-1].headers["x-ratelimit-limit"] == "6"
    assert caller.ask("GET", "/2024-09/item_categories").status == 200


@pytest.mark.twin_limits(on=True)
def test_production_allows_ten_requests_a_second_and_counts_tokens_apart(easyship_twin: EasyshipTwin) -> None:
    """The eleventh is refused; another token is not concerned."""
    caller, other = client(easyship_twin), client(easyship_twin)
    easyship_twin.clock_stop()

    *served, _ = caller.hurry()

    assert [reply.status for reply in served] == [200] * 10
    assert other.ask("GET", "/2024-09/item_categories").status == 200


@pytest.mark.twin_limits(on=True)
def test_limits_come_before_the_token(easyship_twin: EasyshipTwin) -> None:
    """Whoever knocks with a wrong token is slowed down as well."""
    caller = Client(base=easyship_twin.sandbox, token="sand_" + easyship_twin.integration()["id"])

    easyship_twin.clock_stop()

    answered, _ = caller.hurry("/2024-09/countries")

    assert answered.status == 401


@pytest.mark.parametrize(
    ("state", "status", "code"), [("suspended", 403, "forbidden"), ("cancelled", 401, "invalid_token")]
)
def test_an_account_that_is_not_active_is_refused(
    easyship_twin: EasyshipTwin, state: str, status: int, code: str
) -> None:
    """A suspended company is asked to prove its identity; of a cancelled one no token works."""
    made = easyship_twin.integration()
    caller = Client(base=easyship_twin.production, token=made["production_token"])

    easyship_twin.set_state(made["account_id"], state)
    reply = caller.ask("GET", "/2024-09/account")
    easyship_twin.set_state(made["account_id"], "active")

    assert reply.status == status
    assert error(reply)["code"] == code
    assert caller.ask("GET", "/2024-09/account").status == 200


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("401", 401, "invalid_token"),
        ("403", 403, "forbidden"),
        ("429", 429, "too_many_requests"),
    ],
)
def test_faults_speak_as_easyship_does(easyship_twin: EasyshipTwin, kind: str, status: int, code: str) -> None:
    """A test that switches one on meets the body that the provider would send."""
    caller = client(easyship_twin)

    easyship_twin.fault(kind, paths="/2024-09/*", times=1)
    reply = caller.ask("GET", "/2024-09/countries")

    assert reply.status == status
    assert error(reply)["code"] == code
    assert caller.ask("GET", "/2024-09/countries").status == 200


def test_a_server_error_is_a_bare_text(easyship_twin: EasyshipTwin) -> None:
    """As recorded: no JSON at all; and a gateway's page is HTML with Cloudflare's 522."""
    caller = client(easyship_twin)

    easyship_twin.fault("500", times=1)
    broken = caller.ask("GET", "/2024-09/account")
    easyship_twin.fault("html", times=1)
    gateway = caller.ask("GET", "/2024-09/account")

    assert (broken.status, broken.text()) == (500, "Internal Server Error")
    assert gateway.status == 522
    assert gateway.text().startswith("<!DOCTYPE html>")
