"""What `POST /actions/rpc` answers with: files as they are, lists to their end, and causes for what goes wrong."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from agent import asked
from crossdock.db.embedded import Embedded
from desk import Desk, number, open_desk
from house import Answer
from shared_house import fresh_database, link_pasted, opened
from twins import EasyshipTwin, ShipheroTwin, limited

LINK = re.compile(r"/shipments/([0-9a-f-]{36})/shipping_documents/([a-z_]+)")
PAGES = 50
"""So many pages of twenty the shipments of the seed fill."""


@pytest_asyncio.fixture(scope="module")
async def shop(
    postgres: Embedded,
    postgres_dsn: str,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Desk]:
    """Serve a house on twins in which a small shop has sold for a while."""
    easyship_twin_process.reset(seed="medium")
    shiphero_twin_process.reset()
    origins = {
        "https://public-api.easyship.com": easyship_twin_process.production,
        "https://api.easyship.com": easyship_twin_process.production,
        "https://public-api.shiphero.com": shiphero_twin_process.api,
    }
    folder = tmp_path_factory.mktemp("answers")
    async with (
        fresh_database(postgres, postgres_dsn) as dsn,
        opened(dsn, data_dir=folder, origin_rewrites=origins) as live,
    ):
        yield await open_desk(live, easyship_twin_process, shiphero_twin_process, name="answers")


@pytest.fixture
def desk(shop: Desk) -> Desk:
    """Give the desk with its twins in order and their journals empty."""
    for twin in (shop.easyship_twin, shop.shiphero_twin):
        twin.clear_faults()
        twin.clear_journal()
    shop.later(timedelta(minutes=2))
    return shop


async def _files(desk: Desk) -> dict[str, dict[str, Any]]:
    """Return the inputs of each action that gives a file."""
    papers = (await desk.rpc("easyship_list_billing_documents", members={"query": {"page_size": 1}})).json()["data"]
    query = {"label_state": ["generated", "printed"], "page_size": 20}
    labelled = (await desk.rpc("easyship_list_shipments", members={"query": query})).json()["data"]
    abroad = next(one for one in labelled if one["destination_address"]["country_alpha2"] != "US")
    path = {"easyship_shipment_id": abroad["easyship_shipment_id"]}
    shown = await desk.rpc("easyship_get_shipment", members={"path": path, "query": {"format": "url"}})
    link = LINK.search(shown.text())
    assert link is not None, shown.text()
    return {
        "easyship_download_billing_document": {"path": {"id": papers[0]["id"]}},
        "easyship_download_shipment_document": {"path": path, "query": {"document_type": "commercial_invoice"}},
        "easyship_download_document_link": {"path": {"shipment_uuid": link[1], "category": link[2]}},
    }


async def test_files_come_as_files(desk: Desk) -> None:
    """Each action that gives a file answers with its bytes, type and name, never to be shown as a page of the hub."""
    files = await _files(desk)
    of_catalogue = {
        action.name
        for connector in desk.live.house.catalogue.connectors()
        for action in connector.actions.values()
        if action.file
    }

    assert files.keys() == of_catalogue
    for action, inputs in files.items():
        answer = await desk.rpc(action, members=inputs)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf"), answer.body[:300]
        assert answer.body.startswith(b"%PDF-")
        assert re.match(r'attachment; filename="[^"]+\.pdf"; filename\*=UTF-8', answer.headers["content-disposition"])
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox"


async def test_files_reach_agents_beside_the_text(desk: Desk) -> None:
    """A tool's result names the file, and holds it as an embedded resource."""
    action, inputs = next(iter((await _files(desk)).items()))
    plain = await desk.rpc(action, members=inputs)
    answer = await asked(desk.live, "tools/call", {"name": action, "arguments": inputs}, x_account_id=desk.easyship)

    result = answer.json()["result"]
    assert result["structuredContent"]["data"]["type"] == "application/pdf"
    resource = next(block["resource"] for block in result["content"] if block["type"] == "resource")
    assert resource["mimeType"] == "application/pdf"
    assert base64.b64decode(resource["blob"])[:5] == plain.body[:5] == b"%PDF-"


def _lines(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.body.splitlines()]


@pytest.mark.parametrize(
    ("action", "query"),
    [
        ("easyship_list_shipments", {"page_size": 40}),
        ("shiphero_list_locations", {"page_size": 5}),
    ],
)
async def test_a_list_comes_to_its_end(desk: Desk, action: str, query: dict[str, Any]) -> None:
    """Row by row, the same rows as page by page, and a last line that says that it is whole."""
    expected: list[Any] = []
    following: str | None = ""
    while following is not None:
        desk.later(timedelta(seconds=20))
        asked_for = {**query, **({"next": following} if following else {})}
        page = (await desk.rpc(action, members={"query": asked_for})).json()
        expected += page["data"]
        following = page["next"]
    desk.later(timedelta(minutes=2))
    answer = await desk.rpc(action, members={"query": query}, accept="application/x-ndjson")

    *rows, last = _lines(answer)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert last == {"end": {"rows": len(expected)}}
    assert [row["id" if "id" in row else "easyship_shipment_id"] for row in rows] == [
        row["id" if "id" in row else "easyship_shipment_id"] for row in expected
    ]


async def test_weather_on_the_way_is_waited_out(desk: Desk) -> None:
    """A page that fails once is read again: no row is lost, none comes twice."""
    whole = _lines(await desk.rpc("easyship_list_shipments", members={"collect": True}))
    desk.later(timedelta(minutes=2))
    desk.easyship_twin.fault("server_error", paths="/2024-09/shipments", times=2, every=4)
    answer = await desk.rpc("easyship_list_shipments", members={"collect": True})

    rows = _lines(answer)
    assert rows[-1] == whole[-1]
    assert [row.get("easyship_shipment_id") for row in rows] == [row.get("easyship_shipment_id") for row in whole]


async def test_a_failure_midway_says_from_where_to_go_on(desk: Desk) -> None:
    """What cannot be waited out ends the answer; going on from its `next` gives the rest."""
    query = {"page_size": 40}
    whole = _lines(await desk.rpc("easyship_list_shipments", members={"query": query, "collect": True}))
    desk.later(timedelta(minutes=2))
    desk.easyship_twin.fault("forbidden", paths="/2024-09/shipments", every=3, times=1)
    broken = _lines(await desk.rpc("easyship_list_shipments", members={"query": query, "collect": True}))
    desk.later(timedelta(minutes=2))
    query = {**query, "next": broken[-1]["next"]}
    rest = _lines(await desk.rpc("easyship_list_shipments", members={"query": query, "collect": True}))

    last = broken[-1]
    assert (last["rows"], last["error"]["status"]) == (len(broken) - 1, 403)
    assert last["error"]["remedy"]
    ids = [row["easyship_shipment_id"] for row in (*broken[:-1], *rest[:-1])]
    assert ids == [row["easyship_shipment_id"] for row in whole[:-1]]


async def test_what_has_no_pages_is_refused(desk: Desk) -> None:
    """The error is an ordinary one, and nothing is sent; so it is for wrong inputs."""
    refused = await desk.rpc("easyship_get_account", members={"collect": True})
    wrong = await desk.rpc("easyship_list_shipments", members={"collect": True, "query": {"shipment_state": "lost"}})

    assert (refused.status, refused.json()["code"]) == (422, "collect_impossible")
    assert (wrong.status, wrong.json()["invalid_fields"][0]["field"]) == (422, "query.shipment_state")
    assert desk.easyship_twin.journal("/2024-09/*") == []


async def test_who_goes_away_ends_the_reading(desk: Desk) -> None:
    """After the first row the caller leaves: the reading stops before its end."""
    desk.easyship_twin.fault("slow", paths="/2024-09/shipments", delay=0.3)
    key = base64.b64encode(f"{desk.live.tenant.key.reveal()}:".encode()).decode()
    headers = {"authorization": f"Basic {key}", "x-account-id": desk.easyship}
    data = {"action": "easyship_list_shipments", "query": {"page_size": 20}, "collect": True}
    async with desk.live.client.post(f"{desk.live.url}/actions/rpc", json=data, headers=headers) as reply:
        await reply.content.readline()
        reply.close()
    before, seen = 0, 1
    while seen != before:
        await asyncio.sleep(1.5)
        before, seen = seen, len(desk.easyship_twin.journal("/2024-09/shipments"))

    assert seen < PAGES


async def test_a_label_that_failed_is_no_success(desk: Desk) -> None:
    """Easyship makes the shipment and says 202: the result comes with what fell short."""
    inputs = desk.shipment(number())
    inputs["body"]["destination_address"] = {**inputs["body"]["destination_address"], "postal_code": "00001"}
    inputs["body"]["shipping_settings"] = {"buy_label": True, "buy_label_synchronous": True}
    made = await desk.rpc("easyship_create_shipment", members=inputs)

    assert made.status == 200, made.text()
    assert made.json()["data"]["easyship_shipment_id"]
    assert made.json()["warnings"]


async def test_spent_credits_are_a_wait(desk: Desk) -> None:
    """ShipHero's code 30 is 429, with the seconds that it names."""
    with limited(desk.shiphero_twin):
        for _ in range(60):
            refused = await desk.rpc("shiphero_list_orders", members={"query": {"page_size": 100}})
            if refused.status != 200:
                break

    assert (refused.status, refused.json()["code"]) == (429, "credits_spent"), refused.text()
    assert 1 <= int(refused.headers["retry-after"]) <= 70


async def test_a_blocked_network_is_not_the_tokens_fault(desk: Desk) -> None:
    """A page with 403 comes from before the API: weather, and the account stays as it is."""
    desk.shiphero_twin.fault("html", paths="/graphql", times=1, status=403)
    refused = await desk.rpc("shiphero_get_me")
    after = await desk.rpc("shiphero_get_me")

    assert (refused.status, refused.json()["code"]) == (502, "network_blocked")
    assert after.status == 200


async def test_a_missing_scope_is_named(desk: Desk) -> None:
    """The error says which scope, and where a person ticks it."""
    made = desk.easyship_twin.integration("narrow", scopes=["public.tag:read"])
    account = await link_pasted(desk.live, made["production_token"], owner="narrow")
    data = {"action": "easyship_list_shipments"}
    refused = await desk.live.call("POST", "/actions/rpc", data=data, headers={"x-account-id": account})

    told = refused.json()
    assert (refused.status, told["code"], told["scopes"]) == (403, "scope_missing", ["shipment:read"]), told
    assert "shipment:read" in told["message"]
    assert "tick the permission" in told["remedy"]
    assert told["provider_errors"][0]["status"] == 403
