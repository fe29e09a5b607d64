from http.client import HTTPConnection

import pytest

from shiphero_client import Client, new_client
from twins import Reply, ShipheroTwin

pytestmark = pytest.mark.twin_limits(on=True)

_PAGE = "query($n: Int) { orders { request_id complexity data(first: $n) { edges { node { id } } } } }"
_NESTED = """query($n: Int, $m: Int) { orders { complexity data(first: $n) {
  edges { node { id line_items(first: $m) { edges { node { id } } } } } } } }"""
_QUOTA = "{ user_quota { credits_remaining max_available increment_rate is_expired expiration_date time_remaining } }"


def _cost(answer: dict[str, object]) -> object:
    extensions = answer["extensions"]
    assert isinstance(extensions, dict)
    return extensions["throttling"]["cost"]


def _statuses_of_nothing(client: Client, times: int) -> set[int]:
    """Send empty requests over one connection, and give the statuses that came."""
    connection = HTTPConnection(client.api.removeprefix("http://"), timeout=30)
    statuses = set()
    for _ in range(times):
        connection.request("POST", "/graphql", b"{}", {"Authorization": f"Bearer {client.token}"})
        reply = connection.getresponse()
        reply.read()
        statuses.add(reply.status)
    connection.close()
    return statuses


def _dry(client: Client) -> Reply:
    """Take from a full bucket, and ask for more than is left."""
    taken, refused = (client.post(_NESTED, {"n": 40, "m": 100}) for _ in range(2))
    assert "errors" not in taken.json()
    return refused


def test_every_successful_answer_tells_its_cost(shiphero_twin: ShipheroTwin) -> None:
    """The envelope has the estimate, the extensions what was charged."""
    answer = new_client(shiphero_twin).answer(_PAGE, {"n": 10})

    assert answer["data"]["orders"]["complexity"] == 11
    assert _cost(answer) == 11


def test_what_a_page_did_not_use_comes_back(shiphero_twin: ShipheroTwin) -> None:
    """A reserve of 1001 for a shop of 120 orders is charged as 121."""
    client = new_client(shiphero_twin)
    shiphero_twin.clock_stop()

    answer = client.answer(_PAGE, {"n": 1000})

    assert answer["data"]["orders"]["complexity"] == 1001
    assert _cost(answer) == 121
    assert client.data(_QUOTA)["user_quota"]["credits_remaining"] == 4004 - 121


def test_the_charge_never_exceeds_the_estimate(shiphero_twin: ShipheroTwin) -> None:
    """Rows of outer and inner lists together cost at most what was reserved."""
    answer = new_client(shiphero_twin).answer(_NESTED, {"n": 20, "m": 1})

    assert answer["data"]["orders"]["complexity"] == 21
    assert _cost(answer) == 21


def test_the_quota_has_no_envelope_and_costs_nothing(shiphero_twin: ShipheroTwin) -> None:
    """user_quota answers straight; its fields of the time with a window are empty."""
    client = new_client(shiphero_twin)

    answer = client.answer(_QUOTA)

    assert answer["data"]["user_quota"] == {
        "credits_remaining": 4004,
        "max_available": 4004,
        "increment_rate": 60,
        "is_expired": False,
        "expiration_date": None,
        "time_remaining": None,
    }
    assert _cost(answer) == 0


def test_a_dry_bucket_is_code_30(shiphero_twin: ShipheroTwin) -> None:
    """Too few credits: HTTP 200, data null, and an item with every documented member."""
    client = new_client(shiphero_twin)
    shiphero_twin.clock_stop()

    dry = _dry(client)

    (item,) = dry.json()["errors"]
    assert dry.status == 200
    assert dry.json()["data"] is None
    assert set(item) == {
        *("message", "operation", "request_id", "code"),
        *("required_credits", "remaining_credits", "time_remaining"),
    }
    assert (item["code"], item["operation"], item["required_credits"]) == (30, "orders", 4001)
    wait = -(-(4001 - item["remaining_credits"]) // 60)
    assert item["time_remaining"] == f"{wait} seconds"
    assert f"only {item['remaining_credits']} left. In {wait} seconds you will" in item["message"]


def test_the_bucket_refills_on_the_twins_clock(shiphero_twin: ShipheroTwin) -> None:
    """Turning the clock by the time named brings the credits."""
    client = new_client(shiphero_twin)
    shiphero_twin.clock_stop()
    _dry(client)

    shiphero_twin.clock_advance("67s")

    assert "errors" not in client.answer(_NESTED, {"n": 40, "m": 100})


def test_what_no_bucket_could_pay_is_refused_at_once(shiphero_twin: ShipheroTwin) -> None:
    """100 orders with 100 line items each need 10001 credits, and waiting would not help."""
    client = new_client(shiphero_twin)

    item = client.error("{ orders { data { edges { node { line_items { edges { node { id } } } } } } } }")

    assert (item["code"], item["required_credits"]) == (30, 10001)
    assert item["time_remaining"] == "0 seconds"
    assert client.data(_QUOTA)["user_quota"]["credits_remaining"] == 4004


def test_analyze_tells_the_cost_and_does_nothing(shiphero_twin: ShipheroTwin) -> None:
    """With analyze the answer has request_id and complexity, empty data, and is free."""
    client = new_client(shiphero_twin)

    answer = client.answer("{ orders(analyze: true) { request_id complexity data { edges { node { id } } } } }")
    single = client.answer('{ order(id: "none", analyze: true) { complexity data { id } } }')
    page = client.answer("{ vendors(analyze: true) { complexity data(first: 5) { edges { node { id } } } } }")

    assert answer["data"]["orders"]["complexity"] == 101
    assert answer["data"]["orders"]["request_id"]
    assert answer["data"]["orders"]["data"] == {"edges": []}
    assert _cost(answer) == 0
    assert single["data"]["order"] == {"complexity": 1, "data": None}
    assert page["data"]["vendors"] == {"complexity": 6, "data": {"edges": []}}


def test_developers_have_buckets_of_their_own(shiphero_twin: ShipheroTwin) -> None:
    """What one developer user spends is not missing for another of the same account."""
    first, second = new_client(shiphero_twin, "a@shop.example"), new_client(shiphero_twin, "b@shop.example")
    shiphero_twin.clock_stop()

    first.data(_PAGE, {"n": 120})

    assert first.data(_QUOTA)["user_quota"]["credits_remaining"] == 4004 - 121
    assert second.data(_QUOTA)["user_quota"]["credits_remaining"] == 4004


def test_more_than_7000_requests_in_five_minutes_are_429(shiphero_twin: ShipheroTwin) -> None:
    """The second limit counts requests, failures included, whatever they cost."""
    client = new_client(shiphero_twin)
    shiphero_twin.clock_stop()
    statuses = _statuses_of_nothing(client, 7000)

    refused = client.post(_QUOTA)
    shiphero_twin.clock_advance("5m")
    admitted = client.post(_QUOTA)

    assert statuses == {400}
    assert refused.status == 429
    assert refused.json() == {"message": "More than 7000 requests in 5 minutes. Wait and send fewer."}
    assert admitted.status == 200
