"""The Easyship twin's metered calls, special rate limits and Subscription page."""

import pytest

from conformance.easyship_client import Client, client, error, rates
from twins import EasyshipTwin
from visitor import Visitor

_SPENT = "API usage limit exceeded. Please upgrade your plan or wait for your usage period to reset."
_CODES = "/2024-09/hs_codes?code=4202"


@pytest.fixture
def sandbox(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin, environment="sandbox")


def test_a_spent_allowance_refuses_until_the_month_is_over(easyship_twin: EasyshipTwin, sandbox: Client) -> None:
    """403 with a sentence, for metered calls alone; the next month begins with nothing used."""
    easyship_twin.subscription(allowance=1)

    first = sandbox.ask("POST", "/2024-09/rates", rates())
    easyship_twin.clock_advance("2s")
    second = sandbox.ask("GET", _CODES)
    easyship_twin.clock_advance("2s")
    other = sandbox.ask("GET", "/2024-09/countries")
    easyship_twin.clock_advance("31d")
    later = sandbox.ask("GET", _CODES)

    assert [reply.status for reply in (first, second, other, later)] == [200, 403, 200, 200]
    assert (error(second)["code"], error(second)["details"]) == ("forbidden", [_SPENT])


def test_a_card_on_file_is_billed_instead(easyship_twin: EasyshipTwin) -> None:
    """In production; the month ends with a subscription document over what went beyond the plan."""
    easyship_twin.subscription(plan="free", allowance=0)
    caller = client(easyship_twin)

    replies = [caller.ask("GET", _CODES) for _ in range(3)]
    shown = easyship_twin.subscription()

    assert [reply.status for reply in replies] == [200, 200, 200]
    assert shown["usage"]["production"]["operations"] == {"hs_code_index": 3}


def test_only_successful_calls_count(easyship_twin: EasyshipTwin) -> None:
    """A refused one costs nothing; the environments count apart."""
    caller = client(easyship_twin)

    caller.ask("POST", "/2024-09/rates", {**rates(), "parcels": []})
    caller.ask("POST", "/2024-09/rates", rates())

    usage = easyship_twin.subscription()["usage"]
    assert usage["production"]["operations"] == {"rates_request": 1}
    assert (usage["sandbox"]["operations"], usage["sandbox"]["allowance"]) == ({}, 1000)


@pytest.mark.twin_limits(on=True)
def test_hs_codes_may_be_asked_for_more_often(easyship_twin: EasyshipTwin) -> None:
    """A hundred times a second, where everything else may be asked for ten times."""
    caller = client(easyship_twin)
    easyship_twin.clock_stop()

    codes = caller.hurry(_CODES)
    others = caller.hurry("/2024-09/tags")

    assert (len(codes), len(others)) == (101, 11)


@pytest.mark.twin_limits(on=True)
def test_taxes_have_a_limit_for_the_day(easyship_twin: EasyshipTwin) -> None:
    """A hundred; the refusal names the day, and when it is over."""
    caller = client(easyship_twin)
    easyship_twin.clock_stop()
    for _ in range(10):
        for _ in range(10):
            caller.ask("POST", "/2024-09/taxes_and_duties", {})
        easyship_twin.clock_advance("10s")

    refused = caller.ask("POST", "/2024-09/taxes_and_duties", {})

    assert (refused.status, refused.headers["x-ratelimit-limit"]) == (429, "100")
    assert error(refused)["details"][0].startswith("You have reached the maximum number of requests per day.")
    assert int(refused.headers["x-ratelimit-reset"]) % 86_400 == 0


@pytest.fixture
def owner(easyship_twin: EasyshipTwin) -> Visitor:
    visitor = Visitor(easyship_twin.dashboard)
    visitor.visit("/sign-in")
    visitor.submit("/sign-in", {"email": easyship_twin.email, "password": easyship_twin.password})
    return visitor


def test_the_subscription_page_shows_what_was_used(easyship_twin: EasyshipTwin, owner: Visitor) -> None:
    """By operation, for both environments; an admin changes plan and units there."""
    client(easyship_twin).ask("GET", _CODES)

    page = owner.visit("/subscription")
    changed = owner.submit("/subscription/plan", {"plan": "scale"})
    owner.submit("/subscription/units", {"units": "imperial"})

    assert "1 of 5000 metered calls" in page.text
    assert "hs_code_index" in page.text
    assert "You are on the scale plan now." in changed.text
    assert (easyship_twin.subscription()["plan"], easyship_twin.subscription()["units"]) == ("scale", "imperial")


def test_what_is_no_plan_is_refused(easyship_twin: EasyshipTwin, owner: Visitor) -> None:
    """The page says what to do, and nothing changes."""
    owner.visit("/subscription")

    page = owner.submit("/subscription/plan", {"plan": "gold"})

    assert "Choose one from the list." in page.text
    assert easyship_twin.subscription()["plan"] == "premier"
