from __future__ import annotations

from datetime import timedelta

import pytest

from crossdock.accounts.model import Identity
from crossdock.kernel.errors import ConflictError, NotFoundError
from token_house import READ, TokenHouse


class StopError(Exception):
    """Ends a transaction on purpose."""


async def test_linking_writes_account_credential_secrets_event_and_audit(quiet_house: TokenHouse) -> None:
    """One transaction brings all of it, and nothing of the candidate is left."""
    project_id = await quiet_house.project()
    candidate_id = await quiet_house.candidate(project_id)

    account = await quiet_house.adopt(project_id, candidate_id)

    assert (account.status, account.identity_key, account.effects) == ("active", "42", READ)
    assert (await quiet_house.secrets(account))["access_token"].reveal().startswith("prod_")
    assert account.secret_hints == {"api_token": "6789"}
    assert await quiet_house.events(account) == ["account.created"]
    line = await quiet_house.accounts.life_line(project_id=project_id, account_id=account.id)
    assert [entry.event for entry in line] == ["account.linked"]
    async with quiet_house.db.connection() as conn:
        assert await conn.fetchval("select count(*) from candidates") == 0
        assert await conn.fetchval("select count(*) from vault_sealed where owner_id = $1", candidate_id) == 0


async def test_linking_that_is_cut_off_leaves_nothing(quiet_house: TokenHouse) -> None:
    """When the transaction fails after everything was written, there is no account, event or moved secret."""
    project_id = await quiet_house.project()
    candidate_id = await quiet_house.candidate(project_id)
    integration_id = await quiet_house.integration_id(project_id, "easyship", "token")

    with pytest.raises(StopError):
        await _cut_off(quiet_house, project_id, candidate_id, integration_id)

    async with quiet_house.db.connection() as conn:
        for table in ("accounts", "credentials", "events", "audit_entries"):
            assert await conn.fetchval(f"select count(*) from {table}") == 0
        assert await conn.fetchval("select array_agg(distinct owner_id) from vault_sealed") == [candidate_id]


async def _cut_off(house: TokenHouse, project_id: str, candidate_id: str, integration_id: str) -> None:
    async with house.db.transaction() as conn:
        await house.accounts.create(
            conn,
            project_id=project_id,
            integration_id=integration_id,
            candidate_id=candidate_id,
            origin_owner_id="owner-1",
            origin_owner_name="Acme Pets",
            origin_username=None,
            label=None,
            metadata={},
            effects=READ,
            actor="session:1",
        )
        raise StopError


async def test_relinking_keeps_the_id_and_replaces_the_secrets(quiet_house: TokenHouse) -> None:
    """The same account, a new generation, the old secrets erased, one event, and no pause any more."""
    project_id = await quiet_house.project()
    account = await quiet_house.adopt(project_id, await quiet_house.candidate(project_id))
    await quiet_house.accounts.pause(project_id=project_id, account_id=account.id, actor="person:p")
    candidate_id = await quiet_house.candidate(project_id, secret="prod_another-secret-of-the-merchant-99")

    async with quiet_house.db.transaction() as conn:
        again = await quiet_house.accounts.relink(
            conn,
            project_id=project_id,
            account_id=account.id,
            integration_id=account.integration_id,
            candidate_id=candidate_id,
            effects=frozenset({"read", "write"}),
            actor="person:p",
        )

    assert (again.id, again.paused_at, sorted(again.effects)) == (account.id, None, ["read", "write"])
    assert await quiet_house.generations(account) == [2]
    assert (await quiet_house.secrets(account))["access_token"].reveal().startswith("prod_another")
    assert await quiet_house.events(account) == ["account.created", "account.updated", "account.updated"]


async def test_another_providers_credential_does_not_relink(quiet_house: TokenHouse) -> None:
    """An Easyship account cannot become a ShipHero account."""
    project_id = await quiet_house.project()
    account = await quiet_house.adopt(project_id, await quiet_house.candidate(project_id))
    candidate_id = await quiet_house.candidate(project_id, connector_key="shiphero", method_key="refresh_token")
    integration_id = await quiet_house.integration_id(project_id, "shiphero", "refresh_token")

    with pytest.raises(ConflictError):
        async with quiet_house.db.transaction() as conn:
            await quiet_house.accounts.relink(
                conn,
                project_id=project_id,
                account_id=account.id,
                integration_id=integration_id,
                candidate_id=candidate_id,
                effects=READ,
                actor="person:p",
            )

    assert await quiet_house.generations(account) == [1]


async def test_deleting_erases_the_secrets_for_good(quiet_house: TokenHouse) -> None:
    """After a deletion no sealed row is left, the account is gone, and the event and the life line stay."""
    project_id = await quiet_house.project()
    account = await quiet_house.adopt(project_id, await quiet_house.candidate(project_id))

    deleted = await quiet_house.accounts.delete(project_id=project_id, account_id=account.id, actor="person:p")

    assert deleted.deleted_at is not None
    assert await quiet_house.generations(account) == []
    assert await quiet_house.events(account) == ["account.created", "account.deleted"]
    with pytest.raises(NotFoundError):
        await quiet_house.accounts.get(project_id=project_id, account_id=account.id)
    with pytest.raises(NotFoundError):
        await quiet_house.accounts.delete(project_id=project_id, account_id=account.id, actor="person:p")


async def test_a_conflict_is_told_before_anything_is_written(quiet_house: TokenHouse) -> None:
    """Linking the same provider account for the same owner, or another one on relinking, is put to the person."""
    project_id = await quiet_house.project()
    account = await quiet_house.adopt(project_id, await quiet_house.candidate(project_id))
    facts = {"project_id": project_id, "connector_key": "easyship", "environment": "production"}

    async with quiet_house.db.connection() as conn:
        conflict = quiet_house.accounts.identity_conflict
        again = await conflict(
            conn, **facts, account_id=None, origin_owner_id="owner-1", identity=Identity("42", "Acme Pets")
        )
        others = await conflict(
            conn, **facts, account_id=None, origin_owner_id="owner-2", identity=Identity("42", "Acme Pets")
        )
        swapped = await conflict(
            conn, **facts, account_id=account.id, origin_owner_id="owner-1", identity=Identity("7", "Other")
        )

    assert (again["kind"], again["account_id"]) == ("already_linked", account.id)
    assert others == {}
    assert swapped["kind"] == "identity_differs"


async def test_the_owners_account_is_found_by_id_and_name(quiet_house: TokenHouse) -> None:
    """Linking again for the same owner and provider finds the account to edit; another name is another owner."""
    project_id = await quiet_house.project()
    account = await quiet_house.adopt(project_id, await quiet_house.candidate(project_id))
    owner = {"project_id": project_id, "origin_owner_id": "owner-1", "connector_key": "easyship"}

    async with quiet_house.db.connection() as conn:
        found = await quiet_house.accounts.of_owner(conn, **owner, origin_owner_name="Acme Pets")
        other = await quiet_house.accounts.of_owner(conn, **owner, origin_owner_name="Somebody")

    assert found is not None
    assert found.id == account.id
    assert other is None


async def test_candidates_that_nobody_confirms_are_erased(quiet_house: TokenHouse) -> None:
    """After its hour a candidate goes, and its sealed secrets with it."""
    project_id = await quiet_house.project()
    candidate_id = await quiet_house.candidate(project_id)
    late = quiet_house.clock.now() + timedelta(hours=2)

    async with quiet_house.db.transaction() as conn:
        ended = await quiet_house.accounts.drop_expired_candidates(conn, now=late, limit=10)

    async with quiet_house.db.connection() as conn:
        assert ended == 1
        assert await conn.fetchval("select count(*) from vault_sealed where owner_id = $1", candidate_id) == 0
        with pytest.raises(NotFoundError):
            await quiet_house.accounts.open_candidate(conn, project_id=project_id, candidate_id=candidate_id)
