"""Refresh tokens of apps: renewed, asked for twice at once, tried again after a lost answer, stolen."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app import App
from app_scene import Scene
from crossdock.consents.rotation import FURTHEST, GRACE
from crossdock.kernel.clock import OffsetClock
from crossdock.server import open_house
from house import Answer

LATE = GRACE + timedelta(seconds=1)


async def _later(scene: Scene, by: timedelta) -> None:
    """Let time pass since every exchange so far, by the clock that judges them: the database's."""
    async with scene.live.house.db.connection() as conn:
        await conn.execute("update oauth_tokens set used_at = used_at - $1::interval", by)


async def _statuses(app: App, *answers: Answer) -> list[int]:
    """Return how calls with the access tokens of answers end."""
    return [(await app.tools(answer.json()["access_token"])).status for answer in answers]


async def test_an_access_token_lasts_an_hour_and_is_renewed(scene: Scene) -> None:
    """The token ends after an hour, also where it was used a moment ago; the refresh token gives the next pair."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    clock = scene.live.house.clock
    assert isinstance(clock, OffsetClock)
    first = await app.tools(tokens["access_token"])

    clock.offset += timedelta(hours=1, seconds=1)
    late = await app.tools(tokens["access_token"])
    renewed = await app.refresh(tokens["refresh_token"])
    again = await app.tools(renewed.json()["access_token"])
    clock.offset -= timedelta(hours=1, seconds=1)

    assert tokens["expires_in"] == 3600
    assert (first.status, late.status, again.status) == (200, 401, 200)
    assert 'error="invalid_token"' in late.headers["www-authenticate"]
    assert renewed.json()["refresh_token"] != tokens["refresh_token"]


async def test_many_at_once_all_get_the_same_successor(scene: Scene) -> None:
    """Ten processes of an app renew at once: each gets an access token that works, and all hold one refresh token."""
    app = await scene.app()
    tokens = await scene.tokens(app)

    answers = await asyncio.gather(*(app.refresh(tokens["refresh_token"]) for _ in range(10)))
    works = await _statuses(app, *answers)
    onwards = await app.refresh(answers[0].json()["refresh_token"])

    assert [answer.status for answer in answers] == [200] * 10
    assert works == [200] * 10
    assert len({answer.json()["access_token"] for answer in answers}) == 10
    assert len({answer.json()["refresh_token"] for answer in answers} - {tokens["refresh_token"]}) == 1
    assert onwards.status == 200


async def test_a_lost_answer_is_asked_for_again(scene: Scene) -> None:
    """Whoever did not hear the answer gets it once more half a minute later, and goes on with what it says."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    lost = await app.refresh(tokens["refresh_token"])

    await _later(scene, timedelta(seconds=35))
    again = await app.refresh(tokens["refresh_token"])
    works = await _statuses(app, lost, again)
    await _later(scene, LATE)
    onwards = await app.refresh(again.json()["refresh_token"])

    assert (again.status, works, onwards.status) == (200, [200, 200], 200)
    assert again.json()["refresh_token"] == lost.json()["refresh_token"]
    assert again.json()["scope"] == tokens["scope"]
    ways = [one.detail["way"] for one in (await scene.entries("app.token.issued"))[:3]]
    assert ways == ["refresh_token", "refresh_repeated", "refresh_token"]


async def test_replicas_judge_the_grace_by_one_clock(scene: Scene) -> None:
    """A replica whose own clock runs two minutes ahead answers a token that came to another one a moment ago."""
    house = scene.live.house
    app = await scene.app()
    tokens = await scene.tokens(app)
    first = (await app.refresh(tokens["refresh_token"])).json()
    ahead = OffsetClock(offset=2 * GRACE)

    async with open_house(house.settings, dsn=house.db.dsn, clock=ahead) as replica:
        client = await replica.consents.clients.find(client_id=app.client_id)
        again = await replica.consents.refresh(client=client, token=tokens["refresh_token"], resource=None, scope=None)

    assert again.refresh is not None
    assert again.refresh.reveal() == first["refresh_token"]
    assert (await app.tools(again.access.reveal())).status == 200


async def test_who_comes_late_to_two_exchanges_gets_the_newest(scene: Scene) -> None:
    """A process that slept through two exchanges of its neighbour is brought to where the neighbour is."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    second = (await app.refresh(tokens["refresh_token"])).json()["refresh_token"]
    third = (await app.refresh(second)).json()["refresh_token"]

    late = await app.refresh(tokens["refresh_token"])

    assert late.json()["refresh_token"] == third


async def test_a_refresh_token_that_comes_again_late_ends_everything(scene: Scene) -> None:
    """One of the two who hold it is a thief: the new tokens die with the old ones."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    renewed = await app.refresh(tokens["refresh_token"])
    before = await _statuses(app, renewed)

    await _later(scene, LATE)
    again = await app.refresh(tokens["refresh_token"])
    after = await _statuses(app, renewed)
    last = await app.refresh(renewed.json()["refresh_token"])

    assert again.json()["error"] == last.json()["error"] == "invalid_grant"
    assert (before, after) == ([200], [401])
    assert (await scene.entries("app.revoked"))[0].detail["why"] == "refresh_reused"


async def test_a_thief_within_the_grace_is_found_out_at_the_next_exchange(scene: Scene) -> None:
    """Who steals within the grace gets no line of their own: the second of two who renew the successor ends both."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    own = await app.refresh(tokens["refresh_token"])
    stolen = await app.refresh(tokens["refresh_token"])

    await _later(scene, LATE)
    thiefs = await app.refresh(stolen.json()["refresh_token"])
    await _later(scene, LATE)
    found = await app.refresh(own.json()["refresh_token"])
    after = await _statuses(app, own, stolen, thiefs)

    assert thiefs.status == 200
    assert found.json()["error"] == "invalid_grant"
    assert after == [401] * 3
    assert (await scene.entries("app.revoked"))[0].detail["why"] == "refresh_reused"


async def test_an_app_that_renews_without_end_is_stopped(scene: Scene) -> None:
    """A line is followed a few exchanges far; who then still brings its first token has lost count, or stole it."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    newest = tokens["refresh_token"]
    for _ in range(FURTHEST + 1):
        newest = (await app.refresh(newest)).json()["refresh_token"]

    answer = await app.refresh(tokens["refresh_token"])

    assert answer.json()["error"] == "invalid_grant"
    assert (await scene.entries("app.revoked"))[0].detail["why"] == "refresh_reused"


async def test_what_a_person_ended_does_not_come_back(scene: Scene) -> None:
    """Within the grace too, nothing follows once a person has disconnected the app."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    await app.refresh(tokens["refresh_token"])
    consents, project = scene.live.house.consents, scene.live.tenant.project.id
    newest = (await consents.all(project_id=project))[0]

    await consents.revoke(project_id=project, app_id=newest.id, actor="person:test")
    again = await app.refresh(tokens["refresh_token"])

    assert again.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("spent", [False, True])
async def test_another_app_gets_nothing_and_does_no_harm(scene: Scene, *, spent: bool) -> None:
    """A token is of one app, before its exchange and within the grace after it; its own app goes on."""
    app, thief = await scene.app(), await scene.app()
    tokens = await scene.tokens(app)
    if spent:
        await app.refresh(tokens["refresh_token"])

    stolen = await thief.refresh(tokens["refresh_token"])
    own = await app.refresh(tokens["refresh_token"])

    assert stolen.json()["error"] == "invalid_grant"
    assert "refresh_token" not in stolen.json()
    assert own.status == 200


async def test_a_refresh_token_asks_for_no_more_than_was_allowed(scene: Scene) -> None:
    """More scopes are refused, first time and again, and do not use the token up."""
    app = await scene.app()
    tokens = await scene.tokens(app)

    more = await app.refresh(tokens["refresh_token"], scope="read write")
    own = await app.refresh(tokens["refresh_token"])
    again = await app.refresh(tokens["refresh_token"], scope="read write")

    assert more.json()["error"] == again.json()["error"] == "invalid_scope"
    assert own.status == 200


async def test_a_salt_lasts_no_longer_than_the_grace(scene: Scene) -> None:
    """The sweep leaves a salt within the grace, takes it away later, and a second use is still found out."""
    app = await scene.app()
    tokens = await scene.tokens(app)
    await app.refresh(tokens["refresh_token"])
    kept = await _salts(scene, app)

    await scene.live.house.consents.sweep()
    within = await _salts(scene, app)
    await _later(scene, LATE)
    await scene.live.house.consents.sweep()
    after = await _salts(scene, app)
    again = await app.refresh(tokens["refresh_token"])

    assert (len(kept), within, after) == (1, kept, [])
    assert again.json()["error"] == "invalid_grant"
    assert (await scene.entries("app.revoked"))[0].detail["why"] == "refresh_reused"


async def _salts(scene: Scene, app: App) -> list[Any]:
    async with scene.live.house.db.connection() as conn:
        rows = await conn.fetch(
            """select t.salt from oauth_tokens as t join oauth_grants as g on g.id = t.grant_id
               where g.client = $1 and t.salt is not null""",
            app.client_id,
        )
    return [row["salt"] for row in rows]
