"""The client's proxy: the provider's bytes, streamed, and whose refusal it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest

from client_house import MANNERS, ONCE, SOON, Desk, Manner
from crossdock_client import AsyncCrossdock, Crossdock, ForbiddenError, NoAnswerError, NotFoundError

CATEGORIES = "/2024-09/item_categories"
TAGS = "/2024-09/tags"
QUERY = "{ orders { data(first: 3) { edges { node { order_number } } } } }"


def key_of(desk: Desk) -> tuple[str, str]:
    return desk.live.tenant.key.reveal(), desk.live.url


@pytest.mark.parametrize("manner", MANNERS)
async def test_a_request_passes_as_it_is(desk: Desk, manner: Manner) -> None:
    """Query, headers and body go on to the provider, and its answer comes back with status, headers and bytes."""
    async with desk.speaking(manner) as speak:
        listed = await speak("proxy.request", "GET", CATEGORIES, account_id=desk.reader, params={"per_page": 2})
        made = await speak(
            "proxy.request", "post", TAGS, account_id=desk.writer, json={"name": f"T {manner}"}, priority="bulk"
        )
        orders = await speak("proxy.request", "POST", "graphql", account_id=desk.graph, json={"query": QUERY})

    assert listed.status_code == 200
    assert len(listed.json()["item_categories"]) == 2
    assert made.status_code == 201
    assert len(orders.json()["data"]["orders"]["data"]["edges"]) == 3
    assert desk.written() == 1


@pytest.mark.parametrize("manner", MANNERS)
async def test_the_providers_refusal_is_an_answer_and_the_hubs_an_error(desk: Desk, manner: Manner) -> None:
    """A 404 of the provider is given as it is; what the hub does not let through is raised, and reaches nobody."""
    async with desk.speaking(manner) as speak:
        missing = await speak("proxy.request", "GET", "/2024-09/shipments/none", account_id=desk.reader)
        with pytest.raises(ForbiddenError) as refused:
            await speak("proxy.request", "POST", TAGS, account_id=desk.reader, json={"name": "no"})
        with pytest.raises(NotFoundError):
            await speak("proxy.request", "GET", CATEGORIES, account_id="acc_none")

    assert missing.status_code == 404
    assert missing.headers["x-crossdock-error"] == "provider"
    assert refused.value.code == "effect_not_granted"
    assert desk.written() == 0


@pytest.mark.parametrize("manner", MANNERS)
async def test_a_write_whose_answer_is_lost_is_made_once(desk: Desk, manner: Manner) -> None:
    """The key that goes along brings the first answer again; a body that is used up is not sent again."""

    def parts() -> Iterator[bytes]:
        yield json.dumps({"name": f"Parts {manner}"}).encode()

    async def aparts() -> AsyncIterator[bytes]:
        for part in parts():
            yield part

    headers = {"content-type": "application/json"}
    async with desk.speaking(manner, retries=SOON, lost=1) as speak:
        made = await speak("proxy.request", "POST", TAGS, account_id=desk.writer, json={"name": f"Once {manner}"})
    async with desk.speaking(manner, retries=SOON, lost=1) as speak:
        content = parts() if manner == "sync" else aparts()
        with pytest.raises(NoAnswerError):
            await speak("proxy.request", "POST", TAGS, account_id=desk.writer, content=content, headers=headers)

    assert made.status_code == 201
    assert desk.written() == 2


async def test_an_answer_can_be_read_as_it_comes(desk: Desk) -> None:
    """A streamed answer is there before its end, and its parts are the whole."""
    async with AsyncCrossdock(*key_of(desk), retries=ONCE) as client:
        whole = await client.proxy.request("GET", CATEGORIES, account_id=desk.reader)
        async with client.proxy.stream("GET", CATEGORIES, account_id=desk.reader) as answer:
            begun = (answer.status_code, answer.is_stream_consumed)
            parts = [part async for part in answer.aiter_bytes(chunk_size=512)]

    assert begun == (200, False)
    assert len(parts) > 1
    assert json.loads(b"".join(parts))["item_categories"] == whole.json()["item_categories"]


async def test_a_refused_stream_is_an_error(desk: Desk) -> None:
    """What the hub refuses is raised where a stream is opened, in both manners."""

    def refused() -> str:
        with (
            Crossdock(*key_of(desk), retries=ONCE) as client,
            pytest.raises(NotFoundError) as error,
            client.proxy.stream("GET", CATEGORIES, account_id="acc_none"),
        ):
            pass
        return error.value.code

    async with AsyncCrossdock(*key_of(desk), retries=ONCE) as client:
        with pytest.raises(NotFoundError):
            async with client.proxy.stream("GET", CATEGORIES, account_id="acc_none"):
                pass

    assert await asyncio.to_thread(refused) == "not_found"
