"""The switch of the twins' rate limits: off, on again, over a restart, and back with a reset."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.easyship_client import ERRORS_LINK, client, error
from twins import EasyshipTwin, ShipheroTwin, easyship_handle, fetch, running_twin

MANY = 200
ASK_FOR_MORE = "Contact your account manager to request a higher limit."
LIST = "{ orders { data(first: 40) { edges { node { line_items(first: 100) { edges { node { id } } } } } } } }"


def listing(twin: ShipheroTwin, token: str) -> Iterator[dict[str, Any]]:
    """Ask ShipHero over and over for what takes nearly a whole bucket, three hundred times at most."""
    for _ in range(300):
        reply = fetch(
            f"{twin.api}/graphql", method="POST", headers={"Authorization": f"Bearer {token}"}, data={"query": LIST}
        )
        yield {"status": reply.status, **reply.json()}


@pytest.mark.parametrize("environment", ["production", "sandbox"])
def test_without_limits_two_hundred_calls_pass_at_easyship(easyship_twin: EasyshipTwin, environment: str) -> None:
    """On both hosts, whichever was told; on again, the refusal is word for word what it was."""
    caller = client(easyship_twin, environment=environment)
    other = easyship_twin.sandbox if environment == "production" else easyship_twin.production
    easyship_twin.limits(on=True)

    told = fetch(f"{other}/_twin/limits", method="POST", data={"on": False}).json()
    easyship_twin.clock_stop()
    passed = [caller.ask("GET", "/2024-09/countries").status for _ in range(MANY)]
    easyship_twin.limits(on=True)
    *served, refused = caller.hurry("/2024-09/countries")

    assert told == {"on": False}
    assert passed == [200] * MANY
    assert len(served) == (10 if environment == "production" else 1)
    assert (refused.status, refused.headers["x-ratelimit-remaining"]) == (429, "0")
    assert error(refused) == {
        "code": "too_many_requests",
        "details": [f"You have reached the maximum number of requests per second. {ASK_FOR_MORE}"],
        "links": [ERRORS_LINK],
        "message": "Rate Limit Exceeded. You have reached the maximum number of requests. Please try again later.",
        "type": "invalid_request_error",
    }


def test_without_limits_two_hundred_calls_pass_at_shiphero(shiphero_twin: ShipheroTwin) -> None:
    """Each takes nearly a whole bucket; on again, the second one finds too few credits."""
    token = shiphero_twin.developer()["access_token"]
    shiphero_twin.clock_stop()

    passed = [answer for _, answer in zip(range(MANY), listing(shiphero_twin, token), strict=False)]
    shiphero_twin.limits(on=True)
    first, refused = _until_dry(shiphero_twin, token)

    assert [answer["status"] for answer in passed] == [200] * MANY
    assert not any("errors" in answer for answer in passed)
    assert "errors" not in first
    (item,) = refused["errors"]
    assert (refused["status"], refused["data"], item["code"], item["required_credits"]) == (200, None, 30, 4001)
    assert "There are not enough credits to perform the requested operation" in item["message"]


def _until_dry(twin: ShipheroTwin, token: str) -> list[dict[str, Any]]:
    answers = []
    for answer in listing(twin, token):
        answers.append(answer)
        if "errors" in answer:
            break
    return answers


def test_a_killed_twin_finds_its_limits_as_they_were_switched(tmp_path: Path) -> None:
    """As it finds its clock; a reset brings back what it was started with."""
    with running_twin("easyship", "--data-dir", str(tmp_path), "--seed", "empty") as facts:
        first = fetch(f"{facts['production']}/_twin/limits").json()
        easyship_handle(facts).limits(on=False)
        facts["process"].kill()
        facts["process"].wait(timeout=60)

    with running_twin("easyship", "--data-dir", str(tmp_path)) as facts:
        found = [fetch(f"{facts[host]}/_twin/limits").json() for host in ("production", "sandbox")]
        easyship_handle(facts).reset(seed="empty")
        after = [fetch(f"{facts[host]}/_twin/limits").json() for host in ("production", "sandbox")]

    assert (first, found, after) == ({"on": True}, [{"on": False}] * 2, [{"on": True}] * 2)


def test_a_reset_leaves_a_twin_without_limits_that_was_started_so(shiphero_twin: ShipheroTwin) -> None:
    """As the twins of these tests are."""
    shiphero_twin.limits(on=True)

    shiphero_twin.reset()

    assert shiphero_twin.control("GET", "/limits") == {"on": False}


def test_what_a_plan_meters_is_no_rate_limit(easyship_twin: EasyshipTwin) -> None:
    """A spent allowance is refused, and a fault strikes, also where nobody is too fast."""
    token = easyship_twin.integration("metered", scopes="all")["sandbox_token"]
    easyship_twin.subscription(allowance=1)
    sent = {"Authorization": f"Bearer {token}"}

    metered = [fetch(f"{easyship_twin.sandbox}/2024-09/hs_codes?code=4202", headers=sent).status for _ in range(2)]
    easyship_twin.fault("rate_limited", times=1)
    struck = fetch(f"{easyship_twin.sandbox}/2024-09/countries", headers=sent).status

    assert (metered, struck) == ([200, 403], 429)


@pytest.mark.twin_limits(on=True)
def test_a_mark_switches_them_for_a_test(easyship_twin: EasyshipTwin, shiphero_twin: ShipheroTwin) -> None:
    """For both twins."""
    assert [twin.control("GET", "/limits") for twin in (easyship_twin, shiphero_twin)] == [{"on": True}] * 2
