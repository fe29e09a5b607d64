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
from crossdock.egress.stream import Stream
from crossdock.kernel.clock import OffsetClock

SHIPHERO = Catalogue.load().get("shiphero")
LONG = {"data": {"rows": ["x" * 40] * 5000}, "extensions": {"throttling": {"cost": 30}}}
SHORT = {"data": {"me": None}, "extensions": {"throttling": {"cost": 1, "user_credits": 4000}}}
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
    settled = peek.settling(stream, turn=turn, connector=SHIPHERO, clock=OffsetClock(), url="https://x.example/graphql")
    out = b"".join([chunk async for chunk in settled.chunks])
    assert out == sent
    return purse, out


@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize(("answer", "left"), [(LONG, 270.0), (SHORT, 299.0)], ids=["long", "short"])
async def test_what_was_not_spent_comes_back(answer: object, left: float, coding: str) -> None:
    """The cost stands at the end of an answer, however long and in whatever coding."""
    purse, _ = await passed(answer, coding=coding)

    assert purse.credits == left


async def test_a_refusal_that_says_200_holds_the_account() -> None:
    """Somebody else has spent the credits: nothing is sent before the seconds that the provider names."""
    purse, _ = await passed(REFUSED)

    assert (purse.until, purse.asked_to_wait) == (0.0, 18.0)


@pytest.mark.parametrize("answer", [{"data": {}}, {"data": {"throttling": {"cost": "x"}}}, ["throttling"]])
async def test_an_answer_that_tells_no_cost_changes_nothing(answer: object) -> None:
    """What was predicted stays taken."""
    purse, _ = await passed(answer)

    assert purse.credits == 200.0


async def test_a_broken_coding_passes_as_it_is() -> None:
    """Nobody can read it, and nothing is held up."""
    look = peek.Peek(coding="gzip")
    look.feed(b"no gzip at all")

    assert (look.tail, look.is_whole) == (b"", False)
