"""What a bounded look at a passing answer finds."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator

import pytest

from crossdock.actions import peek
from crossdock.actions.budget import Rules
from crossdock.actions.pacing import Turn
from crossdock.actions.purse import Purse
from crossdock.connectors.catalogue import Catalogue
from crossdock.egress.exchange import Reply
from crossdock.egress.stream import Stream

SHIPHERO = Catalogue.load().get("shiphero")
LONG = {"data": {"rows": ["x" * 40] * 5000}, "extensions": {"throttling": {"cost": 30}}}
SHORT = {"data": {"me": None}, "extensions": {"throttling": {"cost": 1, "user_credits": 4000}}}
LOST: dict[str, object] = {"errors": [{"code": 999, "message": "A part is missing", "field": "node"}]}
PARTIAL: dict[str, object] = {**LOST, "data": {"orders": {"data": {"edges": [{"node": None}]}}}}
LONG_PARTIAL: dict[str, object] = {**LOST, **LONG}
REFUSED = {"errors": [{"code": 30, "message": "Not enough credits", "time_remaining": "18 seconds"}]}


async def passed(answer: object, *, coding: str = "", cost: float = 100.0) -> tuple[Purse, bytes]:
    """Let an answer pass in pieces; gives the purse afterwards, and what came out."""
    purse = Purse(Rules(bucket=4004, refill=60), until=50.0, credits=200.0)
    body = json.dumps(answer).encode()
    sent = gzip.compress(body) if coding else body

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(sent), 1000):
            yield sent[start : start + 1000]

    headers = [(b"content-encoding", coding.encode())] if coding else []
    turn = Turn(purse, cost, 50.0)
    stream = Stream(200, headers, chunks())
    settled = peek.settling(stream, turn=turn, connector=SHIPHERO)
    out = b"".join([chunk async for chunk in settled.chunks])
    assert out == sent
    return purse, out


@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize(("answer", "left"), [(LONG, 270.0), (SHORT, 299.0)], ids=["long", "short"])
async def test_what_was_not_spent_comes_back(answer: object, left: float, coding: str) -> None:
    """The cost stands at the end of an answer, however long and in whatever coding."""
    purse, _ = await passed(answer, coding=coding)

    assert purse.credits == left


async def judged(answer: object, *, coding: str = "") -> tuple[Reply, str | None]:
    """Look at the beginning of an answer of 200; gives what is kept of it and the cause's name."""
    sent = gzip.compress(json.dumps(answer).encode()) if coding else json.dumps(answer).encode()

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(sent), 1000):
            yield sent[start : start + 1000]

    headers = [(b"content-encoding", coding.encode())] if coding else []
    seen = await peek.beginning(Stream(200, headers, chunks()))
    head = Reply(status=200, headers={"content-encoding": coding}, body=b"", url="https://x.example/graphql")
    reply, cause = peek.success(seen, head=head, connector=SHIPHERO)
    assert b"".join([chunk async for chunk in seen.stream.chunks]) == sent
    return reply, cause.key if cause else None


@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize(
    ("answer", "cause"),
    [(REFUSED, "credits_spent"), (PARTIAL, "answered_in_part"), (LONG_PARTIAL, "answered_in_part"), (LONG, None)],
    ids=["refused", "partial", "long and partial", "whole"],
)
async def test_what_a_200_says_is_read(answer: object, cause: str | None, coding: str) -> None:
    """A refusal, and errors beside data, are told apart from an answer that is whole; every byte passes."""
    _, told = await judged(answer, coding=coding)

    assert told == cause


async def test_of_an_answer_in_part_only_its_errors_are_kept() -> None:
    """The log tells what was missing, and holds none of the data that passed through."""
    reply, _ = await judged(PARTIAL)

    assert json.loads(reply.body) == {"errors": PARTIAL["errors"]}


@pytest.mark.parametrize(
    "answer",
    [{"data": {"note": '"errors": []'}}, {"data": {"me": {"errors": ["x"]}}}, {"data": ["x" * 70_000], "errors": [1]}],
)
async def test_a_word_within_the_data_is_no_error(answer: object) -> None:
    """Errors count where GraphQL has them, beside the data and in front of what is too long to be read."""
    reply, cause = await judged(answer)

    assert (reply.body, cause) == (b"", None)


@pytest.mark.parametrize("answer", [{"data": {}}, {"data": {"throttling": {"cost": "x"}}}, ["throttling"]])
async def test_an_answer_that_tells_no_cost_changes_nothing(answer: object) -> None:
    """What was predicted stays taken."""
    purse, _ = await passed(answer)

    assert purse.credits == 200.0


async def test_a_broken_coding_passes_as_it_is() -> None:
    """Nobody can read it, and nothing is held up."""
    look = peek.Peek(coding="gzip")
    look.feed(b"no gzip at all")

    assert look.tail == b""
