"""The control API and its page, over HTTP."""

import http.client
import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from twins import EasyshipTwin, Reply, fetch
from visitor import Visitor

ASKED = "/.well-known/oauth-authorization-server"


@pytest.fixture
def page(easyship_twin: EasyshipTwin) -> Visitor:
    visitor = Visitor(easyship_twin.production)
    visitor.visit("/_twin/")
    return visitor


def _ask(twin: EasyshipTwin) -> int:
    return fetch(f"{twin.production}{ASKED}").status


def _list(host: str, token: str) -> Reply:
    return fetch(f"{host}/2024-09/shipments?per_page=100", headers={"Authorization": f"Bearer {token}"})


def _shipments(host: str, token: str) -> list[Any]:
    shipments: list[Any] = _list(host, token).json()["shipments"]
    return shipments


def test_the_clock_is_one_for_both_hosts(easyship_twin: EasyshipTwin) -> None:
    """Turning it on one host turns it on the other, and a switch says whether the hub follows."""
    before = easyship_twin.now()

    easyship_twin.clock_advance("27d")
    other = fetch(
        f"{easyship_twin.sandbox}/_twin/clock", method="POST", data={"advance": "1d12h", "follow": True}
    ).json()

    assert timedelta(days=28, hours=12) <= easyship_twin.now() - before < timedelta(days=28, hours=12, minutes=1)
    assert (other["offset_seconds"], other["followed"]) == (28 * 86400 + 12 * 3600, True)


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/clock", {"advance": "-1d"}, 422),
        ("/clock", {"advance": 27}, 422),
        ("/clock", {}, 422),
        ("/clock", {"follow": "yes"}, 422),
        ("/clock", {"stopped": 1}, 422),
        ("/clock", {"stopped": True, "follow": True}, 422),
        ("/limits", {}, 422),
        ("/limits", {"on": "no"}, 422),
        ("/faults", {"kind": "418"}, 422),
        ("/faults", {"kind": "slow", "delay": -1}, 422),
        ("/faults", {"kind": "slow", "times": "two"}, 422),
        ("/faults", {"kind": "slow", "methods": "GET"}, 422),
        ("/seed", {"name": "moon"}, 422),
        ("/integrations", {}, 422),
        ("/integrations", {"name": "a", "scopes": ["made_up:read"]}, 422),
        ("/integrations", {"name": "a", "api_version": "2022-01"}, 422),
        ("/integrations", {"name": "a", "account_id": "CUS999999"}, 404),
        ("/integrations/nothing/regenerate", {"environment": "sandbox"}, 404),
        ("/oauth_apps", {"name": "a", "redirect_uris": ["not-a-url"]}, 422),
        ("/oauth_grants", {"client_id": "nobody"}, 404),
        ("/clock", [], 400),
    ],
)
def test_refusals_say_what_to_do(easyship_twin: EasyshipTwin, path: str, data: object, status: int) -> None:
    """Every refusal is JSON with a message and a remedy."""
    reply = fetch(f"{easyship_twin.production}/_twin{path}", method="POST", data=data)

    assert reply.status == status
    error = reply.json()["error"]
    assert error["message"].endswith(".")
    assert error["remedy"].endswith((".", "}."))


def test_a_foreign_page_cannot_post(easyship_twin: EasyshipTwin) -> None:
    """What a browser sends across origins without asking first is not read."""
    reply = fetch(
        f"{easyship_twin.production}/_twin/clock",
        method="POST",
        headers={"Content-Type": "text/plain"},
        body=b'{"advance": "27d"}',
    )

    assert reply.status == 415
    assert easyship_twin.control("GET", "/clock")["offset_seconds"] == 0


@pytest.mark.parametrize(
    ("kind", "status"), [("401", 401), ("403", 403), ("429", 429), ("500", 500), ("unauthorized", 401)]
)
def test_a_fault_answers_in_place_of_the_twin(easyship_twin: EasyshipTwin, kind: str, status: int) -> None:
    """As often as it was asked to, and no longer; the journal tells which calls met it."""
    easyship_twin.fault(kind, paths="/.well-known/*", times=2)

    answers = [_ask(easyship_twin) for _ in range(3)]

    assert answers == [status, status, 200]
    assert [entry["status"] for entry in easyship_twin.journal()] == answers
    assert easyship_twin.journal()[2]["fault"] is None
    assert easyship_twin.journal()[0]["fault"] is not None


def test_html_comes_where_json_is_expected(easyship_twin: EasyshipTwin) -> None:
    """The answer is a page, with the status that was asked for."""
    easyship_twin.fault("html", times=1, status=200)

    reply = fetch(f"{easyship_twin.production}{ASKED}")

    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert b"<html" in reply.body


def test_a_slow_answer_is_right_but_late(easyship_twin: EasyshipTwin) -> None:
    """Only the one request waits."""
    easyship_twin.fault("slow", delay=0.3, times=1)

    started = time.perf_counter()
    slow = _ask(easyship_twin)
    between = time.perf_counter()
    quick = _ask(easyship_twin)

    assert (slow, quick) == (200, 200)
    assert between - started >= 0.3
    assert easyship_twin.journal()[0]["duration_ms"] >= 300


def test_an_answer_is_cut_off_in_the_middle(easyship_twin: EasyshipTwin) -> None:
    """The promise of a length is broken, and the request has been carried out all the same."""
    easyship_twin.fault("cut", times=1)

    with pytest.raises(http.client.IncompleteRead):
        _ask(easyship_twin)

    assert [entry["status"] for entry in easyship_twin.journal()] == [200]
    assert _ask(easyship_twin) == 200


def test_faults_spare_control_and_dashboard(easyship_twin: EasyshipTwin) -> None:
    """A fault on everything leaves people and tests their pages, and these leave no trace in the journal."""
    easyship_twin.fault("500")

    visitor = Visitor(easyship_twin.production)
    statuses = [visitor.visit(path).status for path in ("/_twin/", "/sign-in", "/integrations", "/static/easyship.css")]

    assert statuses == [200] * 4
    assert easyship_twin.journal() == []
    easyship_twin.clear_faults()
    assert _ask(easyship_twin) == 200


def test_one_fault_is_switched_off(easyship_twin: EasyshipTwin) -> None:
    """A fault is removed by its number; an unknown number is told."""
    number = easyship_twin.fault("500")

    easyship_twin.control("DELETE", f"/faults/{number}")

    assert easyship_twin.control("GET", "/faults") == {"faults": []}
    assert fetch(f"{easyship_twin.production}/_twin/faults/{number}", method="DELETE").status == 404


def test_the_journal_shows_requests_without_their_secrets(easyship_twin: EasyshipTwin) -> None:
    """Method, host, path, query, headers, body, status, the twin's time; tokens are told apart, not shown."""
    made = easyship_twin.integration()
    token = made["production_token"]
    easyship_twin.clock_advance("1d")
    for bearer in (token, token, made["sandbox_token"]):
        fetch(
            f"{easyship_twin.production}/oauth2/revoke?page=2",
            method="POST",
            headers={"Authorization": f"Bearer {bearer}"},
            data={"token": bearer, "note": f"see {bearer}"},
        )

    entries = easyship_twin.journal("/oauth2/*")

    assert [entry["query"] for entry in entries] == ["page=2"] * 3
    seen = [entry["headers"]["authorization"] for entry in entries]
    assert seen[0] == seen[1] != seen[2]
    assert token[5:] not in json.dumps(entries)
    assert entries[0]["at"] > f"{easyship_twin.now() - timedelta(minutes=1):%Y-%m-%d}"
    easyship_twin.clear_journal()
    assert easyship_twin.journal() == []


def test_a_request_that_is_too_large_is_refused(easyship_twin: EasyshipTwin) -> None:
    """Ten mebibytes are enough for anybody."""
    reply = fetch(f"{easyship_twin.production}/oauth2/token", method="POST", body=b"x" * (10 * 1024 * 1024 + 1))

    assert reply.status == 413
    assert [entry["status"] for entry in easyship_twin.journal()] == [413]


@pytest.mark.parametrize(
    ("members", "rates"),
    [({}, set()), ({"scopes": "all"}, {"public.rate:read"}), ({"scopes": ["rate:read"]}, {"public.rate:read"})],
)
def test_integrations_are_made_without_the_pages(
    easyship_twin: EasyshipTwin, members: dict[str, Any], rates: set[str]
) -> None:
    """By default with the standard scopes, else with those that are named."""
    made = easyship_twin.integration(**members)

    assert made["production_token"].startswith("prod_")
    assert made["sandbox_token"].startswith("sand_")
    assert made["account_id"] == "CUS000001"
    assert {"public.rate:read"} & set(made["scopes"]) == rates


def test_integrations_are_changed_without_the_pages(easyship_twin: EasyshipTwin) -> None:
    """Scopes, one token, and the end."""
    made = easyship_twin.integration(api_version="2023-01")
    easyship_twin.set_scopes(made["id"], ["shipment"])
    changed = easyship_twin.regenerate(made["id"], "sandbox")
    easyship_twin.delete_integration(made["id"])

    assert changed["scopes"] == ["shipment"]
    assert changed["production_token"] == made["production_token"]
    assert changed["sandbox_token"] != made["sandbox_token"]
    assert fetch(f"{easyship_twin.production}/_twin/integrations/{made['id']}", method="DELETE").status == 404


def test_accounts_change_their_state(easyship_twin: EasyshipTwin) -> None:
    """An account is listed with its state; unknown accounts and states are refused."""
    easyship_twin.set_state("CUS000001", "cancelled")

    states = {account["id"]: account["state"] for account in easyship_twin.accounts()}
    unknown = [
        fetch(f"{easyship_twin.production}/_twin/accounts/{number}", method="PATCH", data={"state": state}).status
        for number, state in (("CUS000001", "gone"), ("CUS999999", "active"))
    ]

    assert states == {"CUS000001": "cancelled", "CGB000002": "active"}
    assert unknown == [422, 404]


def test_reset_makes_the_twin_new(easyship_twin: EasyshipTwin) -> None:
    """Clock, faults, journal, tokens, states and sign-ins are those of a new twin."""
    visitor = Visitor(easyship_twin.dashboard)
    visitor.visit("/sign-in")
    visitor.submit("/sign-in", {"email": easyship_twin.email, "password": easyship_twin.password})
    easyship_twin.integration()
    easyship_twin.set_state("CUS000001", "inactive")
    easyship_twin.clock_advance("27d")
    easyship_twin.fault("500")
    _ask(easyship_twin)

    easyship_twin.reset()

    assert easyship_twin.control("GET", "/clock")["offset_seconds"] == 0
    assert easyship_twin.control("GET", "/faults") == {"faults": []}
    assert easyship_twin.journal() == []
    assert {account["state"] for account in easyship_twin.accounts()} == {"active"}
    assert "Sign in" in visitor.visit("/integrations").text


def test_seeds_differ_in_what_there_is_to_ship(easyship_twin: EasyshipTwin) -> None:
    """The small shop has weeks of shipments on both hosts, the empty one has none; both have the same people."""
    counts = {}
    for seed in ("small-shop", "empty"):
        easyship_twin.reset(seed=seed)
        made = easyship_twin.integration()
        counts[seed] = [
            len(_shipments(host, made[f"{environment}_token"]))
            for environment, host in (("production", easyship_twin.production), ("sandbox", easyship_twin.sandbox))
        ]

    assert counts == {"small-shop": [24, 6], "empty": [0, 0]}


def test_the_api_sees_every_change_at_once(easyship_twin: EasyshipTwin) -> None:
    """Scopes, the company's state, another token, the end of the integration: the next call tells."""
    made = easyship_twin.integration()
    token, seen = made["production_token"], []
    changes: tuple[Callable[[], object], ...] = (
        lambda: None,
        lambda: easyship_twin.set_scopes(made["id"], ["label:write"]),
        lambda: easyship_twin.set_scopes(made["id"], ["shipment:read"]),
        lambda: easyship_twin.set_state("CUS000001", "suspended"),
        lambda: easyship_twin.set_state("CUS000001", "cancelled"),
        lambda: easyship_twin.set_state("CUS000001", "active"),
        lambda: easyship_twin.regenerate(made["id"], "production"),
    )

    for change in changes:
        change()
        seen.append(_list(easyship_twin.production, token).status)

    assert seen == [200, 403, 200, 403, 401, 200, 401]


def test_health_names_the_twin(easyship_twin: EasyshipTwin) -> None:
    """Both hosts say who they are, and that nothing that was due has failed."""
    told = [fetch(f"{host}/_twin/health").json() for host in (easyship_twin.production, easyship_twin.sandbox)]

    assert [(each["twin"], each["failed"]) for each in told] == [("easyship", []), ("easyship", [])]


def test_people_turn_the_clock_on_the_page(easyship_twin: EasyshipTwin, page: Visitor) -> None:
    """Buttons advance it, a field takes any span, and a wrong span is told."""
    page.submit("/page/clock", {"advance": "27d"})
    turned = page.page.text
    page.submit("/page/clock", {"advance": "soon"}, which=1)
    refused = page.page.text
    page.submit("/page/follow", {"follow": "on"})

    assert "The clock now says" in turned
    assert "27 days and 0.0 hours ahead" in turned
    assert "Write a span as numbers" in refused
    assert "follows this clock" in page.page.text
    assert easyship_twin.control("GET", "/clock") | {"now": ""} == {
        "now": "",
        "offset_seconds": 27 * 86400,
        "followed": True,
        "stopped": False,
    }


def test_a_stopped_clock_stands_on_both_hosts(easyship_twin: EasyshipTwin) -> None:
    """Until it is turned, or started; nobody can follow it meanwhile."""
    easyship_twin.clock_stop()
    stood = [fetch(f"{host}/_twin/clock").json()["now"] for host in (easyship_twin.production, easyship_twin.sandbox)]
    followed = fetch(f"{easyship_twin.sandbox}/_twin/clock", method="POST", data={"follow": True})
    turned = easyship_twin.clock_advance("1d")
    again = easyship_twin.now()
    easyship_twin.clock_start()

    assert len({*stood}) == 1
    assert (followed.status, followed.json()["error"]["message"]) == (422, "A hub cannot follow a clock that stands.")
    assert turned == again == datetime.fromisoformat(stood[0]) + timedelta(days=1)
    assert easyship_twin.now() > again
    assert not easyship_twin.control("GET", "/clock")["stopped"]


def test_people_stop_the_clock_on_the_page(easyship_twin: EasyshipTwin, page: Visitor) -> None:
    """A button stops it and starts it again."""
    page.submit("/page/stop", {"clock": "stop"})
    standing, stopped = page.page.text, easyship_twin.control("GET", "/clock")["stopped"]
    page.submit("/page/follow", {"follow": "on"})
    refused = page.page.text
    page.submit("/page/stop", {"clock": "start"})

    assert "It stands until somebody turns it." in standing
    assert stopped
    assert "A hub cannot follow a clock that stands." in refused
    assert "The clock goes again." in page.page.text
    assert not easyship_twin.control("GET", "/clock")["stopped"]


def test_people_switch_the_limits_on_the_page(easyship_twin: EasyshipTwin, page: Visitor) -> None:
    """The page says how they are, and its button does the other thing."""
    easyship_twin.limits(on=True)
    page.visit("/_twin/")
    before = page.page.text
    page.submit("/page/limits", {"limits": "off"})
    off, off_on_the_page = easyship_twin.control("GET", "/limits"), page.page.text
    page.submit("/page/limits", {"limits": "on"})

    assert "is refused , as Easyship does it" in before.replace("refused,", "refused ,")
    assert off == {"on": False}
    assert off_on_the_page.count("as often as they like") == 2
    assert easyship_twin.control("GET", "/limits") == {"on": True}
    assert "Switch the limits off" in page.page.text


def test_people_switch_faults_on_the_page(easyship_twin: EasyshipTwin, page: Visitor) -> None:
    """A fault goes on with its fields and off with its button."""
    page.submit(
        "/page/faults", {"kind": "rate_limited", "paths": "/.well-known/*", "methods": "GET POST", "every": "2"}
    )
    shown = page.page.text
    answers = [_ask(easyship_twin) for _ in range(2)]
    page.submit("/page/faults/remove")

    assert "rate_limited on /.well-known/* for GET, POST , one request in 2" in shown.replace("POST,", "POST ,")
    assert answers == [200, 429]
    assert "Every request is answered as it should be." in page.page.text


def test_people_see_the_journal_and_clear_it(easyship_twin: EasyshipTwin, page: Visitor) -> None:
    """The newest requests stand on the page."""
    _ask(easyship_twin)
    page.visit("/_twin/")
    shown = page.page.text

    page.submit("/page/journal/clear")

    assert ASKED in shown
    assert "No requests yet." in page.page.text


def test_people_change_accounts_and_data_on_the_page(easyship_twin: EasyshipTwin, page: Visitor) -> None:
    """States, seeds and the reset have their forms."""
    page.submit("/page/accounts", {"state": "suspended"})
    suspended = easyship_twin.accounts()[0]["state"]
    page.submit("/page/seed", {"name": "small-shop"})
    seeded = easyship_twin.accounts()[0]["state"]
    page.submit("/page/reset")

    assert (suspended, seeded) == ("suspended", "active")
    assert "The twin is as new." in page.page.text


def test_people_register_an_app_on_the_page(page: Visitor) -> None:
    """The secret is shown once, the id stays."""
    uris = "https://hub.example/a https://hub.example/b"
    page.submit("/page/oauth_apps", {"name": "Pallet Pilot", "redirect_uris": uris})
    first = page.page.text

    page.visit("/_twin/")

    assert "Client secret:" in first
    assert "Client secret:" not in page.page.text
    assert "https://hub.example/b" in page.page.text


def test_the_page_refuses_forms_of_others(page: Visitor) -> None:
    """A form without this page's token changes nothing."""
    refused = page.submit("/page/reset", {"csrf": "guessed"})

    assert refused.status == 403
    assert "Nothing was changed" in refused.text
