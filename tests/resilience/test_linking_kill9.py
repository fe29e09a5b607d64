"""Linking that is killed with -9 at each of its named points, then gone on with in another process."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import crossdock
import link_process
from crossdock.accounts.model import Account
from crossdock.kernel.clock import OffsetClock
from crossdock.linking.points import POINTS
from crossdock.linking.session import TEST_LIMIT, Attempt, ConnectSession
from house import Live
from oauth_dance import Dance
from token_process import Processes
from twins import EasyshipTwin, ShipheroTwin

ROUNDS = 2
OAUTH = tuple(point for point in POINTS if point.startswith("linking.oauth."))
FORM = tuple(point for point in POINTS if point not in OAUTH)
WAYS = {
    "token": tuple(point for point in FORM if point != "linking.test.acquired"),
    "refresh_token": FORM,
    "oauth": (*OAUTH, *(point for point in FORM if not point.endswith(".acquired") and ".submit." not in point)),
}
FIELDS = {"token": {"access_token"}, "refresh_token": {"access_token", "refresh_token"}}
FIELDS["oauth"] = FIELDS["refresh_token"]

Order = dict[str, Any]


class Person:
    """Somebody who links in one of the three ways, in as many processes as it takes."""

    def __init__(self, live: Live, dance: Dance, shiphero: ShipheroTwin, way: str) -> None:
        self.live, self.dance, self.shiphero, self.way = live, dance, shiphero, way
        self.opened: Mapping[str, Any] = {}
        self.fields: dict[str, str] = {}

    @property
    def integration(self) -> str:
        return str(self.opened["integration_id"])

    async def arrive(self) -> None:
        """Open a connect session, with a credential at hand."""
        house, twin = self.live.house, self.dance.twin
        found = await house.integrations.list(project_id=self.live.tenant.project.id)
        method = {"token": "access_token", "refresh_token": "refresh_token", "oauth": "oauth"}[self.way]
        ids = {one.id for one in found if self.way != "token" and one.auth_method == method}
        ids |= {one.id for one in found if self.way == "token" and one.connector_key == "easyship"}
        ids -= {self.dance.integration_id} if self.way != "oauth" else set()
        self.opened = await self.dance.session(integration_id=next(iter(ids)))
        if self.way == "token":
            self.fields = {"api_token": twin.integration()["production_token"]}
        elif self.way == "refresh_token":
            made = self.shiphero.developer(f"kill-{self.opened['id']}@shop.example")
            self.fields = {"refresh_token": made["refresh_token"]}

    async def order(self, point: str) -> Order:
        """Return what the process is to do; of OAuth either the way out, or the way back after pressing Allow."""
        house = self.live.house
        assert isinstance(house.clock, OffsetClock)
        settings = house.settings.model_dump(mode="json", include={"data_dir", "hub_url", "origin_rewrites"})
        common = {
            "dsn": house.db.dsn,
            "settings": {**settings, "calls_per_minute": 0},
            "offset": house.clock.offset.total_seconds(),
            "token": self.opened["token"],
            "integration_id": self.integration,
        }
        if self.way != "oauth":
            return {**common, "way": "form", "fields": self.fields}
        if point == "linking.oauth.started":
            return {**common, "way": "window"}
        started = await house.oauth.start(
            session=await self.session(), integration_id=self.integration, effects=link_process.READ
        )
        params = await self.dance.agree(started.authorize_url)
        return {**common, "way": "back", "params": params, "cookies": {started.cookie: started.binding.reveal()}}

    async def session(self) -> ConnectSession:
        return await self.live.house.sessions.authenticate(token=self.opened["token"])

    async def go_on(self) -> Account:
        """Come back to the link in this process, and do what its pages offer until the account is linked."""
        linking = self.live.house.linking
        session = await self.session()
        attempt = await linking.latest_attempt(session=session)
        if attempt is None or attempt.status == "pending":
            attempt = await self._again(session)
        elif attempt.status == "testing":
            attempt = await linking.retest(session=session, attempt_id=attempt.id, test="wait")
        return await linking.confirm(session=session, attempt_id=attempt.id, on_conflict="refuse")

    async def _again(self, session: ConnectSession) -> Attempt:
        house = self.live.house
        if self.way != "oauth":
            return await house.linking.submit(
                session=session,
                integration_id=self.integration,
                fields=self.fields,
                effects=link_process.READ,
                test="wait",
            )
        order = await self.order("")
        finished = await house.oauth.finish(provider="easyship", params=order["params"], cookies=order["cookies"])
        await house.linking.drain()
        return await house.linking.get_attempt(session=session, attempt_id=finished.attempt.id)


@pytest_asyncio.fixture(scope="module")
async def dance(shared_live: Live, easyship_twin_process: EasyshipTwin) -> AsyncIterator[Dance]:
    yield await Dance.prepare(shared_live, easyship_twin_process)


@pytest_asyncio.fixture(scope="module")
async def linkers(shared_live: Live) -> AsyncIterator[Processes]:
    """Start the parent of the processes, with the definitions read once."""
    rewrites = json.dumps(shared_live.house.settings.origin_rewrites)
    parent = await Processes.start(link_process.__file__, env={"CROSSDOCK_ORIGIN_REWRITES": rewrites})
    yield parent
    await parent.stop()


def test_every_named_point_is_tried() -> None:
    """The points that linking passes are the ones that are listed, and each is killed at in some way of linking."""
    sources = (Path(crossdock.__file__).parent / "linking").glob("*.py")

    passed = {point for source in sources for point in re.findall(r'reach\("([a-z._]+)"\)', source.read_text())}

    assert passed == set(POINTS) == {point for points in WAYS.values() for point in points}
    assert len(POINTS) >= 9


@pytest.mark.parametrize(("way", "point"), [(way, point) for way, points in WAYS.items() for point in points])
async def test_killed_linking_goes_on(
    way: str,
    point: str,
    shared_live: Live,
    dance: Dance,
    shiphero_twin_process: ShipheroTwin,
    linkers: Processes,
) -> None:
    """Wherever the process dies, nothing half is left, and another process ends it with one whole account."""
    for _ in range(ROUNDS):
        person = Person(shared_live, dance, shiphero_twin_process, way)
        await person.arrive()

        killed = await linkers.run(await person.order(point), kill_at=point)
        await _nothing_half(shared_live)
        account = await person.go_on()

        assert killed is None
        assert await dance.linked(person.opened) == 1
        await _whole(shared_live, account, FIELDS[way])
    await _nothing_left_over(shared_live)


async def test_a_test_that_was_cut_off_is_told(
    shared_live: Live, dance: Dance, shiphero_twin_process: ShipheroTwin, linkers: Processes
) -> None:
    """After a while the page of a test whose process died says so, and offers to test again what is still held."""
    person = Person(shared_live, dance, shiphero_twin_process, "token")
    await person.arrive()
    await linkers.run(await person.order(""), kill_at="linking.test.started")
    session, clock = await person.session(), shared_live.house.clock
    attempt = await shared_live.house.linking.latest_attempt(session=session)
    assert attempt is not None
    assert isinstance(clock, OffsetClock)

    clock.offset += TEST_LIMIT + timedelta(seconds=1)
    told = await shared_live.house.linking.get_attempt(session=session, attempt_id=attempt.id)
    clock.offset -= TEST_LIMIT + timedelta(seconds=1)
    tested = await shared_live.house.linking.retest(session=session, attempt_id=attempt.id, test="wait")

    assert (attempt.status, told.status, told.cause) == ("testing", "error", "test_interrupted")
    assert tested.status == "confirm"


async def _nothing_half(live: Live) -> None:
    """Hold that every account has its credential, its secrets, its event and its entry in the trail."""
    async with live.house.db.connection() as conn:
        half = await conn.fetch(
            """
            select a.id from accounts a where not exists (select from credentials c where c.account_id = a.id)
                or not exists (select from vault_sealed s where s.owner_id = a.id)
                or not exists (select from events e where e.account_id = a.id and e.type = 'account.created')
                or not exists (select from audit_entries t where t.subject = a.id and t.event = 'account.linked')
            """
        )
    assert [row["id"] for row in half] == []


async def _whole(live: Live, account: Account, fields: set[str]) -> None:
    """Hold that the account is there once in every place, and that its credential works."""
    async with live.house.db.connection() as conn:
        sealed = await conn.fetch("select field, generation from vault_sealed where owner_id = $1", account.id)
        generation = await conn.fetchval("select generation from credentials where account_id = $1", account.id)
        told = await conn.fetchval("select count(*) from events where account_id = $1", account.id)
        entries = await conn.fetchval(
            "select count(*) from audit_entries where subject = $1 and event = 'account.linked'", account.id
        )
    seen = await live.house.checkup.run(project_id=account.project_id, account_id=account.id, depth="daily")

    assert {(row["field"], row["generation"]) for row in sealed} == {(field, 1) for field in fields}
    assert (generation, told, entries) == (1, 1, 1)
    assert seen.works


async def _nothing_left_over(live: Live) -> None:
    """Hold that after the sweeps nothing is sealed but what accounts and connectors have."""
    clock = live.house.clock
    assert isinstance(clock, OffsetClock)
    clock.offset += timedelta(hours=2)
    try:
        await live.house.linking.sweep(limit=10_000)
    finally:
        clock.offset -= timedelta(hours=2)
    async with live.house.db.connection() as conn:
        orphans = await conn.fetch(
            "select owner_id from vault_sealed where owner_id not in (select id from accounts where deleted_at is null)"
            " and owner_id not in (select id from integrations)"
        )
        waiting = await conn.fetchval("select count(*) from candidates")
    assert [row["owner_id"] for row in orphans] == []
    assert waiting == 0
