from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector_samples import (
    API_REPLIES,
    CATALOGUE,
    CONNECTORS,
    EASYSHIP,
    HTML,
    SHIPHERO,
    TRANSPORT_KINDS,
    connector_id,
    easyship_error,
    reply,
    shiphero_error,
)
from crossdock.connectors import replies
from crossdock.connectors.model import Connector, ProbeStep
from crossdock.connectors.replies import Identity
from crossdock.egress.exchange import Reply

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ACCOUNT = {"account": {"name": "Acme Pets", "easyship_company_id": "CUS000001"}, "meta": {}}
ME: dict[str, Any] = {
    "data": {
        "me": {
            "data": {
                "email": "dev@acme.example",
                "scopes": ["view:account", "view:orders", "view:labor"],
                "account": {
                    "id": "QWNjb3VudDo3",
                    "legacy_id": 7,
                    "username": "Acme Pets",
                    "is_3pl": False,
                    "warehouses": [{"id": "a"}, {"id": "b"}],
                },
            }
        }
    }
}


def step(connector: Connector, key: str) -> ProbeStep:
    return next(one for one in connector.probe if one.key == key)


@pytest.mark.parametrize(("provider", "answer", "cause"), API_REPLIES, ids=connector_id)
def test_failed_reply_is_told_by_its_cause(provider: str, answer: Reply, cause: str) -> None:
    """A reply is read by its body and not by its status alone: one status has several causes."""
    found = replies.classify(connector=CATALOGUE.get(provider), reply=answer)

    assert found is not None
    assert found.key == cause


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        ("easyship", reply(200, {"shipments": [], "meta": {}})),
        ("easyship", reply(202, {"shipment": {}, "meta": {"status": "partial_success", "errors": ["no label"]}})),
        ("easyship", reply(200, b"%PDF-1.7", content_type="application/pdf")),
        ("shiphero", reply(200, {"data": {"user_quota": {"credits_remaining": 4004}}})),
        ("shiphero", reply(200, {"data": {"order": None}})),
        ("shiphero", reply(200, {"data": {"orders": {"data": {}}}, "errors": [{"message": "PII is hidden"}]})),
    ],
    ids=connector_id,
)
def test_success_has_no_cause(provider: str, answer: Reply) -> None:
    """Good data stays good, also beside a warning or where a label failed after the shipment was made."""
    assert replies.classify(connector=CATALOGUE.get(provider), reply=answer) is None


@pytest.mark.parametrize("connector", CONNECTORS, ids=connector_id)
def test_every_transport_failure_is_weather_or_says_why_not(connector: Connector) -> None:
    """What never brought a reply says nothing about the credential."""
    causes = [replies.transport_cause(connector=connector, kind=kind) for kind in TRANSPORT_KINDS]

    assert len({cause.key for cause in causes}) == len(TRANSPORT_KINDS)
    assert {cause.verdict for cause in causes} <= {"weather", "request"}


def test_refused_new_token_means_the_account() -> None:
    """ShipHero hands out dead tokens for a suspended account: a fresh token's 401 is told as that."""
    refused = SHIPHERO.cause("access_token_refused")

    assert replies.if_fresh(connector=SHIPHERO, cause=refused).key == "account_not_active"
    assert replies.if_fresh(connector=EASYSHIP, cause=EASYSHIP.cause("token_refused")).key == "token_refused"


def test_probe_reads_the_accounts_identity() -> None:
    """The person sees the name of the account that the token opens."""
    easyship = replies.probe_finding(connector=EASYSHIP, step=step(EASYSHIP, "account"), reply=reply(200, ACCOUNT))
    shiphero = replies.probe_finding(connector=SHIPHERO, step=step(SHIPHERO, "identity"), reply=reply(200, ME))

    assert easyship.identity == Identity("CUS000001", "Acme Pets", {"Company id": "CUS000001"})
    assert shiphero.identity is not None
    assert (shiphero.identity.id, shiphero.identity.name) == ("QWNjb3VudDo3", "Acme Pets")
    assert shiphero.identity.details["Warehouses"] == 2
    assert shiphero.identity.as_dict()["details"]["Account number"] == 7


def test_probe_tells_the_scopes_that_a_token_names_itself() -> None:
    """Of the scopes that the token lists, those matter that an action uses."""
    found = replies.probe_finding(connector=SHIPHERO, step=step(SHIPHERO, "identity"), reply=reply(200, ME))

    assert found.scopes_found == {"view:account", "view:orders", "view:labor"}
    assert found.scopes_missing == SHIPHERO.scopes.keys() - found.scopes_found


def test_scope_that_a_step_is_there_to_find_out_is_missing_without_failing() -> None:
    """A token that may not read shipments is still a good token."""
    answer = reply(403, easyship_error("forbidden"))

    found = replies.probe_finding(connector=EASYSHIP, step=step(EASYSHIP, "shipments"), reply=answer)

    assert found.cause is None
    assert found.scopes_missing == {"shipment:read"}


def test_weather_at_a_step_about_scopes_leaves_them_untested() -> None:
    """A sandbox that takes one request a second does not spoil the test of a good token."""
    found = replies.probe_finding(connector=EASYSHIP, step=step(EASYSHIP, "shipments"), reply=reply(429, b""))

    assert found.cause is None
    untested = replies.untested_scopes(connector=EASYSHIP, found=found.scopes_found, missing=found.scopes_missing)
    assert "shipment:read" in untested
    assert "rate:read" in untested


def test_dead_token_is_dead_at_every_step() -> None:
    """A refusal counts wherever it is met."""
    answer = reply(401, easyship_error("invalid_token"))

    found = [replies.probe_finding(connector=EASYSHIP, step=one, reply=answer) for one in EASYSHIP.probe]

    assert {one.cause.verdict if one.cause else None for one in found} == {"dead"}


def test_account_that_cannot_be_read_is_named_without_an_id() -> None:
    """Where the account page fails, the stand-in step links the account under a plain name."""
    answer = reply(200, {"item_categories": [], "meta": {}})

    found = replies.probe_finding(connector=EASYSHIP, step=step(EASYSHIP, "item_categories"), reply=answer)

    assert found.identity == Identity("", "Easyship account")
    assert found.scopes_found == {"reference:read"}


def test_no_reply_leaves_a_finding_with_its_cause() -> None:
    """An exchange that broke is kept as what it was."""
    cause = EASYSHIP.cause("answer_timeout")

    assert replies.no_finding(step=step(EASYSHIP, "account"), cause=cause).cause is cause
    assert replies.no_finding(step=step(EASYSHIP, "shipments"), cause=cause).cause is None


@pytest.mark.parametrize(
    ("provider", "name", "body", "data", "following"),
    [
        (
            "easyship",
            "easyship_list_shipments",
            {"shipments": [{"easyship_shipment_id": "ESUS1"}], "meta": {"pagination": {"next": 2, "count": None}}},
            [{"easyship_shipment_id": "ESUS1"}],
            "2",
        ),
        ("easyship", "easyship_list_shipments", {"shipments": [], "meta": {"pagination": {"next": None}}}, [], None),
        ("easyship", "easyship_get_account", ACCOUNT, ACCOUNT["account"], None),
        ("easyship", "easyship_delete_shipment", {"success": {"message": "done"}}, {"message": "done"}, None),
        (
            "shiphero",
            "shiphero_list_orders",
            {
                "data": {
                    "orders": {
                        "data": {
                            "pageInfo": {"hasNextPage": True, "endCursor": "abc"},
                            "edges": [{"node": {"id": "1"}}, {"node": None}],
                        }
                    }
                }
            },
            [{"id": "1"}],
            "abc",
        ),
        (
            "shiphero",
            "shiphero_list_products",
            {"data": {"products": {"data": {"pageInfo": {"hasNextPage": False, "endCursor": "abc"}, "edges": []}}}},
            [],
            None,
        ),
        ("shiphero", "shiphero_get_order", {"data": {"order": {"data": None}}}, None, None),
        (
            "shiphero",
            "shiphero_list_warehouses",
            {"data": {"account": {"data": {"warehouses": [{"id": "w"}]}}}},
            [{"id": "w"}],
            None,
        ),
    ],
)
def test_action_result_is_an_object_a_list_of_objects_or_nothing(
    provider: str, name: str, body: Any, data: Any, following: str | None
) -> None:
    """Results have the three forms that clients read, and one form of cursor."""
    connector = CATALOGUE.get(provider)

    found = replies.action_result(connector=connector, action=connector.actions[name], reply=reply(200, body))

    assert (found.data, found.next) == (data, following)


def test_half_success_carries_its_warnings() -> None:
    """A shipment without its label is a result with a warning, so that nobody creates it twice."""
    body = {"shipment": {"label_state": "failed"}, "meta": {"status": "partial_success", "errors": ["No solution"]}}

    found = replies.action_result(
        connector=EASYSHIP, action=EASYSHIP.actions["easyship_create_shipment"], reply=reply(202, body)
    )

    assert found.data == {"label_state": "failed"}
    assert found.warnings == ("No solution",)
    assert (found.outcome, found.errors[0]["message"]) == ("partial", "No solution")


@pytest.mark.parametrize(
    ("connector", "answer", "told"),
    [
        (SHIPHERO, reply(200, {"data": {"a": {}}, "errors": [{"message": "No", "code": 7, "field": "b"}]}), ["No"]),
        (SHIPHERO, reply(200, {"data": {"a": {}}}), []),
        (SHIPHERO, reply(200, {"data": {"errors": [{"message": "a field"}]}}), []),
        (EASYSHIP, reply(202, {"meta": {"status": "partial_success", "errors": ["a", "b"]}}), ["a", "b"]),
        (EASYSHIP, reply(202, {"shipments": [], "meta": {"status": "partial_success"}}), ["Easyship did a part of it"]),
        (EASYSHIP, reply(200, {"errors": [{"message": "no"}], "meta": {"status": "success"}}), []),
    ],
)
def test_what_a_success_left_out_is_told(connector: Connector, answer: Reply, told: list[str]) -> None:
    """Errors beside the data are told one by one, and never for an answer that is whole."""
    found = replies.errors_beside(connector=connector, reply=answer)

    assert [one["message"] for one in found] == told
    assert (replies.shortfall(connector=connector, reply=answer) is not None) == bool(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"error": {"code": "x"}}', {"error": {"code": "x"}}),
        ("{}", {}),
        ("", {"text": ""}),
        ("<h1>Bad Gateway</h1>", {"text": "<h1>Bad Gateway</h1>"}),
        ('["a"]', {"text": '["a"]'}),
        ('{"a": NaN}', {"text": '{"a": NaN}'}),
        ('{"a": "\\ud800"}', {"text": '{"a": "\\ud800"}'}),
        ('{"a": "\\u0000"}', {"text": '{"a": "\\u0000"}'}),
        ('{"a": "' + "x" * 60 + '"}', {"text": '{"a": "' + "x" * 33}),
        ('{"a":' * 2000, {"text": ('{"a":' * 2000)[:40]}),
    ],
)
def test_a_providers_words_are_an_object(text: str, told: dict[str, Any]) -> None:
    """JSON objects are told as they are; what is none, cut off, or could not be written again is told as text."""
    assert replies.raw(text, most=40) == told


def test_a_providers_words_hold_no_secret() -> None:
    """Secrets are out before the words are read, also where a cut would have left half of one."""
    token = "prod_" + "a1B2" * 10 + "="

    whole = replies.raw(f'{{"message": "wrong {token}"}}', most=400)
    cut = replies.raw(f"wrong {token}", most=20)

    assert token not in str(whole)
    assert whole.keys() == {"message"}
    assert token[:12] not in str(cut)


def test_errors_beside_data_hold_no_secret() -> None:
    """A provider that quotes a credential in an error does not hand it on."""
    secret = "sk9".join("0123456789abcdefABCDEF" for _ in range(3))
    answer = reply(200, {"data": {"a": {}}, "errors": [{"message": f"token: {secret}", "code": 9}]})

    found = replies.errors_beside(connector=SHIPHERO, reply=answer)

    assert secret not in repr(found)
    assert found[0]["code"] == 9


@pytest.mark.parametrize(
    ("provider", "answer", "seconds"),
    [
        ("easyship", reply(429, b"", x_ratelimit_reset=str(int(NOW.timestamp()) + 40)), 40.0),
        ("easyship", reply(429, b"", x_ratelimit_reset=str(int(NOW.timestamp()) - 5)), 0.0),
        ("easyship", reply(429, b"", retry_after="7"), 7.0),
        ("easyship", reply(429, b""), None),
        ("easyship", reply(429, b"", retry_after="soon"), None),
        ("easyship", reply(429, b"", retry_after="9" * 9), 86400.0),
        ("shiphero", reply(200, shiphero_error("…", 30, time_remaining="18 seconds")), 18.0),
        ("shiphero", reply(503, HTML, retry_after="Sat, 21 Nov 2026 12:00:30 GMT"), 30.0),
    ],
    ids=connector_id,
)
def test_wait_is_read_from_where_the_provider_says_it(provider: str, answer: Reply, seconds: float | None) -> None:
    """Headers, moments and words all give seconds; silence gives none."""
    found = replies.retry_after(connector=CATALOGUE.get(provider), reply=answer, now=NOW)

    assert found == seconds
    assert found is None or timedelta(seconds=found) <= timedelta(days=1)
