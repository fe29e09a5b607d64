"""API keys cannot be guessed, and guessing teaches nothing."""

from __future__ import annotations

import random

import pytest

from crossdock.audit.trail import Trail
from crossdock.db.pool import Database
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import UnauthenticatedError
from crossdock.kernel.ids import Ids
from crossdock.projects import keys
from crossdock.projects.service import Projects

GUESSES = 1000


async def test_a_thousand_guesses_find_nothing_and_learn_nothing(
    database: Database, clock: OffsetClock, ids: Ids
) -> None:
    """Random keys, and near misses with a right checksum, all get the same answer; none is kept in memory."""
    projects = Projects(db=database, clock=clock, ids=ids, trail=Trail(clock))
    project = await projects.create_project(name="One")
    _, text = await projects.create_key(project_id=project.id, actor="system:cli", name="x", scopes=["admin"])
    chance, told = random.Random(20), set()  # noqa: S311 - which guesses are made is no secret

    for number in range(GUESSES):
        guess = keys.mint(chance.randbytes).reveal() if number % 2 else _near(text.reveal(), chance)
        with pytest.raises(UnauthenticatedError) as caught:
            await projects.authenticate_key(text=guess)
        told.add((caught.value.message, caught.value.remedy, caught.value.error_code, caught.value.http_status))

    assert len(told) == 1
    assert projects.cache.known == {}
    assert (await projects.authenticate_key(text=text.reveal())).project_id == project.id


def _near(text: str, chance: random.Random) -> str:
    """Return the key with one character of its secret changed, and the checksum that belongs to it."""
    place = chance.randrange(len(keys.REGION), len(text) - 6)
    other = "A" if text[place] != "A" else "B"
    body = text[:place] + other + text[place + 1 : -6]
    return body + keys.checksum(body)
