"""Linking when things happen at once: twice the same, given up while it is tested, one attempt from two windows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from crossdock.connectors.model import Effect
from crossdock.db.pool import Database
from crossdock.kernel.errors import ConflictError, NotFoundError
from crossdock.linking.session import ConnectSession, SessionRequest
from house import Live
from twins import EasyshipTwin, ShipheroTwin

READ: frozenset[Effect] = frozenset({"read"})
ROUNDS = 12


async def opened(live: Live, owner: str, **members: Any) -> ConnectSession:
    request = SessionRequest(origin_owner_id=owner, origin_owner_name=owner, **members)
    return (await live.house.sessions.create(principal=live.tenant.principal, request=request)).session


async def integration(live: Live, session: ConnectSession, provider: str) -> str:
    offers = await live.house.sessions.offers(session=session)
    return next(one.integration_id for one in offers if one.connector.key == provider)


async def orphans(database: Database) -> list[str]:
    """Return the owners of sealed secrets that are neither an account nor a candidate."""
    async with database.connection() as conn:
        rows = await conn.fetch(
            "select owner_id from vault_sealed where owner_id not in (select id from accounts)"
            " and owner_id not in (select id from candidates)"
        )
    return [row["owner_id"] for row in rows]


async def test_the_same_twenty_times_at_once_is_one_account(live: Live, easyship_twin: EasyshipTwin) -> None:
    """However often an impatient page sends the same token, its owner has one account in the end."""
    token = easyship_twin.integration()["production_token"]
    owner = {"origin_owner_id": "ada", "origin_owner_name": "Ada", "provider": "easyship"}
    session = (await live.call("POST", "/connect_sessions", data=owner)).json()
    offers = (await live.hub("GET", "/hub/connectors", token=session["token"])).json()["integrations"]
    typed = {"integration_id": offers[0]["integration_id"], "credentials": {"api_token": token}}

    answers = await asyncio.gather(
        *(live.hub("POST", "/hub/accounts", token=session["token"], data=typed) for _ in range(20))
    )

    linked = {answer.json()["id"] for answer in answers if answer.status == 200}
    listed = (await live.call("GET", "/accounts")).json()
    assert linked == {account["id"] for account in listed}
    assert len(listed) == 1
    assert {answer.status for answer in answers} <= {200, 400}
    assert await orphans(live.house.db) == []


async def test_one_attempt_from_two_windows_is_one_account(live: Live, easyship_twin: EasyshipTwin) -> None:
    """Confirm pressed in many windows at once gives every one of them the same account."""
    session = await opened(live, "bob")
    attempt = await live.house.linking.submit(
        session=session,
        integration_id=await integration(live, session, "easyship"),
        fields={"api_token": easyship_twin.integration()["production_token"]},
        effects=READ,
        test="wait",
    )

    accounts = await asyncio.gather(
        *(live.house.linking.confirm(session=session, attempt_id=attempt.id, on_conflict="accept") for _ in range(10))
    )

    assert len({account.id for account in accounts}) == 1
    assert len((await live.call("GET", "/accounts")).json()) == 1


@pytest.mark.parametrize("multiple", ["one", "several"])
async def test_what_was_linked_since_the_test_is_asked_about(
    live: Live, easyship_twin: EasyshipTwin, multiple: str
) -> None:
    """An account that appeared between test and confirmation is asked about then, and the page knows of it."""
    token = easyship_twin.integration()["production_token"]
    waiting = []
    for _ in range(2):
        session = await opened(live, "cyd", multiple=multiple)
        waiting.append(
            (
                session,
                await live.house.linking.submit(
                    session=session,
                    integration_id=await integration(live, session, "easyship"),
                    fields={"api_token": token},
                    effects=READ,
                    test="wait",
                ),
            )
        )
    (first, one), (second, two) = waiting
    linked = await live.house.linking.confirm(session=first, attempt_id=one.id, on_conflict="refuse")

    with pytest.raises(ConflictError, match="linked already"):
        await live.house.linking.confirm(session=second, attempt_id=two.id, on_conflict="refuse")
    shown = await live.house.linking.get_attempt(session=second, attempt_id=two.id)
    replaced = await live.house.linking.confirm(session=second, attempt_id=two.id, on_conflict="replace")

    assert (one.conflict, two.conflict) == ({}, {})
    assert (shown.conflict["kind"], shown.conflict["account_id"]) == ("already_linked", linked.id)
    assert replaced.id == linked.id


async def test_giving_up_during_the_test_leaves_nothing_sealed(live: Live, shiphero_twin: ShipheroTwin) -> None:
    """Cancelled at any moment of its test, an attempt stays cancelled, and nothing of the credential is left."""
    linking, statuses = live.house.linking, set()

    for number in range(ROUNDS):
        session = await opened(live, f"dee-{number}")
        token = shiphero_twin.developer(f"dee-{number}@shop.example")["refresh_token"]
        attempt = await linking.submit(
            session=session,
            integration_id=await integration(live, session, "shiphero"),
            fields={"refresh_token": token},
            effects=READ,
            test="background",
        )
        await asyncio.sleep(number * 0.004)
        await linking.cancel(session=session, attempt_id=attempt.id)
        await linking.drain()
        statuses.add((await linking.get_attempt(session=session, attempt_id=attempt.id)).status)
        with pytest.raises(ConflictError):
            await linking.retest(session=session, attempt_id=attempt.id, test="wait")

    assert statuses == {"cancelled"}
    assert await orphans(live.house.db) == []
    async with live.house.db.connection() as conn:
        assert await conn.fetchval("select count(*) from candidates") == 0


async def test_giving_up_waits_for_what_is_just_being_sealed(live: Live, easyship_twin: EasyshipTwin) -> None:
    """A test that seals anew at the very moment of giving up leaves nothing behind either."""
    session, house = await opened(live, "gus"), live.house
    attempt = await house.linking.submit(
        session=session,
        integration_id=await integration(live, session, "easyship"),
        fields={"api_token": easyship_twin.integration()["production_token"]},
        effects=READ,
        test="wait",
    )
    project_id, candidate_id = session.project_id, attempt.candidate_id or ""

    async with house.db.transaction() as conn:
        credential = await house.accounts.open_candidate(conn, project_id=project_id, candidate_id=candidate_id)
        await house.accounts.refill_candidate(
            conn, project_id=project_id, candidate_id=candidate_id, credential=credential, access_expires_at=None
        )
        giving_up = asyncio.create_task(house.linking.cancel(session=session, attempt_id=attempt.id))
        await asyncio.sleep(0.2)
        waited = not giving_up.done()
    await giving_up

    assert waited
    assert await orphans(house.db) == []


async def test_another_sessions_attempt_is_not_there(live: Live, easyship_twin: EasyshipTwin) -> None:
    """Two people of one project: neither reads, tests, confirms nor cancels the other's attempt."""
    mine, other = await opened(live, "eve"), await opened(live, "fay")
    attempt = await live.house.linking.submit(
        session=mine,
        integration_id=await integration(live, mine, "easyship"),
        fields={"api_token": easyship_twin.integration()["production_token"]},
        effects=READ,
        test="wait",
    )
    linking = live.house.linking

    acts: tuple[Awaitable[object], ...] = (
        linking.get_attempt(session=other, attempt_id=attempt.id),
        linking.retest(session=other, attempt_id=attempt.id, test="wait"),
        linking.confirm(session=other, attempt_id=attempt.id, on_conflict="accept"),
        linking.cancel(session=other, attempt_id=attempt.id),
    )
    for act in acts:
        with pytest.raises(NotFoundError):
            await act

    assert (await linking.get_attempt(session=mine, attempt_id=attempt.id)).status == "confirm"
